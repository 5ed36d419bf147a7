"""The program's long-running commands as context managers."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import select
import signal
import subprocess
import time
from typing import Any, ClassVar, Mapping, Sequence, TypeVar

from rpchspec._errors import StartTimeout, error_of
from rpchspec._program import find_program
from rpchspec._run import Duration, Path, Several, flags
from rpchspec._scoped import Scoped
from rpchspec._tail import Tail
from rpchspec.control import Control

_S = TypeVar("_S", bound="Service")


@dataclasses.dataclass(frozen=True)
class Backends:
    """Where the simulated servers listen: ``ports`` by store, referral, address-book."""

    address: str
    server_name: str
    ports: Mapping[str, int]


class Service(Scoped):
    """A long-running command: started by ``with`` or ``start``, ended by leaving the block or ``stop``.

    It ends with this Python process too, however that ends. What it says on standard error is in
    ``log``. ``start_timeout`` bounds the wait for its ready line, in seconds.
    """

    command: ClassVar[str]

    def __init__(
        self,
        options: Mapping[str, Any],
        *,
        arguments: Sequence[str] = (),
        program: Path | None = None,
        start_timeout: float = 30,
    ) -> None:
        self._words = [*flags(options), *arguments, "--exit-with-stdin"]
        self._program = program
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[str] | None = None
        self._stderr: Tail | None = None
        self.ready: Mapping[str, Any] = {}

    @property
    def pid(self) -> int:
        """Of the process. RuntimeError where none runs."""
        return self._running().pid

    @property
    def log(self) -> str:
        """The last 1000 lines of its log."""
        return "" if self._stderr is None else self._stderr.text()

    def start(self: _S) -> _S:
        """Starts it, and waits until it accepts connections.

        Its exit code's exception where it leaves instead (UsageError, Unjudged: an address in use),
        StartTimeout where it says nothing in time.
        """
        if self._process is not None:
            raise RuntimeError(f"rpchspec {self.command} runs already")
        process = subprocess.Popen(
            [find_program(self._program), self.command, *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is ours to handle
        )
        assert process.stderr is not None
        self._process, self._stderr = process, Tail(process.stderr)
        try:
            line = self._ready_line(process)
        except BaseException:
            self._end(process, signal.SIGKILL)
            raise
        if not line.startswith("ready "):
            code = self._end(process, signal.SIGTERM)
            raise error_of(code, self._stderr.whole())
        self.ready = json.loads(line[len("ready ") :])
        return self

    def stop(self) -> int:
        """Ends it, and returns its exit code; 0 where it does not run."""
        if self._process is None:
            return 0
        return self._end(self._process, signal.SIGTERM)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError(f"rpchspec {self.command} does not run")
        return self._process

    def _ready_line(self, process: subprocess.Popen[str]) -> str:
        """Up to the line's end, or to the end of the process."""
        assert process.stdout is not None
        deadline = time.monotonic() + self._start_timeout
        read = b""
        while not read.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                said = self.log.strip()
                raise StartTimeout(
                    f"rpchspec {self.command} was not ready within {self._start_timeout:g} s"
                    + (f": {said}" if said else "")
                )
            more = os.read(process.stdout.fileno(), 65536)
            if not more:
                break
            read += more
        return read.decode("utf-8", "replace")

    def _end(self, process: subprocess.Popen[str], number: signal.Signals) -> int:
        assert process.stdin is not None and process.stdout is not None
        if process.poll() is None:
            process.send_signal(number)
        try:
            code = process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdin.close()
        process.stdout.close()
        if self._stderr is not None:
            self._stderr.whole()
        self._process = None
        return code

    def __enter__(self: _S) -> _S:
        return self.start()

    def _leave(self, in_order: bool) -> None:
        code = self.stop()
        if code != 0 and in_order:
            raise error_of(code, self.log)


class _WithProxy(Service):
    """What has a reference proxy."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Of the proxy, the http one first."""
        self._running()
        return tuple(self.ready["proxy"]["urls"])

    @property
    def url(self) -> str:
        """The first of ``urls``."""
        return self.urls[0]

    @property
    def certificate_pem(self) -> str:
        """The certificate to trust; empty without TLS."""
        self._running()
        return str(self.ready["proxy"].get("certificate_pem", ""))


