"""docs/python.md: every example runs as it is written, and passes mypy --strict."""

import pathlib
import re
import shlex

import pytest

import native
from conftest import PACKAGE, ROOT
from test_control import HAS_CONTROL

PAGE = ROOT / "docs/python.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(language):
    text = PAGE.read_text()
    return [
        pytest.param(match.group(2), id=f"line {text[: match.start()].count(chr(10)) + 2}")
        for match in FENCE.finditer(text)
        if match.group(1) == language
    ]


SCRIPTS = [each for each in fences("python") if not each.values[0].startswith("# test_")]
TESTS = [each for each in fences("python") if each.values[0].startswith("# test_")]


def test_the_page_has_examples():
    assert len(SCRIPTS) >= 4 and len(TESTS) >= 2


@pytest.mark.parametrize("text", SCRIPTS)
def test_an_example_runs(python, tmp_path, text):
    if "control=" in text and not HAS_CONTROL:
        pytest.skip("this program has no --control yet")
    if re.search("import (wire|journal)|in_process|InProcess|rpchspec.session|scenario.load", text) and not native.BUILT:
        pytest.skip("the compiled part is not built here")
    (tmp_path / "example.py").write_text(text)
    path = f"{native.PACKAGE.parent}:{PACKAGE}" if native.BUILT else str(PACKAGE)
    done = python("example.py", env={"PYTHONPATH": path})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", TESTS)
def test_an_example_of_a_test_passes(python, tmp_path, text):
    name = re.match(r"# (\S+)\n", text).group(1)
    (tmp_path / name).write_text(text)
    done = python("-m", "pytest", "-p", "rpchspec.pytest_plugin", "-p", "no:cacheprovider", name,
                  "--rpchspec-target", "embedded", "--rpchspec-select", "echo/in-echo@empty")  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.parametrize("text", fences("sh"))
def test_a_command_is_one_that_there_is(python, tmp_path, text):
    for line in text.splitlines():
        words = shlex.split(line)
        if words[0] == "pytest":
            # Collected, not run: nobody listens at that address.
            done = python("-m", "pytest", "-p", "rpchspec.pytest_plugin", "--collect-only", "-q", *words[1:])
            assert done.returncode == 0, done.stdout + done.stderr
            assert "rpchspec::" in done.stdout
        else:
            assert words[:2] == ["pip", "install"] and (ROOT / words[-1] / "pyproject.toml").exists()


def test_the_package_and_the_examples_are_typed(python, tmp_path):
    for number, example in enumerate(SCRIPTS):
        (tmp_path / f"example_{number}.py").write_text(example.values[0])
    done = python("-m", "mypy", "--config-file", PACKAGE / "pyproject.toml", PACKAGE / "rpchspec", *tmp_path.glob("example_*.py"))
    assert done.returncode == 0, done.stdout
