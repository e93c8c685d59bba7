import gzip
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz.fuzz import partial_ratio
from recorded_data import rows
from sandbox_data import planted

from harness.sandbox.settings import HARMFUL_FAULTS, SandboxSettings

FOLDER = Path(__file__).resolve().parents[2] / "datasets" / "shipping-documents"
TABLES = tomllib.loads((FOLDER / "dataset.toml").read_text(encoding="utf-8"))
WORDS = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
SETTINGS = SandboxSettings.from_table(TABLES["sandbox"])
LANGUAGES = ("en", "de", "fr", "es", "nl", "it")
PAIRS = {
    "bill_of_lading": "sea_waybill",
    "commercial_invoice": "pro_forma_invoice",
    "packing_list": "delivery_note",
}
LOOK_ALIKES = PAIRS | {second: first for first, second in PAIRS.items()}


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return rows("shipping-documents", "records.jsonl.gz")


def text_of(record: dict[str, Any]) -> str:
    return str(record["body"]["messages"][1]["content"])


def test_the_generator_gives_the_records_again(tmp_path: Path) -> None:
    made = tmp_path / "records.gz"
    subprocess.run([sys.executable, str(FOLDER / "generate.py"), "--out", str(made)], check=True)
    # Compared unpacked: another zlib packs the same content into other bytes.
    assert gzip.decompress(made.read_bytes()) == gzip.decompress((FOLDER / "records.jsonl.gz").read_bytes())


def test_there_are_400_records_of_all_sorts(records: list[dict[str, Any]]) -> None:
    tags = [record["tags"] for record in records]
    assert len({record["custom_id"] for record in records}) == len({text_of(one) for one in records}) == 400
    assert {record["expected"] for record in records} == set(TABLES["scorers"][0]["labels"])
    assert min(Counter(record["expected"] for record in records).values()) >= 10
    assert min(Counter(tag["language"] for tag in tags)[language] for language in LANGUAGES) >= 40
    assert min(Counter(tag["ocr"] for tag in tags)[ocr] for ocr in ("clean", "light", "heavy")) >= 60
    assert {tag["pages"] for tag in tags} == {"1", "2", "3", "4"}
    assert all(text_of(record).count("\f") + 1 == int(record["tags"]["pages"]) for record in records)
    assert {len(tag) for tag in tags} == {7}


def test_the_prompt_defines_every_label(records: list[dict[str, Any]]) -> None:
    (system,) = {record["body"]["messages"][0]["content"] for record in records}
    for label in TABLES["scorers"][0]["labels"]:
        assert f"\n{label}: " in system


def shown(record: dict[str, Any], label: str) -> float:
    """How well the sentences of a kind are found in a document, 0 to 100."""
    text = re.sub(r"\s+", "", text_of(record))
    place = LANGUAGES.index(record["tags"]["language"])
    sentences = [re.sub(r"\s+", "", sentence[place]) for sentence in WORDS["evidence"][label]]
    return sum(partial_ratio(sentence, text) for sentence in sentences) / len(sentences)


def test_every_document_shows_what_it_is(records: list[dict[str, Any]]) -> None:
    for record in records:
        own = shown(record, record["expected"])
        others = [label for label in WORDS["evidence"] if label != record["expected"]]
        assert own >= 85, record["custom_id"]
        assert own - max(shown(record, label) for label in others) >= 15, record["custom_id"]


def test_look_alikes_share_headings(records: list[dict[str, Any]]) -> None:
    shared = [record for record in records if record["tags"]["heading"] == "shared"]
    assert {record["expected"] for record in shared} == set(LOOK_ALIKES)
    for record in shared:
        if record["tags"]["ocr"] == "clean":
            place = LANGUAGES.index(record["tags"]["language"])
            assert WORDS["titles"][record["expected"]][place].casefold() not in text_of(record).casefold()


def check_digit(body: str) -> int:
    # A letter's value: 10 for A, and on, skipping 11, 22 and 33 (ISO 6346).
    values = {
        letter: 10 + place + (place + 9) // 10 for place, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }
    numbers = [int(one) if one.isdigit() else values[one] for one in body]
    total: int = sum(number << place for place, number in enumerate(numbers))
    return total % 11 % 10


def test_the_check_digit_is_that_of_the_standard() -> None:
    assert check_digit("CSQU305438") == 3  # the example of ISO 6346


def test_numbers_have_right_check_digits(records: list[dict[str, Any]]) -> None:
    clean = [text_of(record) for record in records if record["tags"]["ocr"] == "clean"]
    containers = [number for text in clean for number in re.findall(r"\b[A-Z]{3}U\d{7}\b", text)]
    assert len(containers) >= 30
    assert all(check_digit(number[:10]) == int(number[10]) for number in containers)
    waybills = [number for text in clean for number in re.findall(r"\b\d{3}-(\d{4} \d{4})\b", text)]
    assert len(waybills) >= 8
    serials = [number.replace(" ", "") for number in waybills]
    assert all(int(serial[:7]) % 7 == int(serial[7]) for serial in serials)


def weak(record: dict[str, Any]) -> bool:
    return bool(record["tags"]["language"] == "de" and record["tags"]["ocr"] == "heavy")


def wrong(records: list[dict[str, Any]], model: str) -> set[str]:
    faults = planted(records, SETTINGS, model)
    return {name for name, kinds in faults.items() if kinds & set(HARMFUL_FAULTS)}


def test_the_candidate_is_weak_in_one_place_only(records: list[dict[str, Any]]) -> None:
    incumbent, candidate = (wrong(records, TABLES[arm]["model"]) for arm in ("incumbent", "candidate"))
    place = {record["custom_id"] for record in records if weak(record)}
    assert (len(place), len(candidate & place), len(candidate - place)) == (29, 14, 3)
    # Overall it is less than two points worse: not inferior at five.
    assert 0 < len(candidate - incumbent) - len(incumbent - candidate) <= 8


def test_look_alikes_are_confused_with_each_other(records: list[dict[str, Any]]) -> None:
    assert {label: others[0] for label, others in SETTINGS.confused.items()}.items() >= LOOK_ALIKES.items()
    assert set(SETTINGS.confused) == set(TABLES["scorers"][0]["labels"])
