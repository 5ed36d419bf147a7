"""The run that the items of a pytest session wait for."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import threading
from typing import Sequence

from rpchspec._errors import RpchspecError, error_of
from rpchspec._program import find_program
from rpchspec._results import Case, Level, Results, Verdict
from rpchspec._running import Running

# What chooses cases: `list` knows it as well. True: a value follows.
WHICH = {
    "--exclude": True,
    "--requirement": True,
    "--level": True,
    "--as-of": True,
    "--max-case": True,
    "--shard": True,
    "--quick": False,
    "--soak": False,
}
SOON = (Verdict.PASS, Verdict.WARN, Verdict.SKIP)  # no waiver changes these


@dataclasses.dataclass(frozen=True)
class Listed:
    """A case as ``rpchspec list --json`` tells it; ``file`` only where it was selected by its file."""

    id: str
    title: str
    expected_s: float
    file: str = ""


def listed(select: Sequence[str], words: Sequence[str], shard: str) -> list[Listed]:
    """The cases that a run with these words would take, the shortest first."""
    command = [
        find_program(),
        "list",
        "--json",
        *which(words),
        *(["--shard", shard] if shard else []),
        "--",
        *select,
    ]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode != 0:
        raise error_of(done.returncode, done.stderr)
    files = {os.path.realpath(each): each for each in select if each.endswith((".yaml", ".yml"))}
    soak = "--soak" in words
    cases = [
        Listed(
            case["id"],
            case["title"],
            float(case["expected_s"]),
            files.get(os.path.realpath(case["file"]), ""),
        )
        for case in json.loads(done.stdout)["cases"]
        if soak or not case["soak"] or not {case["id"], case["id"].split("@")[0]}.isdisjoint(select)
    ]
    return sorted(cases, key=lambda case: case.expected_s)


def which(words: Sequence[str]) -> list[str]:
    """The words that choose cases."""
    chosen: list[str] = []
    value_follows = False
    for word in words:
        name, equals, _ = word.partition("=")
        if value_follows or name in WHICH:
            chosen.append(word)
        value_follows = not value_follows and not equals and WHICH.get(name, False)
    return chosen


class BackgroundRun:
    """One run of ``cases`` in a thread; ``verdict_of`` waits for one of them."""

    def __init__(self, words: Sequence[str], out: str) -> None:
        self.cases: list[Listed] = []
        self._words = list(words)
        self._repeats = any(word.split("=")[0] == "--repeat" for word in words)
        self._out = out
        self._changed = threading.Condition()
        self._told: dict[str, Case] = {}
        self._results: Results | None = None
        self._error: RpchspecError | None = None
        self._ended = False
        self._running: Running | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Starts it, unless it was or there is nothing to run."""
        if self._thread is not None or not self.cases:
            return
        files = sorted({case.file for case in self.cases if case.file})
        words = [*self._words, "--", *files, *(case.id for case in self.cases)]
        self._running = Running(words, out=self._out)
        self._thread = threading.Thread(
            target=self._follow, args=(self._running,), name="rpchspec-run", daemon=True
        )
        self._thread.start()

    def _follow(self, running: Running) -> None:
        try:
            with running:
                for case in running.cases():
                    if case.verdict in SOON and not self._repeats:
                        with self._changed:
                            self._told[case.id] = case
                            self._changed.notify_all()
                self._results = running.finish(check=False)
        except RpchspecError as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def verdict_of(self, id_: str) -> Case:
        """The case with its verdict, as soon as nothing can change it.

        What failed may be waived: that is known at the end of the run.
        """
        self.start()
        with self._changed:
            self._changed.wait_for(lambda: id_ in self._told or self._ended)
            if id_ in self._told:
                return self._told[id_]
            if self._results is None:
                raise self._error or RpchspecError("the run broke off")
            for case in self._results.cases:
                if case.id == id_:
                    return case
        return Case(id_, "", "", Verdict.SKIP, False, 0, (), "the target excludes it", "", "")

    @property
    def has_failed(self) -> bool:
        """True where a failure explains what was not run."""
        results = self._results
        return results is not None and (
            bool(results.failed)
            or any(each.level is Level.MUST and not each.waived for each in results.findings)
        )

    def ladder(self, id_: str) -> str:
        """What went over the wire in a case that did not pass, as text."""
        return "" if self._results is None else self._results.ladder(id_)

    def stop(self) -> None:
        """Waits for its end; one that somebody would still have waited for is interrupted."""
        if self._thread is None or self._running is None:
            return
        with self._changed:
            left = any(case.id not in self._told for case in self.cases)
        if left:
            self._running.interrupt()
        self._thread.join()
