"""Names the known mistakes behind the checks that failed, and lets them speak."""

from collections.abc import Mapping

from autograder.explain import RUNS
from autograder.fingerprint import MATCH, Fingerprint, away
from autograder.known import Mistake
from autograder.report import CheckResult


def name_mistakes(
    results: Mapping[str, CheckResult], saw: Mapping[str, Fingerprint], known: list[Mistake]
) -> list[str]:
    """Put the message of a known mistake on each failed check that it explains. Returns the mistakes' ids.

    A mistake is named only where all that it does is seen: in every check that fails for it, of those that were graded.
    Of several, the one speaks that explains most; where two explain as much, both are said.
    """
    failed = [check for check, result in results.items() if result.status == "failed"]
    explains: dict[str, set[str]] = {}
    for mistake in known:
        graded = {check for check in mistake.fingerprints if check in results}
        like = {check for check in failed if is_like(mistake, check, saw.get(check, []))}
        explains[mistake.id] = like if like == graded else set()
    named: dict[str, None] = {}
    for check in failed:
        most = max((len(checks) for checks in explains.values() if check in checks), default=0)
        best = [mistake for mistake in known if check in explains[mistake.id] and len(explains[mistake.id]) == most]
        if best:
            speak(results[check], best)
            named |= dict.fromkeys(mistake.id for mistake in best)
    return list(named)


def is_like(mistake: Mistake, check: str, saw: Fingerprint) -> bool:
    return check in mistake.fingerprints and away(saw, mistake.fingerprints[check]) <= MATCH


def speak(result: CheckResult, mistakes: list[Mistake]) -> None:
    """Put the message of the mistakes on a result. An error keeps its own text, and its meaning in plain words."""
    happens = ", or ".join(dict.fromkeys(mistake.happens for mistake in mistakes))
    if result.expected == RUNS:
        result.came, result.why = f"{result.came}. That is: {happens}", result.hint
    else:
        result.came, result.why = happens, mistakes[0].why
    result.hint = " Or: ".join(dict.fromkeys(mistake.look for mistake in mistakes))
    result.lesson = mistakes[0].lesson or result.lesson
    result.mistake = mistakes[0].id
    result.message = f"expected: {result.expected}; came: {result.came}"
