"""tools/kill-matrix: what counts as caught, and what it says of a golden file that does not hold."""

import importlib.machinery
import importlib.util
import json
import pathlib
import stat

import pytest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "kill-matrix"

PROGRAM = """#!/usr/bin/python3
import json, pathlib, sys
plan = json.loads(pathlib.Path(__file__).with_name("plan.json").read_text())
if sys.argv[1] in ("defects", "list"):
    print(json.dumps(plan[sys.argv[1]]))
    sys.exit(0)
run = plan["runs"].get(sys.argv[sys.argv.index("--defect") + 1], {"code": 0, "failing": {}})
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
cases = [{"id": id, "verdict": "fail", "requirements": cited} for id, cited in run["failing"].items()]
(out / "results.json").write_text(json.dumps({"cases": cases, "findings": []}))
sys.exit(run["code"])
"""


@pytest.fixture
def matrix(tmp_path, monkeypatch):
    """The tool over a program that does what a plan says. matrix(runs, golden) gives its parts."""
    loader = importlib.machinery.SourceFileLoader("kill_matrix", str(TOOL))
    spec = importlib.util.spec_from_loader("kill_matrix", loader)
    tool = importlib.util.module_from_spec(spec)
    loader.exec_module(tool)
    program = tmp_path / "rpchspec"
    program.write_text(PROGRAM)
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("RPCHSPEC", str(program))

    def make(runs, golden):
        plan = {"defects": [{"name": "d1", "requirements": ["R1"]}, {"name": "d2", "requirements": ["R2"]}],
                "list": [{"id": "a/one", "expected_s": 1, "needs": []},
                         {"id": "a/two", "expected_s": 9, "needs": []},
                         {"id": "a/front", "expected_s": 1, "needs": ["topology:http-front"]}],
                "runs": runs}
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        monkeypatch.setattr(tool, "GOLDEN", tmp_path / "golden")
        tool.GOLDEN.write_text(golden)
        return tool

    return make


CAUGHT = {"d1": {"code": 1, "failing": {"a/one": ["R1"]}}, "d2": {"code": 1, "failing": {"a/two": ["R2"]}}}
LINES = "# a comment\nd1 a/one\nd2 a/two\n"


def test_all_caught(matrix, capsys):
    tool = matrix(CAUGHT, LINES)
    assert tool.run_golden(tool.defects(), 2, only=False) == 0
    assert "2 of 2 defects caught" in capsys.readouterr().out


def test_a_failure_that_cites_something_else_is_no_catch(matrix, capsys):
    tool = matrix(CAUGHT | {"d2": {"code": 1, "failing": {"a/two": ["R9"]}}}, LINES)
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d2: not caught by a/two: cited ['R9']" in capsys.readouterr().out


def test_another_exit_than_1_is_no_catch(matrix, capsys):
    tool = matrix(CAUGHT | {"d1": {"code": 3, "failing": {"a/one": ["R1"]}}}, LINES)
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d1: not caught by a/one: exit 3" in capsys.readouterr().out


def test_names_that_do_not_exist_are_told(matrix, capsys):
    tool = matrix(CAUGHT, "d1 a/none\nd3 a/one\n")
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    said = capsys.readouterr().out
    assert "d1: no such case: a/none" in said
    assert "d2: the golden file names no killer" in said
    assert "d3: no such defect" in said


def test_a_line_that_is_no_pair_is_refused(matrix):
    tool = matrix(CAUGHT, "d1 a/one\nd1 a/two\n")
    with pytest.raises(SystemExit, match="golden:2"):
        tool.golden()


def test_full_lists_single_killers_and_cases_that_nothing_fails(matrix, capsys):
    runs = {"d1": {"code": 1, "failing": {"a/one": ["R1"]}}, "d2": {"code": 0, "failing": {}}}
    tool = matrix(runs, LINES)
    assert tool.run_full(tool.defects(), 2, write=None, quick=False) == 1
    said = capsys.readouterr().out
    assert "not caught: 1\n  d2: exit 0" in said
    assert "scenarios that no defect fails: 1\n  a/two\n" in said
    assert "caught by one scenario alone: 1\n  d1 a/one\n" in said
    assert "a/front" not in said


def test_quick_asks_only_defects_whose_killer_is_quick(matrix, capsys):
    tool = matrix(CAUGHT, LINES)
    assert tool.run_full(tool.defects(), 2, write=None, quick=True) == 0
    assert "not asked: their killer is not in this selection: 1\n  d2\n" in capsys.readouterr().out
