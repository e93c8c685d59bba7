"""Reads the data of a report as the browser does."""

import base64
import gzip
import json
import re
from dataclasses import dataclass
from typing import Any

_INDEX = re.compile(r'<script type="text/plain" id="case-index">([^<]*)</script>')
_BLOCK = re.compile(r'<script type="text/plain" class="case-block">([^<]*)</script>')


@dataclass(frozen=True, kw_only=True)
class Carried:
    """The index, and the cases of all blocks in their order."""

    index: dict[str, Any]
    cases: list[dict[str, Any]]
    block_sizes: list[int]


def unpacked(text: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(text, validate=True)))


def carried(index: str, blocks: list[str]) -> Carried:
    opened = [unpacked(block) for block in blocks]
    return Carried(
        index=unpacked(index),
        cases=[case for block in opened for case in block],
        block_sizes=[len(block) for block in opened],
    )


def carried_by(page: str) -> Carried:
    (index,) = _INDEX.findall(page)
    return carried(index, _BLOCK.findall(page))
