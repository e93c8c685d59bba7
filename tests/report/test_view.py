"""The page as data: marks, basis, and the cases that stand on it."""

import pytest
from report_files import drawn
from report_runs import Run, agreement_run, facts, invoices

from harness.analysis import AnalysisSettings
from harness.analysis.outcome import Quadrant
from harness.domain.mark import Mark
from harness.report.model import View

SETTINGS = AnalysisSettings(slices=("language", "lines"))


def view_of(run: Run, **changes: object) -> View:
    return drawn(run, SETTINGS, told=facts(**changes))[1]


def test_agreement_only_never_speaks_of_accuracy() -> None:
    view = view_of(agreement_run(40), unit="ticket")
    assert view.answer.headline == "Llama-3.3-70B and GPT-4o agree on 36 of 40 tickets."
    text = repr(view).lower()
    assert "accuracy" not in text
    assert "correct" not in text
    assert sum(len(group.cases) for group in view.static_cases) == 4


@pytest.mark.parametrize("mark", list(Mark))
def test_the_mark_is_everywhere(mark: Mark) -> None:
    view = view_of(invoices(10), mark=mark)
    assert view.masthead.mark == mark.value
    assert view.title == f"invoices · Llama-3.3-70B against GPT-4o · {mark.value}"
    assert view.method.rows[0][1].startswith(mark.value)
    assert bool(view.answer.origin) is (mark is not Mark.LIVE)
    assert ("the sandbox's and not a model's" in view.speed.answer) is (mark is not Mark.LIVE)


def test_the_first_cases_of_the_first_groups_stand_on_the_page() -> None:
    analysis, view = drawn(invoices(300), SETTINGS)
    assert [group.title for group in view.static_cases[:6]] == [one.name for one in analysis.clusters[:6]]
    for group, cluster in zip(view.static_cases, analysis.clusters[:6], strict=False):
        assert len(group.cases) == min(3, cluster.size)
        assert all(case.startswith('<article class="case" data-id="inv-') for case in group.cases)
    assert view.static_cases[0].count == f"3 of {analysis.clusters[0].size} cases"
    assert view.static_cases[-1].title == "Only GPT-4o is wrong"
    assert view.static_cases[-1].count == f"3 of {analysis.count(Quadrant.GAIN)} cases"


def test_links_of_the_cards_lead_to_cases_without_script() -> None:
    view = drawn(invoices(300), SETTINGS)[1]
    anchors = {group.anchor for group in view.static_cases}
    assert {card.link for card in view.groups.cards} <= anchors
    assert "quadrant=gain" in anchors
