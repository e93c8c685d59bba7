"""Feature tables like those of business documents, with failures planted in slices of known rule and rate."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.analysis.failure.slice_result import PairedOutcomes, SliceReport, SliceSettings
from harness.analysis.failure.slices_by_kind import find_slices_by_kind
from harness.analysis.features.predicate import Operator, Predicate
from harness.analysis.features.table import FeatureTable

Rows = NDArray[np.bool_]
Values = Mapping[str, NDArray[np.float64] | NDArray[np.str_]]
_LANGUAGES = ("de", "fr", "es", "en", "it")
_CURRENCY_OF = {"de": "EUR", "fr": "EUR", "es": "EUR", "en": "USD", "it": "EUR"}
_DATES_OF = {"de": "dots", "fr": "slashes", "es": "slashes", "en": "dashes", "it": "slashes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A slice with failures: its rows and, for a reader, its rule."""

    rule: tuple[str, ...]
    rows: Rows
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One simulated run."""

    values: Values
    table: FeatureTable
    regressions: Rows
    planted: tuple[Planted, ...]


KINDS = ("sign_flipped", "line_missing", "wrong_value", "decimal_misread")


def documents(generator: np.random.Generator, n: int) -> Values:
    """Thirty features of invoice-like documents; most depend on language, vendor or length."""
    language = generator.choice(_LANGUAGES, n, p=(0.35, 0.2, 0.2, 0.15, 0.1))
    # Each vendor writes in one language, and some are far more frequent than others.
    rank = np.minimum(generator.geometric(0.25, n), 8)
    vendor = np.char.add(np.char.add(language, "-"), rank.astype(str))
    lines = np.round(generator.lognormal(3.2, 0.7, n)) + 3
    items = np.round(lines * generator.uniform(0.2, 0.7, n))
    per_line = generator.normal(38, 6, n).clip(10)
    noise = np.where(generator.random(n) < 0.3, generator.beta(1.2, 12, n), 0.0)
    kind = generator.choice(("invoice", "credit note", "reminder"), n, p=(0.8, 0.12, 0.08))
    in_credit = kind == "credit note"
    swap = generator.random(n)
    return {
        "tag:vendor": vendor,
        "tag:kind": kind,
        "tag:channel": generator.choice(("mail", "portal", "scan"), n, p=(0.5, 0.3, 0.2)),
        "tag:pages": np.ceil(lines / 45).astype(int).astype(str),
        "tag:priority": generator.choice(("1", "2", "3"), n),
        "length": np.round(lines * per_line),
        "lines": lines,
        "longest_line": np.round(per_line * generator.uniform(1.5, 3.0, n)),
        "pages": np.ceil(lines / 45),
        "language": np.where(swap < 0.02, "", language),
        "script": np.full(n, "Latin"),
        "numbers": np.round(items * 4 + generator.poisson(8, n)),
        "amounts": items * 2 + 3,
        "item_lines": items,
        "negative_amounts": np.where(in_credit, items + 1, generator.poisson(0.1, n)).astype(float),
        "number_format": np.where((language == "en") ^ (swap > 0.95), "point", "comma"),
        "currency": np.where(swap > 0.9, "CHF", np.vectorize(_CURRENCY_OF.get)(language)),
        "percentages": generator.poisson(3, n).astype(float),
        "dates": generator.poisson(2, n) + 1.0,
        "date_format": np.where(swap < 0.05, "dashes", np.vectorize(_DATES_OF.get)(language)),
        "table": generator.choice(("none", "aligned", "pipes"), n, p=(0.6, 0.3, 0.1)),
        "markup": generator.choice(("none", "tags"), n, p=(0.97, 0.03)),
        "questions": generator.poisson(0.05, n).astype(float),
        "noise": noise,
        "uppercase": generator.beta(3, 12, n),
        "digits": (0.08 + 0.1 * items / lines + generator.normal(0, 0.01, n)).clip(0),
        "instructions": generator.choice((812.0, 1240.0), n, p=(0.7, 0.3)),
        "sent/day": 738_000.0 + generator.integers(0, 90, n),
        "sent/weekday": generator.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), n),
        "sent/hour": generator.integers(6, 20, n).astype(float),
    }


def table_of(values: Values) -> FeatureTable:
    """The features as a run would gather them, record by record."""
    table = FeatureTable()
    columns = [(name, column.tolist()) for name, column in values.items()]
    for row in range(len(columns[0][1])):
        table.add(
            {name: column[row] or (None if name == "language" else column[row]) for name, column in columns}
        )
    return table


def conditions(values: Values, generator: np.random.Generator) -> dict[str, Rows]:
    """Conditions that failures are planted under; thresholds are drawn, not those of any bin."""

    def above(name: str, low: float, high: float) -> Rows:
        column = values[name].astype(float)
        rows: Rows = column > np.quantile(column, generator.uniform(low, high))
        return rows

    chosen: dict[str, Callable[[], Rows]] = {
        "language": lambda: values["language"] == generator.choice(("de", "fr", "es", "en")),
        "kind": lambda: values["tag:kind"] == generator.choice(("credit note", "reminder")),
        "channel": lambda: values["tag:channel"] == generator.choice(("mail", "portal", "scan")),
        "vendor": lambda: values["tag:vendor"] == generator.choice(("de-1", "de-2", "fr-1", "es-1", "en-1")),
        "lines": lambda: above("lines", 0.6, 0.95),
        "noise": lambda: above("noise", 0.75, 0.95),
        "table": lambda: values["table"] == generator.choice(("aligned", "pipes")),
        "currency": lambda: values["currency"] == "CHF",
        "number_format": lambda: values["number_format"] == "point",
        "day": lambda: above("sent/day", 0.5, 0.9),
        "uppercase": lambda: above("uppercase", 0.7, 0.93),
    }
    return {name: make() for name, make in chosen.items()}


def planted_rule(
    values: Values, generator: np.random.Generator, rate: float, *, least: float, most: float
) -> Planted:
    """A random rule of one to three conditions that holds on `least` to `most` of the rows.

    Each condition matters: without it the rule holds on half as many rows again or more.
    """
    n = len(values["lines"])
    while True:
        offered = conditions(values, generator)
        names = tuple(generator.choice(sorted(offered), int(generator.integers(1, 4)), replace=False))
        rows = np.all([offered[name] for name in names], axis=0)
        if not least * n <= rows.sum() <= most * n:
            continue
        wider = [
            np.all([offered[other] for other in names if other != name] or [np.ones(n, bool)], axis=0).sum()
            for name in names
        ]
        if min(wider) >= 1.5 * rows.sum():
            return Planted(rule=names, rows=rows, rate=rate)


def simulate(
    seed: int,
    *,
    n: int,
    slices: int,
    base: float,
    rates: tuple[float, float] = (0.3, 0.8),
    least: float = 0.03,
) -> Simulation:
    """A run with failures at a base rate, and at higher rates in the planted slices."""
    generator = np.random.default_rng(seed)
    values = documents(generator, n)
    planted: list[Planted] = []
    while len(planted) < slices:
        rule = planted_rule(values, generator, float(generator.uniform(*rates)), least=least, most=0.2)
        shared = [
            (rule.rows & other.rows).sum() / min(rule.rows.sum(), other.rows.sum()) for other in planted
        ]
        if max(shared, default=0.0) < 0.2:
            planted.append(rule)
    risk = np.full(n, base)
    for rule in planted:
        risk[rule.rows] = np.maximum(risk[rule.rows], rule.rate)
    return Simulation(
        values=values, table=table_of(values), regressions=generator.random(n) < risk, planted=tuple(planted)
    )


def outcomes_of(simulation: Simulation, seed: int) -> PairedOutcomes:
    """Regressions only. Four in five of a planted slice are of its own kind, the others of any."""
    n = len(simulation.regressions)
    generator = np.random.default_rng([seed, 3])
    kinds = generator.choice(KINDS, size=n)
    for rule, kind in zip(simulation.planted, KINDS, strict=False):
        kinds[rule.rows & (generator.random(n) < 0.8)] = kind
    return PairedOutcomes(
        ids=[f"r{row}" for row in range(n)],
        regressions=simulation.regressions,
        gains=np.zeros(n, dtype=bool),
        kinds=[str(kind) if wrong else "" for kind, wrong in zip(kinds, simulation.regressions, strict=True)],
    )


def search(simulation: Simulation, seed: int) -> SliceReport:
    """The slices found in a simulated run."""
    return find_slices_by_kind(simulation.table, outcomes_of(simulation, seed), SliceSettings(seed=seed))


def rows_of(values: Values, predicates: Iterable[Predicate]) -> Rows:
    """The rows a rule names, told from the values themselves."""
    rows = np.ones(len(values["lines"]), dtype=bool)
    for told in predicates:
        column = values[told.feature]
        if told.operator is Operator.MISSING:
            rows &= column == ""
        elif isinstance(told.value, str):
            rows &= column == told.value
        elif told.value is not None:
            numbers, upper = column.astype(float), told.value if told.upper is None else told.upper
            rows &= {
                Operator.ABOVE: numbers > told.value,
                Operator.AT_MOST: numbers <= told.value,
            }.get(told.operator, (numbers >= told.value) & (numbers <= upper))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How well planted slices are found, over many simulations.

    Attributes:
        planted, found: Slices planted; those with a claim of Jaccard index 0.5 or more with their rows.
        claims, false: Claims made; those with less than half of their rows in planted slices.
        inexact: Claims of a Jaccard index below 0.5 with every planted slice.
    """

    planted: int
    found: int
    claims: int
    false: int
    inexact: int

    @property
    def recall(self) -> float:
        """Share of the planted slices that were found."""
        return self.found / self.planted

    @property
    def false_share(self) -> float:
        """Share of the claims that are false."""
        return self.false / max(1, self.claims)


