"""The control API of ``rpchspec up --control``: what a fixture is told while it runs, and what it tells.

The messages are those of rpchspec.v1 (docs/fixture.md); seconds are floats, stubs are bytes.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
import time
import urllib.parse
from typing import Any, Callable, Iterator, TypeVar

from rpchspec._control_messages import (
    Connection,
    Connections,
    Count,
    Drip,
    EventRecord,
    Events,
    Fault,
    Faults,
    Findings,
    FixtureFinding,
    Ready,
    ReadyBackends,
    ReadyProxy,
    ReleaseReply,
    ResetReply,
    Script,
    ScriptedCall,
    ScriptedCalls,
    ScriptedInterface,
    ScriptedOperation,
    Towards,
    Version,
)
from rpchspec._errors import RpchspecError
from rpchspec._json import Mismatch, decode, encode
from rpchspec._scoped import Scoped

__all__ = [
    "Connection",
    "Connections",
    "Control",
    "ControlError",
    "Count",
    "Drip",
    "EventRecord",
    "Events",
    "Fault",
    "Faults",
    "Findings",
    "FixtureFinding",
    "Ready",
    "ReadyBackends",
    "ReadyProxy",
    "ReleaseReply",
    "ResetReply",
    "Script",
    "ScriptedCall",
    "ScriptedCalls",
    "ScriptedInterface",
    "ScriptedOperation",
    "Towards",
    "Version",
]

_M = TypeVar("_M")
LONGEST_WAIT = 60.0  # seconds of one request


class ControlError(RpchspecError):
    """The fixture refused: ``status`` is HTTP's (0: no answer), ``allowed`` what is allowed there."""

    def __init__(
        self, status: int, text: str, allowed: tuple[str, ...] = (), meant: str = ""
    ) -> None:
        self.status = status
        self.allowed = allowed
        self.meant = meant
        hint = f"; did you mean {meant!r}?" if meant else ""
        super().__init__(
            f"{text}{hint}" + (f" (allowed: {', '.join(allowed)})" if allowed and not meant else "")
        )


