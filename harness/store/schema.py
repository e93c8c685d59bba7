"""The columns of pairs.parquet and scores.parquet, and their version."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from harness.domain.observation import Arm

SCHEMA_VERSION = 1
VERSION_KEY = b"harness.schema_version"
KIND_KEY = b"harness.kind"

SIDES = ("incumbent", "candidate", "agreement", "noise")

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

_FINDING = pa.struct(
    [(name, pa.string()) for name in ("kind", "path", "expected", "actual", "note", "verdict")]
)

SIDE_COLUMNS: dict[str, Any] = {
    "{}": pa.float64(),
    "{}_right": pa.bool_(),
    "{}_pass_at": pa.float64(),
    "{}_reason": pa.string(),
    "{}_findings": pa.list_(_FINDING),
}


def _schema(kind: str, columns: dict[str, Any], required: Sequence[str]) -> Any:
    listed = [pa.field(name, kind_, nullable=name not in required) for name, kind_ in columns.items()]
    return pa.schema(listed, metadata={KIND_KEY: kind.encode(), VERSION_KEY: str(SCHEMA_VERSION).encode()})


PAIRS = _schema(
    "pairs",
    RECORD_COLUMNS | {f"{arm}_{name}": kind for arm in Arm for name, kind in ARM_COLUMNS.items()},
    ("record_id", "request", "tags", "incumbent_status", "candidate_status"),
)

SCORES = _schema(
    "scores",
    {"record_id": pa.string(), "scorer": pa.string()}
    | {name.format(side): kind for side in SIDES for name, kind in SIDE_COLUMNS.items()},
    ("record_id", "scorer"),
)
