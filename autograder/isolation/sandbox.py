"""Which walls this machine has, found by trying: real attacks are run behind them."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.isolation import bubblewrap, landlock
from autograder.isolation.attacks import Outcome, attack_all
from autograder.isolation.launch import ForkingHost, Host, HostError, SpawningHost

# warm: a host imports torch once, and forks each submission into namespaces of its own.
# cold: one bubblewrap and one import of torch for each submission, where namespaces cannot be nested.
MODES: dict[str, Callable[[], Host]] = {
    "warm": lambda: ForkingHost(warm=True, walled=True),
    "cold": lambda: SpawningHost(walled=True),
}


SELF_TEST = ("read another's file", "start a process", "see other processes", "connect to this machine")


@dataclass
class Walls:
    """What was found: `mode` is None where there are no walls, and `missing` says why and what to do."""

    mode: str | None = None
    missing: list[str] = field(default_factory=list)


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


def find_walls(on_attack: Callable[[str, Outcome], None] = lambda mode, outcome: None) -> Walls:
    """Try the modes one after another, with every attack; the first that holds them all is taken."""
    walls = Walls(missing=prerequisites())
    for mode in MODES if not walls.missing else ():
        try:
            outcomes = try_mode(mode, on_attack)
        except HostError as error:
            walls.missing.append(f"{mode}: {why_not(str(error))}")
            continue
        hits = [outcome.attack for outcome in outcomes if not outcome.held]
        if not hits:
            walls.mode = mode
            return walls
        walls.missing.append(f"{mode}: these attacks work: {', '.join(hits)}")
    return walls


class NoWalls(RuntimeError):
    """There are no walls here; the text says what is missing and what to do."""


def start_walled_host() -> Host:
    """A host behind the best walls that stand here, after a few attacks against them. Raises NoWalls."""
    walls = Walls(missing=prerequisites())
    for mode in MODES if not walls.missing else ():
        host = MODES[mode]()
        try:
            hits = [outcome.attack for outcome in attack_all(host, SELF_TEST) if not outcome.held]
        except HostError as error:
            hits = [why_not(str(error))]
        if not hits:
            return host
        host.close()
        walls.missing.append(f"{mode}: {', '.join(hits)}")
    raise NoWalls("there are no walls on this machine. " + " ".join(walls.missing))


def try_mode(mode: str, on_attack: Callable[[str, Outcome], None]) -> list[Outcome]:
    """Raises HostError where the walls of this mode do not even stand."""
    host = MODES[mode]()
    outcomes = []
    try:
        for outcome in attack_all(host):
            on_attack(mode, outcome)
            outcomes.append(outcome)
    finally:
        host.close()
    return outcomes


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
