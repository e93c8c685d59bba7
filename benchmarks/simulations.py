"""Do the statistics keep their promises? Simulated error rates and coverage, as a Markdown table.

`make bench`, or `.venv/bin/python benchmarks/simulations.py --quick` for about half a minute. The tests call
the same functions. Every figure is printed with the number of simulated runs, its own 95 % interval and the
seed.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy
from numpy.typing import NDArray

from harness.analysis.stats.clustered import bootstrap_difference, clustered_difference
from harness.analysis.stats.intervals import RunningMean, share
from harness.analysis.stats.noise import NoiseTally
from harness.analysis.stats.noninferiority import Conclusion, noninferiority, noninferiority_clustered
from harness.analysis.stats.paired import net_difference
from harness.analysis.stats.power import records_needed
from harness.analysis.stats.sequential import EProcess
from harness.domain.estimate import Estimate

BOUNDARIES = ((0.10, 0.03), (0.30, 0.05), (0.05, 0.02))
"""Pairs of discordance and margin; the true difference is exactly minus the margin."""
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something happened in so many simulated runs."""

    hits: int
    runs: int

    @property
    def value(self) -> float:
        """The share."""
        return self.hits / self.runs

    @property
    def error(self) -> float:
        """Standard error of a share of 5 %, the rate that most of these simulations bound."""
        return sqrt(ALPHA * (1 - ALPHA) / self.runs)

    def __str__(self) -> str:
        """The share with its interval."""
        found = share(self.hits, self.runs)
        return f"{self.value:.3f} [{found.low:.3f}, {found.high:.3f}] of {self.runs}"


def rate(happened: Iterator[bool]) -> Rate:
    """Count."""
    seen = [bool(one) for one in happened]
    return Rate(hits=sum(seen), runs=len(seen))


def differences(generator: numpy.random.Generator, size: int, discordant: float, mean: float) -> list[float]:
    """Independent differences of -1, 0 and 1."""
    gain, loss = (discordant + mean) / 2, (discordant - mean) / 2
    drawn = generator.choice(3, size=size, p=[loss, 1 - discordant, gain]) - 1
    return [float(value) for value in drawn]


def played(process: EProcess, bets: Iterator[list[float]]) -> EProcess:
    """The process after these bets, or after the one that decided it."""
    for bet in bets:
        process.add(bet)
        if process.conclusion is not Conclusion.UNDECIDED:
            break
    return process


def singles(values: list[float]) -> Iterator[list[float]]:
    """Every record as a bet of its own."""
    return ([value] for value in values)


def sequential_claims(
    discordant: float, margin: float, *, runs: int, records: int, seed: int
) -> dict[Conclusion, Rate]:
    """How often each claim is ever made where the true loss is exactly the margin: both are then wrong."""
    generator = numpy.random.default_rng(seed)
    ended = [
        played(
            EProcess(margin=margin, alpha=ALPHA),
            singles(differences(generator, records, discordant, -margin)),
        ).conclusion
        for _ in range(runs)
    ]
    return {claim: rate(one is claim for one in ended) for claim in Conclusion}


def sequential_claims_of_clusters(*, runs: int, clusters: int, seed: int, one_bet: bool = True) -> Rate:
    """False claims of non-inferiority for clusters of ten that are right or wrong as one.

    Args:
        runs: Simulated runs.
        clusters: Clusters in each.
        seed: Of the draws.
        one_bet: One bet per cluster, as it must be; otherwise a bet per record, which is wrong.
    """
    generator = numpy.random.default_rng(seed)
    size = 10

    def passes() -> bool:
        drawn = differences(generator, clusters, 0.10, -0.03)
        process = EProcess(margin=0.03, alpha=ALPHA, largest_cluster=size if one_bet else 1)
        bets = (
            ([value] * size for value in drawn)
            if one_bet
            else ([value] for value in drawn for _ in range(size))
        )
        return played(process, bets).conclusion is Conclusion.NON_INFERIOR

    return rate(passes() for _ in range(runs))


