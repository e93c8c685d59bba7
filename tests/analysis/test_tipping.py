"""What would change the finding, by the very test that it comes from."""

from dataclasses import replace

import numpy
import pytest
from factories import pair, record
from mixed_run import mixed_run
from report_runs import agreement_run, scored

from harness.analysis import Analysis, AnalysisSettings, analyze
from harness.analysis.comparison import ComparisonTally
from harness.analysis.stats.noninferiority import Conclusion, noninferiority
from harness.analysis.stats.paired import net_difference
from harness.analysis.tipping import BY_CLUSTER, BY_ORDER, NEVER, NOT_ENOUGH, TOO_FEW
from harness.domain.pair import Pair
from harness.domain.score import Finding, ScoredPair

Group = tuple[str, int]
SIGN, DATE, VALUE = "sign_flipped", "date_order", "wrong_currency"


def made(
    n: int, groups: list[Group], *, gains: int = 0, customers: int = 0, alone: int = 0
) -> tuple[list[Pair], list[ScoredPair]]:
    """Pairs of which so many are worse by kind; `alone` further ones are worse, each in its own way."""
    worse = [Finding(kind=kind, path="net") for kind, count in groups for _ in range(count)]
    worse += [Finding(kind=SIGN, path=f"field {number}") for number in range(alone)]
    pairs, scores = [], []
    for place in range(n):
        tags = {"customer": f"c{place % customers}"} if customers else {}
        one = pair(of=record(f"r{place:04d}", expected="a", tags=tags))
        is_gain = len(worse) <= place < len(worse) + gains
        incumbent = (Finding(kind=SIGN, path="net"),) if is_gain else ()
        candidate = (worse[place],) if place < len(worse) else ()
        pairs.append(one)
        scores.append(scored(one, incumbent, candidate))
    return pairs, scores


def analysis_of(
    n: int,
    groups: list[Group],
    settings: AnalysisSettings,
    *,
    gains: int = 0,
    customers: int = 0,
    alone: int = 0,
) -> Analysis:
    pairs, scores = made(n, groups, gains=gains, customers=customers, alone=alone)
    return analyze(iter(pairs), iter(scores), settings)


@pytest.mark.parametrize("gains", [0, 12])
def test_the_fewest_groups_that_bring_it_inside(gains: int) -> None:
    groups = [(SIGN, 30), (DATE, 60), (VALUE, 8)]
    found = analysis_of(1000, groups, AnalysisSettings(margin=0.05), gains=gains)
    assert found.noninferiority is not None
    assert found.noninferiority.conclusion is not Conclusion.NON_INFERIOR
    told = found.tipping
    assert told is not None
    assert (told.inside, told.more_regressions, told.reason) == (False, None, "")
    left = [98, 38, 8]
    tests = [noninferiority(gains, losses, 1000, margin=0.05) for losses in left]
    enough = next(k for k, test in enumerate(tests) if test.conclusion is Conclusion.NON_INFERIOR)
    by_size = [f"v1:{kind}|net|" for kind in (DATE, SIGN, VALUE)]
    assert told.groups == tuple(by_size[:enough])
    assert told.regressions == 98 - left[enough]
    assert told.noninferiority == tests[enough]
    assert told.net == net_difference(gains, left[enough], 1000, level=0.95)


@pytest.mark.parametrize(("n", "losses", "gains"), [(1000, 3, 0), (1000, 10, 14), (300, 0, 0)])
def test_how_many_more_regressions_take_it_out(n: int, losses: int, gains: int) -> None:
    found = analysis_of(n, [(SIGN, losses)], AnalysisSettings(margin=0.03), gains=gains)
    told = found.tipping
    assert told is not None
    assert told.inside
    assert (told.groups, told.net, told.noninferiority, told.reason) == ((), None, None, "")
    assert told.more_regressions is not None
    shown = [
        noninferiority(gains, losses + more, n, margin=0.03).conclusion is Conclusion.NON_INFERIOR
        for more in range(n - losses - gains)
    ]
    assert told.more_regressions == shown.index(False)


def test_a_margin_that_nothing_can_break() -> None:
    told = analysis_of(40, [(SIGN, 1)], AnalysisSettings(margin=0.999), gains=30).tipping
    assert told is not None
    assert (told.inside, told.more_regressions, told.reason) == (True, None, NEVER)