def recovery(seeds: Iterable[int], sizes: tuple[int, ...] = (2000, 4000, 8000)) -> Recovery:
    """Plant one to three slices per run, of 3 to 20 % of the records with 30 to 80 % regressions."""
    planted = found = claims = false = inexact = 0
    for seed in seeds:
        generator = np.random.default_rng([seed, 1])
        simulation = simulate(
            seed,
            n=int(generator.choice(sizes)),
            slices=int(generator.integers(1, 4)),
            base=float(generator.uniform(0.01, 0.05)),
        )
        claimed = [rows_of(simulation.values, told.predicates) for told in search(simulation, seed).slices]
        everywhere = np.any([rule.rows for rule in simulation.planted], axis=0)
        planted += len(simulation.planted)
        found += sum(
            max((jaccard(rule.rows, rows) for rows in claimed), default=0.0) >= 0.5
            for rule in simulation.planted
        )
        claims += len(claimed)
        false += sum((rows & everywhere).sum() < 0.5 * rows.sum() for rows in claimed)
        inexact += sum(max(jaccard(rule.rows, rows) for rule in simulation.planted) < 0.5 for rows in claimed)
    return Recovery(planted=planted, found=found, claims=claims, false=false, inexact=inexact)


def jaccard(one: Rows, other: Rows) -> float:
    """Rows in both over rows in either."""
    return float((one & other).sum() / (one | other).sum())


def false_runs(seeds: Iterable[int], n: int = 2000) -> int:
    """Runs without structure in which anything is claimed."""
    return sum(
        bool(search(simulate(seed, n=n, slices=0, base=0.02 + 0.1 * (seed % 3)), seed).slices)
        for seed in seeds
    )


def false_clustered_runs(seeds: Iterable[int], clusters: int = 200, size: int = 10) -> int:
    """Runs of clusters whose records are alike and fail together, without structure, with any claim."""
    claimed = 0
    for seed in seeds:
        generator = np.random.default_rng([seed, 2])
        order = np.arange(clusters).repeat(size)
        values: Values = {name: column[order] for name, column in documents(generator, clusters).items()}
        wrong = np.repeat(generator.random(clusters) < 0.1, size)
        outcomes = PairedOutcomes(
            ids=[str(row) for row in range(len(wrong))],
            regressions=wrong,
            gains=np.zeros(len(wrong), dtype=bool),
            kinds=[KINDS[row // size % len(KINDS)] if bad else "" for row, bad in enumerate(wrong)],
            clusters=[str(row // size) for row in range(len(wrong))],
        )
        claimed += bool(find_slices_by_kind(table_of(values), outcomes, SliceSettings(seed=seed)).slices)
    return claimed
