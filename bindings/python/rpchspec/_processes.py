"""The program's long-running commands as context managers."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any, Mapping, Sequence

from rpchspec._run import Duration, Path, Several
from rpchspec._service import Service
from rpchspec.control import Control


@dataclasses.dataclass(frozen=True)
class Backends:
    """Where the simulated servers listen: ``ports`` by store, referral, address-book, mapper."""

    address: str
    server_name: str
    ports: Mapping[str, int]


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


class _Controlled(Service):
    """What may have a control API, for ``control="127.0.0.1:0"``."""

    def __init__(self, options: Mapping[str, Any], **more: Any) -> None:
        super().__init__(options, **more)
        self._token_file: Path | None = options["control_token_file"]
        self._control_tls = str(options["control_tls"] or "")
        self._control: Control | None = None

    @property
    def control(self) -> Control:
        """The control API. RuntimeError where it was not asked for."""
        self._running()
        if self._control is None:
            if "control" not in self.ready:
                raise RuntimeError(
                    f"rpchspec {self.command} has no control API; "
                    'ask for it with control="127.0.0.1:0"'
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
        """Ends it, and returns its exit code; 0 where it does not run."""
        if self._control is not None:
            self._control.close()
            self._control = None
        return super().stop()


class Up(_WithProxy, _WithBackends, _Controlled):
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
        ports: Sequence[int] | None = None,
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


class Backend(_WithBackends, _Controlled):
    """``rpchspec backend``: the simulated servers alone. ``ports`` are store, referral, address book,
    and the endpoint mapper's, where one is to listen."""

    command = "backend"

    def __init__(
        self,
        *,
        bind: str | None = None,
        ports: Sequence[int] | None = None,
        config: Path | None = None,
        server_time_scale: float | None = None,
        control: str | None = None,
        control_tls: str | None = None,
        control_token_file: Path | None = None,
        verbose: bool = False,
        arguments: Sequence[str] = (),
        program: Path | None = None,
        start_timeout: float = 30,
    ) -> None:
        options = _options(locals())
        super().__init__(options, arguments=arguments, program=program, start_timeout=start_timeout)


class Proxy(_WithProxy, _Controlled):
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
        control: str | None = None,
        control_tls: str | None = None,
        control_token_file: Path | None = None,
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
