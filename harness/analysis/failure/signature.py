"""What changed in a wrong answer: failures with equal signatures are alike."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from harness.analysis.failure.edits import edit_of
from harness.domain.paths import with_any_index
from harness.domain.score import Finding

_LONGEST_PATH = 200
_MOST_LOOKED_AT = 200


class Signature(NamedTuple):
    """Kind, field path with open list positions, and type of edit."""

    kind: str
    path: str
    edit: str


def signature_of(findings: Sequence[Finding], kind: str) -> tuple[Signature, Finding | None]:
    """What changed, by the finding that stands for the answer.

    Of the findings of the primary kind those at the most frequent path count, and of these the most frequent
    edit: a document with one misread amount in ten lines is a document with misread line amounts.
    """
    alike = [finding for finding in findings if finding.kind == kind][:_MOST_LOOKED_AT]
    if not alike:
        return Signature(kind, "", ""), None
    paths = [with_any_index(finding.path[:_LONGEST_PATH]) for finding in alike]
    path = _most_frequent(paths)
    there = [finding for finding, its_path in zip(alike, paths, strict=True) if its_path == path]
    edits = [edit_of(finding) for finding in there]
    edit = _most_frequent(edits)
    return Signature(kind, path, edit), there[edits.index(edit)]


def _most_frequent(names: Sequence[str]) -> str:
    """Of equally frequent ones the one outside of any list, then the first by name."""
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], "[" in name, name))
