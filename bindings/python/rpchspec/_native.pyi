"""The compiled part: use ``rpchspec.wire``, ``journal``, ``scenario`` and ``run(in_process=True)``."""

from typing import Callable, Optional, Union

version: str
RTS_NAMES: tuple[str, ...]
NDR: SyntaxId
NDR64: SyntaxId

class DecodeError(ValueError):
    """Bytes, a name or a value that cannot be read; ``offset`` counts bytes from the PDU's start."""

    code: str
    offset: int
    field: str
    section: str
    detail: str

class _Number:
    def __init__(self, value: int) -> None: ...
    @property
    def value(self) -> int: ...

class _Sixteen:
    def __init__(self, value: bytes) -> None: ...
    @property
    def value(self) -> bytes: ...

class ReceiveWindowSize(_Number):
    """2.2.3.5.1, bytes."""

class ConnectionTimeout(_Number):
    """2.2.3.5.3, milliseconds."""

class ChannelLifetime(_Number):
    """2.2.3.5.5, bytes."""

class ClientKeepalive(_Number):
    """2.2.3.5.6, milliseconds; 0 stands for 300000."""

class Version(_Number):
    """2.2.3.5.7."""

class Destination(_Number):
    """2.2.3.5.14: FDClient 0, FDInProxy 1, FDServer 2, FDOutProxy 3; any 32-bit value."""

class PingTrafficSentNotify(_Number):
    """2.2.3.5.15, bytes of pings."""

class Cookie(_Sixteen):
    """2.2.3.5.4: 16 bytes; its place gives it meaning."""

class AssociationGroupId(_Sixteen):
    """2.2.3.5.13: 16 bytes."""

class FlowControlAck:
    """2.2.3.5.2; both in bytes."""

    def __init__(
        self, bytes_received: int, available_window: int, channel_cookie: bytes
    ) -> None: ...
    @property
    def bytes_received(self) -> int: ...
    @property
    def available_window(self) -> int: ...
    @property
    def channel_cookie(self) -> bytes: ...

class Empty:
    """2.2.3.5.8."""

class NegativeAnce:
    """2.2.3.5.10."""

class Ance:
    """2.2.3.5.11."""

class Padding:
    """2.2.3.5.9; ``count`` lies about the length when it is set."""

    def __init__(self, padding: bytes, count: Optional[int] = None) -> None: ...
    @property
    def padding(self) -> bytes: ...
    @property
    def count(self) -> Optional[int]: ...

class ClientAddress:
    """2.2.3.5.12: an IPv4 or IPv6 address as text."""

    def __init__(self, address: str) -> None: ...
    @property
    def address(self) -> str: ...
    @property
    def address_type(self) -> int: ...

class UnknownCommand:
    """One that no section defines; it is encoded, and never decoded."""

    def __init__(self, type: int, content: bytes) -> None: ...
    @property
    def type(self) -> int: ...
    @property
    def content(self) -> bytes: ...

_Command = Union[
    ReceiveWindowSize,
    FlowControlAck,
    ConnectionTimeout,
    Cookie,
    ChannelLifetime,
    ClientKeepalive,
    Version,
    Empty,
    Padding,
    NegativeAnce,
    Ance,
    ClientAddress,
    AssociationGroupId,
    Destination,
    PingTrafficSentNotify,
    UnknownCommand,
]

class Violation:
    """Something that a requirement forbids, ``offset`` bytes from the PDU's start."""

    @property
    def requirement(self) -> str: ...
    @property
    def offset(self) -> int: ...
    @property
    def detail(self) -> str: ...

class RtsHeader:
    """2.2.3.6.1; None stands for the value that fits the content."""

    rpc_vers: int
    rpc_vers_minor: int
    ptype: int
    pfc_flags: int
    packed_drep: bytes
    frag_length: Optional[int]
    auth_length: int
    call_id: int
    number_of_commands: Optional[int]
    def __init__(self) -> None: ...

