"""What the features of a run look like, for `analysis.json`."""

from dataclasses import dataclass

import numpy as np

from harness.analysis.features.catalog import Feature, Kind
from harness.analysis.features.column import Categories, Column
from harness.analysis.stats.counting import Count

_SHOWN = 10
_QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSummary:
    """One feature over all compared records.

    Attributes:
        name: As in the predicates of slices.
        title: For a reader.
        kind: How its values are told.
        distinct: How many different values; categories are counted as far as 301.
        missing: Records without a value.
        top: The ten most frequent categories; () for a quantity.
        quantiles: Least, quarter, median, three-quarter and greatest value; () for a category.
    """

    name: str
    title: str
    kind: Kind
    distinct: int
    missing: int
    top: tuple[Count, ...]
    quantiles: tuple[float, ...]


def summary_of(feature: Feature, column: Column) -> FeatureSummary:
    """The summary of one column of full length."""
    if isinstance(column, Categories) and not column.is_numeric:
        ranked = sorted(column.names.items(), key=lambda item: (-column.counts[item[1]], item[0]))
        return FeatureSummary(
            name=feature.name,
            title=feature.title,
            kind=feature.kind,
            distinct=len(column.names),
            missing=len(column.codes) - sum(column.counts),
            top=tuple(Count(name=name, count=column.counts[code]) for name, code in ranked[:_SHOWN]),
            quantiles=(),
        )
    numbers = column.numbers if isinstance(column, Categories) else column
    values = np.frombuffer(numbers.values)
    present = values[~np.isnan(values)]
    points = np.quantile(present, _QUANTILES, method="inverted_cdf") if len(present) else ()
    return FeatureSummary(
        name=feature.name,
        title=feature.title,
        kind=feature.kind,
        distinct=len(np.unique(present)),
        missing=len(values) - len(present),
        top=(),
        quantiles=tuple(float(point) for point in points),
    )
