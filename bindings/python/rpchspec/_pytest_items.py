"""The cases of the suite as items of a pytest session: one run for all, each item waits for its verdict."""

from __future__ import annotations

import os
from typing import Any, Iterable

import pytest

from rpchspec._errors import RpchspecError
from rpchspec._pytest_run import BackgroundRun, Listed, listed
from rpchspec._pytest_target import words_of
from rpchspec._results import Case, Verdict


def failure(case: Case, ladder: str) -> str:
    """The three lines, where, how to repeat it, and the ladder."""
    lines = [case.message]
    if case.where:
        lines.append(f"where:    {case.where}")
    if case.rerun:
        lines.append(f"rerun:    {case.rerun}")
    return "\n".join(lines) + (f"\n\n{ladder.rstrip()}" if ladder else "")


class Collector(pytest.Collector):
    """What the cases of one shard belong to; ``run`` is theirs together."""

    run: BackgroundRun

    def collect(self) -> Iterable[pytest.Item]:
        return []  # the plugin makes the items: they are in no file


class CaseItem(pytest.Item):
    """One case. Its set-up waits for the verdict: what could not be judged is an error there."""

    run: BackgroundRun
    listed: Listed
    case: Case | None = None

    def setup(self) -> None:
        try:
            case = self.run.verdict_of(self.name)
        except RpchspecError as error:
            pytest.fail(str(error), pytrace=False)
        self.case = case
        if case.verdict in (Verdict.SKIP, Verdict.WAIVED):
            pytest.skip(case.message.replace("\n", "; ") or case.verdict.value)
        if case.verdict is Verdict.NOT_RUN and self.run.has_failed:
            pytest.skip(f"not run: {case.message}")
        if case.verdict in (Verdict.NOT_RUN, Verdict.BLOCKED, Verdict.ERROR):
            pytest.fail(failure(case, self.run.ladder(case.id)), pytrace=False)

    def runtest(self) -> None:
        assert self.case is not None
        if self.case.verdict is Verdict.FAIL:
            pytest.fail(failure(self.case, self.run.ladder(self.case.id)), pytrace=False)
        if self.case.verdict is Verdict.WARN:
            self.add_report_section("call", "rpchspec: warning", self.case.message)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        return self.path, None, f"{self.name}: {self.listed.title}"


class Plugin:
    """Adds the items, starts a run for those that are left when all have chosen, and ends it."""

    def __init__(self, config: pytest.Config) -> None:
        self._words = [
            *words_of(config.getoption("rpchspec_target")),
            *config.getoption("rpchspec_option"),
        ]
        self._select: list[str] = config.getoption("rpchspec_select")
        self._out: str = config.getoption("rpchspec_out")
        worker: dict[str, Any] = getattr(config, "workerinput", {})
        self._shards = int(worker.get("workercount", 1))  # one a worker of pytest-xdist
        self._runs: list[BackgroundRun] = []

    @pytest.hookimpl(tryfirst=True)  # type: ignore[misc]  # before -k and -m choose
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        made = [
            item for number in range(1, self._shards + 1) for item in self._items(session, number)
        ]
        # Each worker begins with its shard; a single process has its tests while the run goes on.
        at = 0 if self._shards > 1 else len(items)
        items[at:at] = made

    def _items(self, session: pytest.Session, number: int) -> Iterable[CaseItem]:
        part = f"{number}/{self._shards}" if self._shards > 1 else ""
        name = f"rpchspec[{part}]" if part else "rpchspec"
        collector: Collector = Collector.from_parent(session, name=name, nodeid=name)
        out = os.path.join(self._out, f"shard-{number}") if part else self._out
        run = BackgroundRun(self._words, out)
        self._runs.append(run)
        for each in listed(self._select, self._words, part):
            item: CaseItem = CaseItem.from_parent(collector, name=each.id)
            item.run, item.listed = run, each
            yield item

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The run starts at once, beside all other tests; of several shards the first item starts its own."""
        for run in self._runs:
            run.cases = [
                item.listed
                for item in session.items
                if isinstance(item, CaseItem) and item.run is run
            ]
        if self._shards == 1 and not session.config.option.collectonly:
            for run in self._runs:
                run.start()

    def pytest_sessionfinish(self) -> None:
        for run in self._runs:
            run.stop()

    @pytest.hookimpl(optionalhook=True)  # type: ignore[misc]
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keeps the cases of a shard on one worker."""
        from rpchspec import _pytest_shards

        return _pytest_shards.scheduler(config, log)
