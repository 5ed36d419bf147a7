"""The proxy that --rpchspec-target names, as a test sees it."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

from rpchspec._results import Results
from rpchspec._run import Path, run


@dataclasses.dataclass(frozen=True)
class TestTarget:
    """``name`` as it was given; ``options`` further words of the command line."""

    __test__ = False  # no test class

    name: str
    options: tuple[str, ...]
    folder: pathlib.Path

    @property
    def words(self) -> list[str]:
        """What names it on the command line of ``rpchspec run``."""
        return [*words_of(self.name), *self.options]

    def run(self, *select: Path, **options: Any) -> Results:
        """``rpchspec.run`` against this target, with its results in the folder of the test."""
        arguments = [*self.words, *options.pop("arguments", ())]
        out = options.pop("out", self.folder / "rpchspec-out")
        return run(*select, arguments=arguments, out=out, **options)


def words_of(name: str) -> list[str]:
    """A URL, 'embedded', or a target of rpchspec.yaml."""
    if "://" in name:
        return ["--proxy", name]
    return ["--topology", "embedded"] if name == "embedded" else ["--target", name]
