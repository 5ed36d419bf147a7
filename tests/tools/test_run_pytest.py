"""tools/run-pytest: what fails beside the others runs again alone, and is named."""

import os
import subprocess

from conftest import TOOLS

TWICE = """
import pathlib

def test_sound():
    pass

def test_unsteady():
    seen = pathlib.Path({seen!r})
    first = not seen.exists()
    seen.touch()
    assert not first
"""


def run(*folders):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    ran = subprocess.run(
        [TOOLS / "run-pytest", *map(str, folders)], capture_output=True, text=True, env=env, timeout=120
    )
    return ran.returncode, ran.stdout + ran.stderr


def folder(tmp_path, name, text):
    made = tmp_path / name
    made.mkdir()
    (made / f"test_{name}.py").write_text(text)
    return made


def test_what_fails_once_is_named(tmp_path):
    unsteady = folder(tmp_path, "unsteady", TWICE.format(seen=str(tmp_path / "seen")))
    status, told = run(unsteady, folder(tmp_path, "sound", "def test_it():\n    pass\n"))
    assert status == 0, told
    assert told.rstrip().splitlines()[-1].endswith("test_unsteady.py::test_unsteady"), told
    assert "=== failed in the crowd, passed alone: " in told


def test_what_fails_twice_fails(tmp_path):
    status, told = run(folder(tmp_path, "broken", "def test_it():\n    assert 0\n"))
    assert status == 1 and told.count("1 failed") == 2, told


def test_many_failures_are_no_matter_of_load(tmp_path):
    many = "import pytest\n@pytest.mark.parametrize('i', range(4))\ndef test_it(i):\n    assert 0\n"
    status, told = run(folder(tmp_path, "many", many))
    assert status == 1 and ", alone:" not in told, told


def test_what_cannot_be_collected_fails(tmp_path):
    status, told = run(folder(tmp_path, "unread", "import nothing_of_this_name\n"))
    assert status != 0 and "nothing_of_this_name" in told, told


def test_a_folder_without_tests_fails(tmp_path):
    assert run(folder(tmp_path, "empty", ""))[0] == 5


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    status, told = run(tmp_path / "nothing")
    assert (status, told.rstrip()) == (2, f"run-pytest: {tmp_path / 'nothing'}: no such folder")
