"""Servers or a proxy that an agent runs."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from rpchspec._json import decode, encode
from rpchspec._scoped import Scoped
from rpchspec.control import Connections, Events, Fault, Faults, Findings, Ready, ResetReply, Script

Call = Callable[..., Mapping[str, Any]]  # a method of agent.proto, and the request's fields


class AgentFixture(Scoped):
    """Servers or a proxy at an agent: started by making it, ended by ``stop`` or its ``with``."""

    def __init__(self, call: Call, name: str, config: Mapping[str, Any]) -> None:
        self._call, self.name = call, name
        told = self._ask("StartFixture", config=config)
        self.ready = decode(Ready, told["ready"])

    @property
    def url(self) -> str:
        """Of the proxy, without TLS."""
        assert self.ready.proxy is not None
        return self.ready.proxy.urls[0]

    def stop(self) -> int:
        """@return the exit code: 1 where it judged, and a client broke a MUST."""
        return int(self._ask("StopFixture").get("exit_code", 0))

    def set_fault(self, fault: Fault) -> Fault:
        """Sets a fault, as it was understood; ``end_fault`` ends it."""
        return decode(Fault, self._ask("Inject", fault=encode(fault)))

    def end_fault(self, fault: str) -> None:
        """By its name."""
        self._ask("EndFault", fault=fault)

    def faults(self) -> tuple[Fault, ...]:
        """Those that are set."""
        return decode(Faults, self._ask("ListFaults")).faults

    def reset(self, *what: str) -> ResetReply:
        """Faults, connections and script, or what is named."""
        return decode(ResetReply, self._ask("ResetFixture", what=list(what)))

    def events(self, since: int = 1, wait: float = 0) -> Events:
        """What passed, from number ``since`` on; waits up to ``wait`` seconds for the first."""
        return decode(Events, self._ask("FixtureEvents", since=since, wait=f"{wait:.3f}s"))

    def connections(self) -> Connections:
        """Those that are open."""
        return decode(Connections, self._ask("ListConnections"))

    def findings(self) -> Findings:
        """What a judge has against the clients so far."""
        return decode(Findings, self._ask("FixtureFindings"))

    def script(self, script: Script) -> None:
        """What a name that is mapped to "script" serves."""
        self._ask("ConfigureFixture", script=encode(script))

    def _ask(self, method: str, **fields: Any) -> Mapping[str, Any]:
        return self._call(method, name=self.name, **fields)

    def _leave(self, in_order: bool) -> None:
        self.stop()
