"""Stage 4: an Analysis → one self-contained page and a short summary for the terminal; pure."""

from harness.report.facts import ArmFacts, RunFacts
from harness.report.html import render
from harness.report.summary import summary_lines
from harness.report.view import build_view

__all__ = ["ArmFacts", "RunFacts", "build_view", "render", "summary_lines"]
