from harness.analysis.failure.severity import SeverityRules, SeveritySettings
from harness.analysis.failure.summary import KindTally
from harness.domain.score import Finding


def finding(kind: str, path: str = "") -> Finding:
    return Finding(kind=kind, path=path)


def test_counts_per_arm_and_order_by_harm() -> None:
    tally = KindTally()
    tally.add(
        None, (finding("wrong_value", "line_items[3].amount"), finding("wrong_value", "line_items[4].amount"))
    )
    tally.add(None, (finding("line_missing", "line_items[0]"), finding("wrong_value", "totals.net")))
    tally.add((finding("wrong_value", "a"),), (finding("wrong_value", "a"),))
    tally.add((finding("line_missing", "line_items[9]"),), None)
    tally.add((finding("wrong_label"), finding("format_only")), None)
    tally.add(None, None)
    kinds = {kind.kind: kind for kind in tally.summary(level=0.95)}
    assert list(kinds) == ["wrong_value", "line_missing", "wrong_label"]
    value, line, label = kinds.values()
    assert (value.candidate, value.incumbent, value.both) == (3, 1, 1)
    assert (value.only_candidate, value.only_incumbent) == (2, 0)
    assert (value.primary_candidate, value.primary_incumbent, value.primary_only_candidate) == (2, 1, 1)
    assert [(path.name, path.count) for path in value.paths] == [
        ("a", 1),
        ("line_items[].amount", 1),
        ("totals.net", 1),
    ]
    assert value.candidate_share.value == 3 / 6
    assert (line.candidate, line.incumbent, line.only_candidate, line.only_incumbent) == (1, 1, 1, 1)
    assert (label.candidate, label.only_incumbent, label.severity) == (0, 1, 2)


def test_labels_are_told_by_what_was_taken_for_what() -> None:
    tally = KindTally()
    for actual in ("returns", "returns", "billing"):
        tally.add(None, (Finding(kind="wrong_label", expected="shipping", actual=actual),))
    (kind,) = tally.summary(level=0.95)
    assert [(path.name, path.count) for path in kind.paths] == [
        ("returns instead of shipping:", 2),
        ("billing instead of shipping:", 1),
    ]


def test_kinds_of_plugins_are_bounded() -> None:
    tally = KindTally()
    for place in range(400):
        tally.add(None, (finding(f"kind {place}"),))
    kinds = tally.summary(level=0.95)
    assert len(kinds) == 201
    assert sum(kind.primary_only_candidate for kind in kinds) == 400
    assert kinds[0].kind == "other_kinds"


def test_a_kind_has_the_severity_of_most_of_its_records() -> None:
    settings = SeveritySettings(kinds={"wrong_label": "severe"}, paths={"note": "light"})
    tally = KindTally(rules=SeverityRules(settings))
    for path in ("note", "note", "total"):
        tally.add(None, (finding("wrong_value", path), finding("text_differs", "note")))
    tally.add(None, (finding("wrong_value", "note"), finding("wrong_value", "total")))
    tally.add((finding("wrong_label"),), None)
    severities = {kind.kind: kind.severity for kind in tally.summary(level=0.95)}
    # Two light records and two moderate ones: the worse counts.
    assert severities == {"wrong_value": 2, "text_differs": 1, "wrong_label": 3}
