"""The messages of rpchspec.v1 as dataclasses; a field at its default is one that is not set."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Mapping, Optional

from rpchspec._json import Hex, Int64, Seconds


@dataclasses.dataclass(frozen=True)
class Version:
    """Of the program, the suite, and the API ("rpchspec.v1")."""

    name: str = ""
    version: str = ""
    suite: str = ""
    api: str = ""


@dataclasses.dataclass(frozen=True)
class ReadyBackends:
    """Where the simulated servers listen; ``ports`` by service."""

    address: str = ""
    server_name: str = ""
    ports: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class ReadyProxy:
    """Where the proxy listens; the certificate is empty without HTTPS."""

    urls: tuple[str, ...] = ()
    certificate_pem: str = ""


@dataclasses.dataclass(frozen=True)
class Ready:
    """What the ready line says."""

    pid: int = 0
    backends: Optional[ReadyBackends] = None
    proxy: Optional[ReadyProxy] = None
    control: str = ""


@dataclasses.dataclass(frozen=True)
class Connection:
    """One TCP connection that is open, at the fixture's end. ``age`` is in seconds."""

    number: int = 0
    leg: str = ""
    virtual_connection: int = 0
    service: str = ""
    remote: str = ""
    local: str = ""
    target: str = ""
    age: Seconds = 0.0
    pdus_sent: Int64 = 0
    pdus_received: Int64 = 0


@dataclasses.dataclass(frozen=True)
class Connections:
    """Those that are open."""

    connections: tuple[Connection, ...] = ()


@dataclasses.dataclass(frozen=True)
class EventRecord:
    """One event with its number; ``event`` is journal.proto's Event in protobuf's JSON form."""

    sequence: Int64 = 0
    event: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Events:
    """In order; ``next`` is where to go on, ``lost`` how many were dropped before these."""

    events: tuple[EventRecord, ...] = ()
    next: Int64 = 0
    lost: Int64 = 0


class Towards(str, enum.Enum):
    """Which way the bytes go that a fault acts on."""

    UNSPECIFIED = "TOWARDS_UNSPECIFIED"
    CLIENT = "TOWARDS_CLIENT"
    SERVER = "TOWARDS_SERVER"


@dataclasses.dataclass(frozen=True)
class Drip:
    """So many bytes each time, ``every`` so many seconds."""

    bytes: int = 0
    every: Seconds = 0.0


@dataclasses.dataclass(frozen=True)
class Count:
    """Behind the ``count``-th ``pdu``: "rpc", "rts", an RTS name, or a DCE/RPC type; 0 stands for 1."""

    pdu: str = ""
    count: int = 0


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong, and where. One of the fields from ``delay`` to ``recycle_out_at`` is set.

    Seconds for ``delay`` and ``stop_reading``; the others are in docs/fixture.md.
    """

    name: str = ""
    leg: str = ""
    connection: int = 0
    towards: Towards = Towards.UNSPECIFIED
    times: int = 0
    at: int = 0
    after: Optional[Count] = None
    delay: Optional[Seconds] = None
    drip: Optional[Drip] = None
    throttle: Optional[int] = None
    split: Optional[int] = None
    coalesce: Optional[int] = None
    truncate: Optional[bool] = None
    corrupt: Optional[int] = None
    stop_reading: Optional[Seconds] = None
    end: Optional[str] = None
    half_close: Optional[bool] = None
    hold: Optional[str] = None
    drop: Optional[str] = None
    repeat: Optional[str] = None
    wrong_cookie: Optional[str] = None
    defect: Optional[str] = None
    recycle_out_at: Optional[int] = None
    applied: int = 0


@dataclasses.dataclass(frozen=True)
class Faults:
    """By name."""

    faults: tuple[Fault, ...] = ()


@dataclasses.dataclass(frozen=True)
class ResetReply:
    """How many faults were ended and connections reset; ``next`` is the number of the next event."""

    faults: int = 0
    connections: int = 0
    next: Int64 = 0


@dataclasses.dataclass(frozen=True)
class FixtureFinding:
    """What a client was seen doing wrong."""

    id: str = ""
    requirement: str = ""
    level: str = ""
    kind: str = ""
    leg: str = ""
    text: str = ""
    expected: str = ""
    seen: str = ""
    connections: tuple[int, ...] = ()
    sightings: int = 0


@dataclasses.dataclass(frozen=True)
class Findings:
    """``judging`` is whether anybody looks."""

    judging: bool = False
    findings: tuple[FixtureFinding, ...] = ()


@dataclasses.dataclass(frozen=True)
class ScriptedOperation:
    """What an opnum is answered with: one of ``reply`` (the stub), ``echo``, ``fault``, ``hold``."""

    opnum: int = 0
    reply: Optional[Hex] = None
    echo: Optional[bool] = None
    fault: Optional[str] = None
    hold: Optional[bool] = None


@dataclasses.dataclass(frozen=True)
class ScriptedInterface:
    """An interface by UUID and version, each empty for any; ``otherwise`` answers other opnums."""

    uuid: str = ""
    version: str = ""
    operations: tuple[ScriptedOperation, ...] = ()
    otherwise: Optional[ScriptedOperation] = None


@dataclasses.dataclass(frozen=True)
class Script:
    """What is served where a port is mapped to "script"."""

    interfaces: tuple[ScriptedInterface, ...] = ()


@dataclasses.dataclass(frozen=True)
class ScriptedCall:
    """A call of a scripted interface; ``stub`` is its first 4096 bytes, ``size`` all."""

    number: int = 0
    uuid: str = ""
    version: str = ""
    opnum: int = 0
    stub: Hex = b""
    size: int = 0
    held: bool = False


@dataclasses.dataclass(frozen=True)
class ScriptedCalls:
    """The last ones, the oldest first."""

    calls: tuple[ScriptedCall, ...] = ()


@dataclasses.dataclass(frozen=True)
class ReleaseReply:
    """How many calls were answered."""

    released: int = 0
