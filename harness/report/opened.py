"""Draws a case as the page carries it."""

from harness.analysis.cases import Case
from harness.analysis.outcome import Basis
from harness.domain.pair import Pair
from harness.report.case_reruns import Again
from harness.report.case_view import case_view
from harness.report.html import case_html
from harness.report.packing import OpenedCase
from harness.report.wording import Names


def opened(case: Case, pair: Pair, basis: Basis, names: Names, again: Again) -> OpenedCase:
    """Draw a case.

    Args:
        case: What was found.
        pair: The record and what both arms did.
        basis: What the answers are compared with.
        names: Display names.
        again: Whether the second answers are right.
    """
    view = case_view(case, pair, basis, names, again=again)
    title = " ".join([view.subject, *"".join(phrase.text for phrase in view.sentence).split()])
    tags = " ".join(view.tags)
    return OpenedCase(record_id=case.record_id, title=title, html=case_html(view), more=view.more, tags=tags)