def sequential_claims_of_mixed_clusters(*, runs: int, clusters: int, seed: int) -> Rate:
    """False claims for clusters of one to eight records that share part of their luck."""
    generator = numpy.random.default_rng(seed)

    def passes() -> bool:
        bets = ([float(value) for value in cluster] for cluster in mixed_clusters(generator, clusters, -0.03))
        process = EProcess(margin=0.03, alpha=ALPHA, largest_cluster=8)
        return played(process, bets).conclusion is Conclusion.NON_INFERIOR

    return rate(passes() for _ in range(runs))


def mixed_clusters(
    generator: numpy.random.Generator, clusters: int, mean: float
) -> Iterator[NDArray[numpy.int64]]:
    """Clusters of one to eight records; the chance of a loss and of a gain varies from cluster to cluster."""
    for size in generator.integers(1, 9, size=clusters):
        # Beta with mean 0.06 for gains; losses have the same, less the mean difference.
        gain, loss = generator.beta(0.6, 9.4), generator.beta(10 * (0.06 - mean), 10 * (0.94 + mean))
        yield ((generator.random(size) < gain).astype(numpy.int64) - (generator.random(size) < loss))


def sequential_claims_of_a_log(*, runs: int, seed: int) -> Rate:
    """False claims where all 2,000 records of a log with exactly the margin's loss are drawn."""
    generator = numpy.random.default_rng(seed)
    log = numpy.repeat([1.0, 0.0, -1.0], [70, 1800, 130])

    def passes() -> bool:
        process = EProcess(margin=0.03, alpha=ALPHA, population=len(log))
        order = [float(value) for value in generator.permutation(log)]
        return played(process, singles(order)).conclusion is Conclusion.NON_INFERIOR

    return rate(passes() for _ in range(runs))


def claims_in_order_of_time(*, runs: int, seed: int) -> Rate:
    """False claims where records come by time and the candidate got worse: the precondition is broken."""
    generator = numpy.random.default_rng(seed)

    def passes() -> bool:
        good = differences(generator, 3000, 0.06, 0.04)
        bad = differences(generator, 3000, 0.16, -0.10)
        process = EProcess(margin=0.03, alpha=ALPHA)
        return played(process, singles(good + bad)).conclusion is Conclusion.NON_INFERIOR

    return rate(passes() for _ in range(runs))


def repeated_fixed_test(*, runs: int, seed: int) -> Rate:
    """False passes of a fixed-n test at 5 % that is done every 200 records up to 5,000: not allowed."""
    generator = numpy.random.default_rng(seed)

    def passes() -> bool:
        looks = generator.multinomial(200, [0.035, 0.065, 0.90], size=25).cumsum(axis=0)
        return any(
            noninferiority(
                int(gains), int(losses), int(gains + losses + same), margin=0.03, alpha=ALPHA
            ).conclusion
            is Conclusion.NON_INFERIOR
            for gains, losses, same in looks
        )

    return rate(passes() for _ in range(runs))


def relative_records(mean: float, *, runs: int, seed: int) -> tuple[Estimate, Rate]:
    """Records of a sequential run over those of a fixed run, and how often 3 times as many do not decide."""
    generator = numpy.random.default_rng(seed)
    fixed = records_needed(discordant=0.10, margin=0.03, alpha=ALPHA, power=0.9)
    seen, undecided = RunningMean(), 0
    for _ in range(runs):
        drawn = differences(generator, 3 * fixed, 0.10, mean)
        process = played(EProcess(margin=0.03, alpha=ALPHA), singles(drawn))
        seen.add(process.n / fixed / 3)
        undecided += process.conclusion is Conclusion.UNDECIDED
    return seen.estimate(), Rate(hits=undecided, runs=runs)


def covers(estimate: Estimate, truth: float) -> bool:
    """Whether the interval holds the truth."""
    return estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high