class Control(Scoped):
    """Talks to one fixture over a connection that is kept open. Threads may share it.

    ``url`` is the "control" of the ready line; ``token`` and ``certificate_pem`` (to trust) where
    it asks for them; ``timeout`` bounds each request, in seconds, beside what it waits by itself.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        certificate_pem: str | None = None,
        timeout: float = 10,
    ) -> None:
        where = urllib.parse.urlsplit(url)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise ValueError(f"{url!r}: expected the http or https URL of a control API")
        self.url = url
        self._timeout = timeout
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._lock = threading.Lock()
        if where.scheme == "https":
            trusted = ssl.create_default_context(cadata=certificate_pem)
            self._http: http.client.HTTPConnection = http.client.HTTPSConnection(
                where.hostname, where.port, context=trusted
            )
        else:
            self._http = http.client.HTTPConnection(where.hostname, where.port)

    def version(self) -> Version:
        """Of the program, the suite and this API."""
        return self._ask(Version, "GET", "version")

    def ready(self) -> Ready:
        """What the ready line says."""
        return self._ask(Ready, "GET", "ready")

    def connections(self) -> tuple[Connection, ...]:
        """Those that are open, by number."""
        return self._ask(Connections, "GET", "connections").connections

    def events(self, since: int = 1, *, limit: int = 1000, wait: float = 0) -> Events:
        """What happened, from number ``since`` on; waits up to ``wait`` seconds (at most 60) for the first."""
        query = urllib.parse.urlencode(
            {"since": since, "limit": limit, "wait": f"{round(wait * 1000)}ms"}
        )
        return self._ask(Events, "GET", f"events?{query}", wait=wait)

    def wait_for(
        self, wanted: Callable[[EventRecord], object], *, since: int = 1, timeout: float = 10
    ) -> EventRecord:
        """The first event from ``since`` on that is ``wanted``. TimeoutError after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            told = self.events(since, wait=max(0.0, min(left, LONGEST_WAIT)))
            for record in told.events:
                if wanted(record):
                    return record
            since = told.next
            if left <= 0 and not told.events:
                raise TimeoutError(f"no such event within {timeout:g} s")

    def faults(self) -> tuple[Fault, ...]:
        """Those that are set, by name."""
        return self._ask(Faults, "GET", "faults").faults

    def inject(self, fault: Fault) -> Fault:
        """Sets a fault; one of the same name is replaced. Returns it as it was understood."""
        return self._ask(Fault, "POST", "faults", encode(fault))

    def withdraw(self, name: str) -> Fault:
        """Ends a fault, and returns it with how often it acted; what it held goes out."""
        return self._ask(Fault, "DELETE", f"faults/{urllib.parse.quote(name, safe='')}")

    @contextlib.contextmanager
    def fault(self, fault: Fault) -> Iterator[Fault]:
        """A fault for the time of a block."""
        understood = self.inject(fault)
        try:
            yield understood
        finally:
            self._withdraw_if_there(fault.name)

    def reset(self, *what: str) -> ResetReply:
        """Ends faults, connections, events, findings, script: what is named; nothing named: all."""
        return self._ask(ResetReply, "POST", "reset", {"what": list(what)} if what else {})

    def findings(self) -> Findings:
        """What the monitors say of the clients so far (``Up(judge=True)``)."""
        return self._ask(Findings, "GET", "findings")

    def script(self) -> Script:
        """What the scripted interfaces answer."""
        return self._ask(Script, "GET", "script")

    def set_script(self, script: Script) -> Script:
        """Replaces it."""
        return self._ask(Script, "PUT", "script", encode(script))

    def calls(self) -> tuple[ScriptedCall, ...]:
        """The last calls of scripted interfaces, the oldest first."""
        return self._ask(ScriptedCalls, "GET", "script/calls").calls

    def release(self, call: int = 0, answer: ScriptedOperation | None = None) -> int:
        """Answers a held call (0: all), by default with its own stub; returns how many it were."""
        body: dict[str, Any] = {"call": call} if call else {}
        if answer is not None:
            body["answer"] = encode(answer)
        return self._ask(ReleaseReply, "POST", "script/release", body).released

    def close(self) -> None:
        """Closes the connection; the next request opens another."""
        with self._lock:
            self._http.close()

    def _leave(self, in_order: bool) -> None:
        self.close()

    def _withdraw_if_there(self, name: str) -> None:
        try:
            self.withdraw(name)
        except ControlError as error:
            if error.status != 404:  # it has acted as often as it should, or was reset
                raise

    def _ask(
        self, type_: type[_M], method: str, path: str, body: Any = None, *, wait: float = 0
    ) -> _M:
        content = None if body is None else json.dumps(body).encode()
        with self._lock:
            status, text = self._exchange(method, f"/v1/{path}", content, self._timeout + wait)
        try:
            told = json.loads(text)
        except ValueError:
            raise ControlError(
                status, f"{self.url}: {status} without JSON: {text[:200]!r}"
            ) from None
        if status != 200 and isinstance(told, dict):
            raise ControlError(
                status, told.get("error", ""), tuple(told.get("allowed", ())), told.get("meant", "")
            )
        try:
            return decode(type_, told)
        except Mismatch as error:
            raise ControlError(status, f"{self.url}/v1/{path}: {error}") from None

    def _exchange(
        self, method: str, path: str, content: bytes | None, timeout: float
    ) -> tuple[int, bytes]:
        kept = self._http.sock is not None
        try:
            return self._once(method, path, content, timeout)
        except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError) as error:
            self._http.close()
            if not kept:
                raise ControlError(0, f"{self.url}: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise ControlError(0, f"{self.url}: {error}") from error
        # It was closed while it was idle: the request was not seen.
        try:
            return self._once(method, path, content, timeout)
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise ControlError(0, f"{self.url}: {error}") from error

    def _once(
        self, method: str, path: str, content: bytes | None, timeout: float
    ) -> tuple[int, bytes]:
        self._http.timeout = timeout
        if self._http.sock is not None:
            self._http.sock.settimeout(timeout)
        self._http.request(method, path, content, self._headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()
