from dataclasses import replace

import pytest
from factories import observation, pair, record, response
from report_runs import Run, agreement_run, changed, invoices, scored

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.analysis.outcome import Basis, Quadrant
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.domain.score import Score, ScoredPair
from harness.errors import RunDamaged

SETTINGS = AnalysisSettings(slices=("language", "lines"))


def run(pairs: list[Pair], scores: list[ScoredPair], settings: AnalysisSettings = SETTINGS) -> Analysis:
    return analyze(iter(pairs), iter(scores), settings)


def labelled(record_id: str) -> Pair:
    return pair(of=record(record_id, expected="ok"))


def test_counts_add_up() -> None:
    given = invoices(300)
    found = run(given.pairs, given.scored)
    assert found.basis is Basis.EXPECTED
    assert found.pairs == found.compared == 300
    assert sum(entry.count for entry in found.quadrants.values()) == 300
    regressions = found.count(Quadrant.REGRESSION)
    assert regressions > 10
    assert sum(kind.primary_only_candidate for kind in found.kinds) == regressions
    assert found.net_difference is not None
    assert found.net_difference.value == (found.count(Quadrant.GAIN) - regressions) / 300
    assert found.incumbent_right is not None
    assert found.incumbent_right.value == (found.count(Quadrant.BOTH_RIGHT) + regressions) / 300
    for table in found.tags:
        assert sum(row.n for row in table.rows) == 300
        assert sum(row.losses for row in table.rows) == regressions
    assert [entry.name for entry in found.harmless] == ["format_only"]


def test_arms_errors_tokens_and_cost() -> None:
    given = invoices(300)
    found = run(given.pairs, given.scored)
    candidate = found.arm(Arm.CANDIDATE)
    assert candidate.calls == 300
    assert [(entry.name, entry.count) for entry in candidate.errors] == [("timed_out", 5)]
    assert candidate.answered == 295
    assert candidate.tokens.unknown == 5
    assert candidate.tokens.input == 295 * 900
    assert candidate.cost.unknown == 6
    assert candidate.cost.known_usd == pytest.approx(294 * 0.0021)
    assert candidate.latency.n == 295
    assert found.arm(Arm.INCUMBENT).retries > 0


def test_numeric_tags_with_many_values_are_binned() -> None:
    given = invoices(300)
    lines = next(table for table in run(given.pairs, given.scored).tags if table.tag == "lines")
    assert lines.binned
    assert 3 <= len(lines.rows) <= 6
    assert lines.rows[-1].value.endswith("to 60")


def test_many_other_values_are_joined_and_missing_tags_are_named() -> None:
    pairs = [
        pair(of=record(f"r{place}", expected="ok", tags={"vendor": f"v{place}"} if place else {}))
        for place in range(30)
    ]
    found = run(pairs, [scored(one) for one in pairs], AnalysisSettings(slices=("vendor",)))
    rows = found.tags[0].rows
    assert len(rows) == 12
    assert {"(no tag)", "(other values)"} <= {row.value for row in rows}


def test_agreement_only_has_no_accuracy() -> None:
    given = agreement_run(40)
    found = run(given.pairs, given.scored)
    assert found.basis is Basis.AGREEMENT
    counts = {name: entry.count for name, entry in found.quadrants.items()}
    assert counts == {"agree": 36, "differ": 2, "one_failed": 1, "both_failed": 1, "unscored": 0}
    assert found.incumbent_right is None
    assert found.candidate_right is None
    assert found.net_difference is None


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (response("half", finish_reason="length"), "truncated"),
        (response("", finish_reason="content_filter"), "refusal"),
        (response("  "), "empty"),
        (CallError(kind="unavailable", message="503"), "call_failed"),
        (CallError(kind="truncated_stream", message="cut"), "truncated"),
    ],
)
def test_agreement_failures_without_a_reference(outcome: object, kind: str) -> None:
    one = pair("ok", outcome)  # type: ignore[arg-type]
    found = run([one], [scored(one, None, None, agreement=None)])
    assert [(entry.kind, entry.candidate, entry.incumbent) for entry in found.kinds] == [(kind, 1, 0)]


