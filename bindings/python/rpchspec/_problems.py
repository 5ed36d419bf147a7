"""What is wrong in a scenario, and where it was written."""

from __future__ import annotations

import dataclasses
import re
from typing import Sequence

from rpchspec._errors import RpchspecError

_MEANT = re.compile(r"; did you mean '(.*)'\?$")
_ALLOWED = re.compile(r"; allowed: (.*)$")


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in a file of Python or YAML; both count from 1, columns in bytes."""

    file: str
    line: int
    column: int = 1


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong in a scenario, and where it was written."""

    place: Place
    text: str

    @property
    def meant(self) -> str:
        """The word that was probably meant; empty where none is near."""
        found = _MEANT.search(self.text)
        return found[1] if found else ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """The words that are allowed, where none is near and they are not many."""
        found = _ALLOWED.search(self.text)
        return tuple(found[1].split(", ")) if found else ()

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}:{self.place.column}: {self.text}"


class LintError(RpchspecError):
    """A scenario that is not right: ``problems`` are all that were found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))
