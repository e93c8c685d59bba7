"""Seeded choices; only `random()` is used, whose sequence Python promises to keep."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of choices."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def share(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        return self._random.random()

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.share() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.between(0, len(choices) - 1)]

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """So many different ones, in the order given; all where there are fewer."""
        ranked = sorted(range(len(choices)), key=lambda _: self.share())[:count]
        return [choices[place] for place in sorted(ranked)]

    def digits(self, count: int) -> str:
        """So many digits, the first of them not 0."""
        return str(self.between(10 ** (count - 1), 10**count - 1))
