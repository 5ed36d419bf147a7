"""Scenarios written in Python: the same form and the same lint as in YAML, errors at Python's lines.

    case = Scenario("echo/mine", title="...", since="1.0", why="...", expected="100ms")
    case.client.echo(method="RPC_IN_DATA", content_length=4)
    case.expect("client.in", {"response": {"status": 200}}, within="5s", by="RPCH-2.1.2.1.6-03")
    results = case.run()

Keys, values and durations are those of docs/scenarios.md. A name that is a word of Python gets an
underscore behind it (``with_``, ``for_``), which goes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import types
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence, Union

from rpchspec._errors import error_of
from rpchspec._json import encode
from rpchspec._loaded import has_native, native
from rpchspec._loading import Loaded, cases_of, library, load, load_text
from rpchspec._problems import LintError, Place, Problem
from rpchspec._program import find_program
from rpchspec._results import Results
from rpchspec._run import Path
from rpchspec._run import run as _run

__all__ = [
    "Actor",
    "LintError",
    "Loaded",
    "Place",
    "Predicate",
    "Problem",
    "Scenario",
    "as_json",
    "library",
    "load",
    "load_text",
    "run",
    "step_of",
    "without_underscores",
]

Predicate = Union[str, Mapping[str, Any], Sequence[Any]]
_ERROR = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)$")


@dataclasses.dataclass
class _Line:
    place: Place
    value: Any  # a mapping on one line; of a branch None
    below: list[_Line] | None = None  # the lines of `parallel`, of a branch


class Actor:
    """``case.client`` and ``case.server``: each method is a step of that name."""

    def __init__(self, add: Callable[[str, tuple[Any, ...], dict[str, Any]], None]) -> None:
        self._add = add

    def __getattr__(self, action: str) -> Callable[..., None]:
        """The step: its main argument alone, or fields; ``label`` and ``vc`` are the step's own."""

        def step(*main: Any, **fields: Any) -> None:
            self._add(action, main, fields)

        return step


class Scenario:
    """One scenario: what it is, its steps in the order of the calls, and what must be seen."""

    def __init__(self, id: str, **keys: Any) -> None:
        self.id = id
        self._place = caller()
        self._keys = {"id": id, **without_underscores(keys)}
        self._steps: list[_Line] = []
        self._into = self._steps
        self._expect: list[_Line] = []
        self.client = Actor(lambda *step: self._step("client", *step))
        self.server = Actor(lambda *step: self._step("server", *step))

    def pause(self, duration: str | datetime.timedelta) -> None:
        """Silence that the case is about; never for order."""
        self._put({"pause": duration})

    def wait(self, subject: str, predicate: Predicate, **more: Any) -> None:
        """The step ``await``: goes on when it is seen. Judged only with ``by``."""
        label = {"label": more.pop("label")} if "label" in more else {}
        self._put({**label, "await": {subject: predicate, **without_underscores(more)}})

    @contextlib.contextmanager
    def parallel(self, label: str | None = None) -> Iterator[None]:
        """Each step, and each ``branch``, of the block goes on beside the others."""
        with self._below({} if label is None else {"label": label}):
            yield

    @contextlib.contextmanager
    def branch(self) -> Iterator[None]:
        """Steps that follow one another, within ``parallel``."""
        with self._below(None):
            yield

    def expect(self, subject: str, predicate: Predicate, **more: Any) -> None:
        """What must be seen at the end: ``within``, ``by``, ``since``, ``vc``, ``note``."""
        self._expect.append(_Line(caller(), {subject: predicate, **without_underscores(more)}))

    def yaml(self) -> str:
        """The scenario as a file says it."""
        return "".join(text + "\n" for text, _ in self._lines())

    def write(self, folder: Path) -> pathlib.Path:
        """Writes it as a YAML file, and returns its path."""
        file = pathlib.Path(folder) / (re.sub(r"[^\w.-]", "-", self.id) + ".yaml")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.yaml(), encoding="utf-8")
        return file

    def lint(self, program: Path | None = None) -> None:
        """Checks it as ``rpchspec lint`` does. LintError has every problem, at its line of Python.

        That is done here where the compiled part of the package is and no program is named.
        """
        if program is None and has_native():
            self.load()
            return
        with tempfile.TemporaryDirectory(prefix="rpchspec-") as folder:
            words = [find_program(program), "lint", str(self.write(folder))]
            done = subprocess.run(
                words, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8"
            )
        if done.returncode == 0:
            return
        found = [match for line in done.stderr.splitlines() if (match := _ERROR.match(line))]
        if not found:
            raise error_of(done.returncode, done.stderr)
        raise self._error((int(match["line"]), match["text"]) for match in found)

    def load(self) -> list[Loaded]:
        """Its cases in the intermediate form, linted. Needs the compiled part of the package."""
        try:
            return cases_of(library().load_text(self.yaml(), self._place.file))
        except native().LoadError as error:
            found = [(line, text) for _, line, _, text in error.problems]
        raise self._error(found)

    def _error(self, found: Iterable[tuple[int, str]]) -> LintError:
        places = [place for _, place in self._lines()]
        return LintError([Problem(places[line - 1], text) for line, text in found])

    def run(self, **options: Any) -> Results:
        """Lints it and runs its cases; the options are those of ``rpchspec.run``."""
        return run(self, **options)

    def _step(self, actor: str, action: str, main: tuple[Any, ...], fields: dict[str, Any]) -> None:
        self._put(step_of(actor, action, main, fields))

    def _put(self, value: dict[str, Any]) -> None:
        self._into.append(_Line(caller(), value))

    @contextlib.contextmanager
    def _below(self, value: Any) -> Iterator[None]:
        below: list[_Line] = []
        self._into.append(_Line(caller(), value, below))
        before, self._into = self._into, below
        try:
            yield
        finally:
            self._into = before

    def _lines(self) -> list[tuple[str, Place]]:
        """Each line of the file, and where it comes from."""
        lines = [
            (f"{as_json(key)}: {as_json(value)}", self._place) for key, value in self._keys.items()
        ]
        for key, parts in (("steps", self._steps), ("expect", self._expect)):
            if parts:
                lines += [(f"{key}:", self._place), *_block(parts, "  ")]
        return lines


