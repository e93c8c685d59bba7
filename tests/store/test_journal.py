import errno
import os
import threading
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from factories import observation, response

from harness.domain.chat import Answer, Response, ToolCall, Usage
from harness.domain.observation import Arm, CallError, CallKey, Observation, Timing
from harness.errors import RunDamaged, StoreError
from harness.store import journal as journal_module
from harness.store.journal import Journal, JournalIndex, is_settled
from harness.store.journal_line import decode_line, encode_line


def call(number: int, outcome: Response | CallError | str = "ok", **changes: Any) -> Observation:
    key = CallKey(record_id=f"r{number}", arm=Arm.CANDIDATE, repeat=0, fingerprint=f"{number:032x}")
    made = observation(outcome)
    return Observation(key=key, outcome=made.outcome, timing=changes.get("timing", made.timing))


def write(path: Path, *observations: Observation) -> None:
    with Journal(path) as journal:
        for each in observations:
            journal.append(each)


HOSTILE = 'quote " backslash \\ newline \n \u2028 \x00 {"key":["x"],"state":"open"} ],"state":" 😀'


@pytest.mark.parametrize(
    "outcome",
    [
        response("plain"),
        response(None),
        response(""),
        response(HOSTILE),
        response("half a pair \ud83d"),
        response("x" * 3_000_000),
        Response(
            answer=Answer(
                text=None, tool_calls=(ToolCall(id="t", name="f", arguments='{"a'),), refusal="no " + HOSTILE
            ),
            usage=Usage(input_tokens=2**63 - 1, output_tokens=0, cached_tokens=1, reasoning_tokens=2),
            finish_reason="tool_calls",
            model="m",
            id="id",
        ),
        CallError(kind="unavailable", message=HOSTILE, http_status=503),
        CallError(kind="truncated_stream", message="cut", partial=response("half an ans")),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
def test_an_observation_comes_back_exactly_as_it_was(tmp_path: Path, outcome: Response | CallError) -> None:
    path = tmp_path / "journal.jsonl"
    key = CallKey(record_id=HOSTILE + "\udc00", arm=Arm.INCUMBENT, repeat=3, fingerprint="f")
    timing = Timing(
        started_at_s=1.1, queue_s=0.2, backoff_s=1e-9, ttft_s=None, latency_s=0.1 + 0.2, retries=2
    )
    before = Observation(key=key, outcome=outcome, timing=timing)
    write(path, call(1), before, call(2))
    index = JournalIndex.scan(path)
    assert len(index) == 3
    assert index.get(key) == before
    assert index.get(call(2).key) == call(2)


def test_an_unknown_call_and_a_missing_journal_are_simply_not_there(tmp_path: Path) -> None:
    write(tmp_path / "journal.jsonl", call(1))
    index = JournalIndex.scan(tmp_path / "journal.jsonl")
    assert index.get(call(2).key) is None
    assert not index.settled(call(2).key)
    empty = JournalIndex.scan(tmp_path / "none.jsonl")
    assert (len(empty), empty.get(call(1).key), list(empty.paid())) == (0, None, [])
    empty.close()


@pytest.mark.parametrize(
    ("kind", "started", "settled"),
    [
        ("timed_out", 1.0, True),
        ("timed_out", None, False),
        ("truncated_stream", 1.0, True),
        ("malformed", 1.0, False),
        ("refused", 1.0, False),
        ("rate_limited", 1.0, False),
        ("unavailable", 1.0, False),
        ("disconnected", 1.0, False),
        ("unauthorized", 1.0, False),
        ("internal", 1.0, False),
    ],
)
def test_which_errors_are_never_sent_again(
    tmp_path: Path, kind: str, started: float | None, settled: bool
) -> None:
    made = call(1, CallError(kind=kind, message="m"), timing=Timing(started_at_s=started))
    assert is_settled(made) is settled
    write(tmp_path / "j", made)
    assert JournalIndex.scan(tmp_path / "j").settled(made.key) is settled


def test_the_last_settled_line_of_a_call_wins_and_an_unsettled_one_never_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "j"
    lost = CallError(kind="unavailable", message="503")
    write(path, call(1, lost), call(1, "first"), call(1, "second"), call(1, lost), call(2, lost))
    index = JournalIndex.scan(path)
    assert len(index) == 2
    assert index.get(call(1).key) == call(1, "second")
    assert index.settled(call(1).key)
    assert index.get(call(2).key) == call(2, lost)
    assert not index.settled(call(2).key)


def test_calls_taken_over_from_another_run_are_settled_but_not_paid(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path) as journal:
        journal.append(call(1))
        journal.append(call(2), shared=True)
        journal.append(call(3, CallError(kind="unavailable", message="503")), shared=True)
    index = JournalIndex.scan(path)
    assert [index.settled(call(number).key) for number in (1, 2, 3)] == [True, True, False]
    assert [paid.key.record_id for paid in index.paid()] == ["r1"]


@pytest.mark.parametrize("absurd", ["1e25", "-1", "NaN", "9223372036854775808", "2.5", "true", '"3"'])
def test_an_absurd_token_count_of_an_older_line_is_unknown(tmp_path: Path, absurd: str) -> None:
    path = tmp_path / "j"
    write(path, call(1, response(usage=Usage(input_tokens=424242, output_tokens=5))))
    path.write_bytes(path.read_bytes().replace(b"424242", absurd.encode()))
    found = JournalIndex.scan(path).get(call(1).key)
    assert found is not None
    assert isinstance(found.outcome, Response)
    assert found.outcome.usage == Usage(input_tokens=None, output_tokens=5)


@pytest.mark.parametrize("cut", [1, 2, 30, 100])
def test_a_torn_last_line_is_dropped_and_the_next_line_stands_by_itself(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j"
    write(path, call(1), call(2))
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(JournalIndex.scan(path)) == 1
    write(path, call(3))
    index = JournalIndex.scan(path)
    assert [index.get(call(number).key) for number in (1, 2, 3)] == [call(1), None, call(3)]


def test_a_journal_of_one_torn_line_and_a_torn_line_longer_than_a_block_are_mended(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(b'{"key":["r1","candi')
    write(path, call(1))
    assert len(JournalIndex.scan(path)) == 1
    with path.open("ab") as file:
        file.write(encode_line(call(2, "x" * 500_000))[:-1])
    write(path)
    assert path.read_bytes() == encode_line(call(1))


@pytest.mark.parametrize(
    "damage", [b"garbage\n", b"\n", b'{"key":["r1"]}\n', encode_line(call(5))[:-40] + b"\n"]
)
def test_a_corrupt_line_in_the_middle_is_named(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "j"
    path.write_bytes(encode_line(call(1)) + damage + encode_line(call(2)))
    with pytest.raises(RunDamaged) as caught:
        JournalIndex.scan(path)
    assert caught.value.message == f"{path}:2: this line is not one of a journal"
    assert "remove the line" in caught.value.hint


def test_damage_inside_an_answer_is_named_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "j"
    bad = encode_line(call(2)).replace(b'"timing":{', b'"timing"}{')
    wrong = encode_line(call(3)).replace(b'"retries"', b'"retires"')
    path.write_bytes(encode_line(call(1)) + bad + wrong)
    index = JournalIndex.scan(path)
    for number in (2, 3):
        with pytest.raises(RunDamaged, match=f":{number}: this line is not one of a journal"):
            index.get(call(number).key)


def test_a_line_that_is_not_an_observation_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a journal line"):
        decode_line(b'{"key":["a","candidate",0,"f"],"state":"final","timing":{}}\n')


def test_a_journal_that_is_being_written_cannot_be_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path) as journal:
        journal.append(call(1))
        with pytest.raises(StoreError) as caught, Journal(path):
            pass
        assert caught.value.message == f"{path}: another process is writing this run at this moment"
        assert "same command again" in caught.value.hint
        journal.append(call(2))
    assert len(JournalIndex.scan(path)) == 2
    write(path, call(3))


def test_a_journal_that_cannot_be_opened_or_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot open the journal: Is a directory"), Journal(tmp_path):
        pass
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot read the journal: Not a directory"):
        JournalIndex.scan(tmp_path / "file" / "j")


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    with (
        pytest.raises(StoreError, match="cannot lock the journal: No locks available"),
        Journal(tmp_path / "j"),
    ):
        pass


def test_a_full_disk_is_told_and_what_is_written_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "j"
    real = os.write
    room = [len(encode_line(call(1))) + 50]

    def write_while_there_is_room(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(file, data[: room[0]])
        room[0] -= written
        return written

    with Journal(path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write_while_there_is_room)
            journal.append(call(1))
            with pytest.raises(StoreError) as caught:
                journal.append(call(2))
        assert caught.value.message == f"{path}: cannot write: No space left on device"
        assert "make room" in caught.value.hint
        assert path.read_bytes() == encode_line(call(1))
        journal.append(call(3))
    assert path.read_bytes() == encode_line(call(1)) + encode_line(call(3))


def test_a_real_full_device_is_told() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    journal = Journal(full)
    journal._file = os.open(full, os.O_WRONLY)  # noqa: SLF001  a device has no lines to mend
    with pytest.raises(StoreError, match="No space left on device"):
        journal.append(call(1))
    os.close(journal._file)  # noqa: SLF001


def test_a_disk_that_fails_to_sync_is_told_at_the_next_line_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(journal_module, "_sync", fail)
    path = tmp_path / "j"

    def append_until_it_shows(journal: Journal) -> None:
        for number in range(100):
            journal.append(call(number))
            time.sleep(0.01)

    def fail_for_another_reason() -> None:
        with Journal(tmp_path / "third") as journal:
            journal.append(call(1))
            raise KeyError

    with pytest.raises(StoreError, match="cannot write: Input/output error"), Journal(path) as journal:
        append_until_it_shows(journal)
    with pytest.raises(StoreError, match="Input/output error"):
        write(tmp_path / "other", call(1))
    with pytest.raises(KeyError):  # not hidden behind the disk's error
        fail_for_another_reason()
    assert 0 < len(JournalIndex.scan(path)) < 100
    assert len(JournalIndex.scan(tmp_path / "other")) == 1


def test_the_disk_is_synced_by_a_thread_for_every_64_lines_or_50_ms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[float, str]] = []

    def note(file: int) -> None:
        synced.append((time.monotonic(), threading.current_thread().name))

    monkeypatch.setattr(journal_module, "_sync", note)
    with Journal(tmp_path / "j") as journal:
        began = time.monotonic()
        journal.append(call(0))
        while not synced:
            time.sleep(0.001)
        assert 0.045 <= synced[0][0] - began < 1.0
        for number in range(640):
            journal.append(call(number))
            if number % 64 == 63:
                time.sleep(0.01)
    assert 2 <= len(synced) <= 21
    assert {name for _, name in synced} == {"journal-sync"}
    assert all(later >= earlier for (earlier, _), (later, _) in pairwise(synced))


def test_an_index_of_200_000_calls_takes_at_most_8_mb(tmp_path: Path) -> None:
    path = tmp_path / "j"
    line = encode_line(call(0))
    with path.open("wb") as file:
        for number in range(200_000):
            file.write(line.replace(b'"r0"', b'"r%d"' % number, 1))
    tracemalloc.start()
    try:
        index = JournalIndex.scan(path)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(index) == 200_000
    assert held < 8_000_000


def test_scanning_20_000_calls_of_3_kb_is_quick(tmp_path: Path) -> None:
    path = tmp_path / "j"
    tail = encode_line(call(0, "x" * 2800)).split(b"]", 1)[1]
    with path.open("wb") as file:
        for number in range(20_000):
            file.write(b'{"key":["r%d","candidate",0,"%032x"]' % (number, number) + tail)
    began = time.process_time()
    index = JournalIndex.scan(path)
    assert time.process_time() - began < 0.4  # 0.05 s on a quiet machine
    assert index.settled(call(19_999).key)
    found = index.get(call(4321).key)
    assert found is not None
    assert found.key == call(4321).key