class RtsPdu:
    """One RTS PDU. Any value has an encoding; ``validate`` says what is not lawful."""

    flags: int
    commands: list[_Command]
    header: RtsHeader
    def __init__(self, flags: int = 0, commands: list[_Command] = ...) -> None: ...
    @staticmethod
    def make(name: str, /, **meanings: Union[int, str, bytes]) -> RtsPdu:
        """A lawful PDU of this name of 2.2.4 ("CONN/A1"), with values by their meaning."""
    @staticmethod
    def decode(pdu: bytes) -> RtsPdu:
        """Reads one whole PDU. DecodeError says where it cannot be read."""
    @property
    def names(self) -> list[str]:
        """Every name of 2.2.4 that has this form."""
    def encode(self) -> bytes: ...
    def validate(self, name: Optional[str] = None) -> list[Violation]:
        """What requirements forbid; with a name, also of the form of that PDU."""
    def get(self, name: str, meaning: str) -> str:
        """The value of a meaning of that PDU, as text."""

class SyntaxId:
    """C706 12.6.3.1: a UUID, and a version, major lowest."""

    def __init__(self, uuid: str, version: int) -> None: ...
    @property
    def uuid(self) -> str: ...
    @property
    def version(self) -> int: ...

class PresentationContext:
    """p_cont_elem_t; ``n_transfer_syn`` lies about the count when it is set."""

    p_cont_id: int
    abstract_syntax: SyntaxId
    transfer_syntaxes: list[SyntaxId]
    n_transfer_syn: Optional[int]
    def __init__(
        self, p_cont_id: int, abstract_syntax: SyntaxId, transfer_syntaxes: list[SyntaxId]
    ) -> None: ...

class Bind:
    """Of bind and alter_context (C706 12.6.4.3); fragment sizes in bytes."""

    max_xmit_frag: int
    max_recv_frag: int
    assoc_group_id: int
    contexts: list[PresentationContext]
    n_context_elem: Optional[int]
    def __init__(self, contexts: list[PresentationContext], assoc_group_id: int = 0) -> None: ...

class PresentationResult:
    """p_result_t."""

    result: int
    reason: int
    transfer_syntax: SyntaxId
    def __init__(self, result: int, reason: int, transfer_syntax: SyntaxId) -> None: ...

class BindAck:
    """Of bind_ack and alter_context_resp (C706 12.6.4.4); ``sec_addr`` with its NUL."""

    max_xmit_frag: int
    max_recv_frag: int
    assoc_group_id: int
    sec_addr: bytes
    results: list[PresentationResult]
    n_results: Optional[int]
    def __init__(
        self, results: list[PresentationResult], assoc_group_id: int = 0, sec_addr: bytes = b""
    ) -> None: ...

class BindNak:
    """Of bind_nak (C706 12.6.4.5)."""

    provider_reject_reason: int
    def __init__(self, provider_reject_reason: int = 0) -> None: ...

class Request:
    """Of request (C706 12.6.4.9)."""

    alloc_hint: int
    p_cont_id: int
    opnum: int
    object: Optional[str]
    stub: bytes
    def __init__(self, stub: bytes = b"", p_cont_id: int = 0) -> None: ...

class Response:
    """Of response (C706 12.6.4.10)."""

    alloc_hint: int
    p_cont_id: int
    cancel_count: int
    stub: bytes
    def __init__(self, stub: bytes = b"", p_cont_id: int = 0) -> None: ...

class Fault:
    """Of fault (C706 12.6.4.7)."""

    alloc_hint: int
    p_cont_id: int
    cancel_count: int
    status: int
    stub: bytes
    def __init__(self, stub: bytes = b"", p_cont_id: int = 0) -> None: ...
    @property
    def status_name(self) -> str: ...

class Auth3:
    """Of auth3 (MS-RPCE 2.2.2.5)."""

class Opaque:
    """Of shutdown, co_cancel, orphaned and unknown types."""

    def __init__(self, content: bytes = b"") -> None: ...
    @property
    def content(self) -> bytes: ...

class AuthVerifier:
    """sec_trailer and its token (MS-RPCE 2.2.2.11)."""

    auth_type: int
    auth_level: int
    auth_context_id: int
    def __init__(
        self,
        auth_type: int,
        auth_level: int,
        auth_value: bytes,
        auth_pad: bytes = b"",
        auth_context_id: int = 0,
    ) -> None: ...
    @property
    def auth_value(self) -> bytes: ...
    @property
    def auth_pad(self) -> bytes: ...