def test_without_an_answer_the_reason_is_told() -> None:
    few = analysis_of(20, [(SIGN, 3)], AnalysisSettings()).tipping
    none = analysis_of(20, [], AnalysisSettings()).tipping
    unlike = analysis_of(1000, [(SIGN, 9)], AnalysisSettings(margin=0.01), alone=9).tipping
    assert few is not None
    assert none is not None
    assert unlike is not None
    assert (few.groups, few.regressions, few.reason) == ((), 0, TOO_FEW)
    assert (none.groups, none.reason) == ((), TOO_FEW)
    assert (unlike.groups, unlike.reason) == ((), NOT_ENOUGH)


def test_nothing_to_tip_without_expected_answers_or_without_pairs() -> None:
    given = agreement_run(40)
    assert analyze(given.pairs, given.scored, AnalysisSettings()).tipping is None
    assert analyze([], [], AnalysisSettings()).tipping is None


@pytest.mark.parametrize("sequential", [False, True], ids=["clustered", "sequential"])
@pytest.mark.parametrize("cluster", [None, "customer"])
def test_it_is_the_finding_of_the_run_with_these_regressions_mended(
    sequential: bool, cluster: str | None
) -> None:
    """The proof: a run in which the scorer had found these answers right gives the same figures."""
    settings = AnalysisSettings(margin=0.04, cluster=cluster, sequential=sequential)
    pairs, scores = made(1500, [(SIGN, 20), (DATE, 90), (VALUE, 5)], gains=6, customers=300, alone=2)
    # Two in a row of one customer, and some that cannot be judged.
    pairs = [
        replace(one, record=replace(one.record, tags={"customer": f"c{k // 2}"}))
        for k, one in enumerate(pairs)
    ]
    scores = [score for k, score in enumerate(scores) if k % 100 != 99]
    found = analyze(iter(pairs), iter(scores), settings)
    told = found.tipping
    assert told is not None
    assert told.groups
    kinds = {group.kind for group in found.clusters if group.id in told.groups}

    def mended(count: int) -> Analysis:
        ranked = sorted(found.clusters, key=lambda group: -group.regressions)[:count]
        right = {group.kind for group in ranked}
        changed = [
            scored(one, score.incumbent.findings if score.incumbent else (), ())
            if score.candidate
            and {finding.kind for finding in score.candidate.findings if finding.path == "net"} & right
            else score
            for one, score in zip((one for k, one in enumerate(pairs) if k % 100 != 99), scores, strict=True)
        ]
        return analyze(iter(pairs), iter(changed), settings)

    then = mended(len(told.groups))
    assert kinds == {group.kind for group in found.clusters} - {
        group.kind for group in then.clusters if group.path == "net"
    }
    assert then.noninferiority == told.noninferiority
    assert then.net_difference == told.net
    assert then.noninferiority is not None
    assert then.noninferiority.conclusion is Conclusion.NON_INFERIOR
    if len(told.groups) > 1:
        before = mended(len(told.groups) - 1).noninferiority
        assert before is not None
        assert before.conclusion is not Conclusion.NON_INFERIOR


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (AnalysisSettings(margin=0.1, cluster="customer"), BY_CLUSTER),
        (AnalysisSettings(margin=0.1, sequential=True), BY_ORDER),
    ],
)
def test_where_the_places_of_further_regressions_count_their_number_is_not_told(
    settings: AnalysisSettings, reason: str
) -> None:
    told = analysis_of(1000, [(SIGN, 3)], settings, customers=200).tipping
    assert told is not None
    assert (told.inside, told.more_regressions, told.reason) == (True, None, reason)


@pytest.mark.parametrize(
    "settings", [AnalysisSettings(cluster="customer"), AnalysisSettings(sequential=True)]
)
def test_the_comparison_takes_no_further_losses_without_their_places(settings: AnalysisSettings) -> None:
    with pytest.raises(ValueError, match="which pairs"):
        ComparisonTally(settings).with_further_losses(1)


@pytest.mark.parametrize("seed", range(8))
def test_mending_all_groups_leaves_what_no_group_has(seed: int) -> None:
    run = mixed_run(300, seed)
    found = analyze(
        iter(run.pairs), iter(run.scored), AnalysisSettings(margin=0.12, scorers=("json_fields",))
    )
    told = found.tipping
    assert told is not None
    groups = {group.id: group.regressions for group in found.clusters}
    assert told.regressions == sum(groups[name] for name in told.groups)
    sizes = [groups[name] for name in told.groups]
    assert sizes == sorted(sizes, reverse=True)
    assert numpy.all(numpy.array(sizes) > 0)
    assert told.inside or told.groups or told.reason
