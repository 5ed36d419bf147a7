"""Where the compiled part was built, and what it holds, for the tests that need it."""

import ctypes
import gc
import importlib.util
import os
import pathlib
import sys

import pytest

import rpchspec
from conftest import ROOT

BUILD = pathlib.Path(os.environ.get("RPCHSPEC_BUILD", ROOT / "build"))
PACKAGE = BUILD / "python/rpchspec"
BUILT = any(PACKAGE.glob("_native*.so"))

if BUILT and str(PACKAGE) not in rpchspec.__path__:
    rpchspec.__path__.append(str(PACKAGE))
needs_native = pytest.mark.skipif(not BUILT, reason="the compiled part is not built here")


class Mallinfo(ctypes.Structure):
    """struct mallinfo2 of malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


def in_use():
    """Bytes that malloc has handed out and blocks that Python has: what is resident tells of heaps, not of leaks."""
    gc.collect()
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Mallinfo
    now = mallinfo()
    return now.uordblks + now.hblkhd, sys.getallocatedblocks()
