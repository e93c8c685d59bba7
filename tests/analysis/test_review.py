"""What people say moves the figures: counts worked out by hand, and what must hold for any judgements."""

from dataclasses import replace

import pytest
from factories import observation, pair, record, response
from hypothesis import given, settings
from hypothesis import strategies as st
from report_runs import Run, agreement_run, changed, invoices, scored

from harness.analysis import (
    Analysis,
    AnalysisSettings,
    analysis_from_json,
    analysis_to_json,
    analyze,
    analyze_with_cases,
)
from harness.analysis.cases import open_case
from harness.analysis.outcome import Outcome, Quadrant, Unscored, judge
from harness.analysis.review import merged, reviewed
from harness.analysis.review_summary import reviewer_agreement
from harness.analysis.stats.agreement import cohen_kappa, krippendorff_alpha
from harness.domain.case_row import CaseRow
from harness.domain.chat import Answer, Response, ToolCall
from harness.domain.judgement import Judgement, Opinion, RightSide
from harness.domain.observation import Arm, CallError
from harness.domain.pair import Pair
from harness.domain.score import ScoredPair

WRONG = (changed("total", "1", "2"),)
SIDES = {"both_right": ((), ()), "regression": ((), WRONG), "gain": (WRONG, ()), "both_wrong": (WRONG, WRONG)}
SETTINGS = AnalysisSettings(margin=0.1)


def said(record_id: str, opinion: str, reviewer: str = "Ann", **changes: object) -> Judgement:
    return replace(
        Judgement(record_id=record_id, opinion=Opinion(opinion), reviewer=reviewer),
        **changes,  # type: ignore[arg-type]
    )


def ten(**counts: int) -> Run:
    """Pairs named by their quadrant and number: regression-0 and so on."""
    pairs, scores = [], []
    for quadrant, count in counts.items():
        for number in range(count):
            one = pair("old", "new", of=record(f"{quadrant}-{number}", expected="label"))
            pairs.append(one)
            scores.append(scored(one, *SIDES[quadrant]))
    return Run(pairs=pairs, scored=scores)


def found(run: Run, *judgements: Judgement, settings: AnalysisSettings = SETTINGS) -> Analysis:
    analysis = analyze(run.pairs, run.scored, settings, judgements=judgements)
    assert analysis_from_json(analysis_to_json(analysis)) == analysis
    return analysis


def rows(run: Run, *judgements: Judgement) -> dict[str, CaseRow]:
    given = analyze_with_cases(run.pairs, run.scored, SETTINGS, judgements=judgements)
    return {row.record_id: row for row in given.cases}


def counts(analysis: Analysis) -> dict[str, int]:
    return {name: entry.count for name, entry in analysis.quadrants.items() if entry.count}


def moved(analysis: Analysis) -> dict[tuple[str, str, str], int]:
    assert analysis.review is not None
    return {(move.before.value, move.after, move.said.value): move.count for move in analysis.review.moved}


def one(quadrant: str, *judgements: Judgement, **changes: object) -> Outcome | Unscored:
    """What one pair of that quadrant means after review."""
    fields = {"incumbent": "old", "candidate": "new", **changes}
    given = pair(**fields, of=record("r", expected="label"))  # type: ignore[arg-type]
    return reviewed(given, judge(given, [scored(given, *SIDES[quadrant])]), merged(judgements).get("r"))


MIXED = ten(both_right=6, regression=4, gain=1, both_wrong=1)


def test_an_accepted_regression_is_right_and_every_figure_follows() -> None:
    accepted = (said("regression-0", "acceptable"), said("regression-1", "acceptable"))
    given = found(MIXED, *accepted)
    assert counts(given) == {"both_right": 8, "regression": 2, "gain": 1, "both_wrong": 1}
    assert given.net_difference is not None
    assert given.net_difference.value == pytest.approx(-1 / 12)
    assert given.candidate_right is not None
    assert given.candidate_right.value == pytest.approx(9 / 12)
    assert given.failures["wrong_value"].only_candidate == 2
    assert given.failures["wrong_value"].candidate == 3
    assert sum(group.size for group in given.clusters) == 3
    assert {name for name, row in rows(MIXED, *accepted).items() if row.quadrant == "regression"} == {
        "regression-2",
        "regression-3",
    }
    assert moved(given) == {("regression", "both_right", "acceptable"): 2}


