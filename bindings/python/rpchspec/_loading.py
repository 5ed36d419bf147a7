"""Scenarios in the intermediate form, as the compiled part of the package loads them."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from rpchspec._loaded import native
from rpchspec._problems import LintError, Place, Problem
from rpchspec._run import Path

if TYPE_CHECKING:
    from rpchspec import _native


@dataclasses.dataclass(frozen=True)
class Loaded:
    """One case as it will be played: a scenario has one, or one for each point of its matrix.

    ``form`` is the intermediate form (model/scenario.proto) as JSON has it; ``requirements`` are all
    that it cites, ``expected_s`` how long it takes where all is well.
    """

    id: str
    file: str
    expected_s: float
    requirements: tuple[str, ...]
    form: Mapping[str, Any]


def load(place: Path) -> list[Loaded]:
    """The cases of a YAML file, or of all files of a folder as the suite's is, linted.

    LintError has every problem with its place. Needs the compiled part of the package.
    """
    return _of_yaml(lambda library: library.load_path(os.fspath(place)))


def load_text(text: str, name: str = "<text>") -> list[Loaded]:
    """The same of a text; ``name`` stands in the problems."""
    return _of_yaml(lambda library: library.load_text(text, name))


def _of_yaml(read: Callable[[_native.Library], list[_native.Case]]) -> list[Loaded]:
    try:
        return cases_of(read(library()))
    except native().LoadError as error:
        found = [Problem(Place(*place), text) for *place, text in error.problems]
    raise LintError(found)


def cases_of(cases: Sequence[_native.Case]) -> list[Loaded]:
    """What the compiled part loaded, case by case."""
    return [
        Loaded(id_, file, seconds, tuple(cited), json.loads(form))
        for id_, file, seconds, cited, form in cases
    ]


@functools.lru_cache(maxsize=4)
def _library_of(data: str | None) -> _native.Library:
    made: _native.Library = native().Library()
    return made


def library() -> _native.Library:
    """Read once for each $RPCHSPEC_DATA."""
    return _library_of(os.environ.get("RPCHSPEC_DATA"))