def test_refusal_text_is_a_failure_of_the_incumbent() -> None:
    refused = response(None)
    refused = replace(refused, answer=replace(refused.answer, refusal="I cannot"))
    one = pair(refused, "ok")
    found = run([one], [scored(one, None, None, agreement=None)])
    assert found.count(Quadrant.ONE_FAILED) == 1


def test_what_cannot_be_told_counts_neither_as_right_nor_as_wrong() -> None:
    told, silent, lonely, unlabelled = labelled("a"), labelled("b"), labelled("c"), pair(of=record("d"))
    skipped = replace(
        labelled("e"),
        candidate=observation(CallError(kind="not_called", message=""), arm=Arm.CANDIDATE, record_id="e"),
    )
    cannot = Score(value=None, reason="no number in the text")
    scores = [scored(told), scored(silent, candidate=None), scored(unlabelled), scored(skipped)]
    scores[1] = replace(scores[1], candidate=cannot)
    found = run([told, silent, lonely, unlabelled, skipped], scores)
    assert (found.pairs, found.compared) == (5, 1)
    assert {entry.name: entry.count for entry in found.unscored} == {
        "candidate: no number in the text": 1,
        "no score": 1,
        "no expected answer": 1,
        "candidate not called": 1,
    }
    assert found.arm(Arm.CANDIDATE).not_run == 1
    assert found.arm(Arm.CANDIDATE).calls == 4
    (accuracy,) = found.accuracy.values()
    assert [(entry.name, entry.count) for entry in accuracy.reasons] == [("no number in the text", 1)]


def test_agreement_that_cannot_be_told() -> None:
    one = pair()
    found = run([one], [scored(one, None, None, agreement=Score(value=None, reason="odd"))])
    assert [entry.name for entry in found.unscored] == ["agreement: odd"]


def test_a_wrong_answer_without_findings_still_counts() -> None:
    one = labelled("a")
    scores = [replace(scored(one), candidate=Score(value=0.2, reason="too short"))]
    found = run([one], scores)
    assert [(kind.kind, kind.only_candidate) for kind in found.kinds] == [("no_finding", 1)]


def test_the_first_scorer_is_primary() -> None:
    one = labelled("a")
    wrong = scored(one, candidate=(changed("a", "1", "2"),), scorer="strict")
    lenient = scored(one, scorer="lenient")
    assert run([one], [lenient, wrong]).count(Quadrant.REGRESSION) == 0
    named = AnalysisSettings(scorers=("strict", "lenient"))
    found = run([one], [lenient, wrong], named)
    assert found.count(Quadrant.REGRESSION) == 1
    assert list(found.accuracy) == ["strict", "lenient"]


def test_means_are_given_only_where_they_say_more() -> None:
    pairs = [labelled("a"), labelled("b")]
    scores = [scored(pairs[0], candidate=(changed("x", "1", "2"),)), scored(pairs[1])]
    (scorer,) = run(pairs, scores).accuracy.values()
    assert scorer.incumbent is not None
    assert scorer.incumbent.mean is None
    assert scorer.candidate is not None
    assert scorer.candidate.mean is not None
    assert scorer.candidate.mean.value == pytest.approx((0.9 + 1) / 2)
    assert scorer.candidate.right.value == 0.5
    (alike,) = run(pairs, scores).agreement.values()
    assert alike.incumbent is None


def test_nothing_at_all() -> None:
    found = run([], [])
    assert (found.pairs, found.compared) == (0, 0)
    assert found.net_difference is None
    assert (found.slices, found.clusters, found.features) == ((), (), ())


def test_scores_that_fit_no_pair() -> None:
    given: Run = invoices(3)
    with pytest.raises(RunDamaged, match=r"scores of record 'inv-00002' that fit no pair") as caught:
        run(given.pairs[:2], given.scored)
    assert caught.value.hint == "Score the run again: harness score RUN"
