"""One feature of all records, in bounded memory."""

from array import array
from dataclasses import dataclass, field
from math import isfinite, nan

from harness.analysis.stats.counting import OTHER

MOST_VALUES = 300
"""Different categories a feature keeps apart; later ones become "(other)"."""

_NUMERIC_SHARE = 0.95
_ID_ROWS = 20
_ID_REPEATS = 2


@dataclass(slots=True)
class Quantities:
    """Numbers, NaN where a record has none; 8 bytes a record."""

    values: "array[float]" = field(default_factory=lambda: array("d"))

    def put(self, row: int, value: object) -> None:
        """Take the value of a row; rows left out before have none."""
        self.pad(row)
        number = value if isinstance(value, float) and isfinite(value) else nan
        self.values.append(number)

    def pad(self, rows: int) -> None:
        """Rows up to this number that were left out have no value."""
        if len(self.values) < rows:
            self.values.extend([nan] * (rows - len(self.values)))


@dataclass(slots=True)
class Categories:
    """Texts as numbers of 2 bytes, 0 where a record has none; and what they are as quantities.

    Attributes:
        names: The texts in order of their first appearance; the first stands for "none".
        numbers: The texts read as numbers, NaN where they are none.
        counts: Records of each text, by its number.
        read: How many texts are numbers.
    """

    codes: "array[int]" = field(default_factory=lambda: array("H"))
    names: dict[str, int] = field(default_factory=dict)
    numbers: Quantities = field(default_factory=Quantities)
    counts: list[int] = field(default_factory=lambda: [0])
    read: int = 0

    def put(self, row: int, value: object) -> None:
        """Take the value of a row; rows left out before have none."""
        self.pad(row)
        text = value if isinstance(value, str) else None
        self.codes.append(self._code(text) if text is not None else 0)
        number = _number(text) if text is not None else None
        self.read += number is not None
        self.numbers.put(row, number)

    def pad(self, rows: int) -> None:
        """Rows up to this number that were left out have no value."""
        if len(self.codes) < rows:
            self.codes.extend([0] * (rows - len(self.codes)))
        self.numbers.pad(rows)

    def _code(self, text: str) -> int:
        code = self.names.get(text)
        if code is None:
            if len(self.names) >= MOST_VALUES:
                text = OTHER
            code = self.names.setdefault(text, len(self.names) + 1)
            if code == len(self.counts):
                self.counts.append(0)
        self.counts[code] += 1
        return code

    @property
    def is_identity(self) -> bool:
        """Whether the values are nearly unique, as ids are: then they tell records apart, not kinds."""
        present = sum(self.counts)
        others = self.counts[self.names[OTHER]] if OTHER in self.names else 0
        kept = len(self.names) - (OTHER in self.names)
        return present >= _ID_ROWS and present - others < _ID_REPEATS * kept

    @property
    def is_numeric(self) -> bool:
        """Whether nearly all values are numbers."""
        present = sum(self.counts)
        return present > 0 and self.read >= _NUMERIC_SHARE * present


def _number(text: str) -> float | None:
    if len(text) > 40 or not (text[:1].isdigit() or text[:1] in "+-."):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


Column = Quantities | Categories
