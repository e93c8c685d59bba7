"""The features of a record: its text, its request, its time and its tags."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from harness.analysis.features.text import Value, text_features
from harness.domain.chat import ChatRequest
from harness.domain.record import Record

TAG = "tag:"
"""What the name of a feature that is a user's tag begins with; what it ends with tells its part."""
DAY, WEEKDAY, HOUR = "/day", "/weekday", "/hour"

_LONGEST_VALUE = 200
_MOST_NODES = 500
_INSTRUCTING = frozenset({"system", "developer"})
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DATE_LENGTH = 10


def features_of(record: Record) -> Mapping[str, Value]:
    """What is known of a record before any model answers it.

    Text features are those of the conversation without the instructions (system and developer
    messages), which are the same on most records. Expected and recorded answers are never looked at.

    Returns:
        By name: text for a category, a number for a quantity, None where the record has no such thing.
    """
    messages = record.request.messages
    said = [message.text for message in messages if message.role not in _INSTRUCTING]
    instructions = [message.text for message in messages if message.role in _INSTRUCTING]
    # Whoever tags the language knows it better.
    tagged = bool(record.tags.get("language"))
    features = text_features(said[0] if len(said) == 1 else "\n".join(said), with_language=not tagged)
    features["instructions"] = float(sum(map(len, instructions)))
    features["messages"] = float(len(messages))
    features.update(_request(record.request))
    timing = record.recorded_timing
    if timing is not None and timing.started_at_s is not None:
        features.update(_time_of(timing.started_at_s))
    for name, value in record.tags.items():
        features.update(_tag(str(name)[:_LONGEST_VALUE], str(value)[:_LONGEST_VALUE]))
    return features


def _request(request: ChatRequest) -> dict[str, Value]:
    tools = request.body.get("tools")
    return {
        "images": float(_images(request.body.get("messages"))),
        "tools": float(len(tools)) if isinstance(tools, list) else 0.0,
        "answer_fields": float(_answer_fields(request.body.get("response_format"))),
    }


def _images(messages: object) -> int:
    count = 0
    for message in messages if isinstance(messages, list | tuple) else ():
        content = message.get("content") if isinstance(message, Mapping) else None
        if isinstance(content, list):
            count += sum(isinstance(part, Mapping) and "image" in str(part.get("type")) for part in content)
    return count


def _answer_fields(response_format: object) -> int:
    """Named fields of the answer's JSON schema at any depth, as far as 500 nodes of it."""
    named = response_format.get("json_schema") if isinstance(response_format, Mapping) else None
    waiting: list[object] = [named.get("schema") if isinstance(named, Mapping) else None]
    fields = 0
    for node in waiting:
        if not isinstance(node, dict):
            continue
        properties, items = node.get("properties"), node.get("items")
        if isinstance(properties, dict):
            fields += len(properties)
            waiting.extend(properties.values())
        if items:
            waiting.append(items)
        del waiting[_MOST_NODES:]
    return fields


def _time_of(started_at_s: float) -> dict[str, Value]:
    try:
        moment = datetime.fromtimestamp(started_at_s, UTC)
    except (OverflowError, OSError, ValueError):
        return {}
    return dict(_moment("sent", moment, with_hour=True))


def _moment(name: str, moment: datetime | date, *, with_hour: bool) -> Iterator[tuple[str, Value]]:
    yield name + DAY, float(moment.toordinal())
    yield name + WEEKDAY, _WEEKDAYS[moment.weekday()]
    if with_hour and isinstance(moment, datetime):
        yield name + HOUR, float(moment.hour)


def _tag(name: str, value: str) -> Iterator[tuple[str, Value]]:
    """The tag itself, or day, weekday and hour where its value is an ISO 8601 date."""
    moment = _iso_date(value)
    if moment is None:
        yield TAG + name, value
    else:
        yield from _moment(TAG + name, moment, with_hour=len(value) > _DATE_LENGTH)


def _iso_date(value: str) -> datetime | None:
    if len(value) < _DATE_LENGTH or value[4:5] != "-" or value[7:8] != "-":
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
