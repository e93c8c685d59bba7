"""A captured request."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.domain.chat import Answer, ChatRequest, Response
from harness.domain.observation import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A captured request, with what production answered and the expected answer if known.

    Attributes:
        id: Unique in its dataset (`custom_id` of the line).
        recorded: What production answered, or None.
        expected: The right answer as a person or a system of record gives it, or None.
        tags: Names and values the record can be sliced by.
        recorded_timing: How long production's answer took, or None.
    """

    id: str
    request: ChatRequest
    recorded: Response | None
    expected: Answer | None
    tags: Mapping[str, str]
    recorded_timing: Timing | None = None
