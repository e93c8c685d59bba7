"""The shelf of scorers.

The table names each built-in scorer's class, so that listing them loads nothing heavy.
"""

from typing import Final

from harness.plugins import Registry

REGISTRY: Final = Registry(
    group="harness.scorers",
    noun="scorer",
    built_in={
        "arithmetic": "harness.scorers.arithmetic:Arithmetic",
        "checks": "harness.scorers.checks:Checks",
        "citation": "harness.scorers.citation:Citations",
        "exact": "harness.scorers.exact:Exact",
        "label": "harness.scorers.label:Label",
        "numeric": "harness.scorers.numeric:Numeric",
        "tool_call": "harness.scorers.tool_call:ToolCalls",
        "text": "harness.scorers.text:Text",
        "anls": "harness.scorers.anls:Anls",
        "json_fields": "harness.scorers.json_fields:JsonFields",
        "judge": "harness.scorers.judge:Judge",
    },
)
