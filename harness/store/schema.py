"""The columns of pairs.parquet and scores.parquet, and their version.

Version 2 came with repeats: their columns, four more sides and the amount of a finding. A file of
version 1 is read as one without repeats.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from harness.domain.observation import Arm

SCHEMA_VERSION = 2
OLDEST_READ = 1
VERSION_KEY = b"harness.schema_version"
KIND_KEY = b"harness.kind"
SINCE_KEY = b"harness.since"

# The first four are in version 1.
SIDES = (
    "incumbent",
    "candidate",
    "agreement",
    "noise",
    "candidate_noise",
    "incumbent_repeat",
    "candidate_repeat",
    "cross_incumbent_repeat",
    "cross_candidate_repeat",
    "cross_repeats",
)

RECORD_COLUMNS: dict[str, Any] = {
    "record_id": pa.string(),
    "request": pa.string(),
    "expected": pa.string(),
    "expected_tool_calls": pa.string(),
    "tags": pa.string(),
    "recorded": pa.string(),
}

ARM_COLUMNS: dict[str, Any] = {
    "answer": pa.string(),
    "tool_calls": pa.string(),
    "refusal": pa.string(),
    "status": pa.string(),
    "error": pa.string(),
    "http_status": pa.int64(),
    "partial": pa.string(),
    "finish_reason": pa.string(),
    "model": pa.string(),
    "response_id": pa.string(),
    "system_fingerprint": pa.string(),
    "fingerprint": pa.string(),
    "started_at_s": pa.float64(),
    "ttft_s": pa.float64(),
    "latency_s": pa.float64(),
    "queue_s": pa.float64(),
    "backoff_s": pa.float64(),
    "retries": pa.int64(),
    "input_tokens": pa.int64(),
    "output_tokens": pa.int64(),
    "cached_tokens": pa.int64(),
    "reasoning_tokens": pa.int64(),
    "cost_usd": pa.float64(),
}

REPEAT_COLUMNS = tuple(f"{arm}_repeats" for arm in Arm)

_FINDING = pa.struct(
    [
        *((name, pa.string()) for name in ("kind", "path", "expected", "actual", "note", "verdict")),
        ("amount", pa.float64()),
    ]
)

SIDE_COLUMNS: dict[str, Any] = {
    "{}": pa.float64(),
    "{}_right": pa.bool_(),
    "{}_pass_at": pa.float64(),
    "{}_reason": pa.string(),
    "{}_findings": pa.list_(_FINDING),
}


def _side_columns(sides: Sequence[str]) -> dict[str, Any]:
    return {name.format(side): kind for side in sides for name, kind in SIDE_COLUMNS.items()}


def _schema(kind: str, columns: Mapping[str, Any], required: Sequence[str], later: Mapping[str, Any]) -> Any:
    """Columns of version 1, and `later` those of version 2."""
    listed = [pa.field(name, kind_, nullable=name not in required) for name, kind_ in columns.items()]
    listed += [pa.field(name, kind_, metadata={SINCE_KEY: b"2"}) for name, kind_ in later.items()]
    return pa.schema(listed, metadata={KIND_KEY: kind.encode(), VERSION_KEY: str(SCHEMA_VERSION).encode()})


def since(field: Any) -> int:
    """The version in which a column came."""
    return int((field.metadata or {}).get(SINCE_KEY, b"1"))


PAIRS = _schema(
    "pairs",
    RECORD_COLUMNS | {f"{arm}_{name}": kind for arm in Arm for name, kind in ARM_COLUMNS.items()},
    ("record_id", "request", "tags", "incumbent_status", "candidate_status"),
    dict.fromkeys(REPEAT_COLUMNS, pa.string()),
)

RECORD_IDS = pa.schema([PAIRS.field("record_id")], metadata=PAIRS.metadata)
"""The one column of pairs.parquet that tells which records there are."""

SCORES = _schema(
    "scores",
    {"record_id": pa.string(), "scorer": pa.string()} | _side_columns(SIDES[:4]),
    ("record_id", "scorer"),
    _side_columns(SIDES[4:]),
)

CASES = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("quadrant", pa.string(), nullable=False),
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("reason", "kind", "incumbent_kind", "candidate_kind")
        ),
        pa.field("severity", pa.int8(), nullable=False),
        pa.field("group", pa.string(), nullable=False),
        pa.field("slices", pa.list_(pa.int32()), nullable=False),
        pa.field("amount", pa.float64()),
        pa.field("rerun", pa.string(), nullable=False),
        pa.field("review", pa.string(), nullable=False),
        pa.field("harm", pa.int64(), nullable=False),
    ],
    metadata={KIND_KEY: b"cases", VERSION_KEY: str(SCHEMA_VERSION).encode()},
)
