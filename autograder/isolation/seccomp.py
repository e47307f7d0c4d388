"""Seccomp: system calls that this process may not make any more, for good (Linux).

A list of refused calls as a BPF program; see seccomp(2) and linux/filter.h. A refused call fails with EPERM, so that
Python raises PermissionError.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator

from autograder.isolation.libc import call

# Numbers of system calls on x86_64 and on aarch64 (arch/x86/entry/syscalls/syscall_64.tbl and
# include/uapi/asm-generic/unistd.h of Linux); None where there is no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # new processes and programs; a new thread is a `clone` and stays allowed, see below
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "process_madvise": (440, 440), "kcmp": (312, 272),
    "process_mrelease": (448, 448), "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "setpriority": (141, 140), "personality": (135, 92),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "open_tree": (428, 428), "move_mount": (429, 429), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # network and memory that no limit counts
    "socket": (41, 198), "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "splice": (275, 76), "tee": (276, 77),
    "vmsplice": (278, 75), "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # large interfaces of the kernel that nobody here needs
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "fanotify_init": (300, 262),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "quotactl": (179, 60), "acct": (163, 89), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "iopl": (172, None), "ioperm": (173, None), "syslog": (103, 116),
}  # fmt: skip
CLONE, CLONE3, PRCTL, PRLIMIT = (56, 220), (435, 435), (157, 167), (302, 261)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, and audit.h's name of it
OTHER_ABI = 0x40000000  # of x86_64, with numbers of its own
NEW_THREAD = 0x00010000  # flag of clone
OWN_LIMITS = 0  # for prlimit: those of the process that calls
DEATH_SIGNAL = 1  # what prctl sets to have a process end with its parent

LOAD, EQUAL, AT_LEAST, ALL_OF, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
KILL, REFUSE, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
SET_SECCOMP, FILTER = 22, 2  # prctl
NO_NEW_PRIVILEGES = 38


def refuse() -> None:
    """Refuse what is listed above to this process and its threads. Raises OSError where that cannot be had."""
    program = b"".join(instructions())
    buffer = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    filter = Program(len(program) // 8, ctypes.addressof(buffer))
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call("prctl", SET_SECCOMP, FILTER, ctypes.byref(filter), 0, 0)


def instructions() -> Iterator[bytes]:
    """The program. Raises OSError for a machine whose numbers are not known here."""
    machine = platform.machine()
    if machine not in MACHINES:
        raise OSError(f"no list of system calls for {machine}")
    column, audit = MACHINES[machine]
    yield instruction(LOAD, MACHINE)
    yield instruction(EQUAL, audit, skip_if=1)
    yield instruction(RETURN, KILL)
    yield instruction(LOAD, NUMBER)
    yield instruction(AT_LEAST, OTHER_ABI, skip_else=1)
    yield instruction(RETURN, KILL)
    for numbers in REFUSED.values():
        if (number := numbers[column]) is not None:
            yield instruction(EQUAL, number, skip_else=1)
            yield instruction(RETURN, REFUSE | errno.EPERM)
    yield instruction(EQUAL, CLONE3[column], skip_else=1)
    yield instruction(RETURN, REFUSE | errno.ENOSYS)  # its flags cannot be read here; the C library then takes clone
    yield instruction(EQUAL, CLONE[column], skip_else=3)
    yield instruction(LOAD, FIRST_ARGUMENT)
    yield instruction(ALL_OF, NEW_THREAD, skip_if=1)
    yield instruction(RETURN, REFUSE | errno.EPERM)
    yield instruction(LOAD, NUMBER)
    yield instruction(EQUAL, PRCTL[column], skip_else=3)
    yield instruction(LOAD, FIRST_ARGUMENT)
    yield instruction(EQUAL, DEATH_SIGNAL, skip_else=1)
    yield instruction(RETURN, REFUSE | errno.EPERM)
    yield instruction(LOAD, NUMBER)
    yield instruction(EQUAL, PRLIMIT[column], skip_else=3)
    yield instruction(LOAD, FIRST_ARGUMENT)
    yield instruction(EQUAL, OWN_LIMITS, skip_if=1)
    yield instruction(RETURN, REFUSE | errno.EPERM)
    yield instruction(RETURN, ALLOW)


def instruction(code: int, value: int, skip_if: int = 0, skip_else: int = 0) -> bytes:
    """One instruction; a comparison skips so many of the next ones if it holds, or else."""
    return struct.pack("=HBBI", code, skip_if, skip_else, value)
