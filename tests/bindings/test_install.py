"""pip installs the package without a network and without a compiler."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import PACKAGE, PROGRAM, ROOT
from native import BUILD, needs_native

pytestmark = pytest.mark.xdist_group("install")  # one environment for all


def installed(folder, of="bindings/python", **variables):
    """A virtual environment of the system's packages with the package in it; its Python."""
    root = folder / "source"
    shutil.copytree(
        PACKAGE, root / "bindings/python", ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", root)
    source = root / of
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


def test_the_root_of_the_source_tree_is_installed_just_so(tmp_path):
    python = installed(tmp_path, of=".", PATH="/nowhere")
    code = "import rpchspec, importlib.metadata as m; print(rpchspec.__file__, m.version('rpchspec'))"
    env = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run([python, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    place, version = done.stdout.split()
    assert pathlib.Path(place).is_relative_to(tmp_path / "venv") and version == "1.0.0"


def test_the_plugin_is_found_by_pytest(environment, tmp_path):
    env = {**os.environ, "PYTHONPATH": "", "RPCHSPEC": PROGRAM}
    words = ["-m", "pytest", "-q", "--rpchspec-target", "embedded", "--rpchspec-select", "echo/in-echo@four"]
    done = subprocess.run([environment, *words], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout


def test_the_compiled_part_says_what_it_lacks(environment, tmp_path):
    code = "import pytest\nwith pytest.raises(ImportError, match='compiled part'):\n    import rpchspec.wire"
    env = {**os.environ, "PYTHONPATH": ""}
    subprocess.run([environment, "-c", code], cwd=tmp_path, env=env, check=True)


@needs_native
def test_the_compiled_part_is_taken_from_cmake(tmp_path):
    python = installed(tmp_path, RPCHSPEC_NATIVE="1", RPCHSPEC_BUILD=str(BUILD))
    code = "from rpchspec import wire; print(wire.__file__, wire.RtsPdu.make('Echo').encode().hex())"
    env = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run([python, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    place, pdu = done.stdout.split()
    assert pathlib.Path(place).is_relative_to(tmp_path) and pdu == "0500140310000000140000000000000040000000"
    code = """
import rpchspec
from rpchspec import _native
assert rpchspec.run("echo/in-echo@four", in_process=True).summary["pass"] == 1
print(_native.Library().directory)"""
    env = {name: value for name, value in env.items() if name not in ("RPCHSPEC", "RPCHSPEC_DATA")}
    done = subprocess.run([python, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert pathlib.Path(done.stdout.strip()).is_relative_to(tmp_path), done.stderr


def test_a_compiled_part_that_cannot_be_built_is_told_where_it_is_insisted_on(tmp_path):
    with pytest.raises(AssertionError, match="cannot be built without cmake, ninja"):
        installed(tmp_path, RPCHSPEC_NATIVE="1", PATH="/nowhere")
