"""Builds rpchspec._native with CMake, where all that it takes is there; else the package is pure.

$RPCHSPEC_NATIVE: 0 leaves it out, 1 fails without it. $RPCHSPEC_BUILD: a folder that CMake has
configured already, whose objects are used again.
"""

import os
import pathlib
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bindings" / "CMakeLists.txt"
WANTED = os.environ.get("RPCHSPEC_NATIVE", "")
BUILD = os.environ.get("RPCHSPEC_BUILD", "")


def missing() -> list[str]:
    """What a build of the compiled part takes and is not there."""
    if BUILD:
        return [] if shutil.which("cmake") else ["cmake"]
    lacking = [program for program in ("cmake", "ninja", "g++") if shutil.which(program) is None]
    lacking += [] if SOURCES.exists() else ["the C++ sources around bindings/python"]
    headers = subprocess.run([sys.executable, "-m", "pybind11", "--cmakedir"], capture_output=True)
    known = headers.returncode == 0 or pathlib.Path("/usr/include/pybind11").exists()
    return lacking + ([] if known else ["pybind11"])


class CMakeBuild(build_ext):
    """Lets CMake build the module, and takes it from there."""

    def build_extension(self, extension: Extension) -> None:
        folder = pathlib.Path(BUILD or self.build_temp).resolve()
        if not BUILD:
            options = ["-DCMAKE_BUILD_TYPE=Release", "-DRPCHSPEC_TESTS=OFF"]
            python = f"-DPython_EXECUTABLE={sys.executable}"
            command = ["cmake", "-G", "Ninja", "-S", str(ROOT), "-B", str(folder), python, *options]
            subprocess.run(command, check=True)
        command = ["cmake", "--build", str(folder), "--target", "rpchspec_native"]
        subprocess.run(command, check=True)
        built = list((folder / "python" / "rpchspec").glob("_native*.so"))
        if len(built) != 1:
            raise RuntimeError(f"CMake made no rpchspec._native in {folder}: is pybind11 there?")
        place = pathlib.Path(self.get_ext_fullpath(extension.name))
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built[0], place)
        # The suite that it was built with, for what it plays without the program.
        shutil.rmtree(place.parent / "scenarios", ignore_errors=True)
        shutil.copytree(folder / "python" / "rpchspec" / "scenarios", place.parent / "scenarios")


lacking = ["$RPCHSPEC_NATIVE is 0"] if WANTED == "0" else missing()
if lacking and WANTED == "1":
    sys.exit(f"rpchspec._native cannot be built without {', '.join(lacking)}")
if lacking:
    print(f"rpchspec: pure Python, for want of {', '.join(lacking)}", file=sys.stderr)
    setup()
else:
    setup(ext_modules=[Extension("rpchspec._native", [])], cmdclass={"build_ext": CMakeBuild})
