"""Recorded answers of real servers; `data/wire/SOURCES.md` says where they are from."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from harness.domain.chat import Response
from harness.providers.openai import OpenAIDialect
from harness.providers.sse import EventParser

_FOLDER = Path(__file__).parent / "data" / "wire"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    name: str
    status: int | None
    headers: dict[str, str]
    body: bytes

    @property
    def streamed(self) -> bool:
        return "event-stream" in self.headers.get("content-type", "")


def samples() -> dict[str, Sample]:
    found = {}
    with gzip.open(_FOLDER / "openai_style.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found[f"{row['server']}/{row['case']}"] = row["response"]
    with gzip.open(_FOLDER / "cassettes.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found[f"{row['cassette']}/{row['n']}"] = row
    return {
        name: Sample(
            name=name,
            status=row["status"],
            headers={key.lower(): value for key, value in row["headers"].items()},
            body=row["body"].encode(),
        )
        for name, row in found.items()
    }


def stream_chunks() -> list[bytes]:
    return (_FOLDER / "openai_stream.jsonl").read_bytes().splitlines()


def fold(body: bytes) -> Response:
    parser, folded = EventParser(), OpenAIDialect().fold()
    for event in [*parser.feed(body), *parser.flush()]:
        folded.feed(event)
    return folded.response()