def tango_coverage(n: int, gain: float, loss: float, *, level: float = 0.95) -> float:
    """Exact coverage of Tango's interval: all tables of n records, weighted by their probability."""
    logs = numpy.concatenate([[0.0], numpy.cumsum(numpy.log(numpy.arange(1, n + 1)))])
    same, covered = 1 - gain - loss, 0.0
    for gains, losses in product(range(n + 1), repeat=2):
        rest = n - gains - losses
        if rest < 0:
            continue
        weight = logs[n] - logs[gains] - logs[losses] - logs[rest]
        weight += gains * numpy.log(gain) + losses * numpy.log(loss) + rest * numpy.log(same)
        if weight > -20 and covers(net_difference(gains, losses, n, level=level), gain - loss):
            covered += float(numpy.exp(weight))
    return covered


Interval = Callable[[list[tuple[float, int]]], Estimate]


def clustered_coverage(
    clusters: int, *, runs: int, seed: int, interval: Interval = clustered_difference
) -> Rate:
    """Coverage at 95 % for so many clusters of one to eight records that share part of their luck."""
    generator = numpy.random.default_rng(seed)

    def covered() -> bool:
        sums = [(float(one.sum()), len(one)) for one in mixed_clusters(generator, clusters, -0.04)]
        return covers(interval(sums), -0.04)

    return rate(covered() for _ in range(runs))


def bootstrapped(sums: list[tuple[float, int]]) -> Estimate:
    """The bootstrap with fewer draws than by default."""
    return bootstrap_difference(sums, seed=1, draws=400)


def clustered_false_passes(clusters: int, *, runs: int, seed: int, size: int = 10) -> Rate:
    """False passes at 5 % where clusters fail as one and the only differences are rare losses."""
    generator = numpy.random.default_rng(seed)

    def passes() -> bool:
        lost = generator.random(clusters) < 0.03
        sums = [(-float(size * one), size) for one in lost]
        tested = noninferiority_clustered(sums, margin=0.03, alpha=ALPHA)
        return tested.conclusion is Conclusion.NON_INFERIOR

    return rate(passes() for _ in range(runs))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """How two models answer: with these chances of three answers on noisy records, always alike on the rest.

    Attributes:
        noisy: Part of the records on which answers vary.
        incumbent, candidate: Chances of three answers there.
        different: Part of the other records on which the models always differ.
    """

    noisy: float
    incumbent: tuple[float, float, float]
    candidate: tuple[float, float, float]
    different: float

    @property
    def excess(self) -> float:
        """The true excess disagreement: half the mean squared distance of the answer distributions."""
        pairs = zip(self.incumbent, self.candidate, strict=True)
        return self.noisy * sum((p - q) ** 2 for p, q in pairs) / 2 + (1 - self.noisy) * self.different


ANSWERS = {
    "noise only": Answers(noisy=0.3, incumbent=(0.7, 0.2, 0.1), candidate=(0.7, 0.2, 0.1), different=0.0),
    "noise and shift": Answers(
        noisy=0.4, incumbent=(0.8, 0.1, 0.1), candidate=(0.4, 0.5, 0.1), different=0.03
    ),
    "no noise, 2 % differ": Answers(
        noisy=0.0, incumbent=(1.0, 0.0, 0.0), candidate=(1.0, 0.0, 0.0), different=0.02
    ),
    "deterministic candidate": Answers(
        noisy=0.5, incumbent=(0.6, 0.3, 0.1), candidate=(1.0, 0.0, 0.0), different=0.05
    ),
}


def excess_coverage(answers: Answers, *, records: int, runs: int, seed: int) -> Rate:
    """Coverage at 95 % of the interval of the excess disagreement."""
    generator = numpy.random.default_rng(seed)

    def covered() -> bool:
        noisy = generator.random(records) < answers.noisy
        apart = numpy.where(generator.random(records) < answers.different, 9, 0)
        incumbent = generator.choice(3, size=(records, 2), p=answers.incumbent) * noisy[:, None]
        candidate = generator.choice(3, size=(records, 2), p=answers.candidate) * noisy[:, None]
        candidate += (apart * ~noisy)[:, None]
        tally = NoiseTally()
        for (i1, i2), (c1, c2) in zip(incumbent.tolist(), candidate.tolist(), strict=True):
            tally.add(i1 == i2, c1 == c2, (i1 == c1, i1 == c2, i2 == c1, i2 == c2))
        return covers(tally.summary().excess, answers.excess)

    return rate(covered() for _ in range(runs))


