"""The candidate against the incumbent: net difference, clusters, and the sequential reading."""

import random

import pytest
from factories import pair, record

from harness.analysis.comparison import ComparisonTally
from harness.analysis.outcome import Outcome, judge
from harness.analysis.settings import AnalysisSettings
from harness.analysis.stats.noninferiority import Conclusion
from harness.domain.score import Finding, Score, ScoredPair


def tally_of(
    differences: list[int], settings: AnalysisSettings | None = None, *, clusters: int = 0
) -> ComparisonTally:
    tally = ComparisonTally(settings or AnalysisSettings())
    for place, difference in enumerate(differences):
        tags = {"customer": f"c{place % clusters}"} if clusters else {}
        of = pair(of=record(f"r{place}", expected="a", tags=tags))
        sides = {-1: (1.0, 0.0), 0: (1.0, 1.0), 1: (0.0, 1.0)}[difference]
        incumbent, candidate = (
            Score(value=value, findings=() if value else (Finding(kind="wrong_value"),)) for value in sides
        )
        scored = ScoredPair(
            record_id=of.record.id,
            scorer="exact",
            incumbent=incumbent,
            candidate=candidate,
            agreement=None,
            noise=None,
        )
        outcome = judge(of, (scored,))
        assert isinstance(outcome, Outcome)
        tally.add(of, outcome, sides[1] - sides[0])
    return tally


def shuffled(losses: int, gains: int, n: int) -> list[int]:
    differences = [-1] * losses + [1] * gains + [0] * (n - losses - gains)
    random.Random(1).shuffle(differences)
    return differences


def test_the_net_difference_is_tangos() -> None:
    found = tally_of(shuffled(16, 6, 161)).findings()[0]
    # Fagerland, Lydersen, Laake: [[59, 6], [16, 80]] has -.1240 to -.0054.
    assert (found.gains, found.losses) == (6, 16)
    assert found.net.low == pytest.approx(-0.1240, abs=5e-5)
    assert found.net.high == pytest.approx(-0.0054, abs=5e-5)
    assert found.mcnemar_mid_p == pytest.approx(0.034690, abs=5e-7)
    assert found.score is None
    assert found.clusters is None


def test_records_of_one_customer_are_not_independent() -> None:
    differences = shuffled(30, 0, 300)
    alone = tally_of(differences).findings()[0]
    settings = AnalysisSettings(cluster="customer")
    # Losses that sit in the same tenth of the customers: the interval must widen.
    bunched = [-1 if place % 50 < 5 else 0 for place in range(300)]
    together = tally_of(bunched, settings, clusters=50).findings()[0]
    assert alone.net.value == together.net.value == -0.1
    assert together.clusters == 50
    assert together.mcnemar_mid_p is None
    assert together.net.low is not None
    assert alone.net.low is not None
    assert together.net.low < alone.net.low


def test_the_margin_decides() -> None:
    assert tally_of(shuffled(5, 5, 2000)).findings()[1].conclusion is Conclusion.NON_INFERIOR
    assert tally_of(shuffled(300, 5, 2000)).findings()[1].conclusion is Conclusion.INFERIOR
    undecided = tally_of(shuffled(10, 10, 200)).findings()[1]
    assert undecided.conclusion is Conclusion.UNDECIDED
    assert undecided.more_records is not None
    assert undecided.more_records > 200


def test_the_sequential_reading_decides_early_where_the_matter_is_clear() -> None:
    found = tally_of(shuffled(600, 10, 2000)).findings()[2]
    assert found.conclusion is Conclusion.INFERIOR
    assert found.decided_at is not None
    assert found.decided_at < 400
    assert (found.records, found.clusters, found.threshold) == (2000, 2000, 40.0)
    assert found.e_inferior > found.threshold
    assert found.interval.high is not None
    assert found.interval.high < -0.02


def test_the_sequential_reading_takes_the_seeds_order_whatever_order_pairs_come_in() -> None:
    differences = shuffled(60, 10, 400)
    first = tally_of(differences).findings()[2]
    tally = ComparisonTally(AnalysisSettings())
    again = tally_of(differences)
    for place in reversed(range(400)):
        tally.first_keys.append(again.first_keys[place])
        tally.second_keys.append(again.second_keys[place])
        tally.differences.append(again.differences[place])
    tally.n, tally.gains, tally.losses = again.n, again.gains, again.losses
    assert tally.findings()[2].e_inferior == first.e_inferior
    assert tally_of(differences, AnalysisSettings(seed=8)).findings()[2].decided_at != first.decided_at


def test_a_cluster_is_one_bet() -> None:
    settings = AnalysisSettings(cluster="customer")
    found = tally_of(shuffled(60, 10, 400), settings, clusters=100).findings()[2]
    assert (found.records, found.clusters, found.largest_cluster) == (400, 100, 4)


def test_half_right_answers_have_a_mean_difference() -> None:
    tally = tally_of(shuffled(3, 3, 50))
    of = pair(of=record("half", expected="a"))
    half = Score(value=0.5, findings=(Finding(kind="wrong_value"),))
    scored = ScoredPair(
        record_id="half",
        scorer="exact",
        incumbent=Score(value=1.0),
        candidate=half,
        agreement=None,
        noise=None,
    )
    outcome = judge(of, (scored,))
    assert isinstance(outcome, Outcome)
    tally.add(of, outcome, -0.5)
    score = tally.findings()[0].score
    assert score is not None
    assert score.value is not None
    assert score.value == pytest.approx(-0.5 / 51)
    assert score.low is not None
    assert score.low < score.value


def test_a_run_that_could_end_early_is_told_by_the_sequential_reading_alone() -> None:
    settings = AnalysisSettings(sequential=True)
    difference, margin, sequential = tally_of(shuffled(60, 10, 2000), settings).findings()
    assert difference.net == sequential.interval
    assert difference.mcnemar_mid_p is None
    assert margin.conclusion is sequential.conclusion
    fixed = tally_of(shuffled(60, 10, 2000)).findings()[0].net
    assert difference.net.low is not None
    assert fixed.low is not None
    # Looking at every record has its price.
    assert difference.net.low < fixed.low


def test_a_pair_that_cannot_be_judged_counts_against_either_verdict() -> None:
    clear = tally_of(shuffled(2, 2, 1000))
    doubtful = tally_of(shuffled(2, 2, 1000))
    for place in range(60):
        doubtful.add_unjudged(pair(of=record(f"u{place}", expected="a")))
    assert clear.findings()[2].conclusion is Conclusion.NON_INFERIOR
    found = doubtful.findings()[2]
    assert (found.unjudged, found.records) == (60, 1060)
    assert found.e_noninferior < clear.findings()[2].e_noninferior
    assert found.e_inferior < clear.findings()[2].e_inferior


def test_an_undecided_run_that_could_end_early_says_how_many_more_records_or_that_none_would_do() -> None:
    settings = AnalysisSettings(sequential=True, margin=0.05)
    near = tally_of(shuffled(6, 3, 150), settings).findings()[1]
    assert (near.conclusion, near.hopeless) == (Conclusion.UNDECIDED, False)
    assert near.more_records is not None
    assert 50 < near.more_records < 3000
    worse = tally_of(shuffled(14, 3, 150), settings).findings()[1]
    assert (worse.conclusion, worse.more_records, worse.hopeless) == (Conclusion.UNDECIDED, None, True)
