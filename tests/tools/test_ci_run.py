"""The steps of .ci/run, with a make made up for it."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def ci(tmp_path):
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / ".ci/run", tmp_path / ".ci/run")

    def run(make):
        program = tmp_path / "bin/make"
        program.write_text(f"#!/bin/bash\n{make}\n")
        program.chmod(0o755)
        variables = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
        command = ["bash", ".ci/run"]
        return subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60
        )

    return run


def test_passes_where_each_step_does(ci):
    done = ci('echo "made $1"')
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if line.startswith("made")] == [
        "made deps",
        "made test",
        "made lint",
        "made asan",
    ]
    assert done.stdout.splitlines()[-1].startswith("ci: passed in ")


def test_lints_after_failed_tests_but_does_not_repeat_them(ci):
    done = ci('echo "made $1"; [ "$1" != test ]')
    assert done.returncode == 1
    assert "made lint" in done.stdout and "made asan" not in done.stdout
    assert "FAILED (exit 1)" in done.stdout.split("=== ci: summary")[1]
    assert done.stdout.splitlines()[-1].startswith("ci: FAILED after ")


@pytest.mark.parametrize("step", ["lint", "asan"])
def test_fails_where_only_one_step_does(ci, step):
    done = ci(f'[ "$1" != {step} ]')
    assert done.returncode == 1
    assert f"ci: {step:5}" in done.stdout


def test_does_not_wait_for_what_runs_beside_where_that_has_failed(ci):
    assert ci('[ "$1" != asan-build ]').returncode == 0


def test_gives_its_steps_no_standard_input(ci):
    assert ci("! read -r line").returncode == 0
