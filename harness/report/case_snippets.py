"""The line of each input that tells it apart from the others: what the list of cases shows of it.

Inputs of one workload often begin alike: with an instruction, a heading, a name of the form. A line that many
inputs have says nothing about any of them, so it is passed over.
"""

import re
from collections import Counter
from collections.abc import Sequence

_LEARNED_FROM = 1_000
# A line that so many of the inputs have, at least three of them, tells none apart.
_SHARED = 0.05
_LEAST_SHARED = 3
_DIGITS = re.compile(r"\d+")
# A page number, a date or an id does not say what the input is about.
_LETTERS = re.compile(r"[^\W\d_]")
_LEAST_LETTERS = 2


class Snippets:
    """Chooses one line of each input, in the order in which they come.

    What inputs share is learned from the first thousand, whose lines are held until then; of the others
    only the chosen line is kept.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[str, tuple[str, ...]]] = []
        self._shared: Counter[str] | None = None
        self._chosen: dict[str, str] = {}

    def add(self, record_id: str, lines: Sequence[str]) -> None:
        """Take the first lines of an input."""
        if self._shared is not None:
            self._chosen[record_id] = _choose(lines, self._shared)
            return
        self._waiting.append((record_id, tuple(lines)))
        if len(self._waiting) >= _LEARNED_FROM:
            self._learn()

    def of(self, record_id: str) -> str:
        """The chosen line, "" for an input without text or of which nothing is known."""
        if self._shared is None:
            self._learn()
        return self._chosen.get(record_id, "")

    def _learn(self) -> None:
        shared = Counter(line for _, lines in self._waiting for line in {*lines, *map(_shape, lines)})
        most = max(_LEAST_SHARED, int(_SHARED * len(self._waiting)))
        self._shared = Counter({line: count for line, count in shared.items() if count >= most})
        for record_id, lines in self._waiting:
            self._chosen[record_id] = _choose(lines, self._shared)
        self._waiting.clear()


def _choose(lines: Sequence[str], shared: Counter[str]) -> str:
    """The first line that is not shared, not even but for its numbers; else the rarest."""
    return min(
        lines, key=lambda line: (shared[_shape(line)] > 0, not _has_words(line), shared[line]), default=""
    )


def _has_words(line: str) -> bool:
    letters = len(_LETTERS.findall(line))
    return letters >= _LEAST_LETTERS and letters > sum(map(len, _DIGITS.findall(line)))


def _shape(line: str) -> str:
    """Numbers make no difference: "Page 1" and "Page 2" are the same heading."""
    return _DIGITS.sub("0", line)
