"""Judgements in and out of files: what is read, what is refused and how it is told, what wins."""

import json
from pathlib import Path
from typing import Any

import pytest
from factories import pair, record

from harness.domain.judgement import Judgement, Opinion, RightSide
from harness.errors import DatasetError
from harness.report.wording import visible
from harness.store.pairs import read_ids, write_pairs
from harness.store.triage import (
    JudgedRun,
    Judgements,
    Taken,
    of_records,
    read_judgements,
    read_triage,
    write_triage,
)

RUN = JudgedRun(run_id="20261125-200501-0d30", dataset="invoices", dataset_sha256="ab" * 32)
LINE = {
    "run": RUN.run_id,
    "dataset": "invoices",
    "dataset_sha256": RUN.dataset_sha256,
    "record": "inv-1",
    "opinion": "acceptable",
    "right": None,
    "note": "",
    "reviewer": "Ann",
    "time": "2026-11-25T20:00:00Z",
    "bulk": False,
}
HEADER = ",".join(LINE)


def line(**changes: Any) -> str:
    return json.dumps({**LINE, **changes})


def cells(**changes: str) -> str:
    given = {**{name: "" if value is None else str(value) for name, value in LINE.items()}, **changes}
    return ",".join(given.values())


def read(path: Path, **options: str) -> list[Judgement]:
    return [placed.judgement for placed in read_judgements(path, RUN, **options)]


def written(folder: Path, text: str | bytes, name: str = "ann.jsonl") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(DatasetError) as caught:
        read(path, **options)
    assert caught.value.hint
    assert caught.value.exit_code == 2
    return caught.value.message.replace(str(path), path.name)


def test_a_line_of_the_report(tmp_path: Path) -> None:
    more = {"opinion": "label_wrong", "right": "both", "note": "see page 2", "bulk": True}
    assert read(written(tmp_path, f"{line()}\n\n{line(**more)}\n")) == [
        Judgement(record_id="inv-1", opinion=Opinion.ACCEPTABLE, reviewer="Ann", time="2026-11-25T20:00:00Z"),
        Judgement(
            record_id="inv-1",
            opinion=Opinion.LABEL_WRONG,
            right=RightSide.BOTH,
            note="see page 2",
            reviewer="Ann",
            time="2026-11-25T20:00:00Z",
            in_bulk=True,
        ),
    ]


def test_a_table_as_a_spreadsheet_saves_it(tmp_path: Path) -> None:
    rows = [
        HEADER,
        cells(opinion="Label wrong", right="CANDIDATE", bulk="TRUE"),
        cells(note='"a, ""b""\r\nc"'),
    ]
    text = "\r\n".join(rows) + "\r\n,,,,,,,,,\r\n"
    expected = read(written(tmp_path, text, "plain.csv"))
    assert [one.opinion for one in expected] == [Opinion.LABEL_WRONG, Opinion.ACCEPTABLE]
    assert expected[0].right is RightSide.CANDIDATE
    assert expected[0].in_bulk
    assert expected[1].note == 'a, "b"\r\nc'
    assert read(written(tmp_path, b"\xef\xbb\xbf" + text.encode(), "bom.csv")) == expected
    german = text.replace('"a, ""b""\r\nc"', "\0").replace(",", ";").replace("\0", '"a, ""b""\r\nc"')
    assert read(written(tmp_path, german, "german.csv")) == expected


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_what_keeps_a_spreadsheet_from_running_a_cell_is_undone(tmp_path: Path, begin: str) -> None:
    row = cells(record=f'"\'{begin}cmd"', note="'tis fine", reviewer=f'"\'{begin}Ann"')
    (one,) = read(written(tmp_path, f"{HEADER}\n{row}\n", "a.csv"))
    assert one.record_id == f"{begin}cmd"
    assert one.note == "'tis fine"
    assert one.reviewer == f"{begin}Ann".strip()


def test_the_same_run_exported_both_ways_is_the_same(tmp_path: Path) -> None:
    jsonl = read(written(tmp_path, line(note="über 株式")))
    assert read(written(tmp_path, f"{HEADER}\n{cells(note='über 株式')}\n", "a.csv")) == jsonl


