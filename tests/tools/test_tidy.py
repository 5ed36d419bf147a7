"""Which files tools/tidy takes, in a repository made for it."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess

import pytest

TIDY = pathlib.Path(__file__).resolve().parents[2] / "tools/tidy"
SOURCES = ["journal/event.cpp", "net/stream.cpp", "net/tls.cpp", "protocol/wire/rts.cpp"]


@pytest.fixture
def tidy(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("tidy", str(TIDY))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", loader))
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.delenv("RPCHSPEC_PASSED", raising=False)
    git(tmp_path, "init", "-q")
    for name in [*SOURCES, "net/stream.hpp", "net/faults.hpp"]:
        write(tmp_path, name, "")
    write(tmp_path, "net/tls.cpp", '#include "net/faults.hpp"\n')
    commit(tmp_path)
    return module


def git(root, *arguments):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def commit(root):
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    return git(root, "rev-parse", "HEAD")


def test_takes_the_folders_without_io_where_the_passed_commit_is_unknown(tidy):
    assert tidy.selected(SOURCES, [])[0] == ["journal/event.cpp", "protocol/wire/rts.cpp"]


def test_takes_what_changed_since_the_passed_commit(tidy, tmp_path, monkeypatch):
    monkeypatch.setenv("RPCHSPEC_PASSED", git(tmp_path, "rev-parse", "HEAD"))
    write(tmp_path, "protocol/wire/rts.cpp", "int x;\n")
    commit(tmp_path)
    assert tidy.selected(SOURCES, [])[0] == ["protocol/wire/rts.cpp"]


def test_takes_the_passed_commit_from_its_ref(tidy, tmp_path):
    git(tmp_path, "update-ref", "refs/ci/passed", "HEAD")
    write(tmp_path, "net/tls.cpp", "")
    commit(tmp_path)
    assert tidy.selected(SOURCES, [])[0] == ["net/tls.cpp"]


def test_takes_a_header_through_its_twin_or_one_that_includes_it(tidy, tmp_path, monkeypatch):
    monkeypatch.setenv("RPCHSPEC_PASSED", git(tmp_path, "rev-parse", "HEAD"))
    write(tmp_path, "net/stream.hpp", "int x();\n")
    write(tmp_path, "net/faults.hpp", "int y();\n")
    commit(tmp_path)
    assert tidy.selected(SOURCES, [])[0] == ["net/stream.cpp", "net/tls.cpp"]


def test_passes_over_a_commit_that_is_no_ancestor(tidy, monkeypatch):
    monkeypatch.setenv("RPCHSPEC_PASSED", "0" * 40)
    assert tidy.last_passed() is None


def test_takes_the_folders_it_is_given(tidy):
    assert tidy.selected(SOURCES, ["net"])[0] == ["net/stream.cpp", "net/tls.cpp"]
