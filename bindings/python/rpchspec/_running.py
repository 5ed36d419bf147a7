"""A run that is going on."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import threading
from types import TracebackType
from typing import Any, Iterator, Mapping, Sequence

from rpchspec._errors import EXIT_USAGE, error_of
from rpchspec._program import find_program
from rpchspec._results import Case, Results, case_from_json
from rpchspec._tail import Tail


class Running:
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
        self.out = pathlib.Path(out)
        self.notes: list[str] = []
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

    def events(self) -> Iterator[dict[str, Any]]:
        """Each event as it happens, an object with one key (docs/python.md); ends with the run."""
        for line in self._told:
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

    def interrupt(self) -> None:
        """Asks the run to end; what runs is broken off, reports are written. Any thread may call it."""
        with self._lock:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)

    def finish(self, *, check: bool = True) -> Results:
        """Waits for the end, and returns the results.

        With ``check``, any exit code but 0 is raised as its exception, which holds the results. A
        UsageError is raised in any case, and so is what left no complete results.
        """
        for _ in self.events():
            pass
        code = self._process.wait()
        output = "\n".join([*self.notes, self._stderr.whole()])
        results = None if code == EXIT_USAGE else self._results()
        if code != 0 and (check or results is None or not results.complete):
            raise error_of(code, output, results)
        assert results is not None
        return results

    def _results(self) -> Results | None:
        file = self.out / "results.json"
        return Results.load(file) if file.is_file() else None

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
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
