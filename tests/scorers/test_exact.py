import pytest

from harness.domain.chat import Answer, ToolCall
from harness.scorers.base import ScoringContext
from harness.scorers.exact import Exact


@pytest.mark.parametrize(
    ("scorer", "answer", "right"),
    [
        (Exact(), "Berlin", True),
        (Exact(), "berlin", False),
        (Exact(), "Berlin ", False),
        (Exact(ignore_case=True), "BERLIN", True),
        (Exact(ignore_space=True), "\n Berlin ", True),
        (Exact(ignore_space=True), "Ber lin", False),
    ],
)
def test_same_text(scorer: Exact, answer: str, right: bool, context: ScoringContext) -> None:
    score = scorer.score(Answer(text=answer), Answer(text="Berlin"), context)
    assert score.right is right
    assert [finding.kind for finding in score.findings] == ([] if right else ["wrong_value"])


def test_tool_calls_are_compared_by_name_and_arguments(context: ScoringContext) -> None:
    def calls(arguments: str, call_id: str) -> Answer:
        return Answer(tool_calls=(ToolCall(id=call_id, name="book", arguments=arguments),))

    reference = calls('{"day": 1, "rooms": [{"a": null}]}', "x")
    assert Exact().score(calls('{"rooms":[{"a":null}],"day":1}', "y"), reference, context).right
    wrong = Exact().score(calls('{"rooms": [], "day": 1}', "y"), reference, context)
    assert wrong.findings[0].actual == "book({day: 1, rooms: []})"
    assert Exact().score(calls("{broken", "y"), calls("{broken", "z"), context).right
