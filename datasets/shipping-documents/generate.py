"""Writes records.jsonl.gz: 400 documents of shipments, all generated.

    .venv/bin/python datasets/shipping-documents/generate.py [--out FILE]

Seeded: the same records each time. SOURCE.md says what is in them.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from draw import Draw
from kinds import CONTENT, LOOK_ALIKES, Writer
from layouts import FIELDS, pages
from ocr import misread

from harness.dataset.rows import write_rows

HERE = Path(__file__).resolve().parent
SEED = 20251107
COUNTS = {
    "bill_of_lading": 44,
    "sea_waybill": 40,
    "commercial_invoice": 46,
    "pro_forma_invoice": 34,
    "packing_list": 44,
    "delivery_note": 42,
    "air_waybill": 26,
    "cmr_consignment_note": 26,
    "customs_declaration": 26,
    "certificate_of_origin": 18,
    "dangerous_goods_declaration": 16,
    "arrival_notice": 16,
    "weight_certificate": 12,
    "phytosanitary_certificate": 10,
}
LANGUAGE_SHARES = ((0.28, "en"), (0.48, "de"), (0.65, "fr"), (0.77, "es"), (0.89, "nl"), (1.0, "it"))
OCR_SHARES = ((0.48, "clean"), (0.79, "light"), (1.0, "heavy"))
GERMAN_OCR_SHARES = ((0.4, "clean"), (0.72, "light"), (1.0, "heavy"))
"""The scanner of the German branch is the oldest."""
VAGUE_SHARE = 0.45
STYLES = tuple(FIELDS)

SYSTEM = """You sort the documents of shipments for a freight forwarder. The text comes from a scan: expect
misread characters, torn words and columns that run together. Documents are in English, German, French,
Spanish, Dutch or Italian.

Answer with exactly one of these labels and nothing else:

bill_of_lading: ocean transport document of title; issued in signed originals, goods against an original
sea_waybill: ocean transport document that is not negotiable; goods go to the named consignee
air_waybill: contract of carriage by air
cmr_consignment_note: consignment note of international carriage by road under the CMR
packing_list: what is in which package, with weights and measures; no prices
delivery_note: goes with the goods to the receiver, who signs for them; quantities, no prices
commercial_invoice: asks for payment of goods sold
pro_forma_invoice: looks like an invoice but asks for no payment: an offer, or values for customs only
customs_declaration: declares goods to customs for a procedure
certificate_of_origin: an authority certifies the country the goods come from
dangerous_goods_declaration: the shipper declares dangerous goods with UN numbers and vouches for the packing
arrival_notice: tells the consignee that a shipment arrives
phytosanitary_certificate: a plant protection service certifies that plants are free from pests
weight_certificate: certifies a weight that was measured

The heading alone may mislead: forms are used for more than one kind, and other documents are referred to.
Go by what the document says it does."""


def main() -> None:
    """Write the records."""
    parser = argparse.ArgumentParser(description="Writes the records of the shipping-documents dataset.")
    parser.add_argument("--out", type=Path, default=HERE / "records.jsonl.gz")
    write_rows(parser.parse_args().out, records())


def records() -> Iterator[dict[str, Any]]:
    """All records, kinds mixed."""
    labels = [label for label, count in COUNTS.items() for _ in range(count)]
    shuffle = Draw(SEED)
    ranks = [shuffle.share() for _ in labels]
    for number, place in enumerate(sorted(range(len(labels)), key=ranks.__getitem__), 1):
        yield record(number, labels[place])


def record(number: int, label: str) -> dict[str, Any]:
    """The document with that number."""
    draw = Draw(SEED * 1000 + number)
    language = _share(draw, LANGUAGE_SHARES)
    ocr = _share(draw, GERMAN_OCR_SHARES if language == "de" else OCR_SHARES)
    vague = label in LOOK_ALIKES and draw.share() < VAGUE_SHARE
    writer = Writer(draw, label, language, _line_count(draw), vague=vague)
    document = CONTENT[label](writer)
    printed = pages(document, draw, draw.pick(STYLES), writer.word("page"))
    text = misread("\n\f\n".join(printed), ocr, draw)
    return {
        "custom_id": f"ship-{number:03}",
        "body": {
            "model": "gpt-4o",
            "temperature": 0,
            "max_tokens": 16,
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
        },
        "expected": label,
        "tags": {
            "language": language,
            "ocr": ocr,
            "pages": str(len(printed)),
            "issuer": document.issuer[0],
            "month": f"{writer.issued:%Y-%m}",
            "document": label,
            "heading": "shared" if vague else "own",
        },
    }


def _share(draw: Draw, shares: tuple[tuple[float, str], ...]) -> str:
    share = draw.share()
    return next(value for up_to, value in shares if share < up_to)


def _line_count(draw: Draw) -> int:
    share = draw.share()
    return (
        draw.between(1, 6) if share < 0.6 else draw.between(7, 14) if share < 0.85 else draw.between(15, 46)
    )


if __name__ == "__main__":
    main()