def run(*scenarios: Scenario, **options: Any) -> Results:
    """Lints scenarios and runs their cases in one run; their files are in the folder of its results.

    The options are those of ``rpchspec.run``.
    """
    folder = pathlib.Path(options.get("out", "rpchspec-out")) / "scenarios"
    for each in scenarios:
        each.lint(options.get("program"))
    return _run(*(each.write(folder) for each in scenarios), **options)


def _block(parts: Sequence[_Line], margin: str) -> Iterator[tuple[str, Place]]:
    for part in parts:
        if part.below is None:
            yield f"{margin}- {as_json(part.value)}", part.place
            continue
        inner = margin + "  "
        if part.value is None:  # a branch
            yield f"{margin}-", part.place
        else:
            own = "".join(f"{as_json(k)}: {as_json(v)}\n" for k, v in part.value.items()).rstrip()
            yield f"{margin}- {own or '# side by side'}", part.place
            yield f"{inner}parallel:", part.place
            inner += "  "
        yield from _block(part.below, inner)


def step_of(
    actor: str, action: str, main: tuple[Any, ...], fields: dict[str, Any]
) -> dict[str, Any]:
    """A step as YAML has it, of what a method of an actor was given."""
    if len(main) > 1 or (main and set(fields) - {"label", "vc"}):
        raise TypeError(f"{actor}.{action}: one value, or fields by their names")
    own = {name: fields.pop(name) for name in ("label", "vc") if name in fields}
    return {**own, f"{actor}.{action}": main[0] if main else without_underscores(fields)}


def without_underscores(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Names that are words of Python as the dialect has them."""
    return {name.rstrip("_"): value for name, value in fields.items()}


def as_json(value: Any) -> str:
    """JSON on one line is YAML; durations as the dialect has them."""
    return json.dumps(value, ensure_ascii=False, default=_other)


def _other(value: Any) -> Any:
    if isinstance(value, datetime.timedelta):
        return f"{value // datetime.timedelta(milliseconds=1)}ms"
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):  # rpchspec.control.Fault
        return encode(value)
    raise TypeError(f"{value!r} has no place in a scenario")


def caller() -> Place:
    """The line outside of this package, and of contextlib, that is being run."""
    frame = sys._getframe(1)
    while frame.f_back and _is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno, _column(frame))


def _is_ours(file: str) -> bool:
    return file == contextlib.__file__ or pathlib.Path(file).parent == pathlib.Path(__file__).parent


def _column(frame: types.FrameType) -> int:
    """Where the call begins in its line; 1 before Python 3.11, which does not tell."""
    places = getattr(frame.f_code, "co_positions", None)
    if places is None:
        return 1
    _, _, column, _ = next(itertools.islice(places(), frame.f_lasti // 2, None))
    return 1 if column is None else int(column) + 1
