"""Stand-in until the pane is merged."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.analysis.cases import Case
from harness.analysis.outcome import Basis
from harness.domain.pair import Pair
from harness.report.casebook import _case, _page
from harness.report.fields import FieldLimits
from harness.report.model import CaseView as OldView
from harness.report.wording import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One case."""

    old: OldView
    columns: tuple[str, str, str]
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def case_view(case: Case, pair: Pair, basis: Basis, names: Names) -> CaseView:
    """What the pane shows."""
    old = _case(case, _page(pair), basis, names, (FieldLimits(rows=80, characters=1000), 65536, ()))
    return CaseView(old=old, columns=("Expected", names.incumbent, names.candidate))
