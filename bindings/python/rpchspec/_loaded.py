"""The compiled part, where something needs it."""

from __future__ import annotations

import importlib
import importlib.util
import types


def has_native() -> bool:
    """True where the compiled part is."""
    return importlib.util.find_spec("rpchspec._native") is not None


def native() -> types.ModuleType:
    """rpchspec._native. ImportError says how it is had."""
    try:
        return importlib.import_module("rpchspec._native")
    except ModuleNotFoundError as error:
        raise ImportError(
            "this needs the compiled part of the package rpchspec: build it with CMake"
            " (docs/python.md), or install the package where g++, CMake and pybind11 are"
        ) from error
