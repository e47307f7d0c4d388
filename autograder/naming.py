"""Names the known mistakes behind the checks that failed, and lets them speak."""

from collections.abc import Mapping

from autograder.explain import RUNS
from autograder.fingerprint import MATCH, Fingerprint, away
from autograder.known import Mistake
from autograder.report import CheckResult


def name_mistakes(
    results: Mapping[str, CheckResult], saw: Mapping[str, Fingerprint], known: list[Mistake]
) -> list[str]:
    """Put the message of a known mistake on each failed check that behaves like it. Returns the mistakes' ids.

    Of several, the one speaks that explains most of what failed, and costs nothing that is right. Where two explain
    the same, both are said.
    """
    failed = [check for check, result in results.items() if result.status == "failed"]
    explains = {
        mistake.id: {check for check in failed if is_like(mistake, check, saw.get(check, []))} for mistake in known
    }
    named: dict[str, None] = {}
    for check in failed:
        matches = [mistake for mistake in known if check in explains[mistake.id]]
        ranks = {mistake.id: rank(mistake, explains[mistake.id], results) for mistake in matches}
        best = [mistake for mistake in matches if ranks[mistake.id] == max(ranks.values())]
        if best:
            speak(results[check], best)
            named |= dict.fromkeys(mistake.id for mistake in best)
    return list(named)


def is_like(mistake: Mistake, check: str, saw: Fingerprint) -> bool:
    return check in mistake.fingerprints and away(saw, mistake.fingerprints[check]) <= MATCH


def rank(mistake: Mistake, explained: set[str], results: Mapping[str, CheckResult]) -> tuple[bool, int]:
    graded = {check for check in mistake.fingerprints if check in results}
    return graded == explained, len(explained)


def speak(result: CheckResult, mistakes: list[Mistake]) -> None:
    """Put the message of the mistakes on a result; an error keeps its own text, which names the line."""
    result.mistake = mistakes[0].id
    result.lesson = mistakes[0].lesson or result.lesson
    result.hint = " Or: ".join(dict.fromkeys(mistake.look for mistake in mistakes))
    result.why = mistakes[0].why
    happens = ", or ".join(dict.fromkeys(mistake.happens for mistake in mistakes))
    result.came = f"{result.came}. That is: {happens}" if result.expected == RUNS else happens
    result.message = f"expected: {result.expected}; came: {result.came}"
