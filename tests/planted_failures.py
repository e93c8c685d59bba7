"""Failures of known clusters: kinds, paths and edits, and themes of free text in many wordings."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.domain.score import Finding

Maker = Callable[[random.Random], list[Finding]]

# Each theme as people and judges word it; {a} and {b} are drawn from TOPICS.
THEMES: dict[str, tuple[str, ...]] = {
    "deadline": (
        "The answer leaves out the deadline of the {a}.",
        "Does not mention by which deadline the {a} is due.",
        "The deadline for the {a} is missing from the answer.",
        "No deadline is given, although the {a} has one.",
        "It omits the deadline; the reference names it with the {a}.",
    ),
    "polite": (
        "The tone is rude towards the customer.",
        "Rude wording: the customer is blamed for the {a}.",
        "The customer asked politely about the {a} and got a rude answer.",
        "Sounds rude; a customer would complain about this tone.",
    ),
    "invented fee": (
        "Names a handling fee that the {a} does not have.",
        "A fee for the {a} is invented.",
        "The fee it quotes for the {a} appears nowhere in the source.",
        "Claims that a fee of 25 euros is charged; no such fee exists.",
    ),
    "wrong party": (
        "Mixes up the buyer and the seller in the {a}.",
        "Buyer and seller are confused.",
        "The seller is named where the buyer should be, in the {a}.",
        "It says the buyer ships the {a}; it is the seller.",
    ),
    "no steps": (
        "The user asked for steps, the answer is one paragraph without numbered steps.",
        "Numbered steps were requested for the {a} and are missing.",
        "Does not list the steps; only general advice about the {a}.",
        "The steps to follow for the {a} are not numbered.",
    ),
    "outdated law": (
        "Cites the old regulation on the {a}, which was repealed.",
        "The regulation it relies on was repealed.",
        "Relies on a repealed regulation for the {a}.",
        "Refers to a regulation that has been repealed and replaced.",
    ),
}
TOPICS = (
    "bill of lading",
    "packing list",
    "customs declaration",
    "certificate of origin",
    "insurance claim",
    "delivery note",
    "credit note",
    "purchase order",
    "tax return",
    "loan agreement",
    "rental contract",
    "warranty",
    "work permit",
    "refund request",
    "inspection report",
    "annual statement",
    "power of attorney",
    "service agreement",
)
# Inputs that say nothing about the failure.
INPUTS = (
    "Please check the attached {a} and tell me what to do next.",
    "Our supplier sent a {a} together with a {b}. What applies?",
    "Summarise the {a} for a colleague who has not seen the {b}.",
    "I lost the {a}. Is the {b} still valid?",
    "How does a {a} differ from a {b}?",
    "Translate the main points of this {a} into plain language.",
)


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One failure, as the keeper takes it, and the cluster it belongs to."""

    record_id: str
    cluster: str
    findings: tuple[Finding, ...]
    kind: str
    is_regression: bool
    features: dict[str, str]
    snippet: str


def _filled(draw: random.Random, text: str) -> str:
    return text.format(a=draw.choice(TOPICS), b=draw.choice(TOPICS))


def _judged(draw: random.Random, theme: str) -> Finding:
    return Finding(kind="judged_worse", note=_filled(draw, draw.choice(THEMES[theme])))


def _line(draw: random.Random) -> str:
    return f"line_items[{draw.randrange(40)}]"


def _cents(draw: random.Random) -> int:
    return draw.randrange(1000, 9_999_999)


def _misread(power: int, path: str) -> Maker:
    note = f"{10 ** abs(power)} times too {'large' if power > 0 else 'small'}."

    def make(draw: random.Random) -> list[Finding]:
        cents = _cents(draw)
        expected, actual = f"{cents / 100:.2f}", str(cents / 100 * 10.0**power)
        places = [path.format(place) for place in draw.sample(range(40), draw.randint(1, 3))]
        return [
            Finding(kind="decimal_misread", path=place, expected=expected, actual=actual, note=note)
            for place in dict.fromkeys(places)
        ]

    return make


