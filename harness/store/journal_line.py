r"""One line of a journal: an observation as JSON, its key first.

::

    {"key":["r1","candidate",0,"9f…"],"state":"final","response":{…},"timing":{…}}
    {"key":["r2","candidate",0,"7c…"],"state":"open","error":{…},"timing":{…}}

The key stands first so that an index can read it without parsing the answer behind it. `],"state":"`
cannot occur inside the key: in a JSON string a quotation mark is always preceded by a backslash.
"""

import json
from enum import StrEnum
from typing import Any

import orjson

from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing

KEY_OPENS = b'{"key":'
KEY_ENDS = b'],"state":"'
LINE_ENDS = b"}\n"

# Errors after which the server may have charged for what it was about to say. Not `refused`, which costs
# nothing, nor `malformed`, which nobody can use: a run that stopped for those is continued to mend them.
_FINAL_ERRORS = frozenset({"timed_out", "truncated_stream"})
_LIMIT = 2**63


class State(StrEnum):
    """What a line means for a run that is continued; the first letters differ."""

    FINAL = "final"  # made by this run, never sent again
    OPEN = "open"  # nothing that can be used was answered: sent again on resume
    SHARED = "shared"  # final, taken over from another run of the group: not paid by this one


def is_settled(observation: Observation) -> bool:
    """Whether the call must not be sent again, on resume neither.

    A time-out counts only where the request had left: before that nothing can have been charged.
    """
    outcome = observation.outcome
    if isinstance(outcome, Response):
        return True
    if outcome.kind == "timed_out":
        return observation.timing.started_at_s is not None
    return outcome.kind in _FINAL_ERRORS


def encode_key(key: CallKey) -> bytes:
    """The key as it stands in a line; equal keys give equal bytes."""
    return _dumps([key.record_id, key.arm.value, key.repeat, key.fingerprint])


def encode_line(observation: Observation, *, shared: bool = False) -> bytes:
    """The whole line with its newline."""
    state = State.OPEN
    if is_settled(observation):
        state = State.SHARED if shared else State.FINAL
    outcome = observation.outcome
    tag = "response" if isinstance(outcome, Response) else "error"
    rest = _dumps({tag: outcome, "timing": observation.timing})
    return b'%b%b,"state":"%b",%b\n' % (KEY_OPENS, encode_key(observation.key), state.encode(), rest[1:])


def decode_line(line: bytes) -> Observation:
    """The observation of a line.

    Raises:
        ValueError: The line is not what `encode_line` writes.
    """
    try:
        data = _loads(line)
        record_id, arm, repeat, fingerprint = data["key"]
        outcome = _response(data["response"]) if "response" in data else _error(data["error"])
        return Observation(
            key=CallKey(record_id=record_id, arm=Arm(arm), repeat=repeat, fingerprint=fingerprint),
            outcome=outcome,
            timing=Timing(**data["timing"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a journal line: {error}") from error


def _response(data: dict[str, Any]) -> Response:
    answer = dict(data["answer"])
    answer["tool_calls"] = tuple(ToolCall(**call) for call in answer["tool_calls"])
    usage = Usage(**{name: _count(value) for name, value in data["usage"].items()})
    return Response(**{**data, "answer": Answer(**answer), "usage": usage})


def _count(value: object) -> int | None:
    """A token count; one that no file can hold is unknown (orjson reads long integers as floats)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < _LIMIT and value == value // 1 else None


def _error(data: dict[str, Any]) -> CallError:
    partial = data["partial"]
    return CallError(**{**data, "partial": None if partial is None else _response(partial)})


def _dumps(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Half a surrogate pair, or a number over 64 bits: legal in Python, not in orjson.
        return json.dumps(value, default=_fields, separators=(",", ":")).encode()


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _loads(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line)
