"""results.json, schema 1, as dataclasses; the fields have the names that they have there."""

from __future__ import annotations

import dataclasses
import enum
import json
import os
import pathlib
from typing import Any, Mapping, Optional

from rpchspec._errors import ResultsError
from rpchspec._json import NOT_IN_JSON, Mismatch, decode, kind

SCHEMA = 1


class Verdict(str, enum.Enum):
    """What a run says of a case."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    WAIVED = "waived"
    SKIP = "skip"
    NOT_RUN = "not-run"
    BLOCKED = "blocked"
    ERROR = "error"

    @property
    def is_trouble(self) -> bool:
        """True for what somebody must look at: fail, blocked, error."""
        return self in (Verdict.FAIL, Verdict.BLOCKED, Verdict.ERROR)


class Level(str, enum.Enum):
    """How binding a requirement is for the proxy under test."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"
    PRODUCT = "product"
    NOT_APPLICABLE = "n/a"


@dataclasses.dataclass(frozen=True)
class Tool:
    """The program that ran, and the version of the suite."""

    name: str
    version: str
    suite: str


@dataclasses.dataclass(frozen=True)
class ProbedFact:
    """A fact that the first cases of the run showed; ``stated`` is another value, which counts instead."""

    fact: str
    value: str
    seen: str
    stated: str = ""


@dataclasses.dataclass(frozen=True)
class Target:
    """The proxy under test, as far as it was known; ``facts`` has the probed ones, too."""

    name: str
    urls: tuple[str, ...]
    topology: str
    facts: Mapping[str, str]
    probed: tuple[ProbedFact, ...] = ()


@dataclasses.dataclass(frozen=True)
class Finding:
    """One cause, with all cases that show it; ``also``: what is broken with its requirement."""

    id: str
    requirement: str
    level: Level
    seen: str
    cases: tuple[str, ...]
    kind: str = ""
    leg: str = ""
    expected: str = ""
    rerun: str = ""
    waived: bool = False
    also: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Case:
    """One case with its verdict. For a failure ``message`` is three lines: required, expected, seen;
    behind the first stands ``also:``, where the same expectation cites more that is broken with it.

    Of a run with --repeat, ``repetitions`` counts verdicts, and the rest is said of ``repetition``.
    """

    id: str
    title: str
    category: str
    verdict: Verdict
    suspect: bool
    duration_s: float
    requirements: tuple[str, ...]
    message: str
    where: str
    rerun: str
    configuration: str = ""
    started_s: float = 0.0
    repetitions: Mapping[str, int] = dataclasses.field(default_factory=dict)
    repetition: int = 0
    flaky: bool = False


@dataclasses.dataclass(frozen=True)
class Requirement:
    """One requirement, and what the cases that check it say of it together."""

    id: str
    level: Level
    verdict: Verdict
    cases: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Choice:
    """What the proxy did where it may do one or another; ``cases`` counts those that show it."""

    subject: str
    what: str
    allowed_by: str
    chosen: str
    cases: int
    example: str


@dataclasses.dataclass(frozen=True)
class Shard:
    """Which part of a selection a run was, with --shard; ``selection`` is a digest of all its ids."""

    index: int
    count: int
    selected: int
    selection: str


@dataclasses.dataclass(frozen=True)
class Results:
    """One run. ``summary`` counts cases by verdict, with ``not_run`` for not-run."""

    schema: int
    complete: bool
    tool: Tool
    started: str
    duration_s: float
    seed: int
    target: Target
    summary: Mapping[str, int]
    findings: tuple[Finding, ...]
    cases: tuple[Case, ...]
    requirements: tuple[Requirement, ...]
    choices: tuple[Choice, ...] = ()
    shard: Optional[Shard] = None
    folder: Optional[pathlib.Path] = dataclasses.field(
        default=None, compare=False, metadata=NOT_IN_JSON
    )

    @classmethod
    def load(cls, place: str | os.PathLike[str]) -> Results:
        """Reads results.json, or the one in a folder. ResultsError where it is none."""
        file = pathlib.Path(place)
        file = file if file.suffix == ".json" else file / "results.json"
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ResultsError(f"{file}: {error}") from error
        try:
            return dataclasses.replace(cls.from_json(told), folder=file.parent)
        except ResultsError as error:
            raise ResultsError(f"{file}: {error}") from error

    @classmethod
    def from_json(cls, told: Any) -> Results:
        """From what json.load made of a results.json. Fields that are not known are passed over."""
        if not isinstance(told, dict) or "schema" not in told:
            raise ResultsError(f"schema: is missing; this is no results.json but {kind(told)}")
        try:
            results = decode(cls, told)
        except Mismatch as error:
            raise ResultsError(str(error)) from None
        if results.schema > SCHEMA:
            raise ResultsError(f"schema {results.schema}: this version reads up to {SCHEMA}")
        return results

    def case(self, id_: str) -> Case:
        """The case of this id. KeyError where the run had none."""
        for each in self.cases:
            if each.id == id_:
                return each
        raise KeyError(id_)

    @property
    def failed(self) -> tuple[Case, ...]:
        """The cases whose verdict is fail."""
        return tuple(each for each in self.cases if each.verdict is Verdict.FAIL)

    def ladder(self, id_: str) -> str:
        """What went over the wire in a case, as text; empty where no evidence of it was kept."""
        file = self._evidence(id_, "ladder.txt")
        return "" if file is None else file.read_text(encoding="utf-8", errors="replace")

    def journal(self, id_: str) -> pathlib.Path | None:
        """The journal of a case; None where no evidence of it was kept."""
        return self._evidence(id_, "journal.bin")

    def _evidence(self, id_: str, name: str) -> pathlib.Path | None:
        if self.folder is None:
            return None
        repetition = next((each.repetition for each in self.cases if each.id == id_), 0)
        folder = f"{id_}~{repetition}" if repetition else id_
        file = self.folder / "cases" / folder / name
        return file if file.is_file() else None


def case_from_json(told: Any) -> Case:
    """An element of "cases", also as ``run --progress json`` tells it."""
    try:
        return decode(Case, told, "case")
    except Mismatch as error:
        raise ResultsError(str(error)) from None
