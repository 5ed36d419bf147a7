"""tools/install-page-deps in a tree of its own, with an npm made up for it."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALLS = "mkdir -p node_modules && touch node_modules/.package-lock.json"


@pytest.fixture
def install(tmp_path):
    """install(what npm does) -> the finished script; the folder of the browser tests is install.page."""
    for name in ("tools", "tests/page", "bin"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / "tools/install-page-deps", tmp_path / "tools")
    (tmp_path / "tests/page/package-lock.json").touch()

    def run(npm):
        program = tmp_path / "bin/npm"
        program.write_text(f'#!/bin/bash\necho "npm $1"\n{npm}\n')
        program.chmod(0o755)
        variables = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
        command = [tmp_path / "tools/install-page-deps"]
        return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)

    run.page = tmp_path / "tests/page"
    return run


def test_asks_npm_once(install):
    assert (install(INSTALLS).stdout, install(INSTALLS).stdout) == ("npm ci\n", "")


def test_a_registry_that_fails_is_told_and_stops_nothing(install):
    done = install("mkdir -p node_modules/playwright-core && exit 1")
    assert done.returncode == 0
    assert "tests/page (report.html in a browser) is skipped, the rest runs" in done.stderr
    assert not (install.page / "node_modules").exists()


def test_what_failed_is_tried_again(install):
    install("exit 1")
    assert install(INSTALLS).stderr == ""
    assert (install.page / "node_modules/.package-lock.json").exists()