def sequential_rows(scale: int, seed: int) -> Iterator[tuple[str, str, object]]:
    """What may happen to somebody who looks after every record."""
    for discordant, margin in BOUNDARIES:
        found = sequential_claims(discordant, margin, runs=20 * scale, records=5000, seed=seed)
        name = f"sequential, loss = margin = {margin:g}, {discordant:.0%} discordant"
        yield f"{name}: claims non-inferior", "<= .05", found[Conclusion.NON_INFERIOR]
        yield f"{name}: claims inferior", "<= .05", found[Conclusion.INFERIOR]
    one = sequential_claims_of_clusters(runs=20 * scale, clusters=1000, seed=seed)
    yield "sequential, clusters of 10 as one, a bet per cluster", "<= .05", one
    mixed = sequential_claims_of_mixed_clusters(runs=20 * scale, clusters=1000, seed=seed)
    yield "sequential, clusters of 1 to 8, a bet per cluster", "<= .05", mixed
    yield (
        "sequential, a log of 2,000 drawn to its end",
        "<= .05",
        sequential_claims_of_a_log(runs=20 * scale, seed=seed),
    )
    wrong = sequential_claims_of_clusters(runs=4 * scale, clusters=1000, seed=seed, one_bet=False)
    yield "wrong use: clusters of 10, a bet per record", "far above", wrong
    timely = claims_in_order_of_time(runs=scale, seed=seed)
    yield "wrong use: in order of time under drift", "far above", timely
    repeated = repeated_fixed_test(runs=20 * scale, seed=seed)
    yield "wrong use: fixed test every 200 up to 5,000", "far above", repeated


def cost_rows(scale: int, seed: int) -> Iterator[tuple[str, str, object]]:
    """What looking costs in records."""
    for name, mean in (
        ("a margin better", 0.03),
        ("equal", 0.0),
        ("half a margin worse", -0.015),
        ("three margins worse", -0.09),
    ):
        records, undecided = relative_records(mean, runs=4 * scale, seed=seed)
        low, value, high = (3 * (end or 0.0) for end in (records.low, records.value, records.high))
        relative = f"{value:.2f} [{low:.2f}, {high:.2f}] of {records.n}"
        yield f"records of a sequential over a fixed run, {name}", "", relative
        yield f"undecided at the cap, {name}", "", undecided


def coverage_rows(scale: int, seed: int) -> Iterator[tuple[str, str, object]]:
    """How often intervals of 95 % hold the truth."""
    grid = [(gain, loss) for gain in (0.01, 0.05, 0.15) for loss in (0.01, 0.05, 0.15)]
    for n in (30, 60):
        covered = [tango_coverage(n, *chances) for chances in grid]
        exact = f"mean {numpy.mean(covered):.3f}, least {min(covered):.3f} (exact, {len(grid)} tables)"
        yield f"Tango interval, n = {n}", ".95", exact
    for clusters in (15, 60):
        found = clustered_coverage(clusters, runs=20 * scale, seed=seed)
        yield f"cluster-robust interval, {clusters} clusters", ".95", found
    bootstrap = clustered_coverage(60, runs=5 * scale, seed=seed, interval=bootstrapped)
    yield "cluster bootstrap, 60 clusters", ".95", bootstrap
    for clusters in (60, 300):
        yield (
            f"false passes, {clusters} clusters of 10 that fail as one",
            "<= .05",
            clustered_false_passes(clusters, runs=20 * scale, seed=seed),
        )
    for name, answers in ANSWERS.items():
        found = excess_coverage(answers, records=200, runs=20 * scale, seed=seed)
        yield f"excess disagreement, {name}", ">= .94", found


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs: about half a minute")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    scale = 10 if options.quick else 100
    print(f"Seed {options.seed}; share of simulated runs with its 95 % interval.\n")
    print("| what | promised | found |\n| --- | --- | --- |")
    for rows in (sequential_rows, cost_rows, coverage_rows):
        for what, promised, found in rows(scale, options.seed):
            print(f"| {what} | {promised} | {found} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
