"""The recipes of docs/recipes: what a build server would run is run, with its variables, shard by shard."""

import os
import pathlib
import re
import subprocess

import junitparser
import pytest
import yaml

from conftest import PROGRAM, ROOT, results

RECIPES = ROOT / "docs/recipes"
SHARDS = 3
PASSES = "echo/in-echo@e* echo/out-echo@empty connection/opens"
FAILS = f"{PASSES} --defect echo-reason"
KNOWN_ACTIONS = {"actions/upload-artifact@v4", "actions/download-artifact@v4"}


class Workspace:
    """A folder that jobs share as artifacts are handed on; the program is on its PATH."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        (folder / "bin/rpchspec").symlink_to(pathlib.Path(PROGRAM).resolve())
        (folder / "echo").mkdir()
        (folder / "echo/in-echo@elsewhere").touch()  # that a shell would put for a glob of ours

    def sh(self, script, shell, **variables):
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return subprocess.run(
            [*shell, script], cwd=self.folder, env={**os.environ, "PATH": path, **variables},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    def assert_merged(self, code):
        run = results(self.folder / "rpchspec")
        assert run["complete"] is True
        assert (run["summary"]["fail"] > 0) == (code == 1)
        junit = junitparser.JUnitXml.fromfile(str(self.folder / "rpchspec/junit.xml"))
        assert sum(len(list(suite)) for suite in junit) == len(run["cases"])


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


class Action:
    """A composite action, its steps in order; an artifact is what is there already."""

    def __init__(self, workspace, name):
        self.workspace = workspace
        self.action = yaml.safe_load((RECIPES / "github" / name / "action.yml").read_text())
        assert self.action["runs"]["using"] == "composite"

    def run(self, **given):
        known = self.action["inputs"]
        assert set(given) <= set(known)
        inputs = {name: given.get(name, entry.get("default")) for name, entry in known.items()}
        values = {f"inputs.{name}": value for name, value in inputs.items()}
        code = 0
        for step in self.action["runs"]["steps"]:
            if code != 0 and step.get("if") != "always()":
                continue
            if "uses" in step:
                assert step["uses"] in KNOWN_ACTIONS
                if "path" in step["with"]:
                    assert (self.workspace.folder / filled(step["with"]["path"], values)).is_dir()
                continue
            code, outputs = self.step(step, values)
            values.update({f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items()})
        for output in self.action.get("outputs", {}).values():
            assert filled(output["value"], values) == str(code)
        return code

    def step(self, step, values):
        assert step["shell"] == "bash"
        files = {name: self.workspace.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        done = self.workspace.sh(
            step["run"], ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
            **{name: filled(value, values) for name, value in step["env"].items()},
            **{name: str(file) for name, file in files.items()},
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stdout + done.stderr
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        return done.returncode, dict(line.split("=", 1) for line in lines)


def filled(text, values):
    return re.sub(r"\${{ ([\w.-]+) }}", lambda match: values[match.group(1)], text)


@pytest.mark.parametrize("arguments, code", [(PASSES, 0), (FAILS, 1)])
def test_github(workspace, arguments, code):
    run = Action(workspace, "run")
    codes = {run.run(arguments=arguments, shard=f"{i}/{SHARDS}") for i in range(1, SHARDS + 1)}
    assert max(codes) == code
    assert Action(workspace, "merge").run(shards=str(SHARDS)) == code
    workspace.assert_merged(code)
    assert "pass" in (workspace.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert (workspace.folder / "GITHUB_STEP_SUMMARY").read_text().startswith("### rpchspec: ")


def test_github_keeps_what_a_cancelled_job_has(workspace):
    """Its shell is ended while the program runs."""
    (workspace.folder / "ending").write_text("#!/bin/sh\nkill -KILL $PPID\n")
    (workspace.folder / "ending").chmod(0o755)
    action = Action(workspace, "run")
    (step,) = [each for each in action.action["runs"]["steps"] if "run" in each]
    done = workspace.sh(
        step["run"], ["bash", "-c"], PROGRAM="./ending", ARGUMENTS="", SHARD="2/3", GITHUB_OUTPUT="output"
    )
    assert done.returncode == -9
    assert (workspace.folder / "output").read_text() == "folder=rpchspec-2\n"


@pytest.mark.parametrize("arguments, code", [(PASSES, 0), (FAILS, 1)])
def test_gitlab(workspace, arguments, code):
    jobs = yaml.safe_load((RECIPES / "gitlab/rpchspec.gitlab-ci.yml").read_text())
    codes = set()
    for index in range(1, SHARDS + 1):
        variables = {**jobs[".rpchspec"]["variables"], "RPCHSPEC_ARGUMENTS": arguments}
        nodes = {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(SHARDS)}
        codes.add(job(workspace, jobs[".rpchspec"], **variables, **nodes))
    assert max(codes) == code
    assert job(workspace, jobs[".rpchspec-report"], RPCHSPEC_SHARDS=str(SHARDS)) == code
    workspace.assert_merged(code)
    assert (workspace.folder / jobs[".rpchspec-report"]["artifacts"]["reports"]["junit"]).exists()


def job(workspace, job, **variables):
    done = workspace.sh("\n".join(job["script"]), ["bash", "-eo", "pipefail", "-c"], **variables)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert job["artifacts"]["when"] == "always"
    for pattern in job["artifacts"]["paths"]:
        assert list(workspace.folder.glob(pattern.rstrip("/")))
    return done.returncode


@pytest.mark.parametrize("arguments, code", [(PASSES, 0), (FAILS, 1)])
def test_jenkins(workspace, arguments, code):
    text = (RECIPES / "jenkins/Jenkinsfile").read_text()
    shards = re.findall(r"'(\d)'", re.search(r"name 'SHARD'\s+values (.*)", text).group(1))
    assert len(shards) == SHARDS
    run, merge = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    folders = []
    for shard in shards:
        done = workspace.sh(run, ["sh", "-xec"], SHARD=shard, RPCHSPEC_ARGUMENTS=arguments)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        # Each agent has a workspace of its own: what is stashed comes back when all are done.
        stashed = workspace.folder / f"stash-{shard}"
        (workspace.folder / f"rpchspec-{shard}").rename(stashed)
        folders.append((stashed, workspace.folder / f"rpchspec-{shard}"))
    for stashed, folder in folders:
        stashed.rename(folder)
        assert f"unstash '{folder.name}'" in text
    assert workspace.sh(merge, ["sh", "-xec"]).returncode == code
    workspace.assert_merged(code)
