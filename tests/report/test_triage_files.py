"""Judgements out of the page as files, and into it again."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from case_page import AT_CASES, CasePage
from page_data import RUN, SHA, Made, cases, write_page
from playwright.sync_api import Browser, expect
from report_runs import HOSTILE

pytestmark = pytest.mark.browser

FIELDS = [
    "run",
    "dataset",
    "dataset_sha256",
    "record",
    "opinion",
    "right",
    "note",
    "reviewer",
    "time",
    "bulk",
]
NOTE = "=cmd|' /C calc'!A0, \"quoted\", 株式会社"
TIME = "2026-11-25T20:00:00Z"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("files"), cases())


def line(record: str, **changes: Any) -> dict[str, Any]:
    given = {"run": RUN, "dataset": "invoices", "dataset_sha256": SHA, "record": record, "opinion": "unsure"}
    return {**given, "right": None, "note": "", "reviewer": "", "time": TIME, "bulk": False, **changes}


def bring_in(opened: CasePage, path: Path) -> None:
    if not opened.ui("exchange").is_visible():
        opened.page.locator("button.export").click()
    opened.ui("file").set_input_files(path)


def export(opened: CasePage, kind: str, to: Path, name: str = "Ada") -> str:
    with opened.page.expect_download() as download:
        opened.ui("exchange").get_by_role("button", name=kind).click()
    assert download.value.suggested_filename == f"invoices-{RUN}-triage-SIMULATED-{name}.{kind.lower()}"
    download.value.save_as(to)
    opened.trouble = [told for told in opened.trouble if not told.startswith("request blob:")]
    return to.read_bytes().decode("utf-8")


def judged_page(browser: Browser, file: Path) -> CasePage:
    """Three judgements, one with a note like a formula, one with who is right."""
    opened = CasePage(browser, file, AT_CASES)
    opened.page.clock.set_fixed_time(TIME)
    opened.press("n")
    opened.page.keyboard.type(NOTE)
    opened.press("Enter", "a", "u", "w")
    opened.ui("sides").get_by_role("button", name="both").click()
    return opened


def test_the_exported_file_is_what_triage_reads(browser: Browser, file: Path, tmp_path: Path) -> None:
    opened = judged_page(browser, file)
    expect(opened.ui("open")).to_have_text("3 not exported")
    expect(opened.page.locator("button.export")).to_have_text("Export triage (3)")
    opened.page.locator("button.export").click()
    expect(opened.ui("exchanged")).to_have_text("3 judgements here, 3 not exported.")
    opened.ui("reviewer").fill(" ")
    opened.ui("exchange").get_by_role("button", name="JSONL").click()
    expect(opened.ui("reviewer")).to_be_focused()
    expect(opened.ui("exchanged")).to_have_text("3 judgements here, 3 not exported.")
    opened.ui("reviewer").fill("Ada")
    text = export(opened, "JSONL", tmp_path / "a.jsonl")
    expected = [
        line("inv-00000", opinion="acceptable", note=NOTE, reviewer="Ada"),
        line("inv-00001", opinion="unacceptable", reviewer="Ada"),
        line("inv-00002", opinion="label_wrong", right="both", reviewer="Ada"),
    ]
    assert text == "".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in expected
    )
    expect(opened.ui("exchanged")).to_have_text("3 judgements exported.")
    expect(opened.ui("open")).to_be_hidden()
    rows = list(csv.reader(io.StringIO(export(opened, "CSV", tmp_path / "a.csv"), newline=""), strict=True))
    assert rows[0] == FIELDS
    assert rows[1][FIELDS.index("note")] == "'" + NOTE
    assert rows[3] == [RUN, "invoices", SHA, "inv-00002", "label_wrong", "both", "", "Ada", TIME, "false"]
    opened.page.reload()
    expect(opened.ui("judged")).to_have_text("3 of 60 judged")
    expect(opened.ui("open")).to_be_hidden()
    expect(opened.ui("reviewer")).to_have_value("Ada")
    expect(opened.ui("bar")).to_be_in_viewport()
    opened.press("s")
    expect(opened.ui("open")).to_have_text("1 not exported")
    opened.close()


def test_a_note_alone_goes_out_as_unsure(browser: Browser, file: Path, tmp_path: Path) -> None:
    opened = CasePage(browser, file, AT_CASES)
    opened.page.clock.set_fixed_time(TIME)
    opened.press("n")
    opened.page.keyboard.type("who knows")
    opened.press("Enter")
    opened.page.locator("button.export").click()
    expect(opened.ui("exchanged")).to_have_text("1 judgement here, 1 not exported.")
    opened.ui("reviewer").fill("Ada")
    text = export(opened, "JSONL", tmp_path / "a.jsonl")
    assert json.loads(text) == line("inv-00000", note="who knows", reviewer="Ada")
    opened.press("Escape")
    expect(opened.ui("judged")).to_have_text("1 of 60 judged")
    expect(opened.page.locator(".row .state").first).to_have_text("unsure")
    expect(opened.ui("open")).to_be_hidden()
    opened.close()


@pytest.mark.parametrize("kind", ["JSONL", "CSV"])
def test_a_second_browser_goes_on_with_the_file(
    browser: Browser, file: Path, tmp_path: Path, kind: str
) -> None:
    first = judged_page(browser, file)
    first.page.locator("button.export").click()
    first.ui("reviewer").fill("Ada")
    exported = tmp_path / f"judged.{kind.lower()}"
    text = export(first, kind, exported)
    second = CasePage(browser, file, AT_CASES)
    bring_in(second, exported)
    expect(second.ui("exchanged")).to_have_text(f"judged.{kind.lower()}: 3 taken in.")
    expect(second.ui("judged")).to_have_text("3 of 60 judged")
    expect(second.ui("open")).to_be_hidden()
    bring_in(second, exported)
    expect(second.ui("exchanged")).to_have_text(f"judged.{kind.lower()}: 3 already here.")
    second.ui("reviewer").fill("Ada")
    assert export(second, kind, tmp_path / f"again.{kind.lower()}") == text
    second.press("Escape")
    second.expect_case("inv-00000")
    expect(second.ui("note")).to_have_value(NOTE)
    second.close()
    first.close()


def test_of_two_judgements_of_a_case_the_later_holds(browser: Browser, file: Path, tmp_path: Path) -> None:
    opened = judged_page(browser, file)
    given = tmp_path / "other.jsonl"
    lines = [
        line("inv-00000", time="2026-11-25T19:59:59Z", reviewer="Bo"),
        line("inv-00001", time="2026-11-25T20:00:01Z", reviewer="Bo"),
        line("inv-00030", right="candidate", opinion="label_wrong", bulk=True),
    ]
    given.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    bring_in(opened, given)
    expect(opened.ui("exchanged")).to_have_text("other.jsonl: 1 older than the one here, 2 taken in.")
    kept = opened.kept()
    assert [kept[f"inv-{place:05d}"]["opinion"] for place in (0, 1, 30)] == [
        "acceptable",
        "unsure",
        "label_wrong",
    ]
    assert (kept["inv-00030"]["right"], kept["inv-00030"]["bulk"]) == ("candidate", True)
    assert kept["inv-00001"]["reviewer"] == "Bo"
    opened.close()


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_files_of_spreadsheets_in_other_countries_are_read(
    browser: Browser, file: Path, tmp_path: Path, separator: str
) -> None:
    opened = judged_page(browser, file)
    note = 'a;b,c\t"d"\nnext'
    rows = [
        line(
            "inv-00000", note=note, time="2026-11-25T20:30:00+02:00"
        ),  # an hour and a half before the one here
        line("inv-00001", note=note, time="2026-11-25T18:00:01-03:00", bulk="TRUE"),
        line("inv-00002", opinion="label_wrong", time="2026-11-25T20:00:00"),
        line("inv-00003", time="25.11.2026"),
    ]
    given = tmp_path / "sheet.csv"
    with given.open("w", encoding="utf-8-sig", newline="") as to:
        writer = csv.DictWriter(to, FIELDS, delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    bring_in(opened, given)
    expect(opened.ui("exchanged")).to_have_text(
        "sheet.csv: 1 older than the one here, 1 taken in, 1 already here, 1 could not be read."
    )
    kept = opened.kept()
    assert kept["inv-00000"]["opinion"] == "acceptable"
    assert (kept["inv-00001"]["opinion"], kept["inv-00001"]["note"]) == ("unsure", note)
    assert kept["inv-00001"]["bulk"] is True
    opened.close()


def test_a_file_that_does_not_fit_is_told_in_words(browser: Browser, file: Path, tmp_path: Path) -> None:
    opened = CasePage(browser, file)
    for place, (text, told) in enumerate(
        (
            ("", "no judgement in it"),
            ("nothing,of\nthe,kind\n", "1 could not be read"),
            ('{"run": "x"\n', "1 could not be read"),
            ("{}\nnull\n[1]\n7\n", "4 could not be read"),
            (json.dumps(line("inv-00000", opinion="conflict")), "1 could not be read"),
            (json.dumps(line("inv-00000", opinion="constructor")), "1 could not be read"),
            (json.dumps(line("inv-00000", time="soon")), "1 could not be read"),
            (json.dumps(line("inv-00000", run="other")), "1 of another run"),
            (json.dumps(line("gone")), "1 of a record that is not in this file"),
            ("\ufeff" + json.dumps(line("inv-00000")) + "\r\n", "1 taken in"),
        )
    ):
        given = tmp_path / f"given{place}.txt"
        given.write_text(text, encoding="utf-8", newline="")
        bring_in(opened, given)
        expect(opened.ui("exchanged")).to_have_text(f"given{place}.txt: {told}.")
    expect(opened.ui("judged")).to_have_text("1 of 60 judged")
    opened.close()


def test_hostile_ids_and_notes_go_out_and_come_in_unharmed(browser: Browser, tmp_path: Path) -> None:
    made = [Made(id=f"{place}{text[:80]}", title=text[:200]) for place, text in enumerate(HOSTILE)]
    made.append(Made(id="=HYPERLINK(1)"))
    file = write_page(tmp_path, made)
    opened = CasePage(browser, file, AT_CASES)
    for _ in made:
        opened.press("u")
    opened.page.locator("button.export").click()
    opened.ui("reviewer").fill("../Jürg <b>\u202e")
    text = export(opened, "CSV", tmp_path / "a.csv", ".._Jürg_b_")
    export(opened, "JSONL", tmp_path / "a.jsonl", ".._Jürg_b_")
    records = [
        json.loads(one)["record"] for one in (tmp_path / "a.jsonl").read_text("utf-8").split("\n") if one
    ]
    cells = [row[3] for row in csv.reader(io.StringIO(text, newline=""), strict=True)][1:]
    assert [cell.removeprefix("'") for cell in cells] == records
    assert "'=HYPERLINK(1)" in cells
    second = CasePage(browser, file)
    bring_in(second, tmp_path / "a.csv")
    expect(second.ui("exchanged")).to_have_text(f"a.csv: {len(made)} taken in.")
    second.close()
    opened.close()