def test_the_figures_as_scored_stand_beside() -> None:
    plain = found(MIXED)
    assert plain.review is None
    review = found(MIXED, said("regression-0", "acceptable"), said("gain-0", "unsure")).review
    assert review is not None
    assert review.scored.quadrants == plain.quadrants
    assert review.scored.net == plain.net_difference
    assert review.scored.noninferiority == plain.noninferiority
    assert review.scored.sequential == plain.sequential
    assert (review.cases, review.judged_cases, review.records) == (6, 2, 2)
    assert review.judged == {"gain": 1, "regression": 1}


def test_an_answer_that_is_not_acceptable_is_wrong_though_scored_right() -> None:
    given = found(MIXED, said("both_right-0", "unacceptable"), said("gain-0", "unacceptable"))
    assert counts(given) == {"both_right": 5, "regression": 5, "both_wrong": 2}
    assert given.failures["judged_worse"].only_candidate == 1
    assert given.failures["judged_worse"].candidate == 2
    assert moved(given) == {
        ("both_right", "regression", "unacceptable"): 1,
        ("gain", "both_wrong", "unacceptable"): 1,
    }
    review = given.review
    assert review is not None
    assert (review.audit.pairs, review.audit.unacceptable.n, review.audit.unacceptable.value) == (6, 1, 1.0)


@pytest.mark.parametrize("quadrant", ["both_right", "gain", "both_wrong"])
def test_acceptable_elsewhere_changes_nothing(quadrant: str) -> None:
    assert one(quadrant, said("r", "acceptable")) == one(quadrant)


@pytest.mark.parametrize("quadrant", ["regression", "both_wrong"])
def test_unacceptable_elsewhere_changes_nothing(quadrant: str) -> None:
    assert one(quadrant, said("r", "unacceptable")) == one(quadrant)


@pytest.mark.parametrize("quadrant", SIDES)
def test_unsure_changes_nothing(quadrant: str) -> None:
    assert one(quadrant, said("r", "unsure")) == one(quadrant)


@pytest.mark.parametrize("outcome", [CallError(kind="timed_out", message=""), response(" "), response(None)])
@pytest.mark.parametrize(
    "judgement", [said("r", "acceptable"), said("r", "label_wrong", right=RightSide.CANDIDATE)]
)
def test_no_person_can_accept_what_is_not_there(outcome: object, judgement: Judgement) -> None:
    given = one("regression", judgement, candidate=outcome)
    assert isinstance(given, Outcome)
    assert not given.candidate.right
    assert given.candidate.kind == "wrong_value"


def test_the_same_words_of_both_cannot_be_wrong_of_one_alone() -> None:
    given = one("both_right", said("r", "unacceptable"), incumbent="a b", candidate=" a  b\n")
    assert isinstance(given, Outcome)
    assert given.quadrant is Quadrant.BOTH_WRONG
    assert (given.incumbent.kind, given.candidate.kind) == ("judged_worse", "judged_worse")


def test_the_same_words_with_other_calls_are_not_the_same() -> None:
    def calls(value: str) -> Response:
        return response(
            "done", answer=Answer(text="done", tool_calls=(ToolCall(id="1", name="f", arguments=value),))
        )

    refusal = said("r", "unacceptable")
    other = one("both_right", refusal, incumbent=calls("{}"), candidate=calls('{"a":1}'))
    same = one("both_right", refusal, incumbent=calls("{}"), candidate=calls("{}"))
    failed = one("both_right", refusal, candidate=CallError(kind="timed_out", message=""))
    assert [given.quadrant for given in (other, same, failed) if isinstance(given, Outcome)] == [
        Quadrant.REGRESSION,
        Quadrant.BOTH_WRONG,
        Quadrant.REGRESSION,
    ]


