"""What tests of tools/ share: a tree to check, and a program for the matrices to run."""

import importlib.machinery
import importlib.util
import json
import pathlib
import stat
import subprocess

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def tree(tmp_path):
    """Writes files under an empty root; check(tool) gives the tool's exit code and output."""

    class Tree:
        root = tmp_path

        def write(self, name, text):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return self

        def check(self, tool):
            done = subprocess.run(
                [TOOLS / tool, tmp_path], capture_output=True, text=True, timeout=60
            )
            assert done.stderr == ""
            return done.returncode, done.stdout

    return Tree()


# Lists what plan.json lists, and runs as it says: an exit code, and each failing case with the
# requirements that it saw broken. All cases cite HELD, too. What "warns" breaks SHOULDs alone.
PROGRAM = """#!/usr/bin/python3
import json, pathlib, sys, time
plan = json.loads(pathlib.Path(__file__).with_name("plan.json").read_text())
if "--json" in sys.argv:
    print(json.dumps(plan[sys.argv[1]]))
    sys.exit(0)
given = dict(zip(sys.argv, sys.argv[1:]))
name = given.get("--defect") or given.get("--variant") or "(sound)"
run = {"code": 0, "failing": {}, "sleep_s": 0, "warns": False} | plan["runs"].get(name, {})
time.sleep(run["sleep_s"])
listed = {entry["id"]: entry["expected_s"] for entry in plan.get("list", [])}
asked = [word for word in sys.argv if word in listed] or run["failing"]
asked = [id for id in asked if "--quick" not in sys.argv or listed[id] <= 5]
run["failing"] = {id: run["failing"][id] for id in asked if id in run["failing"]}
verdict, level = ("warn", "should") if run["warns"] else ("fail", "must")
cases = [{"id": id, "verdict": verdict, "requirements": [*broken, "HELD"]} for id, broken in run["failing"].items()]
findings = [{"requirement": each, "level": level} for broken in run["failing"].values() for each in broken]
findings.append({"requirement": "LATE", "level": "product", "also": ["LATE, TOO"]})
if findings[:-1]:
    findings[0]["also"] = run.get("also", [])
levels = [] if run["warns"] else [{"id": "WEAK", "level": "should"}]
results = {"cases": cases, "findings": findings, "requirements": levels}
pathlib.Path(given["--out"], "results.json").write_text(json.dumps(results))
print("12 histories of seed " + given.get("--seed", "0"))
sys.exit(run["code"])
"""


@pytest.fixture
def matrix(tmp_path, monkeypatch):
    """matrix(tool, plan): a module of that tool, whose runs go as planned."""

    def load(tool, plan):
        program = tmp_path / "rpchspec"
        program.write_text(PROGRAM)
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        (tmp_path / "plan.json").write_text(json.dumps(plan))
        monkeypatch.setenv("RPCHSPEC", str(program))
        monkeypatch.syspath_prepend(str(TOOLS))
        loader = importlib.machinery.SourceFileLoader(tool.replace("-", "_"), str(TOOLS / tool))
        module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
        loader.exec_module(module)
        return module

    return load
