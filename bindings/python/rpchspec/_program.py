"""Where the program rpchspec is."""

from __future__ import annotations

import os
import pathlib
import shutil

from rpchspec._errors import ProgramNotFound

HERE = pathlib.Path(__file__).resolve().parent


def _beside() -> list[pathlib.Path]:
    """In the package; in the build folder of the source tree that the package stands in; where the
    program's own package or tarball has it, for share/rpchspec/python of that."""
    return [
        HERE / "bin" / "rpchspec",
        HERE.parents[2] / "build" / "bin" / "rpchspec",
        pathlib.Path(os.path.normpath(HERE / "../../../../bin/rpchspec")),
    ]


def find_program(program: str | os.PathLike[str] | None = None) -> str:
    """The path of the program ``rpchspec``.

    It is the one named here; else the one that $RPCHSPEC names; else the first on $PATH; else the
    one beside this package. ProgramNotFound says where it was looked for.
    """
    named = program if program is not None else os.environ.get("RPCHSPEC") or None
    if named is not None:
        found = shutil.which(os.fspath(named))
        if found is None:
            origin = "" if program is not None else "$RPCHSPEC, "
            raise ProgramNotFound(f"{origin}{os.fspath(named)}: there is no such program")
        return found
    found = shutil.which("rpchspec")
    if found is not None:
        return found
    for place in _beside():
        if os.access(place, os.X_OK):
            return str(place)
    places = ", ".join(map(str, _beside()))
    raise ProgramNotFound(f"no program rpchspec on $PATH, nor {places}; set $RPCHSPEC to it")
