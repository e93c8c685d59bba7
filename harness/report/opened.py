"""A case as the page carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """One case, rendered.

    Attributes:
        title: What is wrong in one sentence, plain text.
        html: The case as a fragment of HTML in which everything foreign is escaped.
        more: What follows texts that are cut, in chunks, by the key that stands at the cut.
    """

    record_id: str
    title: str
    html: str
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