def _sign(draw: random.Random) -> list[Finding]:
    amount = f"{_cents(draw) / 100:.2f}"
    return [Finding(kind="sign_flipped", path="totals.gross", expected=f"-{amount}", actual=amount)]


def _digits(draw: random.Random) -> list[Finding]:
    number = f"{_cents(draw)}12"
    return [Finding(kind="digits_swapped", path="invoice_number", expected=number, actual=f"{number[:-2]}21")]


def _date(draw: random.Random) -> list[Finding]:
    day, month = draw.randint(1, 12), draw.randint(1, 12)
    dates = (f"2024-{month:02}-{day:02}", f"2024-{day:02}-{month:02}")
    return [Finding(kind="date_order", path="issue_date", expected=dates[0], actual=dates[1])]


def _missing(draw: random.Random) -> list[Finding]:
    return [Finding(kind="line_missing", path=_line(draw), expected="{}") for _ in range(draw.randint(1, 6))]


def _prefix(draw: random.Random) -> list[Finding]:
    number = str(_cents(draw))
    prefix = draw.choice(("INV-", "RE-", "2024/"))
    return [Finding(kind="wrong_value", path="invoice_number", expected=prefix + number, actual=number)]


def _cut(draw: random.Random) -> list[Finding]:
    text = f"{_filled(draw, draw.choice(INPUTS))} {_filled(draw, draw.choice(INPUTS))}"
    cut = text[: draw.randint(20, len(text) - 10)]
    return [Finding(kind="text_differs", path=f"{_line(draw)}.description", expected=text, actual=cut)]


def _label(expected: str, actual: str) -> Maker:
    return lambda draw: [Finding(kind="wrong_label", expected=expected, actual=actual)]


def _clause(draw: random.Random) -> list[Finding]:
    clause = f"{draw.randint(20, 90)}.{draw.randint(1, 9)}"
    return [Finding(kind="hallucinated_reference", path=f"references[{draw.randrange(5)}]", actual=clause)]


def _currency(draw: random.Random) -> list[Finding]:
    return [Finding(kind="wrong_currency", path="currency", expected="EUR", actual="USD")]


STRUCTURED: dict[str, Maker] = {
    "factor 100": _misread(2, "totals.gross"),
    "factor 1000": _misread(-3, "line_items[{}].amount"),
    "sign": _sign,
    "digits": _digits,
    "date": _date,
    "line": _missing,
    "prefix": _prefix,
    "cut": _cut,
    "waybill": _label("bill of lading", "air waybill"),
    "note": _label("delivery note", "packing list"),
    "clause": _clause,
    "currency": _currency,
}


def planted(count: int, seed: int, *, free: float = 0.4) -> Iterator[Planted]:
    """Failures of twelve structured clusters and of one cluster per theme, in random order.

    Args:
        count: How many.
        seed: Same seed, same failures.
        free: Share of them that only free text tells apart.
    """
    draw = random.Random(seed)
    for number in range(count):
        if draw.random() < free:
            theme = draw.choice(list(THEMES))
            findings = [_judged(draw, theme)]
        else:
            theme = draw.choice(list(STRUCTURED))
            findings = STRUCTURED[theme](draw)
        german = draw.random() < (0.95 if theme == "factor 1000" else 0.3)
        yield Planted(
            record_id=f"r{number:06d}",
            cluster=theme,
            findings=(*findings, *_noise(draw)),
            kind=findings[0].kind,
            is_regression=draw.random() < 0.8,
            features={"language": "de" if german else "en", "length": draw.choice(("short", "long"))},
            snippet=_filled(draw, draw.choice(INPUTS)),
        )


def _noise(draw: random.Random) -> list[Finding]:
    """Further differences that have nothing to do with the cluster."""
    found = [Finding(kind="moved", path=_line(draw))] if draw.random() < 0.3 else []
    if draw.random() < 0.3:
        found += [Finding(kind="over_long", note="Three times as long.")]
    return found
