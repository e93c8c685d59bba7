"""What the tests of scorers share."""

from typing import Any

import pytest
from factories import record

from harness.domain.chat import ChatRequest
from harness.scorers.base import ScoringContext


@pytest.fixture
def context() -> ScoringContext:
    return ScoringContext(record=record(tags={"language": "de"}), seed=7)


@pytest.fixture
def invoice() -> dict[str, Any]:
    """Ten lines, one euro apart."""
    names = ["Hosting", "Support hours", "Backup storage", "Domain renewal", "Certificate"]
    names += ["Monitoring agent", "Consulting on site", "Travel expenses", "Training day", "Licences"]
    lines = [
        {
            "description": name,
            "quantity": place + 1,
            "unit_price": 101.25 + place,
            "vat_rate": 19,
            "amount": round((101.25 + place) * (place + 1), 2),
        }
        for place, name in enumerate(names)
    ]
    return {
        "invoice_number": "RE-2024-0153",
        "issue_date": "2024-03-05",
        "due_date": None,
        "currency": "EUR",
        "seller": {"name": "Acme GmbH", "vat_id": "DE123456789"},
        "line_items": lines,
        "totals": {"net": 6056.25, "vat": 1150.69, "gross": 7206.94},
    }


@pytest.fixture
def schema_context() -> ScoringContext:
    schema = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["invoice", "credit note"]},
            "total": {"type": "number", "multipleOf": 0.5},
            "date": {"type": ["string", "null"]},
            "lines": {"type": "array", "items": {"properties": {"vat": {"enum": [7, 19]}}}},
        },
        "required": ["kind", "total"],
        "additionalProperties": False,
    }
    body = {"messages": [], "response_format": {"type": "json_schema", "json_schema": {"schema": schema}}}
    return ScoringContext(record=record(request=ChatRequest(body=body)), seed=7)
