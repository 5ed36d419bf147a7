"""The journal of a case, event by event. Needs the compiled part of the package.

An event is a dictionary with the names of journal/journal.proto; bytes are hexadecimal, fields that
are not set are left out.
"""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Mapping

try:
    from rpchspec._native import read_journal
except ModuleNotFoundError as error:
    raise ImportError(
        "rpchspec.journal needs the compiled part of the package: build it with CMake"
        " (docs/python.md), or install the package where g++, CMake and pybind11 are"
    ) from error

Event = Mapping[str, Any]


def read(file: str | os.PathLike[str], each: Callable[[Event], object]) -> int:
    """Calls ``each`` with every event of a journal, in order; returns how many there were.

    A torn last record ends the reading without an error; a broken one is a DecodeError with its
    offset. What ``each`` raises ends the reading.
    """
    return read_journal(os.fspath(file), lambda line: each(json.loads(line)))


def events(file: str | os.PathLike[str]) -> list[Event]:
    """All events of a journal."""
    found: list[Event] = []
    read(file, found.append)
    return found
