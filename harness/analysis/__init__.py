"""Stage 3: pairs and scores → Analysis; pure."""

from harness.analysis.result import Analysis
from harness.analysis.serial import analysis_from_json, analysis_to_json
from harness.analysis.settings import AnalysisSettings
from harness.analysis.stage import analyze, analyze_with_cases

__all__ = [
    "Analysis",
    "AnalysisSettings",
    "analysis_from_json",
    "analysis_to_json",
    "analyze",
    "analyze_with_cases",
]
