"""JSON and text as servers really send them; pure."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import orjson

MESSAGE_CHARACTERS = 300
_MOST_TOKENS = 2**63 - 1  # what a file can hold
_KEY_SHAPES = re.compile(
    r"(?P<word>\bBearer\s+)\S+"
    r"|\b(?:sk|gsk|pk|rk|fw|tgp_v1|nvapi|hf|xai|csk|esecret)[-_][\w*.…-]{6,}"
    r"|\bAIza[\w-]{10,}",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^<>]*>", re.IGNORECASE | re.DOTALL)


def parse_json(data: bytes | bytearray) -> Any:
    r"""The value of a JSON text.

    Servers written in JavaScript may escape half a surrogate pair (`\ud83d`), which orjson refuses;
    the standard parser keeps it, and `well_formed` joins or replaces it later.

    Raises:
        ValueError: The bytes are not JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def dump_json(value: Mapping[str, Any]) -> bytes:
    """The bytes of a JSON object, keys in their own order (it can matter to a model)."""
    try:
        return orjson.dumps(value)
    except TypeError:  # lone surrogates and integers over 64 bits, which the standard library can write
        return json.dumps(value, separators=(",", ":")).encode()


def well_formed(text: str) -> str:
    """The text with surrogate pairs joined and lone halves replaced, so that it can be written as UTF-8."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def text_of(value: object) -> str | None:
    """The string, writable as UTF-8; None for anything else."""
    return well_formed(value) if isinstance(value, str) else None


def count_of(value: object) -> int | None:
    """A token count; None where it is absent or makes no sense."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Bounds first: infinity has no whole part, and NaN lies within no bounds.
    return int(value) if 0 <= value <= _MOST_TOKENS and value == value // 1 else None


def mapping_of(value: object) -> Mapping[str, Any]:
    """The JSON object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def plain_message(text: str) -> str:
    """A stranger's text as one short line: no markup, no control characters, nothing like a key."""
    text = text[: 20 * MESSAGE_CHARACTERS]
    if text.lstrip()[:1] == "<":
        text = _MARKUP.sub(" ", text)
    kept = "".join(c if c.isprintable() or unicodedata.category(c) == "Zs" else " " for c in text)
    masked = _KEY_SHAPES.sub(lambda match: (match["word"] or "") + "[key]", " ".join(kept.split()))
    return masked if len(masked) <= MESSAGE_CHARACTERS else masked[: MESSAGE_CHARACTERS - 1] + "…"
