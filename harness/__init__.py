"""Shadow Harness: replay production inputs to two models and see where the open one breaks down.

The names below are what authors of scorers and notebooks need. Nothing heavy is imported before it is used.
"""

from importlib import import_module
from typing import Any

from harness.domain.chat import Answer, ChatRequest, Message, Response, ToolCall, Usage
from harness.domain.observation import Arm, CallError, Observation, Timing
from harness.domain.pair import Pair
from harness.domain.record import Record
from harness.domain.score import Finding, Score, ScoredPair, Verdict
from harness.scorers.base import Scorer, ScoringContext, scorer

_LAZY = {"read_pairs": "harness.store.notebook"}

__all__ = [
    "Answer",
    "Arm",
    "CallError",
    "ChatRequest",
    "Finding",
    "Message",
    "Observation",
    "Pair",
    "Record",
    "Response",
    "Score",
    "ScoredPair",
    "Scorer",
    "ScoringContext",
    "Timing",
    "ToolCall",
    "Usage",
    "Verdict",
    "read_pairs",
    "scorer",
]


def __getattr__(name: str) -> Any:
    """`read_pairs` pulls in pandas, so it is imported when it is asked for."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")
