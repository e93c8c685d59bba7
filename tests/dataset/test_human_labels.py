from pathlib import Path

import pytest

from harness.dataset.human_labels import read_human_labels
from harness.domain.human_label import HumanLabel
from harness.errors import DatasetError

GOOD = '{"custom_id": "a", "scorer": "judge", "pass": true}'


def write(folder: Path, *lines: str) -> Path:
    (folder / "human_labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_no_file_means_no_labels(tmp_path: Path) -> None:
    assert read_human_labels(tmp_path) == ()


def test_labels_are_read_in_order_blank_lines_passed_over(tmp_path: Path) -> None:
    second = '{"custom_id": "a", "scorer": "judge", "pass": false, "person": "Ada", "answer": "Yes."}'
    found = read_human_labels(write(tmp_path, GOOD, "", second))
    assert found == (
        HumanLabel(record_id="a", scorer="judge", passes=True),
        HumanLabel(record_id="a", scorer="judge", passes=False, person="Ada", answer="Yes."),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        ('{"custom_id": "a", "scorer": "judge"}', '"pass" is missing'),
        ('{"custom_id": "a", "scorer": "judge", "passed": true}', 'no key "passed"; did you mean "pass"'),
        ('{"custom_id": "a", "scorer": "judge", "pass": 1}', '"pass" must be true or false'),
        ('{"custom_id": 7, "scorer": "judge", "pass": true}', '"custom_id" must be a text'),
        ('{"custom_id": "a", "scorer": "judge", "pass": null}', '"pass" must be true or false'),
        (GOOD, 'a person without a name labels "a" again (line 1)'),
    ],
)
def test_a_wrong_line_is_told_with_its_number(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        read_human_labels(write(tmp_path, GOOD, line))
    assert caught.value.message.startswith(f"{tmp_path / 'human_labels.jsonl'}:2: ")
    assert said in caught.value.message
    assert caught.value.hint
