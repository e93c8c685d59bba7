"""The features of all records of a run, column by column, in bounded memory."""

from collections.abc import Mapping

from harness.analysis.features.catalog import feature_of
from harness.analysis.features.column import Categories, Column, Quantities
from harness.analysis.features.encoding import Encoded, encode
from harness.analysis.features.summary import FeatureSummary, summary_of
from harness.analysis.features.text import Value

MOST_COLUMNS = 60
_LOOK_FOR_IDS_AT = 10_000
_MOST_NAMES = 1000


class FeatureTable:
    """Features of records, one row each; about 12 bytes per value.

    At most 60 features are kept: those of the first records. Tags whose values are nearly unique (ids) are
    dropped.
    """

    def __init__(self) -> None:
        self._columns: dict[str, Column] = {}
        self._identities: set[str] = set()
        self._surplus: set[str] = set()
        self._rows = 0
        self._encoded: tuple[tuple[int, int], Encoded] | None = None

    @property
    def n(self) -> int:
        """Rows so far."""
        return self._rows

    @property
    def surplus(self) -> int:
        """Features that found no place among the 60 (counted as far as 1,000)."""
        return len(self._surplus)

    @property
    def identities(self) -> tuple[str, ...]:
        """Features left out since their values are nearly unique."""
        unique = {name for name, column in self._columns.items() if _is_identity(column)}
        return tuple(sorted(self._identities | unique))

    def add(self, features: Mapping[str, Value]) -> None:
        """Take the features of one record, as `features_of` gives them."""
        row = self._rows
        for name, value in features.items():
            column = self._columns.get(name)
            if column is None:
                column = self._open(name, value)
                if column is None:
                    continue
            column.put(row, value)
        self._rows = row + 1
        if self._rows == _LOOK_FOR_IDS_AT:
            self._drop_identities()

    def _open(self, name: str, value: Value) -> Column | None:
        if value is None or name in self._identities:
            return None
        if len(self._columns) >= MOST_COLUMNS:
            if len(self._surplus) < _MOST_NAMES:
                self._surplus.add(name)
            return None
        column: Column = Categories() if isinstance(value, str) else Quantities()
        self._columns[name] = column
        return column

    def _drop_identities(self) -> None:
        for name in [name for name, column in self._columns.items() if _is_identity(column)]:
            del self._columns[name]
            self._identities.add(name)

    def encoded(self, *, support: int) -> Encoded:
        """The rows in bins, and the predicates that hold on at least `support` rows and not on nearly all.

        Kept until a row is added: several searches go over the same rows.
        """
        key = (self._rows, support)
        if self._encoded is None or self._encoded[0] != key:
            self._encoded = (key, encode(self._ready(), self._rows, support))
        return self._encoded[1]

    def summary(self) -> tuple[FeatureSummary, ...]:
        """What each feature looks like over all rows."""
        return tuple(summary_of(feature_of(name), column) for name, column in self._ready().items())

    def _ready(self) -> dict[str, Column]:
        """Columns of full length without those that tell records apart; tags first, they are the user's."""
        for column in self._columns.values():
            column.pad(self._rows)
        kept = {name: column for name, column in self._columns.items() if not _is_identity(column)}
        return dict(sorted(kept.items(), key=lambda item: not item[0].startswith("tag:")))


def _is_identity(column: Column) -> bool:
    return isinstance(column, Categories) and column.is_identity
