"""Made-up runs with known counts, for the tests of analysis and report."""

import json
import random
from dataclasses import dataclass, replace
from typing import Any

from factories import observation, record, response

from harness.domain.chat import ChatRequest, Response, Usage
from harness.domain.failure import is_failure
from harness.domain.mark import Mark
from harness.domain.observation import Arm, CallError, Timing
from harness.domain.pair import Pair
from harness.domain.score import Finding, Score, ScoredPair, Verdict
from harness.report.facts import ArmFacts, RunFacts

SYSTEM = "Read the invoice. Answer with JSON only: invoice_number, currency, line_items, totals."


@dataclass(frozen=True, kw_only=True)
class Run:
    pairs: list[Pair]
    scored: list[ScoredPair]


def facts(**changes: Any) -> RunFacts:
    given = RunFacts(
        dataset="invoices",
        mark=Mark.SIMULATED,
        run_id="20261123-182219-3f2a",
        date="2026-11-23",
        unit="invoice",
        planned=300,
        incumbent=ArmFacts(
            model="gpt-4o-2024-08-06",
            provider="openai",
            endpoint="http://127.0.0.1:8811/v1",
            price="$2.50 and $10.00 per million tokens (price table of 2026-05-01)",
        ),
        candidate=ArmFacts(
            model="meta-llama/Llama-3.3-70B-Instruct-Turbo",
            provider="together",
            endpoint="http://127.0.0.1:8811/v1",
            price="$0.88 per million tokens (price table of 2026-05-01)",
        ),
        method=(("Seed", "7"), ("Dataset hash", "sha256 9f2c…"), ("Harness", "0.1.0")),
        command="harness shadow invoices",
    )
    told = replace(given, **changes)
    if {"incumbent", "candidate"} & set(changes):
        return told
    incumbent, candidate = (replace(arm, mark=told.mark) for arm in (told.incumbent, told.candidate))
    return replace(told, incumbent=incumbent, candidate=candidate)


def scored(
    pair: Pair,
    incumbent: tuple[Finding, ...] | None = (),
    candidate: tuple[Finding, ...] | None = (),
    **changes: Any,
) -> ScoredPair:
    given: dict[str, Any] = {
        "record_id": pair.record.id,
        "scorer": "json_fields",
        "incumbent": score(incumbent),
        "candidate": score(candidate),
        "agreement": score(candidate),
        "noise": None,
    }
    return ScoredPair(**{**given, **changes})


def score(findings: tuple[Finding, ...] | None) -> Score | None:
    if findings is None:
        return None
    failing = sum(is_failure(finding) for finding in findings)
    return Score(value=1.0 if not failing else max(0.0, 1 - failing / 20 - 0.05), findings=findings)


def changed(path: str, expected: str, actual: str, kind: str = "wrong_value", note: str = "") -> Finding:
    return Finding(kind=kind, path=path, expected=expected, actual=actual, note=note)


LONG_INVOICE = (
    *(
        Finding(
            kind="line_missing",
            path=f"line_items[{line}]",
            expected=f"Position {line + 1}, 68.60",
            note=f"line {line + 1} of 60 is missing",
            verdict=Verdict.MISSING,
        )
        for line in (33, 34, 35)
    ),
    Finding(
        kind="line_invented",
        path="line_items[33]",
        actual="Übertrag Seite 1, 3208.15",
        verdict=Verdict.INVENTED,
    ),
    changed("totals.gross", "7637.66", "7146.66"),
    replace(changed("invoice_date", "2026-08-31", "31.08.2026", "format_only"), verdict=Verdict.FORMAT_ONLY),
)


def invoices(n: int = 300, *, seed: int = 3) -> Run:
    """Invoices of which the candidate gets some wrong by kind, the incumbent fewer."""
    chance = random.Random(seed)
    pairs, scores = [], []
    for place in range(n):
        lines = 60 if place == 7 else chance.randint(1, 40)
        pair = _invoice(place, lines, chance)
        incumbent = _mistakes(lines, chance, 0.05)
        candidate = _mistakes(lines, chance, 0.25 if lines > 25 else 0.08)
        if place == 7:
            candidate = LONG_INVOICE
        if place % 61 == 5:
            failure = CallError(kind="timed_out", message="no byte within 60 s")
            pair = replace(pair, candidate=observation(failure, arm=Arm.CANDIDATE, record_id=pair.record.id))
            candidate = (Finding(kind="timed_out", note="no byte within 60 s"),)
        pairs.append(pair)
        scores.append(scored(pair, incumbent, candidate))
        scores.append(scored(pair, (), (), scorer="exact", agreement=None))
    return Run(pairs=pairs, scored=scores)


