"""pairs.parquet: one row per record, with what both arms did.

Repeats stand in one JSON column of each arm: few records have any, and those of a kind can be taken out
without a second file to keep in step.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

import orjson

from harness.domain.chat import Answer, ChatRequest, Response, Usage
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.domain.pair import Pair, PairOutline
from harness.domain.record import Record
from harness.errors import RunDamaged
from harness.store.parquet import reading, writing
from harness.store.responses import calls_of, calls_text, json_text, response_of, response_text
from harness.store.schema import ARM_COLUMNS, PAIRS, RECORD_COLUMNS, RECORD_IDS, REPEAT_COLUMNS

_COUNTS = frozenset(name for name, kind in ARM_COLUMNS.items() if kind == ARM_COLUMNS["retries"])
_LIMIT = 2**63
OK = "ok"
"""`<arm>_status` of a call with a response; an error has the name of its kind."""


def write_pairs(path: Path, pairs: Iterable[Pair]) -> int:
    """Write the file, atomically and in bounded memory.

    Returns:
        The number of rows.

    Raises:
        StoreError: The disk refuses.
    """
    with writing(path, PAIRS) as groups:
        for pair in pairs:
            row = (
                *_record_row(pair.record),
                *(cell for arm in Arm for cell in _arm_row(pair.observation(arm), pair.cost_usd(arm))),
                *(_repeats_text(pair, arm) for arm in Arm),
            )
            groups.add(row, sum(len(value) for value in row if isinstance(value, str)))
    return groups.written


def _record_row(record: Record) -> tuple[object, ...]:
    expected = record.expected
    calls = None
    if expected is not None:
        # An expected answer without text is told from none at all by its (empty) list of calls.
        calls = calls_text(expected.tool_calls) or ("[]" if expected.text is None else None)
    return (
        record.id,
        json_text(record.request.body),
        expected.text if expected is not None else None,
        calls,
        json_text(dict(record.tags)),
        response_text(record.recorded, record.recorded_timing) if record.recorded is not None else None,
    )


def _arm_row(observation: Observation, cost_usd: float | None) -> tuple[object, ...]:
    outcome = observation.outcome
    failed = isinstance(outcome, CallError)
    answer = Answer() if isinstance(outcome, CallError) else outcome.answer
    arrived = outcome.partial if isinstance(outcome, CallError) else outcome
    usage = arrived.usage if arrived is not None else Usage()
    return (
        answer.text,
        calls_text(answer.tool_calls),
        answer.refusal,
        outcome.kind if isinstance(outcome, CallError) else OK,
        outcome.message if isinstance(outcome, CallError) else None,
        outcome.http_status if isinstance(outcome, CallError) else None,
        response_text(arrived) if failed and arrived is not None else None,
        arrived.finish_reason if arrived is not None else None,
        arrived.model if arrived is not None else None,
        arrived.id if arrived is not None else None,
        arrived.system_fingerprint if arrived is not None else None,
        observation.key.fingerprint,
        *_timing_row(observation.timing),
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.reasoning_tokens,
        cost_usd,
    )


def _repeats_text(pair: Pair, arm: Arm) -> str | None:
    """The repeats as a JSON array of objects: their number, and the columns of the arm that are not null."""
    told = []
    for observation, cost_usd in pair.repeats_of(arm):
        columns = zip(ARM_COLUMNS, _arm_row(observation, cost_usd), strict=True)
        held = {name: value for name, cell in columns if (value := _json_cell(name, cell)) is not None}
        told.append({"repeat": observation.key.repeat, **held})
    return json_text(told) if told else None


def _json_cell(name: str, value: object) -> object:
    """The value as a column would hold it: None for a count or a number that no column can hold."""
    if name in _COUNTS:
        if not isinstance(value, int | float) or isinstance(value, bool) or not -_LIMIT <= value < _LIMIT:
            return None
        return int(value) if value == value // 1 else None
    return None if isinstance(value, float) and not isfinite(value) else value


def _timing_row(timing: Timing) -> tuple[object, ...]:
    """The columns from started_at_s to retries; where nothing was sent, a zero is an unknown."""
    sent = timing.started_at_s is not None
    return (
        timing.started_at_s,
        timing.ttft_s,
        timing.latency_s,
        timing.queue_s if sent or timing.queue_s else None,
        timing.backoff_s if sent or timing.backoff_s else None,
        timing.retries if sent or timing.retries else None,
    )


def read_pair_group(path: Path, group: int) -> Iterator[Pair]:
    """The pairs of one row group, for readers that share the work; `group_sizes` tells how many there are.

    Raises:
        RunDamaged, SchemaMismatch: As `read_pairs`.
    """
    for rows in reading(path, PAIRS, group=group):
        for row in rows:
            yield _pair(path, row)


def read_ids(path: Path) -> Iterator[str]:
    """The ids of the records in the order they were written; no other column is read.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    for rows in reading(path, RECORD_IDS):
        for (record_id,) in rows:
            yield record_id


def read_pairs(path: Path, *, ids: Collection[str] | None = None) -> Iterator[Pair]:
    """The pairs in the order they were written, a few rows in memory at a time.

    Args:
        path: The file.
        ids: Give only the pairs of these records.

    Raises:
        RunDamaged: The file is missing or cannot be read.
        SchemaMismatch: It was not written by this version of the harness.
    """
    for rows in reading(path, PAIRS, ids=ids):
        for row in rows:
            yield _pair(path, row)


