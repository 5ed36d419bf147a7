"""A lease of an agent: runs and fixtures there."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import threading
import time
import uuid
from typing import Any, Callable, Mapping, Sequence

from rpchspec._agent_channel import AgentError, Channel, until
from rpchspec._agent_fixture import AgentFixture
from rpchspec._errors import error_of
from rpchspec._results import Case, Results, case_from_json
from rpchspec._run import Path
from rpchspec._scoped import Scoped


@dataclasses.dataclass(frozen=True)
class RunState:
    """A run of a session. ``exit_code`` is None while it goes on."""

    run_id: str
    target: str
    events: int
    exit_code: int | None


class Session(Scoped):
    """Runs and fixtures that nobody else can touch. ``ports`` are those of its fixtures."""

    def __init__(self, channel: Channel, ttl: float) -> None:
        self._channel = channel
        opened = channel.call("OpenSession", {"ttl": f"{int(ttl)}s"})
        self.lease: str = opened["lease"]
        self.ports: tuple[int, ...] = tuple(opened["ports"])
        self._closed = threading.Event()
        self._keeper = threading.Thread(target=self._keep_alive, args=(ttl / 3,), daemon=True)
        self._keeper.start()

    def run(
        self,
        *select: str,
        scenarios: Sequence[Path] = (),
        target: str = "",
        run_id: str | None = None,
        defect: str = "",
        variant: str = "",
        facts: Mapping[str, object] | None = None,
        exclude: Sequence[str] = (),
        requirement: Sequence[str] = (),
        level: str = "",
        as_of: str = "",
        quick: bool = False,
        soak: bool = False,
        max_case: str = "",
        shard: str = "",
        jobs: int = 0,
        max_time: str = "",
        timeout_scale: str = "",
        seed: int = 0,
        repeat: int = 0,
        fail_fast: bool = False,
        strict: bool = False,
        suite_name: str = "",
        evidence: str = "",
        out: Path = "rpchspec-out",
        on_case: Callable[[Case], object] | None = None,
        check: bool = True,
        reconnect: float = 120,
    ) -> Results:
        """As ``rpchspec.run``, there: the reports come into ``out``.

        ``scenarios`` are YAML files here, which are sent; ``target`` is one of the agent's, empty for
        the embedded proxy. A connection that breaks is made again for ``reconnect`` seconds, and no
        event is lost. With ``check`` an exit code but 0 raises its exception, as of ``rpchspec.run``.
        Whatever this raises itself, Ctrl-C among it, cancels the run there.
        """
        options = {
            name: value
            for name, value in locals().items()
            if name in _OPTIONS and value and not isinstance(value, Mapping)
        }
        if facts:
            options["set"] = [f"{name}={_text(value)}" for name, value in facts.items()]
        name = run_id or f"python-{uuid.uuid4().hex[:12]}"
        request = {
            "lease": self.lease,
            "run_id": name,
            "target": target,
            "selectors": list(select),
            "scenarios": [
                {
                    "name": pathlib.Path(each).with_suffix(".yaml").name,
                    "yaml": pathlib.Path(each).read_text(encoding="utf-8"),
                }
                for each in scenarios
            ],
            "options": options,
        }
        try:
            end = self._follow(request, on_case, reconnect)
        except AgentError:
            raise
        except BaseException:
            self.cancel(name)
            raise
        code = end.exit_code
        folder = pathlib.Path(out)
        try:
            self.fetch(name, folder, reconnect=reconnect)
        except AgentError as error:
            if error.status != "NOT_FOUND":  # it could not start: it left nothing
                raise
        results = Results.load(folder) if (folder / "results.json").is_file() else None
        if results is None or code == 2 or (check and code != 0):
            raise error_of(code, end.text, results)
        return results

    def cancel(self, run_id: str) -> RunState:
        """Ends a run as SIGINT does. Of one that has ended it says how."""
        return _state(self._call("Cancel", run_id=run_id))

    def runs(self) -> tuple[RunState, ...]:
        """Those of this session, in the order of their starts."""
        return tuple(map(_state, self._call("ListRuns").get("runs", ())))

    def fetch(
        self, run_id: str, into: Path, what: str = "ALL", case_id: str = "", reconnect: float = 120
    ) -> None:
        """Writes files of a run below ``into``; ``what`` is one of FetchRequest.What."""
        folder = pathlib.Path(into)
        request: dict[str, Any] = {"lease": self.lease, "run_id": run_id}
        request.update(what=what, case_id=case_id)
        heard = time.monotonic()
        while True:
            try:
                for chunk in self._channel.stream("Fetch", request):
                    _write(folder, chunk)
                    heard = time.monotonic()
                    request["from_file"] = chunk.file
                    request["from_offset"] = chunk.offset + len(chunk.data)
                return
            except AgentError as error:
                if error.status != "UNAVAILABLE" or not until(heard + reconnect):
                    raise

    def reset(self) -> None:
        """Ends and forgets all that runs in this session."""
        self._call("Reset")

    def up(self, name: str = "up", **config: Any) -> AgentFixture:
        """Servers and a proxy; keywords are UpConfig of agent.proto: ``judge=True``, ``proxy={...}``."""
        return AgentFixture(self._call, name, {"up": config})

    def backend(self, name: str = "backend", **config: Any) -> AgentFixture:
        """Servers alone; keywords are BackendConfig."""
        return AgentFixture(self._call, name, {"backend": config})

    def proxy(self, name: str = "proxy", **config: Any) -> AgentFixture:
        """A proxy alone; keywords are ProxyConfig: ``servers`` says where its servers are."""
        return AgentFixture(self._call, name, {"proxy": config})

    def close(self) -> None:
        """Ends the lease, and all that runs in it."""
        if not self._closed.is_set():
            self._closed.set()
            self._keeper.join()
            self._call("CloseSession")

    def _leave(self, in_order: bool) -> None:
        self.close()

    def _call(self, method: str, **fields: Any) -> Mapping[str, Any]:
        return self._channel.call(method, {"lease": self.lease, **fields})

    def _keep_alive(self, every: float) -> None:
        while not self._closed.wait(every):
            try:
                self._call("KeepAlive")
            except AgentError:
                pass  # what uses the lease next says it

    def _follow(
        self,
        request: Mapping[str, Any],
        on_case: Callable[[Case], object] | None,
        reconnect: float,
    ) -> Any:
        heard, last = time.monotonic(), 0
        while True:
            attach = {"lease": self.lease, "run_id": request["run_id"], "from": last + 1}
            method, asked = ("Attach", attach) if last else ("Run", request)
            try:
                for event in self._channel.stream(method, asked):
                    heard, last = time.monotonic(), event.sequence
                    kind = event.WhichOneof("what")
                    if kind == "end":
                        return event.end
                    if kind == "case" and on_case is not None:
                        on_case(case_from_json(json.loads(event.case.json)))
            except AgentError as error:
                if error.status != "UNAVAILABLE" or not until(heard + reconnect):
                    raise


_OPTIONS = frozenset(
    "defect variant exclude requirement level as_of quick soak max_case shard jobs max_time "
    "timeout_scale seed repeat fail_fast strict suite_name evidence".split()
)


def _write(folder: pathlib.Path, chunk: Any) -> None:
    """A piece of a file, below the folder."""
    name = pathlib.PurePosixPath(chunk.file)
    if name.is_absolute() or ".." in name.parts or not name.parts:
        raise AgentError("DATA_LOSS", f"the agent names a file {chunk.file!r}")
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place, "ab" if chunk.offset else "wb") as file:
        file.write(chunk.data)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _state(told: Mapping[str, Any]) -> RunState:
    end = told.get("end")
    return RunState(
        run_id=told.get("run_id", ""),
        target=told.get("target", ""),
        events=int(told.get("events", 0)),
        exit_code=None if end is None else int(end.get("exit_code", 0)),
    )
