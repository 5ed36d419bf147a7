"""Where the compiled part was built, for the tests that need it."""

import importlib.util
import os
import pathlib

import pytest

import rpchspec
from conftest import ROOT

BUILD = pathlib.Path(os.environ.get("RPCHSPEC_BUILD", ROOT / "build"))
PACKAGE = BUILD / "python/rpchspec"
BUILT = any(PACKAGE.glob("_native*.so"))

if BUILT and str(PACKAGE) not in rpchspec.__path__:
    rpchspec.__path__.append(str(PACKAGE))
needs_native = pytest.mark.skipif(not BUILT, reason="the compiled part is not built here")
