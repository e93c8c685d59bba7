"""A made-up run of any size on disk: invoices of which the candidate gets a known number wrong.

Texts are as long and as unlike each other as those of real invoices, since their size and how far they can
be compressed decide how large a report gets. Wrong answers are scored by the real scorer; for right ones it
would find nothing, so it is not asked.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from factories import observation, record, response

from harness.domain.chat import ChatRequest, Usage
from harness.domain.mark import Mark
from harness.domain.observation import Arm, Observation, Timing
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.domain.score import Score, ScoredPair
from harness.scorers.build import build_scorers
from harness.scorers.stage import score_pairs
from harness.store.layout import RunDirectory
from harness.store.manifest import RunStart, write_run_start
from harness.store.pairs import write_pairs
from harness.store.scores import write_scores

SYSTEM = (
    "Read the invoice and answer with JSON only: invoice_number, invoice_date, supplier, currency, "
    "line_items (description, quantity, unit_price, amount) and totals (net, vat, gross). "
    "Copy amounts as they are printed, keep the order of the lines and leave nothing out."
)
_TOWNS = ("Bremen", "Lyon", "Aarhus", "Graz", "Porto", "Gdańsk", "Malmö", "Leeds", "Turku", "Brno", "Gent")
_FIRMS = (
    "Nordwerk",
    "Atelier Brandt",
    "Hafenkontor",
    "Møller & Søn",
    "Lefèvre",
    "Kestrel",
    "Papeterie du Lac",
)
_FORMS = ("GmbH", "AG", "SARL", "A/S", "Ltd", "KG", "BV", "Oy")
_GOODS = (
    "Palette EPAL, getauscht",
    "Zollabwicklung Import",
    "Frachtzuschlag Diesel",
    "Hebebühne",
    "Wartezeit je angefangene 15 min",
    "Printer paper A4, 80 g",
    "Cartouche d'encre noire",
    "Hosting, virtual server",
    "Domain renewal",
    "Support hours, on site",
    "Kabel Cat 6, 10 m",
    "Transport assurance",
    "Mautgebühr",
    "Avis telefonisch",
)
SCORERS: tuple[dict[str, Any], ...] = ({"use": "json_fields"},)
TOML = """
[dataset]
workload = "many"
task = "extraction"
unit = "invoice"
slices = ["language"]
[incumbent]
provider = "openai"
model = "gpt-4o"
[candidate]
provider = "openai"
model = "llama-3.3-70b"
[[scorers]]
use = "json_fields"
"""


def write_large_run(folder: Path, pairs: int, failures: int, *, seed: int = 11) -> RunDirectory:
    """A run, replayed and scored; of its failures a tenth are gains and a tenth are wrong on both sides.

    Args:
        folder: Gets the dataset's folder (without its records, which nothing needs any more) and the reports.
        pairs: How many pairs.
        failures: How many of them at least one model gets wrong.
        seed: Of everything that is drawn.
    """
    dataset = folder / "datasets" / "many"
    dataset.mkdir(parents=True)
    (dataset / "dataset.toml").write_text(TOML, encoding="utf-8")
    run = RunDirectory(folder / "reports" / "many" / "20261125-200000-3f2a").create()
    write_run_start(run.run, _start(run, dataset, pairs))
    write_pairs(run.pairs, (pair for pair, _ in _made(pairs, failures, seed)))
    write_scores(run.scores, _scored(_made(pairs, failures, seed)))
    return run


def _start(run: RunDirectory, dataset: Path, pairs: int) -> RunStart:
    arms = {Arm.INCUMBENT: "gpt-4o", Arm.CANDIDATE: "llama-3.3-70b"}
    told = {"provider": "openai", "base_url": "", "source": "replay", "price": "", "mark": "SIMULATED"}
    return RunStart(
        run_id=run.run_id,
        identity="0" * 64,
        group=run.run_id,
        members=(run.run_id,),
        dataset="many",
        dataset_path=str(dataset),
        dataset_sha256="9f2c" * 16,
        records=pairs,
        mark=Mark.SIMULATED,
        arms={arm: {**told, "model": model} for arm, model in arms.items()},
        settings={"folder": str(dataset), "dataset": {"unit": "invoice"}, "scorers": list(SCORERS)},
        seed=7,
        versions={},
        started_at=datetime(2026, 11, 25, 20, tzinfo=UTC),
    )


def _scored(made: Iterator[tuple[Pair, bool]]) -> Iterator[ScoredPair]:
    scorers = build_scorers(SCORERS, Path())
    right = Score(value=1.0, findings=())
    for pair, fails in made:
        if fails:
            yield from score_pairs([pair], scorers, seed=1)
        else:
            yield ScoredPair(
                record_id=pair.record.id,
                scorer=scorers[0].name,
                incumbent=right,
                candidate=right,
                agreement=right,
                noise=None,
            )


def _made(pairs: int, failures: int, seed: int) -> Iterator[tuple[Pair, bool]]:
    chance = random.Random(seed)
    failing = frozenset(chance.sample(range(pairs), failures))
    for place in range(pairs):
        yield _pair(place, chance, fails=place in failing), place in failing


def _pair(place: int, chance: random.Random, *, fails: bool) -> Pair:
    document = _document(place, chance)
    expected = _text(document)
    wrong = _text(_mistaken(document, chance)) if fails else expected
    quadrant = chance.random() if fails else 1.0
    # A tenth each: only the incumbent is wrong; both are.
    incumbent = wrong if quadrant < 0.2 else expected
    candidate = expected if quadrant < 0.1 else wrong
    of = _record(place, document, expected, chance)
    return Pair(
        record=of,
        incumbent=_answered(incumbent, Arm.INCUMBENT, of.id, chance.lognormvariate(0.9, 0.4)),
        candidate=_answered(candidate, Arm.CANDIDATE, of.id, chance.lognormvariate(0.4, 0.5)),
        incumbent_cost_usd=0.0123,
        candidate_cost_usd=0.0021,
    )


def _document(place: int, chance: random.Random) -> dict[str, Any]:
    lines = [_line(chance) for _ in range(chance.randint(3, 14))]
    net = sum(line["amount"] for line in lines)
    vat = round(net * 0.19, 2)
    supplier = f"{chance.choice(_FIRMS)} {chance.choice(_TOWNS)} {chance.choice(_FORMS)}"
    return {
        "invoice_number": f"RE-{chance.randint(10**6, 10**7)}",
        "invoice_date": f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "supplier": {"name": supplier, "vat_id": f"DE{chance.randint(10**8, 10**9)}"},
        "currency": chance.choice(("EUR", "EUR", "EUR", "DKK", "GBP")),
        "line_items": lines,
        "totals": {"net": round(net, 2), "vat": vat, "gross": round(net + vat, 2)},
    }


def _line(chance: random.Random) -> dict[str, Any]:
    quantity, price = chance.randint(1, 40), chance.randint(100, 99_999) / 100
    text = f"{chance.choice(_GOODS)}, {chance.choice(_TOWNS)} {chance.randint(1, 999)}"
    return {
        "description": text,
        "quantity": quantity,
        "unit_price": price,
        "amount": round(quantity * price, 2),
    }


def _mistaken(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    wrong: dict[str, Any] = orjson.loads(orjson.dumps(document))
    lines, totals = wrong["line_items"], wrong["totals"]
    line = chance.randrange(len(lines))
    kind = chance.randrange(6)
    if kind == 0:
        del lines[line]
    elif kind == 1:
        lines.insert(line, {**_line(chance), "description": f"Übertrag Seite {line + 1}"})
    elif kind == 2:
        totals["net"] = -totals["net"]
    elif kind == 3:
        lines[line]["amount"] = round(lines[line]["amount"] * 100, 2)
    elif kind == 4:
        totals["gross"] = round(totals["gross"] - 491, 2)
    else:
        wrong["currency"] = "USD"
    return wrong


def _text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


def _record(place: int, document: dict[str, Any], expected: str, chance: random.Random) -> Record:
    page = "\n".join(
        [
            document["supplier"]["name"],
            f"USt-IdNr. {document['supplier']['vat_id']}   Rechnung {document['invoice_number']}",
            f"Datum {document['invoice_date']}   Seite 1 von {1 + len(document['line_items']) // 8}",
            "",
            *(_printed(number, line) for number, line in enumerate(document["line_items"], 1)),
            "",
            *(f"{name:>60} {value:>14,.2f}" for name, value in document["totals"].items()),
        ]
    )
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": page}]
    body = {"messages": messages, "temperature": 0, "response_format": {"type": "json_object"}}
    tags = {"language": chance.choice(("de", "de", "fr", "en")), "lines": str(len(document["line_items"]))}
    return record(f"inv-{place:07d}", expected=expected, request=ChatRequest(body=body), tags=tags)


def _printed(number: int, line: dict[str, Any]) -> str:
    return (
        f"{number:>3}  {line['description'][:48]:<48} {line['quantity']:>4} "
        f"{line['unit_price']:>10,.2f} {line['amount']:>14,.2f}"
    )


def _answered(text: str, arm: Arm, record_id: str, latency_s: float) -> Observation:
    outcome = response(text, usage=Usage(input_tokens=900, output_tokens=len(text) // 4))
    timing = Timing(started_at_s=1.0, ttft_s=latency_s / 6, latency_s=latency_s, retries=0)
    return replace(observation(outcome, arm=arm, record_id=record_id), timing=timing)
