"""pip installs the package without a network and without a compiler."""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import PACKAGE, PROGRAM

pytestmark = pytest.mark.xdist_group("install")  # one environment for all


def installed(folder, **variables):
    """A virtual environment of the system's packages with the package in it; its Python."""
    source = folder / "source"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__"))
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    told = subprocess.run(
        [python, "-m", "pip", "install", "--no-build-isolation", "--no-index", "--quiet", source],
        env={**os.environ, "PYTHONPATH": "", **variables},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return python


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Without a compiler, without CMake."""
    return installed(tmp_path_factory.mktemp("install"), PATH="/nowhere")


def test_what_is_installed_works(environment, tmp_path):
    code = "import rpchspec; print(rpchspec.__file__); print(rpchspec.run('echo/in-echo@four').summary['pass'])"
    env = {**os.environ, "PYTHONPATH": "", "RPCHSPEC": PROGRAM}
    done = subprocess.run([environment, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    place, passed = done.stdout.split()
    assert "/venv/lib/" in place and passed == "1"


def test_the_plugin_is_found_by_pytest(environment, tmp_path):
    env = {**os.environ, "PYTHONPATH": "", "RPCHSPEC": PROGRAM}
    words = ["-m", "pytest", "-q", "--rpchspec-target", "embedded", "--rpchspec-select", "echo/in-echo@four"]
    done = subprocess.run([environment, *words], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
