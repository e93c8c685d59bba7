import pytest
from factories import record
from hypothesis import given
from hypothesis import strategies as st

from harness.domain.chat import Answer
from harness.scorers.base import ScoringContext
from harness.scorers.label import Label
from harness.testing import check_scorer

SET = Label(labels=("in stock", "sold out", "+"), aliases={"gone": "sold out"})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("sold out", None),
        ('"Sold_Out".', None),
        (" SOLD-OUT\n", None),
        ("Gone!", None),
        ("in stock", "wrong_label"),
        ("+", "wrong_label"),
        ("nearly sold out", "unknown_label"),
        ("sold out because " * 20, "unknown_label"),
    ],
)
def test_labels_of_a_set(answer: str, kind: str | None, context: ScoringContext) -> None:
    score = SET.score(Answer(text=answer), Answer(text="sold out"), context)
    assert [finding.kind for finding in score.findings] == ([kind] if kind else [])
    assert score.value == (0.0 if kind else 1.0)


def test_a_reference_outside_the_set_tells_nothing_unless_the_answer_is_the_same(
    context: ScoringContext,
) -> None:
    reference = Answer(text="unheard of")
    assert SET.score(Answer(text="sold out"), reference, context).value is None
    assert SET.score(Answer(text="Unheard of."), reference, context).value == 1.0


def test_without_a_set_any_label_is_allowed(context: ScoringContext) -> None:
    assert Label().score(Answer(text="Blue."), Answer(text="blue"), context).right
    wrong = Label().score(Answer(text="red"), Answer(text="blue"), context)
    assert wrong.findings[0].kind == "wrong_label"


def test_a_set_must_make_sense() -> None:
    with pytest.raises(ValueError, match='labels: "a b" and "A-B" cannot be told apart'):
        Label(labels=("a b", "A-B"))
    with pytest.raises(ValueError, match='"x" stands for "y", which is not among the labels'):
        Label(labels=("a",), aliases={"x": "y"})


SEVERAL = Label(labels=("late", "broken", "lost"), aliases={"delayed": "late"}, several=True)


@pytest.mark.parametrize(
    ("answer", "reference", "value", "kinds"),
    [
        ("late, Broken", "broken; LATE", 1.0, []),
        ('["delayed", "broken"]', "late\nbroken", 1.0, []),
        ('```json\n["late"]\n```', "late", 1.0, []),
        ("late", "late, broken", 2 / 3, ["label_missing"]),
        ("late, broken, lost", "late", 0.5, ["label_surplus", "label_surplus"]),
        ("late, burnt", "late, lost", 0.5, ["label_missing", "unknown_label"]),
        ("late, delayed, late", "late", 1.0, []),
        ("[]", "[]", 1.0, []),
        ("late", "[]", 0.0, ["label_surplus"]),
        ("[]", "late", 0.0, ["label_missing"]),
        ("late", "burnt", None, ["unknown_label"]),
        ("[1, null, {}]", "late", 0.0, ["label_missing", "unknown_label", "unknown_label", "unknown_label"]),
    ],
)
def test_several_labels(
    answer: str, reference: str, value: float | None, kinds: list[str], context: ScoringContext
) -> None:
    score = SEVERAL.score(Answer(text=answer), Answer(text=reference), context)
    assert score.value == (None if value is None else pytest.approx(value))
    assert [finding.kind for finding in score.findings] == kinds
    assert score.right is not (value != 1.0) or value is None


def test_findings_name_the_labels_of_the_set(context: ScoringContext) -> None:
    (finding,) = SET.score(Answer(text='"IN_stock"'), Answer(text="Gone!"), context).findings
    assert (finding.expected, finding.actual) == ("sold out", "in stock")
    surplus = SEVERAL.score(Answer(text="DELAYED; lost"), Answer(text="Lost"), context).findings[0]
    assert (surplus.kind, surplus.expected, surplus.actual) == ("label_surplus", None, "late")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ('{"label": "Sold out", "why": "x"}', None),
        ('{"label": ["gone"]}', None),
        ('Sure: {"label": "gone"}', None),
        ('{"label": "in stock"}', "wrong_label"),
        ('{"label": 5}', "unknown_label"),
        ('{"other": "gone"}', "field_missing"),
        ('["gone"]', "field_missing"),
        ("gone", "invalid_json"),
        ("{'label': 'gone'}", "repairable_json"),
    ],
)
def test_a_label_in_json(answer: str, kind: str | None, context: ScoringContext) -> None:
    scorer = Label(labels=SET.labels, aliases=SET.aliases, field="label")
    for reference in ("sold out", '{"label": "sold out"}'):
        score = scorer.score(Answer(text=answer), Answer(text=reference), context)
        assert (score.value, [finding.kind for finding in score.findings]) == (
            (0.0, [kind]) if kind else (1.0, [])
        )
    without = scorer.score(Answer(text=answer), Answer(text='{"x": 1}'), context)
    assert (without.value, without.reason) == (None, 'The reference has no label. The answer has no "label".')


@pytest.mark.parametrize("scorer", [SET, SEVERAL, Label(field="total"), Label(field="lines", several=True)])
def test_awkward_answers(scorer: Label) -> None:
    check_scorer(scorer)


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_any_texts(answer: str, reference: str, several: bool) -> None:
    context = ScoringContext(record=record(), seed=7)
    score = Label(several=several).score(Answer(text=answer), Answer(text=reference), context)
    assert score.value is None or 0 <= score.value <= 1
    assert Label(several=several).score(Answer(text=answer), Answer(text=answer), context).right is not False
