import os
import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from factories import pair, record, response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from harness.domain.chat import Answer, ChatRequest, Response, ToolCall, Usage
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.errors import RunDamaged, SchemaMismatch, StoreError
from harness.store.notebook import read_pairs as read_frame
from harness.store.pairs import read_outlines, read_pair_group, read_pairs, write_pairs
from harness.store.parquet import group_sizes
from harness.store.schema import PAIRS

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
COUNTS = st.none() | st.integers(0, 2**63 - 1)
SECONDS = st.none() | st.floats(0, 1e9)
CALLS = st.lists(st.builds(ToolCall, id=TEXTS, name=TEXTS, arguments=TEXTS), max_size=2).map(tuple)
RESPONSES = st.builds(
    Response,
    answer=st.builds(Answer, text=st.none() | TEXTS, tool_calls=CALLS, refusal=st.none() | TEXTS),
    usage=st.builds(
        Usage, input_tokens=COUNTS, output_tokens=COUNTS, cached_tokens=COUNTS, reasoning_tokens=COUNTS
    ),
    finish_reason=st.none() | TEXTS,
    model=st.none() | TEXTS,
    id=st.none() | TEXTS,
    system_fingerprint=st.none() | TEXTS,
)
KINDS = st.sampled_from(["rate_limited", "timed_out", "not_called"])
ERRORS = st.builds(
    CallError,
    kind=KINDS,
    message=TEXTS,
    http_status=st.none() | st.integers(100, 599),
    partial=st.none() | RESPONSES,
)
TIMINGS = st.builds(
    Timing,
    started_at_s=SECONDS,
    queue_s=st.floats(0, 1e9),
    backoff_s=st.floats(0, 1e9),
    ttft_s=SECONDS,
    latency_s=SECONDS,
    retries=st.integers(0, 9),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
EXPECTED = st.none() | st.builds(Answer, text=st.none() | TEXTS, tool_calls=CALLS)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    recorded = draw(st.none() | RESPONSES)
    of = Record(
        id=draw(TEXTS),
        request=ChatRequest(body=draw(st.dictionaries(TEXTS, JSON, max_size=3))),
        recorded=recorded,
        expected=draw(EXPECTED),
        tags=draw(st.dictionaries(TEXTS, TEXTS, max_size=2)),
        recorded_timing=draw(st.none() | TIMINGS) if recorded is not None else None,
    )
    seen = {
        arm: Observation(
            key=CallKey(record_id=of.id, arm=arm, repeat=0, fingerprint=draw(TEXTS)),
            outcome=draw(RESPONSES | ERRORS),
            timing=draw(TIMINGS),
        )
        for arm in Arm
    }
    repeats = [
        replace(seen[arm], key=replace(seen[arm].key, repeat=1), outcome=draw(RESPONSES | ERRORS))
        for arm in draw(st.sampled_from([(), (Arm.CANDIDATE,), (Arm.INCUMBENT, Arm.CANDIDATE)]))
    ]
    return Pair(
        record=of,
        incumbent=seen[Arm.INCUMBENT],
        candidate=seen[Arm.CANDIDATE],
        incumbent_cost_usd=draw(SECONDS),
        candidate_cost_usd=draw(SECONDS),
        repeats=tuple(repeats),
        repeat_costs_usd=tuple(draw(SECONDS) for _ in repeats),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pairs(), max_size=4))
def test_every_pair_round_trips(tmp_path: Path, some: list[Pair]) -> None:
    path = tmp_path / "pairs.parquet"
    assert write_pairs(path, some) == len(some)
    assert list(read_pairs(path)) == some


def cells(path: Path) -> dict[str, Any]:
    row: dict[str, Any] = parquet.read_table(path).to_pylist()[0]
    return row


def test_columns_of_a_response(tmp_path: Path) -> None:
    path = tmp_path / "p"
    write_pairs(path, [replace(pair("", "two"), candidate_cost_usd=0.0)])
    row = cells(path)
    assert row["incumbent_answer"] == ""  # an empty answer is known to be empty
    assert (row["candidate_answer"], row["candidate_status"], row["candidate_cost_usd"]) == ("two", "ok", 0.0)
    assert (row["candidate_input_tokens"], row["candidate_output_tokens"]) == (10, 5)
    assert (row["candidate_ttft_s"], row["candidate_latency_s"], row["candidate_retries"]) == (0.1, 0.2, 0)
    unknown = (
        "incumbent_cost_usd",
        "candidate_cached_tokens",
        "candidate_error",
        "candidate_tool_calls",
        "expected",
    )
    assert [row[name] for name in unknown] == [None] * 5
    assert row["tags"] == "{}"


