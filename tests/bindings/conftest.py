"""The package as it stands in the source tree, with the program that was built."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings/python"
PROGRAM = os.environ.setdefault("RPCHSPEC", str(ROOT / "build/bin/rpchspec"))
os.environ["PYTHONPATH"] = str(PACKAGE)
sys.path.insert(0, str(PACKAGE))

ECHO = "echo/in-echo@four"  # takes a few milliseconds
BROKEN, DEFECT = "http/rpc-error-on-in", "failure-502"  # fails at once
SKIPPED = "auth/front-carries-every-challenge@lines"  # by the embedded proxy


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def python(tmp_path):
    """python("-m", "mypy", ...) -> CompletedProcess, in the folder of the test."""

    def run(*arguments, env=None, timeout=120):
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    return run
