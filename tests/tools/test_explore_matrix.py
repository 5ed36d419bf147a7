"""tools/explore-matrix: what counts as found, and which defects are left out."""

import importlib.machinery
import importlib.util
import json
import pathlib
import stat
import sys

import pytest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "explore-matrix"

PROGRAM = """#!/usr/bin/python3
import json, pathlib, sys
plan = json.loads(pathlib.Path(__file__).with_name("plan.json").read_text())
if sys.argv[1] in ("defects", "variants"):
    print(json.dumps(plan[sys.argv[1]]))
    sys.exit(0)
given = dict(zip(sys.argv, sys.argv[1:]))
name = given.get("--defect") or given.get("--variant") or "(sound)"
run = plan["runs"].get(name, {"code": 0, "cited": []})
out = pathlib.Path(given["--out"])
cases = [{"id": "x", "verdict": "fail", "requirements": run["cited"]}] if run["cited"] else []
(out / "results.json").write_text(json.dumps({"cases": cases, "findings": []}))
print("12 histories of seed " + given["--seed"])
sys.exit(run["code"])
"""


@pytest.fixture
def matrix(tmp_path, monkeypatch, capsys):
    """The tool over a program that does what a plan says. matrix(runs, unexplored, *arguments)."""
    loader = importlib.machinery.SourceFileLoader("explore_matrix", str(TOOL))
    spec = importlib.util.spec_from_loader("explore_matrix", loader)
    tool = importlib.util.module_from_spec(spec)
    loader.exec_module(tool)
    program = tmp_path / "rpchspec"
    program.write_text(PROGRAM)
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("RPCHSPEC", str(program))

    def make(runs, unexplored, *arguments):
        plan = {
            "defects": [{"name": f"d{i}", "requirements": [f"R{i}"]} for i in (1, 2, 3)],
            "variants": [{"name": "v1"}, {"name": "v2"}],
            "runs": runs,
        }
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        (tmp_path / "unexplored.txt").write_text(unexplored)
        monkeypatch.setattr(tool, "UNEXPLORED", tmp_path / "unexplored.txt")
        monkeypatch.setattr(sys, "argv", ["explore-matrix", "--seed", "1", *arguments])
        code = tool.main()
        return code, capsys.readouterr().out

    return make


def test_all_found_is_enough(matrix):
    runs = {"d1": {"code": 1, "cited": ["R1"]}, "d2": {"code": 1, "cited": ["R9"]}}
    code, out = matrix(runs, "# why\nd3 tls\n")
    assert code == 0
    assert "2 of 2 defects found" in out and "1 of 3 cannot be shown" in out
    assert "R9 (none that the catalogue names)" in out and "R1 (none" not in out


def test_less_than_nine_of_ten_is_not(matrix):
    code, out = matrix({"d1": {"code": 1, "cited": ["R1"]}}, "d3 tls\n")
    assert code == 1
    assert "d2: NOT FOUND in 12 histories" in out and "d2 was not found" in out


def test_a_run_that_could_not_judge_finds_nothing(matrix):
    code, out = matrix({"d1": {"code": 3, "cited": ["R1"]}}, "", "--only", "d1")
    assert code == 1
    assert "exit 3" in out


@pytest.mark.parametrize("lines", ["d1 because\n", "d1\n", "d1 tls\nd1 head\n", "d9 tls\n"])
def test_the_list_of_what_cannot_be_shown_is_checked(matrix, lines):
    with pytest.raises(SystemExit) as stopped:
        matrix({}, lines)
    assert "unexplored.txt" in str(stopped.value)


def test_nothing_may_be_found_on_what_is_right(matrix):
    code, out = matrix({}, "", "--variants", "--for", "3s")
    assert code == 0
    assert "36 histories" in out and "3 proxies that are right: 0 false alarms" in out
    code, out = matrix({"v2": {"code": 1, "cited": ["R1"]}}, "", "--variants", "--for", "3s")
    assert code == 1
    assert "1 false alarms" in out
    code, out = matrix({"(sound)": {"code": 3, "cited": []}}, "", "--variants", "--for", "3s")
    assert code == 1, "what could not be judged is no clean bill"
