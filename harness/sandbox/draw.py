"""Seeded randomness that is the same in every process and every Python version."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of choices named by its parts: the same parts give the same choices.

    Only `random.Random.random` is used, the one method whose sequence Python promises to keep.
    """

    def __init__(self, *parts: object) -> None:
        digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
        self._random = random.Random(int.from_bytes(digest, "big"))  # noqa: S311  # a simulation, no secret

    def share(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        return self._random.random()

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1."""
        return int(self._random.random() * end)

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices; there must be one."""
        return choices[self.below(len(choices))]
