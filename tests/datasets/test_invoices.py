import gzip
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from recorded_data import rows
from sandbox_data import planted

from harness.sandbox.behavior import has_decimal_comma
from harness.sandbox.settings import HARMFUL_FAULTS, SandboxSettings

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "invoices"
TABLES = tomllib.loads((FOLDER / "dataset.toml").read_text(encoding="utf-8"))
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return rows("invoices", "records.jsonl.gz")


def text_of(record: dict[str, Any]) -> str:
    return str(record["body"]["messages"][1]["content"])


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def test_the_generator_gives_the_records_again(tmp_path: Path) -> None:
    for name in ("one.gz", "two.gz"):
        subprocess.run(
            [sys.executable, str(FOLDER / "generate.py"), "--out", str(tmp_path / name)], check=True
        )
    one, two = ((tmp_path / name).read_bytes() for name in ("one.gz", "two.gz"))
    assert one == two
    # Compared unpacked: another zlib packs the same content into other bytes.
    assert gzip.decompress(one) == gzip.decompress((FOLDER / "records.jsonl.gz").read_bytes())


def is_collective_credit_note(tags: dict[str, str]) -> bool:
    return tags["language"] == "de" and tags["kind"] == "credit_note" and int(tags["lines"]) > 40


def test_there_are_300_records_of_all_sorts(records: list[dict[str, Any]]) -> None:
    tags = [record["tags"] for record in records]
    lines = [int(tag["lines"]) for tag in tags]
    assert (
        len({record["custom_id"] for record in records})
        == len({text_of(record) for record in records})
        == 300
    )
    assert Counter(tag["origin"] for tag in tags) == {"real": 27, "generated": 273}
    assert {tag["language"] for tag in tags if tag["origin"] == "real"} == {"de", "fr"}
    assert set(Counter(tag["language"] for tag in tags)) == {"de", "en", "es", "fr"}
    assert Counter(tag["kind"] for tag in tags)["credit_note"] >= 50
    assert sum(is_collective_credit_note(tag) for tag in tags) == 34
    assert (min(lines), max(lines)) == (1, 60)
    assert {tag["pages"] for tag in tags} >= {"1", "2", "3", "4"}
    assert len({tag["vendor"] for tag in tags if tag["origin"] == "generated"}) == 25
    assert {record["expected"]["currency"] for record in records} == {"EUR", "GBP", "USD", "CHF"}
    assert all(
        set(tag) == {"origin", "vendor", "language", "lines", "kind", "pages", "decimal"} for tag in tags
    )


def test_every_expected_answer_fits_the_schema_of_its_request(records: list[dict[str, Any]]) -> None:
    schema = records[0]["body"]["response_format"]["json_schema"]["schema"]
    validator = jsonschema_rs.validator_for(schema)
    for record in records:
        assert record["body"]["response_format"]["json_schema"]["schema"] == schema
        validator.validate(record["expected"])


def test_the_largest_answer_fits_the_token_limit(records: list[dict[str, Any]]) -> None:
    assert (
        max(len(json.dumps(record["expected"])) for record in records) / 2 < records[0]["body"]["max_tokens"]
    )


def generated(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record["tags"]["origin"] == "generated"]


def test_generated_sums_are_right_to_the_cent(records: list[dict[str, Any]]) -> None:
    for record in generated(records):
        expected = record["expected"]
        bases: dict[float, Decimal] = {}
        for line in expected["line_items"]:
            part = (100 - exact(line["discount_percent"] or 0)) / 100
            amount = exact(line["quantity"]) * exact(line["unit_price"]) * part
            assert exact(line["amount"]) == amount.quantize(CENT, ROUND_HALF_UP)
            bases[line["vat_rate"]] = bases.get(line["vat_rate"], Decimal(0)) + exact(line["amount"])
        taxes = [(base * exact(rate) / 100).quantize(CENT, ROUND_HALF_UP) for rate, base in bases.items()]
        totals = {name: exact(value) for name, value in expected["totals"].items()}
        assert totals == {
            "net": sum(bases.values()),
            "vat": sum(taxes),
            "gross": sum(bases.values()) + sum(taxes),
        }


def test_generated_documents_show_every_value(records: list[dict[str, Any]]) -> None:
    for record in generated(records):
        text, expected = text_of(record), record["expected"]
        digits = re.sub(r"[.,'\u00a0\u202f]", "", text)
        assert expected["invoice_number"] in text
        assert expected["seller"]["name"] in text
        assert expected["buyer"]["name"] in text
        for line in expected["line_items"]:
            assert f"{line['amount']:.2f}".replace(".", "") in digits
            assert all(word in text for word in line["description"].split())
        assert f"{expected['totals']['gross']:.2f}".replace(".", "") in digits
        assert text.count("\f") + 1 == int(record["tags"]["pages"])


def test_notations_and_page_sums_occur(records: list[dict[str, Any]]) -> None:
    texts = [text_of(record) for record in generated(records)]
    for sample in (
        "\u202f",
        "\u00a0",
        "'",
        "Übertrag",
        "Carried forward",
        "À reporter",
        "Suma y sigue",
        "-$",
        "CHF",
    ):
        assert any(sample in text for text in texts), sample
    tags = [(record["tags"]["decimal"], has_decimal_comma(text_of(record))) for record in records]
    assert sum((decimal == "comma") == comma for decimal, comma in tags) == 300


def test_real_documents_show_number_and_amounts(records: list[dict[str, Any]]) -> None:
    for record in records[:27]:
        text = text_of(record).replace(".", "").replace(",", "")
        for line in record["expected"]["line_items"]:
            assert f"{abs(line['amount']):.2f}".replace(".", "") in text
        assert record["expected"]["invoice_number"] in text_of(record)


@pytest.fixture(scope="module")
def settings() -> SandboxSettings:
    return SandboxSettings.from_table(TABLES["sandbox"])


def kinds_of(records: list[dict[str, Any]], settings: SandboxSettings, model: str) -> Counter[str]:
    return Counter(kind for kinds in planted(records, settings, model).values() for kind in kinds)


def test_every_kind_is_planted_at_least_twice_in_the_candidate(
    records: list[dict[str, Any]], settings: SandboxSettings
) -> None:
    kinds = kinds_of(records, settings, TABLES["candidate"]["model"])
    assert set(kinds) == {*settings.models[TABLES["candidate"]["model"]].rates, "sign_flipped"}
    del kinds["sign_flipped"]
    assert min(kinds.values()) >= 2
    assert 30 <= sum(kinds[kind] for kind in HARMFUL_FAULTS) <= 48


def test_the_incumbent_makes_few_mistakes(records: list[dict[str, Any]], settings: SandboxSettings) -> None:
    kinds = kinds_of(records, settings, TABLES["incumbent"]["model"])
    assert 3 <= sum(kinds[kind] for kind in HARMFUL_FAULTS) <= 9


def test_signs_are_flipped_on_long_german_credit_notes_only(
    records: list[dict[str, Any]], settings: SandboxSettings
) -> None:
    tags = {record["custom_id"]: record["tags"] for record in records}
    kinds = planted(records, settings, TABLES["candidate"]["model"])
    flipped = [name for name in kinds if "sign_flipped" in kinds[name]]
    assert len(flipped) == 29
    assert all(is_collective_credit_note(tags[name]) for name in flipped)
