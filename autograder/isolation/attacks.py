"""Attacks that walls must hold: `autograder doctor` runs them on this machine, behind the walls that it has.

Each is student code that sets `outcome`. They run without the course's rules, which would refuse them earlier: what
holds here are the walls alone.
"""

import os
import socket
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import PACKAGE
from autograder.isolation.launch import Host
from autograder.rules import load_rules
from autograder.session import Question, Session
from autograder.submission import Cell, Submission

HIT = "HIT"
PROBE = "def attack(student, question, seen): seen.values['outcome'] = str(student.namespace.get('outcome'))"
PROBES = (("probes", PROBE),)
LIBC = "import ctypes; libc = ctypes.CDLL(None, use_errno=True)\n"

# What is tried, and the code; `outcome` is HIT where it worked. Names in braces are filled in.
ATTACKS = {
    "read another's file": "outcome = 'HIT' if open({secret!r}).read() else ''",
    "read the recorded answers": "outcome = 'HIT' if open({answers!r}, 'rb').read() else ''",
    "list the home folder": "import os\noutcome = 'HIT' if os.listdir({home!r}) else ''",
    "write beside Python's packages": "import torch, pathlib\n"
    "pathlib.Path(torch.__file__).with_name('left.py').write_text('x'); outcome = 'HIT'",
    "leave a file for the next": "open('/tmp/left', 'w').write('x'); outcome = 'HIT'",
    "fill the memory disk": "f = open('big', 'wb')\nfor _ in range(300): f.write(bytes(1 << 20))\noutcome = 'HIT'",
    "fill memory": "import torch\ntorch.ones(4 << 30, dtype=torch.uint8); outcome = 'HIT'",
    "fill memory that no limit counts": LIBC + "outcome = 'HIT' if libc.memfd_create(b'x', 0) >= 0 else ''",
    "shared memory": LIBC + "outcome = 'HIT' if libc.shmget(0, 1 << 20, 0o1600) >= 0 else ''",
    "start a process": "import os\npid = os.fork()\nif not pid: os._exit(0)\noutcome = 'HIT'",
    "run a program": "import os\nos.execv('/usr/bin/env', ['env'])",
    "a thousand threads": "import threading, time\n"
    "for _ in range(1000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\noutcome = 'HIT'",
    "see other processes": "import os\noutcome = 'HIT' if any(name.isdigit() for name in os.listdir('/proc')) else ''",
    "end its parent": "import os\nos.kill(os.getppid() or -1, 9); outcome = 'HIT'",
    "end all processes": "import os\nos.kill(-1, 9); outcome = 'HIT'",
    "trace its parent": LIBC + "import os\noutcome = 'HIT' if libc.ptrace(16, os.getppid(), 0, 0) == 0 else ''",
    "limit its parent": LIBC + "import os\nlimit = (ctypes.c_ulong * 2)(1, 1)\n"
    "outcome = 'HIT' if os.getppid() and libc.prlimit(os.getppid(), 7, limit, None) == 0 else ''",
    "raise its own limits": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1)); outcome = 'HIT'",
    "connect to this machine": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 2); outcome = 'HIT'",
    "an abstract socket": "import socket\ns = socket.socket(socket.AF_UNIX)\n"
    "s.connect('\\0' + {abstract!r}); outcome = 'HIT'",
    "namespaces of its own": LIBC + "outcome = 'HIT' if libc.unshare(0x10000000) == 0 else ''",
    "mount something": LIBC + "outcome = 'HIT' if libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0 else ''",
    "a message in the keyring": LIBC + "added = libc.syscall({add_key}, b'user', b'x', b'y', 1, -3)\n"
    "outcome = 'HIT' if added > 0 else ''",
    "outlive its parent's signal": LIBC + "outcome = 'HIT' if libc.prctl(1, 0, 0, 0, 0) == 0 else ''",
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    attack: str
    held: bool
    how: str  # what the attack got instead


def attack_all(host: Host, names: Iterable[str] = tuple(ATTACKS)) -> Iterator[Outcome]:
    """Run the attacks behind the walls of `host`, each in a child of its own. Raises HostError when the host dies."""
    with (
        tempfile.NamedTemporaryFile("w", prefix="secret-") as secret,
        closing(socket.create_server(("127.0.0.1", 0))) as listener,
        closing(socket.socket(socket.AF_UNIX)) as abstract,
    ):
        secret.write("secret")
        secret.flush()
        name = f"autograder-doctor-{os.getpid()}"
        abstract.bind(f"\0{name}")
        abstract.listen()
        answers = next((PACKAGE / "suites").glob("*/expected.bin"), PACKAGE / "suites")
        values = {
            "secret": secret.name,
            "answers": str(answers),
            "home": str(Path.home()),
            "port": listener.getsockname()[1],
            "abstract": name,
            "add_key": 217 if os.uname().machine == "aarch64" else 248,
        }
        for attack in names:
            yield try_one(host, attack, ATTACKS[attack].format(**values))


def try_one(host: Host, attack: str, code: str) -> Outcome:
    # In a function: a statement that fails must not be followed by the next.
    code = f"def attack():\n    outcome = ''\n{textwrap.indent(code, '    ')}\n    return outcome\noutcome = attack()\n"
    submission = Submission(Path("attack.py"), [Cell(0, code, "attack.py", 1)])
    rules = {**load_rules(), "refused": []}
    session = Session(host, submission, PROBES, rules)
    try:
        seen = session.ask("attack", Question())
        outcome = str(seen.values.get("outcome", ""))
        errors = [error for errors in session.cell_errors.values() for error in errors]
        how = next((f"{error.get('type')}: {error.get('message')}" for error in errors), "")
        how = how or next((end.why for end in session.ends), "") or seen.ended or "nothing came of it"
        return Outcome(attack, outcome != HIT, "it worked" if outcome == HIT else how)
    finally:
        session.close()