def test_half_an_emoji_of_a_text_field_is_kept_as_a_replacement(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, line(note="cut \ud83d")))
    assert one.note == "cut \ufffd"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "ann.jsonl:1: not valid JSON"),
        ("{" * 5000, "ann.jsonl:1: not valid JSON"),
        (line() + "\n[1]", "ann.jsonl:2: not a JSON object"),
        ("[{}]", "ann.jsonl:1: not a JSON object"),
        (
            line() + "\n\n" + line(opinion="acceptible"),
            'ann.jsonl:3: "acceptible" is no opinion; did you mean',
        ),
        (line(opinion="x"), 'ann.jsonl:1: "x" is no opinion'),
        (line(opinion="label_wrong", right="candidat"), 'ann.jsonl:1: "candidat" is no side'),
        (line(opinion=None), 'ann.jsonl:1: "opinion" is missing'),
        (line(record=" "), 'ann.jsonl:1: "record" is missing'),
        (line(record=7), 'ann.jsonl:1: "record" must be a text'),
        (line(bulk="maybe"), 'ann.jsonl:1: "bulk" must be true or false'),
        (line(bulk=2), 'ann.jsonl:1: "bulk" must be true or false'),
        (line(run="20261125-200501-ffff"), 'ann.jsonl:1: judges run "20261125-200501-ffff", but this is'),
        (line(dataset_sha256="cd" * 32), "ann.jsonl:1: judges other records: dataset_sha256 begins cdcd"),
        (line(reviewer=" "), "ann.jsonl:1: nobody is named as reviewer"),
        (line(reviewer="x" * 201), "ann.jsonl:1: the reviewer's name is longer"),
        (line(time="25.11.2026"), 'ann.jsonl:1: "25.11.2026" is no time'),
        (line(opinon="acceptable"), 'ann.jsonl:1: there is no field "opinon"; did you mean "opinion"?'),
        ("hello\n", "ann.jsonl:1: neither JSON nor the header of a CSV file"),
        (f"{HEADER},opinion\n", 'ann.jsonl:1: the column "opinion" is there twice'),
        (f"{HEADER},colour\n", 'ann.jsonl:1: there is no field "colour"'),
        (f"{HEADER}\n{cells()},surplus\n", "ann.jsonl:2: has 11 cells under 10 names"),
        (f'{HEADER}\n"a"b\n', "ann.jsonl:2: not valid CSV"),
        (f"{HEADER}\n{cells(opinion='')}\n", 'ann.jsonl:2: "opinion" is missing'),
        (f"{HEADER}\n{RUN.run_id}\n", 'ann.jsonl:2: "dataset_sha256" is missing'),
        (line().encode("utf-16"), "ann.jsonl: is UTF-16 text"),
        (f"{HEADER}\n".encode() + b"\xfc", "ann.jsonl:2: is not UTF-8 text"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert refusal(written(tmp_path, text)).startswith(told)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.jsonl") == "none.jsonl: cannot be read: No such file or directory"


def test_a_name_for_lines_without_one(tmp_path: Path) -> None:
    path = written(tmp_path, line(reviewer="") + "\n" + line(reviewer="Bo"))
    assert [one.reviewer for one in read(path, reviewer="Ann")] == ["Ann", "Bo"]


def test_empty_files_hold_nothing(tmp_path: Path) -> None:
    assert read(written(tmp_path, " \n")) == []
    assert read(written(tmp_path, HEADER + "\n", "a.csv")) == []


def test_who_is_right_is_said_of_wrong_labels_only(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, line(right="both")))
    assert one.right is None


def test_records_that_the_run_has_not(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.parquet"
    write_pairs(pairs, (pair(of=record(f"inv-{number}")) for number in range(3)))
    assert list(read_ids(pairs)) == ["inv-0", "inv-1", "inv-2"]
    placed = list(read_judgements(written(tmp_path, f"{line()}\n{line(record='1')}\n"), RUN))
    assert of_records(placed[:1], read_ids(pairs), visible) == [placed[0].judgement]
    with pytest.raises(DatasetError, match=r'ann.jsonl:2: the run has no record "1"'):
        of_records(placed, read_ids(pairs), visible)


def test_a_record_is_found_by_the_id_that_the_report_shows(tmp_path: Path) -> None:
    placed = list(
        read_judgements(written(tmp_path, f"{line(record='a[U+202E]b')}\n{line(record='c')}\n"), RUN)
    )
    found = of_records(placed, ["a\u202eb", "c", "d"], visible)
    assert [one.record_id for one in found] == ["a\u202eb", "c"]


def said(opinion: str, time: str = "", reviewer: str = "Ann", record_id: str = "r") -> Judgement:
    return Judgement(record_id=record_id, opinion=Opinion(opinion), reviewer=reviewer, time=time)


@pytest.mark.parametrize(
    ("first", "second", "kept", "told"),
    [
        (said("acceptable", "2026-01-01T00:00:00Z"), said("unsure", "2026-01-02T00:00:00Z"), 1, "changed"),
        (said("acceptable", "2026-01-02T00:00:00Z"), said("unsure", "2026-01-01T00:00:00Z"), 0, "older"),
        (
            said("acceptable", "2026-01-01T01:00:00+02:00"),
            said("unsure", "2026-01-01T00:30:00Z"),
            1,
            "changed",
        ),
        (said("acceptable", "2026-01-02"), said("unsure", "2026-01-02"), 1, "changed"),
        (said("acceptable", "2026-01-02"), said("unsure"), 1, "changed"),
        (said("acceptable"), said("unsure"), 1, "changed"),
        (said("acceptable"), said("acceptable"), 0, "known"),
        (said("acceptable"), said("unsure", reviewer="Bo"), None, "new"),
    ],
)
def test_the_newest_of_a_person_wins(
    first: Judgement, second: Judgement, kept: int | None, told: str
) -> None:
    judgements, taken = Judgements(), Taken()
    judgements.add(first)
    judgements.add(second, taken)
    assert judgements.ordered() == ((first, second) if kept is None else ((first, second)[kept],))
    assert {name for name in ("new", "changed", "known", "older") if getattr(taken, name)} == {told}


def test_what_is_kept_comes_back_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "triage.jsonl"
    kept = Judgements()
    for one in (said("unsure", reviewer="Bo"), said("acceptable"), said("label_wrong", record_id="a\u2028")):
        kept.add(one)
    write_triage(path, RUN, kept)
    before = path.read_bytes()
    again = read_triage(path, RUN)
    assert again.held == kept.held
    for placed in read_judgements(path, RUN):
        again.add(placed.judgement)
    write_triage(path, RUN, again)
    assert path.read_bytes() == before
    assert again.reviewers == ("Ann", "Bo")
    assert again.remove("Ann") == 2
    assert again.remove("Bo") == 1
    write_triage(path, RUN, again)
    assert not path.exists()
    assert read_triage(path, RUN).held == {}
