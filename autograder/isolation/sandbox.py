"""Which walls this machine has, found by trying: real attacks are run behind them."""

import sys
from collections.abc import Callable, Iterable

from autograder.isolation import bubblewrap, landlock
from autograder.isolation.attacks import Outcome, attack_all
from autograder.isolation.launch import ForkingHost, Host, HostError, SpawningHost, start_host

# warm: a host imports torch once, and forks each submission into namespaces of its own.
# cold: one bubblewrap and one import of torch for each submission, where namespaces cannot be nested.
MODES: dict[str, Callable[[], Host]] = {
    "warm": lambda: ForkingHost(warm=True, walled=True),
    "cold": lambda: SpawningHost(walled=True),
}


# The choices of `--sandbox`, and what reports call the walls that come of each.
CHOICES = {"walls": tuple(MODES), "container": ("container",), "off": ("none",)}


class NoWalls(RuntimeError):
    """There are no walls on this machine; the text says what is missing."""


def open_host(sandbox: str, warm: bool = False) -> Host:
    """A host for a choice of `--sandbox`: `walls`, `off`, or `container`, where the container around us is the wall.

    `warm` is that of `start_host`; behind walls the host is warm anyway. Raises NoWalls, and ValueError for another
    choice.
    """
    if sandbox == "walls":
        host, missing = walled_host()
        if not host:
            raise NoWalls(" ".join(["there are no walls on this machine.", *missing]))
        return host
    if sandbox not in CHOICES:
        raise ValueError(f"there is no sandbox `{sandbox}`: it is {', '.join(CHOICES)}")
    host = start_host(warm)
    host.sandbox = "container" if sandbox == "container" else host.sandbox
    return host


SELF_TEST = ("read another's file", "start a process", "see other processes", "connect to this machine")


def prerequisites() -> list[str]:
    """What is missing before anything is tried."""
    if sys.platform != "linux":
        return ["Walls need Linux. On macOS take a Linux virtual machine, on Windows WSL2."]
    missing = []
    if not bubblewrap.found():
        missing.append("bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap).")
    if not landlock.version():
        missing.append("This kernel has no Landlock: it takes Linux 5.13 or newer, with Landlock switched on.")
    return missing


def walled_host(
    attacks: Iterable[str] = SELF_TEST, on_attack: Callable[[Outcome], None] = lambda outcome: None
) -> tuple[Host | None, list[str]]:
    """A host behind the best walls that hold these attacks here, or None; and what keeps better ones from standing."""
    missing = prerequisites()
    for mode in MODES if not missing else ():
        host = MODES[mode]()
        hits = []
        try:
            for outcome in attack_all(host, attacks):
                on_attack(outcome)
                hits += [] if outcome.held else [outcome.attack]
        except HostError as error:
            missing.append(f"{mode}: {why_not(str(error))}")
        else:
            if not hits:
                return host, missing
            missing.append(f"{mode}: these attacks work: {', '.join(hits)}")
        host.close()
    return None, missing


def why_not(words: str) -> str:
    """What bubblewrap or the kernel says, and what it means."""
    if "setting up uid map" in words or "RTM_NEWADDR" in words:
        return (
            "this system keeps user namespaces from bubblewrap. On Ubuntu 24.04 and newer an administrator enables the "
            f"AppArmor profile bwrap-userns-restrict (package apparmor-profiles). ({last_line(words)})"
        )
    if "No permissions to create" in words or "Can't mount proc" in words:
        return f"inside a container namespaces are refused. ({last_line(words)})"
    return last_line(words)


def last_line(words: str) -> str:
    return words.strip().splitlines()[-1][:300] if words.strip() else "it did not start"