class RpcHeader:
    """C706 12.6.3.1; None stands for the value that fits the content."""

    rpc_vers: int
    rpc_vers_minor: int
    ptype: int
    pfc_flags: int
    frag_length: Optional[int]
    auth_length: Optional[int]
    call_id: int
    big_endian: bool
    def __init__(self) -> None: ...

_Body = Union[Opaque, Bind, BindAck, BindNak, Request, Response, Fault, Auth3]

class RpcPdu:
    """One DCE/RPC PDU. Any value has an encoding; ``validate`` says what is not lawful."""

    header: RpcHeader
    body: _Body
    trailing: bytes
    auth: Optional[AuthVerifier]
    def __init__(
        self, ptype: int, body: _Body, call_id: int = 0, auth: Optional[AuthVerifier] = None
    ) -> None: ...
    @staticmethod
    def decode(pdu: bytes) -> RpcPdu:
        """Reads one whole PDU. DecodeError says where it cannot be read."""
    @property
    def name(self) -> str: ...
    def encode(self) -> bytes: ...
    def validate(self) -> list[Violation]:
        """What C706 and MS-RPCE forbid."""

class Field:
    """One field of a dissected PDU, ``offset`` and ``size`` in bytes."""

    @property
    def offset(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def section(self) -> str: ...

def dissect(pdu: bytes) -> list[Field]:
    """Every field that can be read of an RTS or DCE/RPC PDU, also of a broken one."""

def split(stream: bytes) -> tuple[list[bytes], bytes]:
    """The whole PDUs at the front of a stream, and the bytes that are left."""

def read_journal(file: str, each: Callable[[str], object]) -> int:
    """Calls ``each`` with every event of a journal as JSON; returns how many there were."""

Case = tuple[str, str, float, list[str], str]
"""Id, file, seconds that it takes, requirements it cites, its intermediate form as JSON."""

class LoadError(ValueError):
    """Scenarios that are not right; ``problems`` are file, line, column and text."""

    problems: list[tuple[str, int, int, str]]

class Library:
    """The suite's requirements and set-ups, which scenarios are linted against.

    Without a folder it is found as the program finds it: $RPCHSPEC_DATA, or beside this module.
    """

    def __init__(self, directory: Optional[str] = None) -> None: ...
    @property
    def directory(self) -> str: ...
    def load_text(self, yaml: str, name: str) -> list[Case]:
        """The linted cases of a text; ``name`` stands in the errors."""
    def load_path(self, path: str) -> list[Case]:
        """The linted cases of a file, or of all files of a folder."""

class Run:
    """A run on threads of its own, begun by the words of ``rpchspec run``'s command line.

    It prints nothing; what it would say is read line by line. Dropped, it is broken off.
    """

    def __init__(self, words: list[str], password: str = "") -> None: ...
    def next(self) -> Optional[str]:
        """Waits for the next line of ``--progress json``; None when the run is over."""
    def stop(self, signal: int) -> None:
        """Ends it early, as this signal would; what finished is reported."""
    def end(self) -> tuple[int, str]:
        """The exit code, and what would stand on standard error; behind the last line."""

class StepError(RuntimeError):
    """A step that could not be done, or a session that could not be opened."""

    code: str

class Session:
    """Actors that are told step by step, on a thread of their own; use ``rpchspec.session``.

    ``target`` are words of ``rpchspec run``'s command line and a password, ``head`` is a scenario
    without steps.
    """

    def __init__(
        self, library: Library, target: tuple[list[str], str], head: str, journal: str
    ) -> None: ...
    def play(
        self, step: str, patience: Optional[float] = None, since: str = ""
    ) -> tuple[bool, str, str]:
        """Plays one step, as YAML has it; of an await whether it held, what was expected, seen."""
    def close(self, take_leave: bool) -> None:
        """Ends all that goes on; the client closes in good order, or resets."""

def ladder(journal: str) -> str:
    """A journal as ladder.txt has it."""
