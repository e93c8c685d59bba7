import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.dataset.lines import MAX_LINE_BYTES, Line, read_lines, records_file
from harness.errors import DatasetError


def written(folder: Path, data: bytes, name: str = "records.jsonl") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def trouble(path: Path) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        list(read_lines(path))
    return caught.value


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_are_numbered_and_blank_ones_skipped(tmp_path: Path, end: bytes) -> None:
    path = written(tmp_path, end.join([b"\xef\xbb\xbf{1}", b"", b"  ", b"{2}", b"", b""]))
    assert list(read_lines(path)) == [Line(number=1, data=b"{1}"), Line(number=4, data=b"{2}")]


def test_a_last_line_needs_no_line_feed(tmp_path: Path) -> None:
    assert [line.data for line in read_lines(written(tmp_path, b"{1}\n{2}"))] == [b"{1}", b"{2}"]


def test_separators_inside_a_line_do_not_split_it(tmp_path: Path) -> None:
    data = '{"a":"x\u2028y\u0085z"}'.encode()
    assert [line.data for line in read_lines(written(tmp_path, data + b"\n"))] == [data]


def test_gzip_is_read_and_raw_lines_are_the_uncompressed_file(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf{1}\r\n\n{2}"
    raw: list[bytes] = []
    path = written(tmp_path, gzip.compress(content), "records.jsonl.gz")
    assert [line.data for line in read_lines(path, each_raw=raw.append)] == [b"{1}", b"{2}"]
    assert b"".join(raw) == content


def test_a_line_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, b"x" * (MAX_LINE_BYTES - 1) + b"\n")
    assert len(next(read_lines(path)).data) == MAX_LINE_BYTES - 1


def test_a_longer_line_is_refused_with_its_number(tmp_path: Path) -> None:
    error = trouble(written(tmp_path, b"{}\n" + b"x" * (MAX_LINE_BYTES + 1) + b"\n"))
    assert error.message == f"{tmp_path}/records.jsonl:2: line is longer than 32 MB"
    assert "line feed" in error.hint


def test_a_giant_line_is_refused_without_being_held_whole(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(300):
            file.write(b"x" * 1024 * 1024)
    code = (
        "import sys\nfrom pathlib import Path\nfrom harness.dataset.lines import read_lines\n"
        "from harness.errors import DatasetError\n"
        "try:\n    list(read_lines(Path(sys.argv[1])))\nexcept DatasetError as error:\n    print(error)\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, env=python_path()
    )
    message, peak_kb = done.stdout.splitlines()
    assert message.endswith("records.jsonl.gz:1: line is longer than 32 MB")
    assert int(peak_kb) < 160_000


def python_path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_cut_gzip_is_told_with_the_line_reached(tmp_path: Path) -> None:
    noise = b"".join(os.urandom(40).hex().encode() + b"\n" for _ in range(2000))
    whole = gzip.compress(noise)
    error = trouble(written(tmp_path, whole[: len(whole) // 2], "records.jsonl.gz"))
    where, _, what = error.message.partition(": ")
    assert what == "the gzip data break off here"
    assert 100 < int(where.rpartition(":")[2]) < 2000
    assert error.hint == "The file is incomplete: copy it again."


@pytest.mark.parametrize("place", [200, -6])
def test_damaged_gzip_is_told(tmp_path: Path, place: int) -> None:
    data = bytearray(gzip.compress(b"".join(b'{"n":%d}\n' % n for n in range(5000))))
    data[place] ^= 0xFF
    error = trouble(written(tmp_path, bytes(data), "records.jsonl.gz"))
    assert "the gzip data are damaged here" in error.message


def test_a_gz_name_without_gzip_data_is_told(tmp_path: Path) -> None:
    error = trouble(written(tmp_path, b"{}\n", "records.jsonl.gz"))
    assert error.message.endswith("records.jsonl.gz:1: is not gzip data, though its name ends in .gz")


@pytest.mark.parametrize(
    ("data", "what", "mend"),
    [
        (gzip.compress(b"{}\n", mtime=0), "is compressed with gzip", "Rename it to records.jsonl.gz."),
        ("{}\n".encode("utf-16"), "is UTF-16 text", "Save it as UTF-8."),
    ],
)
def test_other_encodings_are_named(tmp_path: Path, data: bytes, what: str, mend: str) -> None:
    error = trouble(written(tmp_path, data))
    assert error.message == f"{tmp_path}/records.jsonl: {what}"
    assert error.hint == mend


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    error = trouble(tmp_path)
    assert error.message == f"{tmp_path}: cannot be read: Is a directory"


def test_the_records_file_of_a_folder(tmp_path: Path) -> None:
    path = written(tmp_path, b"{}\n", "records.jsonl.gz")
    assert records_file(tmp_path) == path
    assert records_file(path) == path


def test_two_records_files_are_one_too_many(tmp_path: Path) -> None:
    written(tmp_path, b"")
    written(tmp_path, b"", "records.jsonl.gz")
    with pytest.raises(DatasetError, match=r"holds both records\.jsonl and records\.jsonl\.gz"):
        records_file(tmp_path)


def test_a_missing_file_is_told_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no records\.jsonl .*; the folder is empty"):
        records_file(tmp_path)
    for number in range(14):
        written(tmp_path, b"", f"f{number:02}.txt")
    (tmp_path / "a").mkdir()
    with pytest.raises(DatasetError, match=r"the folder holds a/, f00\.txt, .*f10\.txt and 3 more") as caught:
        records_file(tmp_path)
    assert "harness dataset new NAME" in caught.value.hint
    with pytest.raises(DatasetError, match=r"x\.jsonl: there is no such file; the folder holds a/"):
        records_file(tmp_path / "x.jsonl")
    with pytest.raises(DatasetError, match="nor the folder it should be in"):
        records_file(tmp_path / "no" / "x.jsonl")