def _invoice(place: int, lines: int, chance: random.Random) -> Pair:
    document = {
        "invoice_number": f"RE-{place:05d}",
        "invoice_date": "2026-08-31",
        "currency": "EUR",
        "line_items": [
            {"description": f"Palette EPAL, Posten {line + 1}", "quantity": 3, "amount": f"{line * 7.35:.2f}"}
            for line in range(lines)
        ],
        "totals": {"net": "6418.20", "gross": "7637.66"},
    }
    text = json.dumps(document)
    page = "Nordwerk Logistik GmbH\nRechnung\n" + "\n".join(
        f"{line + 1:>3}  Palette EPAL, Posten {line + 1:<3}  3 Stk  {line * 7.35:>10.2f}"
        for line in range(lines)
    )
    of = record(
        f"inv-{place:05d}",
        expected=text,
        request=ChatRequest(
            body={
                "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": page}],
                "temperature": 0,
                "response_format": {"type": "json_object"},
            }
        ),
        tags={
            "language": chance.choice(("de", "de", "fr", "en")),
            "kind": chance.choice(("invoice", "invoice", "credit note")),
            "lines": str(lines),
        },
    )
    return Pair(
        record=of,
        incumbent=_answered(text, Arm.INCUMBENT, of.id, chance.lognormvariate(0.9, 0.4)),
        candidate=_answered(text, Arm.CANDIDATE, of.id, chance.lognormvariate(0.4, 0.5)),
        incumbent_cost_usd=0.0123,
        candidate_cost_usd=None if place % 50 == 3 else 0.0021,
    )


def _answered(text: str, arm: Arm, record_id: str, latency_s: float) -> Any:
    outcome: Response = response(text, usage=Usage(input_tokens=900, output_tokens=len(text) // 4))
    timing = Timing(started_at_s=1.0, ttft_s=latency_s / 6, latency_s=latency_s, retries=int(latency_s > 6))
    return replace(observation(outcome, arm=arm, record_id=record_id), timing=timing)


def _mistakes(lines: int, chance: random.Random, rate: float) -> tuple[Finding, ...]:
    if chance.random() > rate:
        return ()
    line = chance.randrange(lines)
    kinds: tuple[tuple[Finding, ...], ...] = (
        (
            Finding(
                kind="line_missing", path=f"line_items[{line}]", expected="Palette", verdict=Verdict.MISSING
            ),
            changed("totals.gross", "7637.66", "7569.06"),
        ),
        (changed("totals.gross", "123.46", "12,345.60", "decimal_misread", "100 times the amount"),),
        (changed("totals.net", "-1284.50", "1284.50", "sign_flipped"),),
        (changed("currency", "EUR", "USD", "wrong_currency"),),
        (changed("invoice_date", "2026-05-04", "2026-04-05", "date_order"),),
        (Finding(kind="invalid_json", actual="Sure! {", note="It stops in the middle of a value."),),
        (changed("supplier.name", "Müller & Søn <A/S>", "Muller & Son"),),
        (Finding(kind="field_missing", path="invoice_number", expected="RE-1", verdict=Verdict.MISSING),),
        (Finding(kind="text_differs", path="note", expected="Zahlbar sofort", actual="Zahlbar"),),
    )
    return chance.choice(kinds)


def agreement_run(n: int = 40) -> Run:
    """Records without expected answers: they agree on n - 4, differ on 2, one failed, both failed."""
    error = CallError(kind="timed_out", message="no byte within 60 s")
    pairs, scores = [], []
    for place in range(n):
        of = record(f"t-{place:03d}", f"Where is my parcel? {place}")
        label = "shipping"
        pair = Pair(
            record=of,
            incumbent=observation(label if place != 3 else error, arm=Arm.INCUMBENT, record_id=of.id),
            candidate=observation(
                error if place in (2, 3) else "returns" if place < 2 else label,
                arm=Arm.CANDIDATE,
                record_id=of.id,
            ),
        )
        findings = (changed("", label, "returns", "wrong_label"),) if place < 2 else ()
        pairs.append(pair)
        scores.append(scored(pair, None, None, scorer="label", agreement=score(findings)))
    return Run(pairs=pairs, scored=scores)


HOSTILE = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(2)">',
    "{{7*7}}{% for x in ().__class__ %}{{ x }}{% endfor %}",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "a\x00b\x1b[31mred\x1b[0m\x07",
    "lone \ud83d surrogate",
    "javascript:alert(3) https://example.com/x?y=1",
    '"></details></main><iframe src="https://example.com/"></iframe>',
    "<style>*{display:none}</style><link rel=stylesheet href=https://example.com/a.css>",
    "=cmd|' /C calc'!A0",
    "zero\u200bwidth\ufeff and \U000e0041 tag",
    "شركة النور للتجارة",
    "株式会社ミナト商会",
    "👩\u200d👩\u200d👧 emoji",
    "]]><!--",
    "x" * 1_000_000,
)


def hostile_run() -> Run:
    """Every hostile text at every place where text from outside can stand."""
    pairs, scores = [], []
    for place, text in enumerate(HOSTILE):
        record_id = f"{place}-{text[:60]}"
        of = record(
            record_id,
            expected=text,
            request=ChatRequest(
                body={
                    "messages": [{"role": "system", "content": text}, {"role": text[:30], "content": text}],
                    "user": text[:200].encode("utf-8", "replace").decode(),
                }
            ),
            tags={"tag": text[:100], text[:40]: "value"},
        )
        wrong = response(text, finish_reason=text[:50], model=text[:50])
        error = CallError(kind=text[:40], message=text, partial=wrong)
        pair = Pair(
            record=of,
            incumbent=observation(wrong, arm=Arm.INCUMBENT, record_id=record_id),
            candidate=observation(error if place % 2 else wrong, arm=Arm.CANDIDATE, record_id=record_id),
        )
        found = (Finding(kind=text[:50], path=text[:300], expected=text, actual=text, note=text),)
        pairs.append(pair)
        scores.append(scored(pair, () if place % 3 else found, found, scorer=text[:50]))
    return Run(pairs=pairs, scored=scores)
