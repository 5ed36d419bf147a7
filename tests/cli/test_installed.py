"""What `cmake --install` puts somewhere is all that it takes there."""

import gzip
import os
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import PROGRAM

BUILD = pathlib.Path(PROGRAM).resolve().parents[1]
MANUAL = "share/doc/rpchspec"

pytestmark = [
    pytest.mark.skipif(not (BUILD / "documents/stamp").exists(), reason="this build has no documents to install"),
    pytest.mark.xdist_group("installed"),  # one tree for all
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The folder that it was installed into."""
    prefix = tmp_path_factory.mktemp("installed")
    done = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return prefix


@pytest.fixture
def installed(tree, tmp_path):
    """installed("run", ...) -> what the program there says; it has to succeed."""
    env = {name: value for name, value in os.environ.items() if name != "RPCHSPEC_DATA"}

    def run(*arguments, **more):
        done = subprocess.run(
            [tree / "bin/rpchspec", *arguments], cwd=tmp_path, env={**env, **more}, capture_output=True, text=True,
            timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_it_plays_the_scenarios_that_came_with_it(tree, installed):
    assert "2 pass" in installed("run", "echo/in-echo@four", "echo/in-echo@empty")
    installed("new", "echo/only-here", tree / "share/rpchspec/scenarios/echo/only-here.yaml")
    assert installed("list", "echo/only-here").startswith("echo/only-here ")


def test_its_python_package_finds_it(tree, tmp_path):
    code = "import rpchspec; print(rpchspec.find_program(), rpchspec.run('echo/in-echo@four').summary['pass'])"
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tree / "share/rpchspec/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.split() == [str(tree / "bin/rpchspec"), "1"], done.stderr


def test_its_manual_and_completions_are_there(tree):
    page = gzip.decompress((tree / "share/man/man1/rpchspec-run.1.gz").read_bytes()).decode()
    assert page.startswith(".TH") and "max" in page
    script = tree / "share/bash-completion/completions/rpchspec"
    done = subprocess.run(["bash", "-n", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_manual_documents_for_other_languages_is_there(tree, tmp_path):
    manual = tree / MANUAL
    assert (manual / "reports/results.schema.json").is_file()
    linked = set()
    for page in [manual / "README.md", *(manual / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", page.read_text()):
            if link.endswith((".proto", ".json", ".md")):
                place = (page.parent / link).resolve()
                linked.add(place.name)
                assert place.is_file(), f"{page.name}: {link}"
    assert {"agent.proto", "control.proto", "journal.proto"} <= linked
    protos = [str(each.relative_to(manual)) for each in manual.rglob("*.proto")]
    subprocess.run(["protoc", "-I.", f"--python_out={tmp_path}", *protos], cwd=manual, check=True)
