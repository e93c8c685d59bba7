"""What asking again tells of a case: is a mistake steady, and does the incumbent make it too?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.analysis.cases import Case
from harness.analysis.outcome import NOT_RUN, Basis, all_right, deciders
from harness.domain.observation import Arm, CallError, Observation
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair
from harness.report.wording import Names, amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Whether each arm's second answer is right; None where that is not known."""

    incumbent: bool | None = None
    candidate: bool | None = None


def again_of(scores: Sequence[ScoredPair], deciding: Sequence[str] = ()) -> Again:
    """What the scores tell of the second answers.

    Args:
        scores: The scores of one pair.
        deciding: Names of the scorers that decide; the first alone where none is named.
    """
    decisive = deciders(scores, deciding)
    return Again(
        incumbent=all_right(decisive, lambda scored: scored.incumbent_repeat),
        candidate=all_right(decisive, lambda scored: scored.candidate_repeat),
    )


def rerun_sentences(case: Case, pair: Pair, basis: Basis, names: Names, again: Again) -> tuple[str, ...]:
    """One sentence for each arm that was asked again; nothing is said that is not known."""
    told = (
        (Arm.CANDIDATE, names.candidate, case.candidate.right, again.candidate),
        (Arm.INCUMBENT, names.incumbent, case.incumbent.right, again.incumbent),
    )
    sentences = (
        _sentence(pair, arm, name, right if basis is Basis.EXPECTED else None, second)
        for arm, name, right, second in told
    )
    return tuple(sentence for sentence in sentences if sentence)


def _sentence(pair: Pair, arm: Arm, name: str, right: bool | None, second: bool | None) -> str:
    first = pair.observation(arm)
    repeats = [repeat for repeat, _ in pair.repeats_of(arm) if not _not_run(repeat)]
    if not repeats:
        return ""
    same = sum(_said(repeat) == _said(first) for repeat in repeats)
    runs = list(_verdicts(first, repeats, right, second))
    if right is None or None in runs:
        return f"{name} said the same in {same} of {amount(len(repeats), 'rerun')}"
    wrong = runs.count(False)
    of = f"{wrong} of {amount(len(runs), 'run')}"
    if wrong == 0:
        return f"{name} is right in all {len(runs)} runs" if arm is Arm.CANDIDATE else ""
    if arm is Arm.INCUMBENT:
        return f"{name} itself fails this one in {of}"
    return f"failed in {of}" if wrong == len(runs) else f"flaky: {name} failed in {of}"


def _verdicts(
    first: Observation, repeats: Sequence[Observation], right: bool | None, second: bool | None
) -> Iterator[bool | None]:
    """Whether each run is right: the same answer is as right as the first, a failed call is wrong."""
    yield right
    for repeat in repeats:
        if isinstance(repeat.outcome, CallError):
            yield False
        elif _said(repeat) == _said(first):
            yield right
        else:
            yield second if repeat.key.repeat == 1 else None


def _not_run(observation: Observation) -> bool:
    return isinstance(observation.outcome, CallError) and observation.outcome.kind in NOT_RUN


def _said(observation: Observation) -> object:
    outcome = observation.outcome
    return outcome.kind if isinstance(outcome, CallError) else outcome.answer
