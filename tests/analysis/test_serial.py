import orjson
import pytest
from report_runs import Run, agreement_run, hostile_run, invoices

from harness.analysis import AnalysisSettings, analysis_from_json, analysis_to_json, analyze
from harness.analysis.failure.severity import SeveritySettings
from harness.errors import RunDamaged, SchemaMismatch


@pytest.mark.parametrize("run", [invoices(80), agreement_run(), Run(pairs=[], scored=[])])
def test_round_trip(run: Run) -> None:
    analysis = analyze(run.pairs, run.scored, AnalysisSettings(slices=("language", "lines")))
    data = analysis_to_json(analysis)
    assert analysis_from_json(data) == analysis
    assert analysis_to_json(analysis_from_json(data)) == data


def test_round_trip_of_severity_settings() -> None:
    severity = SeveritySettings(kinds={"empty": "light"}, paths={"a.*": "severe"}, currency="EUR")
    analysis = analyze([], [], AnalysisSettings(severity=severity))
    assert analysis_from_json(analysis_to_json(analysis)).settings.severity == severity


def test_lone_surrogates_are_written_out() -> None:
    run = hostile_run()
    data = analysis_to_json(analyze(run.pairs, run.scored, AnalysisSettings(slices=("tag",))))
    assert b"lone \\\\ud83d surrogate" in data
    assert analysis_to_json(analysis_from_json(data)) == data


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"{", RunDamaged, "analysis.json is not JSON"),
        (b"[]", SchemaMismatch, "analysis.json has schema version None; this harness reads 3"),
        (b'{"schema_version": 99}', SchemaMismatch, "schema version 99"),
        (b'{"schema_version": 3}', RunDamaged, "analysis.json is damaged: KeyError"),
    ],
)
def test_errors(data: bytes, error: type[RunDamaged], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        analysis_from_json(data)
    assert caught.value.hint == "Write it again: harness analyze RUN"


def test_a_whole_number_is_a_float_where_one_belongs() -> None:
    value = orjson.loads(analysis_to_json(analyze([], [], AnalysisSettings())))
    value["settings"]["margin"] = 0
    assert analysis_from_json(orjson.dumps(value)).settings.margin == 0.0


def test_a_wrong_type_is_damage() -> None:
    value = orjson.loads(analysis_to_json(analyze([], [], AnalysisSettings())))
    value["pairs"] = "many"
    with pytest.raises(RunDamaged, match="'many' should be <class 'int'>"):
        analysis_from_json(orjson.dumps(value))
