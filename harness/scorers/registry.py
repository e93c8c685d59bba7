"""The shelf of scorers.

The table names each built-in scorer's class, so that listing them loads nothing heavy.
"""

from typing import Final

from harness.plugins import Registry

REGISTRY: Final = Registry(
    group="harness.scorers",
    noun="scorer",
    built_in={
        "citation": "harness.scorers.citation:Citations",
        "exact": "harness.scorers.exact:Exact",
        "label": "harness.scorers.label:Label",
        "numeric": "harness.scorers.numeric:Numeric",
        "text": "harness.scorers.text:Text",
        "json_fields": "harness.scorers.json_fields:JsonFields",
    },
)
