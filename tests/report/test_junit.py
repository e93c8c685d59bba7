import re
from xml.etree import ElementTree as ET

import pytest
from factories import response
from report_runs import HOSTILE, Run, agreement_run, facts, hostile_run, invoices
from report_states import all_failed
from run_formats import analyzed, junit_text

from harness.analysis.trend import FAILURES

# Ant's schema, the strictest that is in use: order of the elements, required attributes, their forms.
ORDER = {"properties": 0, "testcase": 1, "system-out": 2, "system-err": 3}
SUITE = {"id", "package", "name", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}


def suite_of(text: str) -> ET.Element:
    root = ET.fromstring(text)  # noqa: S314 - our own text
    assert root.tag == "testsuites"
    (suite,) = root
    return suite


@pytest.mark.parametrize(
    "run",
    [
        invoices(120),
        hostile_run(),
        agreement_run(),
        Run(pairs=[], scored=[]),
        Run(pairs=invoices(3).pairs, scored=[]),
    ],
)
def test_the_file_is_as_ci_systems_read_it(run: Run) -> None:
    suite = suite_of(junit_text(run, facts(dataset=HOSTILE[0], run_id=HOSTILE[4])))
    assert set(suite.attrib) == SUITE
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    places = [ORDER[child.tag] for child in suite]
    assert places == sorted(places)
    assert [child.tag for child in suite].count("properties") == 1
    for case in suite.iter("testcase"):
        assert set(case.attrib) == {"name", "classname", "time"}
        assert float(case.attrib["time"]) >= 0
        assert len(case) <= 1
        assert all(" " not in (value[:1], value[-1:]) and "\n" not in value for value in case.attrib.values())
    for failure in suite.iter("failure"):
        assert {"message", "type"} == set(failure.attrib)
        assert len(failure) == 0


def test_a_run_that_went_wrong_itself_has_an_error_before_all_failures() -> None:
    run = all_failed(response(""), "empty")
    suite = suite_of(junit_text(run))
    first, *rest = suite.iter("testcase")
    error = first.find("error")
    assert error is not None
    assert error.attrib["message"].endswith(
        "Llama-3.3-70B: 20 of 20 answers fail the same way (empty answer)."
    )
    assert "not a verdict on Llama-3.3-70B" in error.attrib["message"]
    assert (suite.attrib["tests"], suite.attrib["errors"], suite.attrib["failures"]) == ("21", "1", "20")
    assert len(rest) == 20
    properties = {one.attrib["name"]: one.attrib["value"] for one in suite.iter("property")}
    assert "fail the same way" in properties["problem"]
    assert suite_of(junit_text(invoices(50))).attrib["errors"] == "0"
    assert "problem" not in {
        one.attrib["name"] for one in suite_of(junit_text(invoices(50))).iter("property")
    }


@pytest.mark.parametrize("run", [invoices(200), agreement_run(), Run(pairs=invoices(5).pairs, scored=[])])
def test_counts_are_those_of_the_cases(run: Run) -> None:
    _, parts = analyzed(run)
    suite = suite_of(junit_text(run))
    failures = [row.record_id for _, _, row in parts if row.quadrant in FAILURES]
    skipped = [row.record_id for _, _, row in parts if row.quadrant == "unscored"]
    assert int(suite.attrib["tests"]) == len(list(suite.iter("testcase"))) == len(run.pairs)
    assert int(suite.attrib["failures"]) == len(failures)
    assert int(suite.attrib["skipped"]) == len(skipped)
    assert [
        case.attrib["name"] for case in suite.iter("testcase") if case.find("failure") is not None
    ] == failures
    assert [
        case.attrib["name"] for case in suite.iter("testcase") if case.find("skipped") is not None
    ] == skipped


def test_a_failure_says_what_went_wrong_under_its_group() -> None:
    run = invoices(200)
    analysis, _ = analyzed(run)
    suite = suite_of(junit_text(run))
    case = next(case for case in suite.iter("testcase") if case.find("failure") is not None)
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("Llama-3.3-70B ")
    assert failure.text is not None
    assert "Expected:" in failure.text
    names = {group.name.replace(".", "/") for group in analysis.clusters}
    assert case.attrib["classname"].removeprefix("invoices.") in names


def test_where_the_two_only_differ_nobody_is_said_to_be_wrong() -> None:
    suite = suite_of(junit_text(agreement_run()))
    types = [failure.attrib["type"] for failure in suite.iter("failure")]
    assert "differs" in types
    assert "wrong_value" not in types
    told = " ".join(failure.attrib["message"] for failure in suite.iter("failure"))
    assert "instead of" not in told


def test_what_xml_cannot_hold_is_made_visible() -> None:
    text = junit_text(hostile_run())
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)
    assert "a␀b␛[31mred" in text
    assert "<script>" not in text
    assert len(text) < 2_000_000