def test_an_error_has_no_answer_but_its_partial(tmp_path: Path) -> None:
    half = response("half", finish_reason=None, usage=Usage(output_tokens=3))
    error = CallError(kind="truncated_stream", message="cut", http_status=200, partial=half)
    write_pairs(tmp_path / "p", [pair(candidate=error)])
    row = cells(tmp_path / "p")
    assert row["candidate_answer"] is None
    assert (row["candidate_status"], row["candidate_error"], row["candidate_http_status"]) == (
        "truncated_stream",
        "cut",
        200,
    )
    assert '"text":"half"' in row["candidate_partial"]
    assert (row["candidate_output_tokens"], row["candidate_input_tokens"]) == (3, None)


def test_where_nothing_was_sent_times_are_unknown(tmp_path: Path) -> None:
    made = pair(candidate=CallError(kind="not_called", message="stopped"))
    made = replace(made, candidate=replace(made.candidate, timing=Timing()))
    write_pairs(tmp_path / "p", [made])
    names = ("started_at_s", "ttft_s", "latency_s", "queue_s", "backoff_s", "retries")
    assert [cells(tmp_path / "p")[f"candidate_{name}"] for name in names] == [None] * 6
    assert list(read_pairs(tmp_path / "p")) == [made]


def test_halves_of_surrogate_pairs_are_replaced(tmp_path: Path) -> None:
    of = record("a\udc00", "x\ud800")
    write_pairs(tmp_path / "p", [pair("joined \ud83d\ude9a", "alone \ud83d", of=of)])
    found = next(read_pairs(tmp_path / "p"))
    assert found.record.id == "a\ufffd"
    assert found.record.request.messages[0].text == "x\ufffd"
    assert [getattr(found.observation(arm).outcome, "answer").text for arm in Arm] == [  # noqa: B009
        "joined 🚚",
        "alone \ufffd",
    ]


def test_absurd_token_counts_are_unknown(tmp_path: Path) -> None:
    absurdities: list[Any] = [2**63, 2**80, -(2**70), 1e25, float("nan"), float("inf"), True, "many"]
    for absurd in absurdities:
        write_pairs(tmp_path / "p", [pair(response(usage=Usage(input_tokens=absurd, output_tokens=1)))])
        row = cells(tmp_path / "p")
        assert (row["incumbent_input_tokens"], row["incumbent_output_tokens"]) == (None, 1)


def test_what_one_row_cannot_store_leaves_the_others_alone(tmp_path: Path) -> None:
    outcomes = [response(usage=Usage(input_tokens=count)) for count in (1, 1e25, 3)]  # type: ignore[arg-type]
    write_pairs(tmp_path / "p", [pair(outcome) for outcome in outcomes])
    rows = parquet.read_table(tmp_path / "p").column("incumbent_input_tokens").to_pylist()
    assert rows == [1, None, 3]