@pytest.mark.parametrize("quadrant", SIDES)
@pytest.mark.parametrize(
    ("right", "after"),
    [
        ("candidate", Quadrant.GAIN),
        ("incumbent", Quadrant.REGRESSION),
        ("both", Quadrant.BOTH_RIGHT),
        ("neither", Quadrant.BOTH_WRONG),
    ],
)
def test_a_wrong_label_with_who_is_right(quadrant: str, right: str, after: Quadrant) -> None:
    given = one(quadrant, said("r", "label_wrong", right=RightSide(right)))
    assert isinstance(given, Outcome)
    assert given.quadrant is after
    for side in (given.incumbent, given.candidate):
        assert (side.kind is None) is side.right


def test_a_wrong_label_without_leaves_the_accuracy() -> None:
    given = found(MIXED, said("regression-0", "label_wrong"), said("both_right-0", "label_wrong"))
    assert given.compared == 10
    assert counts(given)["unscored"] == 2
    assert [(entry.name, entry.count) for entry in given.unscored] == [("label wrong, by review", 2)]
    assert given.net_difference is not None
    assert given.net_difference.value == pytest.approx(-2 / 10)
    assert moved(given) == {
        ("both_right", "unscored", "label_wrong"): 1,
        ("regression", "unscored", "label_wrong"): 1,
    }
    # Somebody chose it after seeing the answers: at every look it counts against either verdict.
    assert given.sequential is not None
    assert (given.sequential.records, given.sequential.unjudged) == (12, 2)


def test_without_expected_answers_accepting_makes_them_agree() -> None:
    run = agreement_run(40)
    differing = [pair_.record.id for pair_ in run.pairs[:4]]
    given = found(run, *(said(record_id, "acceptable") for record_id in differing))
    assert counts(given) == {"agree": 38, "one_failed": 1, "both_failed": 1}
    assert given.net_difference is None
    assert given.review is not None
    assert given.review.scored.net is None
    assert {name: entry.count for name, entry in given.review.scored.quadrants.items()} == {
        "agree": 36,
        "differ": 2,
        "one_failed": 1,
        "both_failed": 1,
        "unscored": 0,
    }


def test_without_expected_answers_an_answer_that_both_gave_fails_for_both() -> None:
    run = agreement_run(40)
    same = pair("a b", "a  b\n", of=run.pairs[10].record)
    other = pair("a b", "c", of=run.pairs[11].record)
    mixed = replace(run, pairs=[*run.pairs[:10], same, other, *run.pairs[12:]])
    given = found(mixed, *(said(one.record.id, "unacceptable") for one in (same, other)))
    assert counts(given) == {"agree": 34, "differ": 3, "one_failed": 1, "both_failed": 2}


def test_without_expected_answers_there_is_no_label_to_be_wrong() -> None:
    run = agreement_run(40)
    given = found(run, said("t-000", "label_wrong", right=RightSide.CANDIDATE), said("t-001", "label_wrong"))
    assert counts(given) == counts(found(run))


def test_what_the_scorers_cannot_tell_people_do_not_either() -> None:
    lonely = pair(of=record("a", expected="x"))
    given = found(Run(pairs=[lonely], scored=[]), said("a", "label_wrong", right=RightSide.BOTH))
    assert counts(given) == {"unscored": 1}
    assert given.review is not None
    assert given.review.judged == {"unscored": 1}