class _WithBackends(Service):
    """What has simulated servers."""

    @property
    def backends(self) -> Backends:
        """Where they listen."""
        self._running()
        told = self.ready["backends"]
        return Backends(told["address"], told["server_name"], dict(told["ports"]))


class Up(_WithProxy, _WithBackends):
    """``rpchspec up``: the reference proxy and the servers behind it, as a fixture.

    ``users`` maps names to passwords, ``map`` HOST:PORT of a request to a service. Leaving the
    block raises the exception of an exit code other than 0.
    """

    command = "up"

    def __init__(
        self,
        *,
        listen: Several = (),
        tls: str | None = None,
        client_ca: Path | None = None,
        auth: str | None = None,
        users: Mapping[str, str] | None = None,
        extended_protection: str | None = None,
        valid_ports: str | None = None,
        mapped_only: bool = False,
        connection_timeout: Duration | None = None,
        defect: str | None = None,
        variant: str | None = None,
        map: Mapping[str, str] | None = None,
        proxy_config: Path | None = None,
        backend_config: Path | None = None,
        bind: str | None = None,
        ports: tuple[int, int, int] | None = None,
        server_time_scale: float | None = None,
        control: str | None = None,
        control_tls: str | None = None,
        control_token_file: Path | None = None,
        judge: bool = False,
        out: Path | None = None,
        script: Path | None = None,
        verbose: bool = False,
        arguments: Sequence[str] = (),
        program: Path | None = None,
        start_timeout: float = 30,
    ) -> None:
        options = _options(locals())
        super().__init__(options, arguments=arguments, program=program, start_timeout=start_timeout)
        self._token_file = control_token_file
        self._control_tls = control_tls or ""
        self._control: Control | None = None

    @property
    def control(self) -> Control:
        """The control API of ``Up(control="127.0.0.1:0")``. RuntimeError where it was not asked for."""
        self._running()
        if self._control is None:
            if "control" not in self.ready:
                raise RuntimeError(
                    'rpchspec up has no control API; ask for it with control="127.0.0.1:0"'
                )
            token = None
            if self._token_file is not None:
                token = pathlib.Path(self._token_file).read_text(encoding="utf-8").strip()
            pem = None
            if "," in self._control_tls:
                certificate = pathlib.Path(self._control_tls.split(",")[0])
                pem = certificate.read_text(encoding="utf-8")
            self._control = Control(self.ready["control"], token=token, certificate_pem=pem)
        return self._control

    def stop(self) -> int:
        if self._control is not None:
            self._control.close()
            self._control = None
        return super().stop()


class Backend(_WithBackends):
    """``rpchspec backend``: the simulated servers alone. ``ports`` are store, referral, address book."""

    command = "backend"

    def __init__(
        self,
        *,
        bind: str | None = None,
        ports: tuple[int, int, int] | None = None,
        config: Path | None = None,
        server_time_scale: float | None = None,
        verbose: bool = False,
        arguments: Sequence[str] = (),
        program: Path | None = None,
        start_timeout: float = 30,
    ) -> None:
        options = _options(locals())
        super().__init__(options, arguments=arguments, program=program, start_timeout=start_timeout)


class Proxy(_WithProxy):
    """``rpchspec proxy``: the reference proxy alone. ``map`` says where a server really is."""

    command = "proxy"

    def __init__(
        self,
        *,
        listen: Several = (),
        tls: str | None = None,
        client_ca: Path | None = None,
        auth: str | None = None,
        users: Mapping[str, str] | None = None,
        allow_anonymous: bool = False,
        extended_protection: str | None = None,
        valid_ports: str | None = None,
        mapped_only: bool = False,
        connection_timeout: Duration | None = None,
        defect: str | None = None,
        variant: str | None = None,
        map: Mapping[str, str] | None = None,
        config: Path | None = None,
        verbose: bool = False,
        arguments: Sequence[str] = (),
        program: Path | None = None,
        start_timeout: float = 30,
    ) -> None:
        options = _options(locals())
        super().__init__(options, arguments=arguments, program=program, start_timeout=start_timeout)


def _options(named: Mapping[str, Any]) -> dict[str, Any]:
    """What of a constructor's parameters are options of the program."""
    own = {"self", "arguments", "program", "start_timeout", "users", "__class__"}
    options = {name: value for name, value in named.items() if name not in own}
    users: Mapping[str, str] = named.get("users") or {}
    options["user"] = [f"{name}:{password}" for name, password in users.items()]
    return options
