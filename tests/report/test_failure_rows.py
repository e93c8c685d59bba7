import csv
import io
import json
from dataclasses import replace

import pandas
import pytest
from report_runs import HOSTILE, agreement_run, facts, hostile_run, invoices
from run_formats import failures

from harness.domain.mark import Mark
from harness.report.failure_rows import CELL_LIMIT, COLUMNS, csv_rows, harmless, jsonl
from harness.report.wording import visible

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =cmd|' /C calc'!A0",
    "\n=1",
    "\uff1d1+1",
    "-",
    '=HYPERLINK("https://example.com")',
)
RUN = invoices(120)
SPREADSHEET = 32_767  # UTF-16 units that a cell of Excel holds


@pytest.mark.parametrize("text", FORMULAS)
def test_no_spreadsheet_runs_a_cell(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.50", "+3", "12", "a=b", "'=1", "", "1-2"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_csv_holds_every_failure_and_numbers_stay_numbers() -> None:
    rows = failures(RUN)
    text = "".join(csv_rows(rows))
    table = pandas.read_csv(io.StringIO(text), keep_default_na=False, na_values={"amount": ""})
    assert tuple(table.columns) == COLUMNS
    assert list(table["record_id"]) == [row.record_id for row in rows]
    assert table["amount"].dtype == float
    assert set(table["mark"]) == {"SIMULATED"}
    assert set(table["quadrant"]) <= {"regression", "both_wrong"}
    assert all(sentence.startswith("Llama-3.3-70B ") for sentence in table["sentence"])


def test_hostile_texts_stay_in_their_cells() -> None:
    rows = failures(hostile_run(), facts(dataset=HOSTILE[0], run_id="=1+1"))
    read = list(csv.reader(io.StringIO("".join(csv_rows(rows)))))
    assert {len(line) for line in read} == {len(COLUMNS)}
    assert len(read) == len(rows) + 1
    for cell in (cell for line in read for cell in line):
        assert not cell.lstrip().startswith(("=", "+", "@")), cell[:40]
        assert len(cell) <= CELL_LIMIT + 100
        assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in cell)
    assert any("our cut: 1,000,000 characters" in cell for line in read for cell in line)


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [
        ("x" * CELL_LIMIT, False),
        ("x" * (CELL_LIMIT + 1), True),
        ("\u202e" * 4000, False),  # eight characters each, once it is written out
        ("\u202e" * 32_000, True),
        ("\U0001f600" * 16_000, False),
        ("\U0001f600" * 16_001, True),
        ("x" + "\U0001f600" * 32_000, True),
        ("=" + "\u4e00" * 31_999, False),
        ("\ud800" * 32_000, True),
    ],
)
def test_a_cell_is_as_long_as_a_spreadsheet_counts(text: str, is_cut: bool) -> None:
    row = replace(failures(RUN)[0], candidate_answer=text)
    cell = list(csv.reader(io.StringIO("".join(csv_rows([row])))))[1][COLUMNS.index("candidate_answer")]
    assert len(cell.encode("utf-16-le")) // 2 <= SPREADSHEET
    assert cell.endswith(f" [our cut: {len(text):,} characters, whole in pairs.parquet]") is is_cut
    if not is_cut:
        assert cell.removeprefix("'") == visible(text)


def test_jsonl_keeps_every_text_whole_and_moves_no_terminal() -> None:
    rows = failures(hostile_run())
    text = "".join(jsonl(rows))
    assert text.isascii()
    assert not any(ord(sign) < 32 for sign in text.replace("\n", ""))
    told = [json.loads(line) for line in text.splitlines()]
    assert [line["record_id"] for line in told] == [row.record_id for row in rows]
    assert max(len(line["expected"]) for line in told) == 1_000_000
    assert told[0]["mark"] == "SIMULATED"


def test_records_without_expected_answers_have_none() -> None:
    rows = failures(agreement_run(), facts(mark=Mark.RECORDED))
    assert {row.quadrant for row in rows} == {"differ", "one_failed", "both_failed"}
    assert {row.expected for row in rows} == {None}
    assert json.loads(next(jsonl(rows)))["expected"] is None
    failed = [row for row in rows if row.quadrant == "both_failed"]
    assert failed[0].candidate_answer is None