@pytest.mark.parametrize(
    ("opinions", "together"),
    [
        (("acceptable",), "acceptable"),
        (("acceptable", "unsure"), "acceptable"),
        (("unsure", "unsure"), "unsure"),
        (("acceptable", "unacceptable"), "conflict"),
        (("acceptable", "acceptable", "unacceptable"), "acceptable"),
        (("acceptable", "acceptable", "unacceptable", "label_wrong"), "conflict"),
        (("acceptable", "unacceptable", "label_wrong"), "conflict"),
        (("unacceptable", "unacceptable", "unsure", "unsure", "acceptable"), "unacceptable"),
    ],
)
def test_more_than_half_of_those_who_are_sure_decide(opinions: tuple[str, ...], together: str) -> None:
    given = [said("r", opinion, f"p{place}") for place, opinion in enumerate(opinions)]
    assert merged(given)["r"].said == together
    assert merged(reversed(given))["r"] == merged(given)["r"]


def test_a_person_who_changes_their_mind_counts_once() -> None:
    assert merged([said("r", "acceptable"), said("r", "unacceptable")])["r"].said == "unacceptable"


@pytest.mark.parametrize(
    ("sides", "together"),
    [
        (("candidate",), ("label_wrong", "candidate")),
        (("candidate", None), ("label_wrong", None)),
        (("candidate", None, None), ("label_wrong", None)),
        (("candidate", "candidate", None), ("label_wrong", "candidate")),
        (("candidate", "candidate", "incumbent", None, None), ("conflict", None)),
        (("candidate", "incumbent"), ("conflict", None)),
        (("both", "both", "incumbent"), ("label_wrong", "both")),
        ((None, None), ("label_wrong", None)),
    ],
)
def test_who_is_right_needs_a_majority_too(
    sides: tuple[str | None, ...], together: tuple[str, str | None]
) -> None:
    given = [
        said("r", "label_wrong", f"p{place}", right=RightSide(side) if side else None)
        for place, side in enumerate(sides)
    ]
    review = merged(given)["r"]
    assert (review.said, review.right) == together


def test_who_is_right_needs_a_majority_of_all_who_are_sure() -> None:
    given = [
        said("r", "label_wrong", "Ann", right=RightSide.CANDIDATE),
        said("r", "label_wrong", "Bo"),
        said("r", "acceptable", "Cy"),
        said("r", "unsure", "Di"),
    ]
    assert (merged(given)["r"].said, merged(given)["r"].right) == ("label_wrong", None)
    given[1] = replace(given[1], right=RightSide.CANDIDATE)
    assert merged(given)["r"].right is RightSide.CANDIDATE


def test_a_conflict_counts_for_nothing_and_is_listed() -> None:
    given = found(
        MIXED,
        said("regression-0", "acceptable", note="reads fine"),
        said("regression-0", "unacceptable", "Bo"),
        said("nowhere", "acceptable"),
    )
    assert counts(given) == counts(found(MIXED))
    review = given.review
    assert review is not None
    assert review.unknown == 1
    assert review.said == {
        "acceptable": 0,
        "unacceptable": 0,
        "label_wrong": 0,
        "unsure": 0,
        "conflict": 1,
    }
    (conflict,) = review.conflicts
    assert (conflict.record_id, conflict.quadrant) == ("regression-0", "regression")
    told = [(entry.reviewer, entry.opinion.value, entry.note) for entry in conflict.opinions]
    assert told == [("Ann", "acceptable", "reads fine"), ("Bo", "unacceptable", "")]


def test_people_are_counted_and_what_they_judged_in_bulk_apart() -> None:
    given = found(
        MIXED,
        said("regression-0", "acceptable", in_bulk=True),
        said("regression-1", "acceptable", in_bulk=True),
        said("regression-1", "acceptable", "Bo"),
        said("both_right-0", "acceptable", "Bo"),
        said("both_right-1", "acceptable", "Bo", in_bulk=True),
        said("gain-0", "unsure", "Bo"),
    ).review
    assert given is not None
    assert [(one.name, one.judged, one.in_bulk, one.unsure) for one in given.reviewers] == [
        ("Bo", 4, 1, 1),
        ("Ann", 2, 2, 0),
    ]
    assert (given.judgements, given.records, given.in_bulk) == (6, 5, 2)
    assert given.audit.unacceptable.n == 1  # nobody looked at both_right-1 by itself
    assert given.agreement is None  # nor did two people look at regression-1