def read_outlines(path: Path, *, ids: Collection[str]) -> Iterator[PairOutline]:
    """These records' pairs in a line each, in the order they were written.

    Only three columns are read: a tenth of the time that the whole pairs take.

    Raises:
        RunDamaged, SchemaMismatch: As `read_pairs`.
    """
    for rows in reading(path, PAIRS, ids=ids, columns=("record_id", "request", f"{Arm.CANDIDATE}_latency_s")):
        for record_id, request, latency_s in rows:
            try:
                lines = _first_lines(request)
            except (ValueError, TypeError, AttributeError) as error:  # JSON inside a cell
                raise RunDamaged(
                    f"{path}: the row of record {record_id!r} cannot be read: {error}"
                ) from error
            yield PairOutline(record_id=record_id, lines=lines, latency_s=latency_s)


_LINES = 6
_LINE = 80
_LOOKED_AT = 4096


def _first_lines(request: str) -> tuple[str, ...]:
    messages = ChatRequest(body=orjson.loads(request)).messages
    said = [message for message in messages if message.role == "user"] or messages
    lines = (
        (" ".join(line.split())[:_LINE] for line in said[-1].text[:_LOOKED_AT].splitlines()) if said else ()
    )
    return tuple(islice((line for line in lines if line), _LINES))


_RECORD_WIDTH = len(RECORD_COLUMNS)
_INCUMBENT = slice(_RECORD_WIDTH, _RECORD_WIDTH + len(ARM_COLUMNS))
_CANDIDATE = slice(_INCUMBENT.stop, _INCUMBENT.stop + len(ARM_COLUMNS))
_REPEATS = slice(_CANDIDATE.stop, _CANDIDATE.stop + len(REPEAT_COLUMNS))


def _pair(path: Path, row: tuple[Any, ...]) -> Pair:
    record_id = row[0]
    incumbent = dict(zip(ARM_COLUMNS, row[_INCUMBENT], strict=True))
    candidate = dict(zip(ARM_COLUMNS, row[_CANDIDATE], strict=True))
    try:
        repeats = [
            (_observation(record_id, arm, held), held["cost_usd"])
            for arm, text in zip(Arm, row[_REPEATS], strict=True)
            for held in _repeats(text)
        ]
        return Pair(
            record=_record(*row[:_RECORD_WIDTH]),
            incumbent=_observation(record_id, Arm.INCUMBENT, incumbent),
            candidate=_observation(record_id, Arm.CANDIDATE, candidate),
            incumbent_cost_usd=incumbent["cost_usd"],
            candidate_cost_usd=candidate["cost_usd"],
            repeats=tuple(observation for observation, _ in repeats),
            repeat_costs_usd=tuple(cost_usd for _, cost_usd in repeats),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:  # JSON inside a cell
        raise RunDamaged(f"{path}: the row of record {record_id!r} cannot be read: {error}") from error


def _record(record_id: str, *cells: str | None) -> Record:
    request, expected, expected_calls, tags, recorded = cells
    response, timing = response_of(recorded) if recorded is not None else (None, None)
    has_expected = expected is not None or expected_calls is not None
    return Record(
        id=record_id,
        request=ChatRequest(body=orjson.loads(request or "")),
        recorded=response,
        expected=Answer(text=expected, tool_calls=calls_of(expected_calls)) if has_expected else None,
        tags=orjson.loads(tags or ""),
        recorded_timing=timing,
    )


def _repeats(text: str | None) -> Iterator[dict[str, Any]]:
    """What `_repeats_text` wrote, with None where a column is left out."""
    for told in orjson.loads(text) if text else ():
        yield dict.fromkeys(ARM_COLUMNS) | told


def _observation(record_id: str, arm: Arm, held: Mapping[str, Any]) -> Observation:
    repeat = held.get("repeat", 0)
    return Observation(
        key=CallKey(record_id=record_id, arm=arm, repeat=repeat, fingerprint=held["fingerprint"]),
        outcome=_response(held) if held["status"] == OK else _error(held),
        timing=Timing(
            started_at_s=held["started_at_s"],
            queue_s=held["queue_s"] or 0.0,
            backoff_s=held["backoff_s"] or 0.0,
            ttft_s=held["ttft_s"],
            latency_s=held["latency_s"],
            retries=held["retries"] or 0,
        ),
    )


def _response(held: Mapping[str, Any]) -> Response:
    return Response(
        answer=Answer(text=held["answer"], tool_calls=calls_of(held["tool_calls"]), refusal=held["refusal"]),
        usage=Usage(
            input_tokens=held["input_tokens"],
            output_tokens=held["output_tokens"],
            cached_tokens=held["cached_tokens"],
            reasoning_tokens=held["reasoning_tokens"],
        ),
        finish_reason=held["finish_reason"],
        model=held["model"],
        id=held["response_id"],
        system_fingerprint=held["system_fingerprint"],
    )


def _error(held: Mapping[str, Any]) -> CallError:
    return CallError(
        kind=held["status"],
        message=held["error"],
        http_status=held["http_status"],
        partial=response_of(held["partial"])[0] if held["partial"] is not None else None,
    )
