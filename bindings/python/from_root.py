"""Builds the package that stands here where pip is given the root of the source tree."""

import os
import pathlib

os.chdir(pathlib.Path(__file__).resolve().parent)

from setuptools.build_meta import *  # noqa: E402, F403