def test_two_people_agree_by_cohens_kappa() -> None:
    told = [("acceptable", "acceptable")] * 20 + [("acceptable", "unacceptable")] * 5
    told += [("unacceptable", "acceptable")] * 10 + [("unacceptable", "unacceptable")] * 15
    told += [("unsure", "acceptable")] * 3
    reviews = merged(
        said(f"r{place}", opinion, name)
        for place, both in enumerate(told)
        for name, opinion in zip(("Ann", "Bo"), both, strict=True)
    )
    given = reviewer_agreement(reviews.values())
    assert given is not None
    assert (given.reviewers, given.same.n, given.same.value) == (2, 50, 0.7)
    assert given.beyond_chance == cohen_kappa([[20, 5, 0], [10, 15, 0], [0, 0, 0]])
    assert given.beyond_chance.value == pytest.approx(0.4)  # the textbook example of Cohen's kappa


def test_three_people_agree_by_krippendorffs_alpha() -> None:
    told: list[tuple[str | None, ...]] = [
        ("acceptable", "acceptable", None),
        ("unacceptable", None, "unacceptable"),
        ("acceptable", "unacceptable", "unacceptable"),
        (None, "acceptable", None),
    ]
    reviews = merged(
        said(f"r{place}", opinion, name)
        for place, row in enumerate(told)
        for name, opinion in zip(("Ann", "Bo", "Cem"), row, strict=True)
        if opinion
    )
    given = reviewer_agreement(reviews.values())
    assert given is not None
    assert (given.reviewers, given.same.n) == (3, 3)
    assert given.beyond_chance == krippendorff_alpha([[2, 0, 0], [0, 2, 0], [1, 2, 0]])


def test_reruns_of_a_case_that_people_decided_confirm_nothing() -> None:
    def twice(name: str) -> tuple[Pair, ScoredPair]:
        base = pair("old", "new", of=record(name, expected="label"))
        again = (
            observation("old", arm=Arm.INCUMBENT, record_id=name),
            observation("new", arm=Arm.CANDIDATE, record_id=name),
        )
        both = replace(base, repeats=again)
        right, wrong = scored(base, *SIDES["regression"]).incumbent, scored(base, (), WRONG).candidate
        score = scored(
            both, (), WRONG, agreement=wrong, noise=right, candidate_noise=right, incumbent_repeat=right,
            candidate_repeat=wrong, cross_incumbent_repeat=wrong, cross_candidate_repeat=wrong,
            cross_repeats=wrong,
        )  # fmt: skip
        return both, score

    pairs, scores = zip(*(twice(f"r{number}") for number in range(3)), strict=True)
    run = Run(pairs=list(pairs), scored=list(scores))
    before, after = found(run).noise, found(run, said("r0", "acceptable")).noise
    assert before is not None
    assert after is not None
    assert (before.regressions.found, before.regressions.confirmed) == (3, 3)
    assert (after.regressions.found, after.regressions.confirmed, after.regressions.flaky) == (2, 2, 0)
    assert before.floor == after.floor
    assert after.inconsistent_candidate.value == 0.0


def test_a_run_that_could_end_early_keeps_its_end_and_gets_a_new_reading() -> None:
    run = ten(both_right=100, regression=60)
    accepted = (said(f"regression-{number}", "acceptable") for number in range(60))
    given = found(run, *accepted, settings=replace(SETTINGS, sequential=True))
    assert given.review is not None
    assert given.review.scored.sequential is not None
    assert given.review.scored.sequential.conclusion.value == "inferior"
    assert given.sequential is not None
    assert given.sequential.conclusion.value == "non_inferior"
    assert given.sequential.records == 160
    assert given.noninferiority is not None
    assert given.noninferiority.method == "e-process, valid at every look"


