import pytest
from factories import request

from harness.scorers.json_schema import requested_schema, violations


@pytest.mark.parametrize(
    "response_format",
    [
        None,
        "json",
        {"type": "json_object"},
        {"json_schema": "x"},
        {"json_schema": {"schema": 1}},
        {"json_schema": {"schema": {1: 2}}},
    ],
)
def test_requests_without_a_usable_schema(response_format: object) -> None:
    assert requested_schema(request(response_format=response_format)) is None


def test_a_violation_has_place_and_keyword() -> None:
    schema = requested_schema(
        request(
            response_format={"json_schema": {"schema": {"properties": {"a": {"items": {"type": "number"}}}}}}
        )
    )
    assert schema is not None
    assert violations(schema, '{"a": [1, 2.5]}') == ()
    found = violations(schema, '{"a": [1, "\\ud800"]}')
    assert [(one.steps, one.keyword) for one in found] == [(("a", 1), "type")]


def test_numbers_beyond_any_float_are_not_checked() -> None:
    assert violations(b'{"type": "string"}', "1e999") == ()


@pytest.mark.parametrize("schema", [b'{"type": "nonsense"}', b'{"$ref": "http://127.0.0.1:9/schema"}'])
def test_a_broken_schema_is_left_aside_and_nothing_is_fetched(schema: bytes) -> None:
    assert violations(schema, "1") == ()
