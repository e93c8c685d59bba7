"""Numbers and names as a reader sees them, and untrusted text made visible."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from harness.domain.estimate import Estimate, percent_digits

GAP = "\u202f"  # narrow no-break space before % and between number and unit
_MINUS = "\u2212"
NO_VALUE = "\u2013"  # an en dash: nothing to show
_PLAINER = str.maketrans({"\u202f": " ", "\u2212": "-", "\u2013": "-", "\u2192": "->"})
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    r"""The text with every character that shows nothing, or reorders others, written out.

    Control characters become their pictures (␛), bidi controls, zero-width characters, tags and lone
    surrogates their code points ([U+202E]). Line ends and tabs stay; so do joiners between characters
    beyond Latin, where scripts and emoji need them.
    """
    return _INVISIBLE.sub(_shown, text.replace("\r\n", "\n"))


def _shown(match: re.Match[str]) -> str:
    character, text, place = match.group(), match.string, match.start()
    if character in _JOINERS and 0 < place < len(text) - 1:
        around = text[place - 1], text[place + 1]
        if all(ord(neighbour) > 0x2FF and not _INVISIBLE.match(neighbour) for neighbour in around):
            return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"[U+{code:04X}]"


def cut(text: str, limit: int, characters: int | None = None) -> tuple[str, str]:
    """The first `limit` characters made visible, and a note on our cut ("" where nothing is cut).

    Args:
        text: The text, or as much of it as is known.
        limit: Most characters shown.
        characters: The whole length, where `text` is only its beginning.
    """
    whole = len(text) if characters is None else characters
    shown = text[:limit]
    if len(shown) >= whole:
        return visible(shown), ""
    return visible(shown), f"our cut: the first {number(len(shown))} of {number(whole)} characters"


def for_terminal(text: str) -> str:
    """A line for the terminal: what a plain font may lack is written plainly, no line breaks."""
    return " ".join(text.split("\n")).translate(_PLAINER)


def case_anchor(record_id: str) -> str:
    """The fragment that opens a case in a report, whose list holds ids with invisible signs written out."""
    return "case=" + quote(visible(record_id), safe="")


def number(count: int) -> str:
    """A count with thousands separators."""
    return f"{count:,}".replace("-", _MINUS)


def amount(count: int, singular: str, plural: str = "") -> str:
    """A count with its noun: "1 invoice", "2,400 invoices"."""
    return f"{number(count)} {singular if count == 1 else plural or plural_of(singular)}"


def roughly(count: int) -> int:
    """A count that is an estimate itself, rounded up to two significant digits."""
    step: int = 10 ** max(0, len(str(count)) - 2)
    return -(-count // step) * step


def lowered(text: str) -> str:
    """The text within a sentence: its first letter small, unless the first word is no plain word."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def plural_of(singular: str) -> str:
    """The plural of a plain English noun."""
    if re.search(r"[^aeiou]y$", singular):
        return singular[:-1] + "ies"
    return singular + ("es" if re.search(r"(s|x|ch|sh)$", singular) else "s")


def percent(value: float) -> str:
    """A share in percent."""
    return percent_digits(value) + GAP + "%"


def share_range(estimate: Estimate) -> str:
    """The interval of a share: "7.4 to 14 %"."""
    if estimate.low is None or estimate.high is None:
        return "no data"
    return f"{percent_digits(estimate.low)} to {percent(estimate.high)}"


def share(estimate: Estimate) -> str:
    """A share with its count, total and range: "31 of 300 (10 %, 7.4 to 14 %)"."""
    if estimate.value is None:
        return "no data"
    hits = round(estimate.value * estimate.n)
    return f"{number(hits)} of {number(estimate.n)} ({percent(estimate.value)}, {share_range(estimate)})"


def mean(estimate: Estimate) -> str:
    """A mean score with its range: "0.934 (0.921 to 0.947)"."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "no data"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def points(value: float) -> str:
    """A difference of shares in points, one decimal, with a real minus sign."""
    text = f"{value * 100:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", _MINUS)


def seconds(value: float | None) -> str:
    """A time."""
    if value is None:
        return "not measured"
    if value < 0.01:
        return f"{value * 1000:.2g}{GAP}ms"
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}{GAP}s"


def usd(value: float | None) -> str:
    """An amount of money; small ones keep two significant digits."""
    if value is None:
        return "unknown"
    if value == 0 or abs(value) >= 1:
        return f"${value:,.2f}" if value else "$0"
    if abs(value) < 1e-6:
        return "under $0.000001"
    text = f"{value:.8f}"
    zeros = len(text[2:]) - len(text[2:].lstrip("0"))
    return f"${value:.{max(2, zeros + 2)}f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How the two models are called after the masthead."""

    incumbent: str
    candidate: str


_SUFFIX = re.compile(
    r"[-_](instruct|turbo|chat|it|hf|fp8|fp16|bf16|awq|gptq|int4|int8|latest|preview|versatile|"
    r"\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$",
    re.IGNORECASE,
)


def display_name(model: str) -> str:
    """A model's name without vendor, variant and date: "llama/Llama-3.3-70B-Instruct" is "Llama-3.3-70B"."""
    name = visible(model).strip().rstrip("/").rsplit("/", 1)[-1].split(":", 1)[0]
    while (shorter := _SUFFIX.sub("", name)) != name and shorter:
        name = shorter
    if name.lower().startswith("gpt-"):
        return "GPT-" + name[4:60]
    return (name[:1].upper() + name[1:60]) or "no name"


def display_names(incumbent: str, candidate: str) -> Names:
    """Two names that tell the arms apart."""
    short = Names(incumbent=display_name(incumbent), candidate=display_name(candidate))
    if short.incumbent != short.candidate:
        return short
    if incumbent != candidate:
        return Names(incumbent=visible(incumbent)[:80], candidate=visible(candidate)[:80])
    return Names(incumbent=f"{short.incumbent} (incumbent)", candidate=f"{short.candidate} (candidate)")
