"""A run that is going on: as a process of the program, or in this one."""

from __future__ import annotations

import abc
import json
import os
import pathlib
import signal
import subprocess
import threading
import weakref
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

from rpchspec._errors import EXIT_USAGE, error_of
from rpchspec._loaded import native
from rpchspec._program import find_program
from rpchspec._results import Case, Results, case_from_json
from rpchspec._scoped import Scoped
from rpchspec._tail import Tail

if TYPE_CHECKING:
    from rpchspec import _native


class Course(Scoped):
    """A run that goes on until the block is left: it is interrupted, and its reports are written."""

    def __init__(self, out: str | os.PathLike[str]) -> None:
        self.out = pathlib.Path(out)
        self.notes: list[str] = []

    def events(self) -> Iterator[dict[str, Any]]:
        """Each event as it happens, an object with one key (docs/python.md); ends with the run."""
        for line in self._lines():
            if line.startswith("{"):
                event: dict[str, Any] = json.loads(line)
                if "note" in event:
                    self.notes.append(event["note"])
                yield event

    def cases(self) -> Iterator[Case]:
        """Each case as it has its verdict; ends with the run. A waiver can still make a fail waived."""
        for event in self.events():
            if "case" in event:
                yield case_from_json(event["case"])

    @abc.abstractmethod
    def interrupt(self) -> None:
        """Asks the run to end; what runs is broken off, reports are written. Any thread may call it."""

    def finish(self, *, check: bool = True) -> Results:
        """Waits for the end, and returns the results.

        With ``check``, any exit code but 0 is raised as its exception, which holds the results. A
        UsageError is raised in any case, and so is what left no complete results.
        """
        for _ in self.events():
            pass
        code, said = self._end()
        output = "\n".join([*self.notes, said])
        results = None if code == EXIT_USAGE else self._results()
        if code != 0 and (check or results is None or not results.complete):
            raise error_of(code, output, results)
        assert results is not None
        return results

    def _results(self) -> Results | None:
        file = self.out / "results.json"
        return Results.load(file) if file.is_file() else None

    @abc.abstractmethod
    def _lines(self) -> Iterator[str]:
        """Each line of --progress json."""

    @abc.abstractmethod
    def _end(self) -> tuple[int, str]:
        """The exit code, and what was said on standard error."""


class Running(Course):
    """``rpchspec run`` as a process; a context manager that leaves none behind.

    ``arguments`` are those of ``rpchspec run``, without --out and --progress. The process is in a
    session of its own: Ctrl-C reaches Python alone, which interrupts the run once and waits until
    the reports of what finished are written.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        out: str | os.PathLike[str] = "rpchspec-out",
        program: str | os.PathLike[str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(out)
        self._process = subprocess.Popen(
            [
                find_program(program),
                "run",
                "--out",
                str(self.out),
                "--progress",
                "json",
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        assert self._process.stdout is not None and self._process.stderr is not None
        self._told = self._process.stdout
        self._stderr = Tail(self._process.stderr)
        self._lock = threading.Lock()

    def interrupt(self) -> None:
        with self._lock:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)

    def _lines(self) -> Iterator[str]:
        return iter(self._told)

    def _end(self) -> tuple[int, str]:
        return self._process.wait(), self._stderr.whole()

    def _leave(self, in_order: bool) -> None:
        try:
            self.interrupt()
            for _ in self._told:  # a full pipe would keep it from ending
                pass
            self._process.wait()
        except BaseException:
            self._process.kill()  # a second Ctrl-C
            raise
        finally:
            self._process.wait()
            self._told.close()
            self._stderr.whole()


class InProcess(Course):
    """The same run in this process, on threads of the compiled part; a context manager.

    Nothing is printed, and no signal handler installed: Ctrl-C comes out of whatever waits here as
    KeyboardInterrupt, and leaving the block then interrupts the run. Several may go on side by side,
    each with an ``out`` of its own.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        out: str | os.PathLike[str] = "rpchspec-out",
        password: str | None = None,
    ) -> None:
        super().__init__(out)
        self._run: _native.Run = native().Run(["--out", str(self.out), *arguments], password or "")
        # Not later: what the threads use is gone once the interpreter is.
        self._at_exit = weakref.finalize(self, _break_off, self._run)

    def interrupt(self) -> None:
        self._run.stop(signal.SIGINT)

    def _lines(self) -> Iterator[str]:
        return iter(self._run.next, None)

    def _end(self) -> tuple[int, str]:
        return self._run.end()

    def _leave(self, in_order: bool) -> None:
        self.interrupt()
        _drain(self._run)
        self._at_exit.detach()


def _drain(run: _native.Run) -> None:
    while run.next() is not None:
        pass


def _break_off(run: _native.Run) -> None:
    run.stop(signal.SIGTERM)
    _drain(run)
