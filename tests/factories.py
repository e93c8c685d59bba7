"""Small makers of domain objects for tests."""

from typing import Any

from harness.domain.chat import Answer, ChatRequest, Response, Usage
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.domain.pair import Pair
from harness.domain.record import Record


def request(text: str = "hello", **parameters: Any) -> ChatRequest:
    return ChatRequest(body={"messages": [{"role": "user", "content": text}], **parameters})


def record(record_id: str = "r1", text: str = "hello", **changes: Any) -> Record:
    fields: dict[str, Any] = {
        "id": record_id,
        "request": request(text),
        "recorded": None,
        "expected": None,
        "tags": {},
    }
    expected = changes.pop("expected", None)
    if isinstance(expected, str):
        expected = Answer(text=expected)
    return Record(**{**fields, "expected": expected, **changes})


def response(text: str | None = "ok", **changes: Any) -> Response:
    fields: dict[str, Any] = {
        "answer": Answer(text=text),
        "usage": Usage(input_tokens=10, output_tokens=5),
        "finish_reason": "stop",
        "model": "m-1",
    }
    return Response(**{**fields, **changes})


def observation(
    outcome: Response | CallError | str = "ok", *, arm: Arm = Arm.INCUMBENT, record_id: str = "r1"
) -> Observation:
    return Observation(
        key=CallKey(record_id=record_id, arm=arm, repeat=0, fingerprint="f" * 16),
        outcome=response(outcome) if isinstance(outcome, str) else outcome,
        timing=Timing(started_at_s=1.0, ttft_s=0.1, latency_s=0.2),
    )


def pair(
    incumbent: Response | CallError | str = "ok",
    candidate: Response | CallError | str = "ok",
    *,
    of: Record | None = None,
) -> Pair:
    of = of or record()
    return Pair(
        record=of,
        incumbent=observation(incumbent, arm=Arm.INCUMBENT, record_id=of.id),
        candidate=observation(candidate, arm=Arm.CANDIDATE, record_id=of.id),
    )