def test_the_row_and_the_opened_case_tell_what_people_said() -> None:
    given = (
        said("regression-0", "acceptable"),
        said("both_right-0", "unacceptable"),
        said("both_right-1", "acceptable"),
        said("regression-1", "label_wrong"),
        said("gain-0", "acceptable"),
        said("gain-0", "unacceptable", "Bo"),
    )
    listed = rows(MIXED, *given)
    told = {name: (row.quadrant, row.review, row.kind) for name, row in listed.items() if row.review}
    assert told == {
        "regression-0": ("both_right", "acceptable", ""),
        "both_right-0": ("regression", "unacceptable", "judged_worse"),
        "both_right-1": ("both_right", "acceptable", ""),
        "regression-1": ("unscored", "label_wrong", ""),
        "gain-0": ("gain", "conflict", "wrong_value"),
    }
    assert listed["regression-1"].reason == "label wrong, by review"
    assert listed["both_right-0"].group.startswith("v")
    opened = {
        one.record.id: open_case(one, [score], listed[one.record.id], SETTINGS)
        for one, score in zip(MIXED.pairs, MIXED.scored, strict=True)
    }
    accepted, refused, dropped = opened["regression-0"], opened["both_right-0"], opened["regression-1"]
    assert accepted is not None
    assert (accepted.quadrant, accepted.candidate.kind) == (Quadrant.BOTH_RIGHT, "wrong_value")
    assert refused is not None
    assert (refused.quadrant, refused.candidate.kind) == (Quadrant.REGRESSION, "judged_worse")
    assert dropped is not None
    assert dropped.candidate.kind == "wrong_value"


OPINIONS = st.lists(
    st.builds(
        Judgement,
        record_id=st.sampled_from([pair_.record.id for pair_ in invoices(30).pairs] + ["nowhere"]),
        opinion=st.sampled_from(list(Opinion)),
        right=st.sampled_from([None, *RightSide]),
        reviewer=st.sampled_from(["Ann", "Bo", "Cem", ""]),
        in_bulk=st.booleans(),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(OPINIONS)
def test_for_any_judgements_the_counts_add_up_and_the_scored_figures_stay(
    judgements: list[Judgement],
) -> None:
    run = invoices(30)
    plain = found(run)
    given = found(run, *judgements)
    assert sum(entry.count for entry in given.quadrants.values()) == given.pairs == 30
    losses = given.count(Quadrant.REGRESSION)
    assert sum(kind.primary_only_candidate for kind in given.kinds) == losses
    assert sum(row.quadrant == "regression" for row in rows(run, *judgements).values()) == losses
    assert given.accuracy == plain.accuracy
    review = given.review
    assert (review is None) is (not judgements)
    if review is None:
        assert analysis_to_json(given) == analysis_to_json(plain)
        return
    assert review.scored.quadrants == plain.quadrants
    assert review.scored.net == plain.net_difference
    after = dict(counts(plain))
    for (before, to, _), count in moved(given).items():
        after[before] -= count
        after[to] = after.get(to, 0) + count
    assert {name: count for name, count in after.items() if count} == counts(given)
    assert sum(review.said.values()) == review.records
    assert sum(one.judged for one in review.reviewers) == review.judgements


def test_with_every_regression_accepted_only_calls_without_an_answer_are_lost() -> None:
    run = invoices(300)
    plain = rows(run)
    lost = [name for name, row in plain.items() if row.quadrant == "regression"]
    silent = [name for name in lost if plain[name].candidate_kind == "timed_out"]
    assert len(lost) > len(silent) > 0
    judgements = [said(name, "acceptable") for name in lost]
    given = found(run, *judgements)
    assert given.count(Quadrant.REGRESSION) == len(silent)
    still = [name for name, row in rows(run, *judgements).items() if row.quadrant == "regression"]
    assert still == silent