def test_integers_and_nesting_beyond_orjson_are_written(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    of = record(request=ChatRequest(body={"messages": [], "deep": deep, "seed": 2**70}))
    write_pairs(tmp_path / "p", [pair(of=of)])
    assert next(read_pairs(tmp_path / "p")).record.request.body["deep"] == deep


def test_only_the_chosen_pairs(tmp_path: Path) -> None:
    write_pairs(tmp_path / "p", [pair(of=record(f"r{n}")) for n in range(700)])
    assert [p.record.id for p in read_pairs(tmp_path / "p", ids={"r650", "r3", "no"})] == ["r3", "r650"]
    assert list(read_pairs(tmp_path / "p", ids=())) == []


def test_row_groups_end_by_rows_and_by_bytes(tmp_path: Path) -> None:
    write_pairs(tmp_path / "p", (pair(of=record(f"r{n}")) for n in range(2300)))
    file = parquet.ParquetFile(tmp_path / "p")
    assert [file.metadata.row_group(n).num_rows for n in range(3)] == [1000, 1000, 300]
    assert file.metadata.row_group(0).column(1).compression == "ZSTD"
    long = "x" * 5_000_000
    write_pairs(tmp_path / "q", (pair(long, long, of=record(f"r{n}")) for n in range(9)))
    groups = parquet.ParquetFile(tmp_path / "q").metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [4, 4, 1]


def failing() -> Iterator[Pair]:
    yield pair()
    raise FileNotFoundError("journal")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "pairs.parquet"
    path.write_bytes(b"old")
    with pytest.raises(FileNotFoundError, match="journal"):
        write_pairs(path, failing())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"pairs\.parquet: cannot be written"):
        write_pairs(tmp_path / "file" / "pairs.parquet", [pair()])
    (tmp_path / "pairs.parquet").mkdir()
    with pytest.raises(StoreError, match=r"pairs\.parquet: cannot be written"):
        write_pairs(tmp_path / "pairs.parquet", [pair()])


def test_missing_and_damaged_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "pairs.parquet"
    with pytest.raises(RunDamaged, match="the file is missing") as caught:
        next(read_pairs(path))
    assert "nothing is paid twice" in caught.value.hint
    write_pairs(path, [pair(of=record(f"r{n}", os.urandom(500).hex())) for n in range(50)])
    whole = path.read_bytes()
    for data in (b"", b"PAR1", whole[:-100], whole[:2000] + bytes(2000) + whole[4000:]):
        path.write_bytes(data)
        with pytest.raises(RunDamaged, match="cannot be read"):
            list(read_pairs(path))


def test_a_damaged_cell_is_told_with_its_record(tmp_path: Path) -> None:
    path = tmp_path / "p"
    write_pairs(path, [pair()])
    for column, value in [("request", "{"), ("incumbent_tool_calls", '[{"x":1}]'), ("recorded", "[]")]:
        row = cells(path) | {column: value}
        parquet.write_table(pa.Table.from_pylist([row], schema=PAIRS), tmp_path / "bad")
        with pytest.raises(RunDamaged, match="the row of record 'r1' cannot be read"):
            next(read_pairs(tmp_path / "bad"))


@pytest.mark.parametrize(
    ("metadata", "what"),
    [
        ({}, "is not a file of pairs that the harness wrote"),
        ({"harness.kind": "scores"}, "is not a file of pairs that the harness wrote"),
        ({"harness.schema_version": "3"}, r"by a newer harness \(version 3, this one reads up to 2\)"),
        ({"harness.schema_version": "0"}, r"by an older harness \(version 0, this one reads up to 2\)"),
    ],
)
def test_other_files_and_versions_are_refused(tmp_path: Path, metadata: dict[str, str], what: str) -> None:
    known = {key.decode(): value.decode() for key, value in PAIRS.metadata.items()}
    schema = PAIRS.with_metadata(known | metadata if metadata else None)
    parquet.write_table(schema.empty_table(), tmp_path / "p")
    with pytest.raises(SchemaMismatch, match=what):
        list(read_pairs(tmp_path / "p"))


def test_missing_columns_are_named(tmp_path: Path) -> None:
    parquet.write_table(PAIRS.empty_table().drop_columns(["tags", "candidate_retries"]), tmp_path / "p")
    with pytest.raises(SchemaMismatch, match="lacks the columns tags, candidate_retries"):
        list(read_pairs(tmp_path / "p"))


def test_added_and_reordered_columns_are_read(tmp_path: Path) -> None:
    write_pairs(tmp_path / "p", [pair()])
    table = parquet.read_table(tmp_path / "p")
    mixed = table.select(sorted(table.column_names)).append_column("note", pa.array(["x"]))
    parquet.write_table(mixed, tmp_path / "q")
    assert list(read_pairs(tmp_path / "q")) == [pair()]


MEMORY = string.Template("""
from pathlib import Path
from factories import pair, record
from harness.store.pairs import read_outlines, read_pair_group, read_pairs, write_pairs
from harness.store.parquet import group_sizes
path = Path(r"$path")
records = (record(f"r{n}", str(n) * 200) for n in range($rows))
write_pairs(path, (pair("a" * 500, "b" * 500, of=of) for of in records))
assert sum(1 for _ in read_pairs(path)) == $rows
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
""")


