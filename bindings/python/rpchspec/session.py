"""Actors that are told step by step: a client in front of a proxy, and the servers behind it.

    with Session(proxy="http://127.0.0.1:8080") as session:
        session.client.open()
        session.server.send(channel="out", bytes="32KiB")
        session.expect("client.out", {"data": "32KiB"}, within="5s")
        session.server.close(leg="out", cause="tcp-rst")
        session.expect("client.out", "closed", within="5s")

Steps, subjects and predicates are those of docs/scenarios.md, written as ``rpchspec.scenario`` has
them. Needs the compiled part of the package, which plays them on a thread of its own.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import tempfile
import weakref
from typing import TYPE_CHECKING, Any, Mapping, NoReturn, Union

from rpchspec._errors import EXIT_USAGE, RpchspecError, UsageError
from rpchspec._loaded import native
from rpchspec._run import Path, flags
from rpchspec._scoped import Scoped
from rpchspec.scenario import (
    Actor,
    LintError,
    Predicate,
    Problem,
    as_json,
    caller,
    library,
    step_of,
    without_underscores,
)

if TYPE_CHECKING:
    from rpchspec import _native

Seconds = Union[int, float, datetime.timedelta]
# What the loader asks of every scenario and nobody reads here.
_ABOUT: dict[str, Any] = {
    "id": "connection/session",
    "title": "Steps from Python",
    "since": "1.0",
    "why": "Told one by one.",
    "expected": "1s",
    "expect": [{"client.out": "closed", "by": "RPCH-3.2.4.5.14-04"}],
}


class StepError(RpchspecError):
    """A step that could not be done, as the program would say it behind "step 3 client.send:"."""


class StepTimeout(StepError, TimeoutError):
    """A step that was not done, an expectation that was not decided in its time."""


class Unmet(RpchspecError, AssertionError):
    """An expectation that did not hold: ``expected``, and what was ``seen`` instead."""

    def __init__(self, expected: str, seen: str) -> None:
        self.expected = expected
        self.seen = seen
        super().__init__(f"expected {expected}; seen: {seen}")


@dataclasses.dataclass(frozen=True)
class Seen:
    """An expectation that held, in words."""

    expected: str
    seen: str


class Session(Scoped):
    """A client and servers around a proxy, for as long as the block lasts.

    The keywords are those of ``rpchspec.run`` on the proxy under test (``proxy``, ``topology``,
    ``auth``, ``user``, ``password``, ``ca_file``, ``defect``, ``seed``, ...); without them it is the
    embedded reference proxy. ``client`` and ``server`` say how the actors play, ``configuration``
    what the embedded proxy is like, ``needs`` what the steps take, as those keys of a scenario do
    (``client={"conduct": "patient"}``; "proxy" there is ``configuration`` here).

    Leaving the block closes the client's connections in good order, leaving it by an exception
    resets them. ``journal`` is written while it goes on: ``rpchspec.journal`` reads it, and
    ``ladder()`` draws it. It stands in ``out``, else in a folder that goes with the session.
    """

    def __init__(
        self,
        *,
        client: Mapping[str, Any] | None = None,
        server: Mapping[str, Any] | None = None,
        configuration: Mapping[str, Any] | None = None,
        needs: list[str] | None = None,
        out: Path | None = None,
        password: str | None = None,
        **options: Any,
    ) -> None:
        self.client = Actor(lambda *step: self._step("client", *step))
        self.server = Actor(lambda *step: self._step("server", *step))
        head: dict[str, Any] = {**_ABOUT, "client": client, "server": server}
        head.update(proxy=configuration, needs=needs)
        lines = [f"{as_json(key)}: {as_json(value)}\n" for key, value in head.items() if value]
        folder = None if out is not None else tempfile.TemporaryDirectory(prefix="rpchspec-")
        place = pathlib.Path(folder.name if folder is not None else os.fspath(out or ""))
        place.mkdir(parents=True, exist_ok=True)
        self.journal = place / "journal.bin"
        target = (flags(options), password or "")
        self._played: _native.Session = _open(target, "".join(lines), self.journal)
        self._end = weakref.finalize(self, _close, self._played, folder)

    def expect(
        self,
        subject: str,
        predicate: Predicate,
        *,
        within: str | datetime.timedelta | None = None,
        since: str | None = None,
        vc: int | None = None,
        note: str | None = None,
        timeout: Seconds | None = None,
    ) -> Seen:
        """Waits until it is seen. Unmet where it is not, or came later than ``within`` (5 s).

        Those on one subject read on, each behind what the one before it found; ``since`` names the
        ``label`` of an earlier step instead, or "start". ``timeout``, in seconds, bounds the wait
        itself, which else is three times ``within`` and at least 10 s: StepTimeout.
        """
        more = {"within": within, "vc": vc, "note": note}
        said = {key: value for key, value in more.items() if value is not None}
        step: dict[str, Any] = {"await": {subject: predicate, **said}}
        held, expected, seen = self._play(step, timeout, since or "")
        if not held:
            raise Unmet(expected, seen)
        return Seen(expected, seen)

    def ladder(self) -> str:
        """What went over the wire so far, as text."""
        return str(native().ladder(str(self.journal)))

    def close(self) -> None:
        """Ends the session in good order. Nothing can be played then."""
        self._played.close(True)

    def _step(self, actor: str, action: str, main: tuple[Any, ...], fields: dict[str, Any]) -> None:
        timeout = fields.pop("timeout", None)
        self._play(step_of(actor, action, main, fields), timeout)

    def _play(
        self, step: Mapping[str, Any], timeout: Seconds | None, since: str = ""
    ) -> tuple[bool, str, str]:
        patience = timeout.total_seconds() if isinstance(timeout, datetime.timedelta) else timeout
        try:
            return self._played.play(as_json(step), patience, since)
        except native().LoadError as error:
            _raise_problems(error)
        except native().StepError as error:
            raise (StepTimeout if error.code == "deadline" else StepError)(str(error)) from None

    def _leave(self, in_order: bool) -> None:
        self._played.close(in_order)
        self._end()


def _open(target: tuple[list[str], str], head: str, journal: pathlib.Path) -> _native.Session:
    try:
        made: _native.Session = native().Session(library(), target, head, str(journal))
        return made
    except native().LoadError as error:
        _raise_problems(error)
    except native().StepError as error:
        raise StepError(str(error)) from None
    except ValueError as error:
        raise UsageError(EXIT_USAGE, str(error)) from None


def _raise_problems(error: Any) -> NoReturn:
    # The lines are those of the text that was made here: what is wrong was written by the caller.
    place = caller()
    raise LintError([Problem(place, text) for *_, text in error.problems]) from None


def _close(played: _native.Session, folder: tempfile.TemporaryDirectory[str] | None) -> None:
    played.close(False)
    if folder is not None:
        folder.cleanup()
