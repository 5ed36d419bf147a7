"""results.json as dataclasses: the fields of its schema, and what is none."""

import dataclasses
import json

import pytest

import rpchspec
from conftest import ROOT

SCHEMA = json.loads((ROOT / "reports/results.schema.json").read_text())


def least():
    """The smallest results.json that the schema allows, with one of everything."""
    return {
        "schema": 1, "complete": True, "tool": {"name": "rpchspec", "version": "1.0.0", "suite": "1.0"},
        "started": "2027-01-01T00:00:00Z", "duration_s": 1, "seed": 18446744073709551615,
        "target": {"name": "edge", "urls": ["http://gw"], "topology": "rpc-proxy", "facts": {"auth": "basic"}},
        "summary": {"pass": 0, "warn": 0, "fail": 1, "waived": 0, "skip": 0, "not_run": 0, "blocked": 0, "error": 0},
        "findings": [{"id": "f-00000000", "requirement": "R-1", "level": "must", "seen": "z", "cases": ["a/b"]}],
        "cases": [{"id": "a/b", "title": "T", "category": "a", "verdict": "fail", "suspect": False,
                   "duration_s": 0.5, "requirements": ["R-1"], "message": "m", "where": "w", "rerun": "r"}],
        "requirements": [{"id": "R-1", "level": "n/a", "verdict": "not-run", "cases": ["a/b"]}],
    }  # fmt: skip


def test_the_smallest_file_is_read():
    results = rpchspec.Results.from_json(least())
    assert results.cases[0].verdict is rpchspec.Verdict.FAIL
    assert results.failed == results.cases
    assert results.requirements[0].level is rpchspec.Level.NOT_APPLICABLE
    assert results.seed == 18446744073709551615
    assert isinstance(results.duration_s, float)


@pytest.mark.parametrize(
    "made, schema",
    [
        (rpchspec.Results, SCHEMA),
        (rpchspec.Tool, SCHEMA["properties"]["tool"]),
        (rpchspec.Target, SCHEMA["properties"]["target"]),
        (rpchspec.Finding, SCHEMA["definitions"]["finding"]),
        (rpchspec.Case, SCHEMA["definitions"]["case"]),
        (rpchspec.Requirement, SCHEMA["definitions"]["requirement"]),
        (rpchspec.Choice, SCHEMA["definitions"]["choice"]),
    ],
)
def test_a_dataclass_has_the_fields_of_the_schema(made, schema):
    fields = {field.name: field for field in dataclasses.fields(made) if field.name != "folder"}
    assert set(schema["properties"]) - set(fields) == set()
    missing = dataclasses.MISSING
    needed = {name for name, field in fields.items() if field.default is missing and field.default_factory is missing}
    assert needed == set(schema["required"])


def test_the_words_are_those_of_the_schema():
    assert [each.value for each in rpchspec.Verdict] == SCHEMA["definitions"]["verdict"]["enum"]
    assert [each.value for each in rpchspec.Level] == SCHEMA["definitions"]["level"]["enum"]


def test_fields_of_a_later_version_are_passed_over():
    told = least()
    told["later"] = told["cases"][0]["later"] = [1]
    assert rpchspec.Results.from_json(told) == rpchspec.Results.from_json(least())


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda told: told.update(schema=2), "schema 2"),
        (lambda told: told.pop("schema"), "no results.json"),
        (lambda told: told.pop("seed"), "seed: is missing"),
        (lambda told: told["cases"][0].pop("verdict"), r"cases\[0\].verdict: is missing"),
        (lambda told: told["cases"][0].update(verdict="odd"), "verdict: 'odd' is none of pass, warn"),
        (lambda told: told["cases"][0].update(title=1), "title: expected a text, found a number"),
        (lambda told: told["cases"][0].update(suspect=0), "suspect: expected true or false"),
        (lambda told: told["target"].update(urls="x"), "urls: expected a list, found a text"),
        (lambda told: told["target"].update(facts=[]), "facts: expected an object, found a list"),
        (lambda told: told.update(seed=True), "seed: expected an integer, found true or false"),
        (lambda told: told.update(duration_s=None), "duration_s: expected a number, found null"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change, words):
    told = least()
    change(told)
    with pytest.raises(rpchspec.ResultsError, match=words):
        rpchspec.Results.from_json(told)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(rpchspec.ResultsError, match="nowhere/results.json"):
        rpchspec.Results.load("nowhere")
    (tmp_path / "broken.json").write_text('{"schema": 1')
    with pytest.raises(rpchspec.ResultsError, match="broken.json"):
        rpchspec.Results.load("broken.json")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(rpchspec.ResultsError, match="other.json: schema: is missing"):
        rpchspec.Results.load(tmp_path / "other.json")


def test_a_case_that_is_not_there_has_no_evidence():
    results = rpchspec.Results.from_json(least())
    with pytest.raises(KeyError):
        results.case("no/such")
    assert results.ladder("a/b") == "" and results.journal("a/b") is None