def peak_mb(path: Path, rows: int) -> float:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MEMORY.substitute(path=path, rows=rows)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"},
    )
    return int(done.stdout) / 1024


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    few, many = peak_mb(tmp_path / "few", 1_000), peak_mb(tmp_path / "many", 20_000)
    assert many < 1.1 * few + 8


OLD = Path(__file__).parents[1] / "data" / "store" / "pairs-version-1.parquet"


def test_a_file_of_version_1_is_read_as_one_without_repeats() -> None:
    first, second, third = read_pairs(OLD)
    assert (first.record.id, first.record.tags, first.candidate_cost_usd) == ("r1", {"language": "de"}, 0.125)
    assert first.candidate == pair("one", "two", of=first.record).candidate
    assert isinstance(second.candidate.outcome, CallError)
    assert third.record.recorded == response("then")
    assert [made.repeats for made in (first, second, third)] == [()] * 3
    frame = read_frame(OLD)
    assert frame.candidate_repeats.isna().all()
    assert list(frame.columns) == PAIRS.names


@pytest.mark.parametrize("absurd", [2**63, 2**80, -(2**70), 1e25, float("nan"), True, "many"])
def test_absurd_token_counts_of_a_repeat_are_unknown(tmp_path: Path, absurd: Any) -> None:
    made = pair()
    again = response("\ud83d", usage=Usage(input_tokens=absurd, output_tokens=1))
    repeat = replace(made.candidate, key=replace(made.candidate.key, repeat=1), outcome=again)
    write_pairs(tmp_path / "p", [replace(made, repeats=(repeat,))])
    (found,) = read_pairs(tmp_path / "p")
    (outcome,) = (one.outcome for one in found.repeats)
    assert isinstance(outcome, Response)
    assert outcome.usage == Usage(output_tokens=1)
    assert outcome.answer.text == "\ufffd"


def test_repeats_are_json_with_the_names_of_the_columns(tmp_path: Path) -> None:
    made = pair()
    repeat = replace(made.incumbent, key=replace(made.incumbent.key, repeat=1))
    write_pairs(tmp_path / "p", [replace(made, repeats=(repeat,), repeat_costs_usd=(0.5,))])
    row = cells(tmp_path / "p")
    assert row["candidate_repeats"] is None
    (told,) = orjson.loads(row["incumbent_repeats"])
    assert (told["repeat"], told["answer"], told["status"], told["cost_usd"]) == (1, "ok", "ok", 0.5)
    assert "error" not in told


def test_row_groups_can_be_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "pairs.parquet"
    write_pairs(path, (pair("a", "b", of=record(f"r{number}")) for number in range(2300)))
    sizes = group_sizes(path)
    assert sizes == (1000, 1000, 300)
    parts = [list(read_pair_group(path, group)) for group in range(3)]
    assert [len(part) for part in parts] == list(sizes)
    assert [one for part in parts for one in part] == list(read_pairs(path))


@pytest.mark.parametrize("content", [None, b"PAR1 but not really"])
def test_the_groups_of_a_damaged_file(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "pairs.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunDamaged, match=r"is missing|cannot be read"):
        group_sizes(path)


def test_an_outline_tells_the_first_lines_that_the_user_says_last(tmp_path: Path) -> None:
    path = tmp_path / "pairs.parquet"
    said = [
        {"role": "user", "content": "An example"},
        {"role": "user", "content": "\n  CASE \n\n" + "x" * 200 + "\nFrom: sales\n" + "more\n" * 50},
        {"role": "assistant", "content": "{"},
    ]
    other = [{"role": "system", "content": "Only this"}]
    requests = {"r1": said, "r2": other, "r3": []}
    write_pairs(
        path,
        [
            pair(of=record(record_id, request=ChatRequest(body={"messages": messages})))
            for record_id, messages in requests.items()
        ],
    )
    lines = {outline.record_id: outline.lines for outline in read_outlines(path, ids=requests)}
    assert lines["r1"][:3] == ("CASE", "x" * 80, "From: sales")
    assert len(lines["r1"]) == 6
    assert lines["r2"] == ("Only this",)
    assert lines["r3"] == ()
