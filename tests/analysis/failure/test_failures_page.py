"""docs/failures.md tells all kinds and their severities as the code has them."""

import re

from command_line import ROOT

from harness.domain.failure import KINDS

PAGE = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w+) \| (.+?) \|$", PAGE, re.MULTILINE)


def test_every_kind_is_told_in_order_of_detection_with_its_severity() -> None:
    told = [(name, severity) for name, _, severity, _ in ROWS]
    assert told == [(kind.name, kind.severity.name.lower()) for kind in KINDS.values()]
