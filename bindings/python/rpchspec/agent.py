"""An agent on another machine (``rpchspec serve``, docs/remote.md).

Needs grpcio and protobuf (Debian: python3-grpcio, python3-protobuf), which are imported when an
``Agent`` is made.
"""

from __future__ import annotations

import os
import pathlib
from typing import Any, Mapping

from rpchspec._agent_channel import AgentError, Channel, Problem
from rpchspec._agent_fixture import AgentFixture
from rpchspec._agent_session import RunState, Session
from rpchspec._run import Path
from rpchspec._scoped import Scoped

__all__ = ["Agent", "AgentError", "AgentFixture", "Problem", "RunState", "Session"]


class Agent(Scoped):
    """``with Agent("10.0.0.5:7135", ca_file="ca.pem", token="...") as agent``.

    With ``ca_file`` it is TLS; ``cert_file`` and ``key_file`` are ours where the agent asks for them,
    ``name`` is whom its certificate names where that is not the address. Calls raise AgentError.
    """

    def __init__(
        self,
        address: str,
        *,
        ca_file: Path | None = None,
        cert_file: Path | None = None,
        key_file: Path | None = None,
        name: str | None = None,
        token: str | None = None,
        timeout: float = 60,
    ) -> None:
        self._channel = Channel(
            address,
            ca=_read(ca_file),
            certificate=_read(cert_file),
            key=_read(key_file),
            name=name,
            token=token,
            timeout=timeout,
        )

    def hello(self) -> Mapping[str, Any]:
        """HelloReply of agent.proto: version, capabilities, clock, targets, quotas."""
        return self._channel.call("Hello", {"client": "rpchspec for Python"})

    @property
    def targets(self) -> tuple[str, ...]:
        """Those that runs may name."""
        return tuple(self.hello().get("targets", ()))

    def session(self, ttl: float = 600) -> Session:
        """A lease, kept alive until it is closed, or this process ends; then it lasts ``ttl`` s."""
        return Session(self._channel, ttl)

    def close(self) -> None:
        """Ends the connection; sessions go on until they run out."""
        self._channel.close()

    def _leave(self, in_order: bool) -> None:
        self.close()


def _read(file: Path | None) -> bytes | None:
    return None if file is None else pathlib.Path(os.fspath(file)).read_bytes()
