"""Where the program is looked for."""

import pathlib

import pytest

import rpchspec
from rpchspec import _program


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Four programs: named, in $RPCHSPEC, on $PATH, beside the package."""
    places = {}
    for place in ("named", "variable", "path", "beside"):
        program = tmp_path / place / "rpchspec"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        places[place] = str(program)
    monkeypatch.setenv("RPCHSPEC", places["variable"])
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(_program, "_beside", lambda: [pathlib.Path(places["beside"])])
    return places


def test_the_places_are_looked_at_in_turn(programs, monkeypatch):
    assert rpchspec.find_program(programs["named"]) == programs["named"]
    assert rpchspec.find_program() == programs["variable"]
    monkeypatch.delenv("RPCHSPEC")
    assert rpchspec.find_program() == programs["path"]
    monkeypatch.setenv("PATH", "/nowhere")
    assert rpchspec.find_program() == programs["beside"]
    pathlib.Path(programs["beside"]).unlink()
    with pytest.raises(rpchspec.ProgramNotFound, match=programs["beside"]):
        rpchspec.find_program()


def test_a_program_that_is_named_and_not_there_is_no_reason_to_take_another(programs, monkeypatch):
    with pytest.raises(rpchspec.ProgramNotFound, match="/nowhere/rpchspec"):
        rpchspec.find_program("/nowhere/rpchspec")
    monkeypatch.setenv("RPCHSPEC", "/nowhere/rpchspec")
    with pytest.raises(rpchspec.ProgramNotFound, match=r"\$RPCHSPEC, /nowhere/rpchspec"):
        rpchspec.find_program()
