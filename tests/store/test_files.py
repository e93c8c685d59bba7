from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.store.files import replaced_atomically, write_bytes_atomically, write_json_atomically


def test_json_is_written_whole_and_indented(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    write_json_atomically(path, {"b": [1]})
    assert path.read_text(encoding="utf-8") == '{\n  "b": [\n    1\n  ]\n}\n'
    write_bytes_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert [entry.name for entry in path.parent.iterdir()] == ["a.json"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(UnicodeEncodeError), replaced_atomically(path) as unfinished:
        unfinished.write_text("half \ud83d", encoding="utf-8")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"a\.json: cannot be written: Not a directory") as caught:
        write_json_atomically(tmp_path / "file" / "x" / "a.json", {})
    assert caught.value.hint == "Check the disk's space and permissions."


def test_an_os_error_from_inside_keeps_its_own_message(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replaced_atomically(tmp_path / "a"):
        (tmp_path / "source").read_bytes()


def test_two_writers_of_one_file_do_not_take_each_others_work(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with replaced_atomically(path) as first:
        first.write_bytes(b"first")
        with replaced_atomically(path) as second:
            second.write_bytes(b"second")
        assert path.read_bytes() == b"second"
        with pytest.raises(KeyError), replaced_atomically(path):
            raise KeyError
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_with_the_next_writing(tmp_path: Path) -> None:
    path, other = tmp_path / "a[1]", tmp_path / "b.123.tmp"
    other.touch()
    (tmp_path / "a[1].123.tmp").write_bytes(b"half")
    write_bytes_atomically(path, b"whole")
    assert sorted(tmp_path.iterdir()) == [path, other]
