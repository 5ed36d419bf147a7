"""PDUs as bytes: the header all share (C706 12.6), and RTS PDUs (MS-RPCH 2.2.3.5, 2.2.3.6)."""

import dataclasses
import enum
import ipaddress
import struct

HEADER = 16
RTS_HEADER = 20
RTS_PTYPE = 20
PING, OTHER_CMD, RECYCLE, IN_CHANNEL, OUT_CHANNEL, EOF, ECHO = (1 << bit for bit in range(7))


class Malformed(Exception):
    """Bytes that are no PDU of section 2."""


class Command(enum.IntEnum):
    RECEIVE_WINDOW_SIZE = 0
    FLOW_CONTROL_ACK = 1
    CONNECTION_TIMEOUT = 2
    COOKIE = 3
    CHANNEL_LIFETIME = 4
    CLIENT_KEEPALIVE = 5
    VERSION = 6
    EMPTY = 7
    PADDING = 8
    NEGATIVE_ANCE = 9
    ANCE = 10
    CLIENT_ADDRESS = 11
    ASSOCIATION_GROUP_ID = 12
    DESTINATION = 13
    PING_TRAFFIC_SENT_NOTIFY = 14


class Destination(enum.IntEnum):
    CLIENT = 0
    IN_PROXY = 1
    SERVER = 2
    OUT_PROXY = 3


SIZES = {0: 4, 1: 24, 2: 4, 3: 16, 4: 4, 5: 4, 6: 4, 7: 0, 9: 0, 10: 0, 12: 16, 13: 4, 14: 4}
RANGES = {  # what 2.2.3.5 allows; we enforce it
    Command.RECEIVE_WINDOW_SIZE: (8 << 10, 256 << 10),
    Command.CHANNEL_LIFETIME: (128 << 10, 2 << 30),
    Command.DESTINATION: (0, 3),
}


def fragment_length(header):
    """The length that a PDU's first 16 bytes announce; the data representation says in which order."""
    if header[0] != 5:
        raise Malformed(f"rpc_vers {header[0]}")
    length = int.from_bytes(header[8:10], "little" if header[4] & 0xF0 else "big")
    if length < HEADER:
        raise Malformed(f"frag_length {length}")
    return length


def is_rts(pdu):
    return pdu[2] == RTS_PTYPE


@dataclasses.dataclass
class Rts:
    """One RTS PDU: what it is follows from flags and commands, channel and state (2.2.4.1)."""

    flags: int
    commands: list  # of (Command, number or bytes)
    raw: bytes

    @property
    def form(self):
        return (self.flags, *(kind for kind, _ in self.commands))

    def all(self, kind):
        return [value for name, value in self.commands if name == kind]

    def one(self, kind):
        return self.all(kind)[0]

    @property
    def destination(self):
        """Where it wants to be forwarded (3.2.1.5.2), or None."""
        found = self.all(Command.DESTINATION)
        return Destination(found[0]) if found else None

    @property
    def acknowledgement(self):
        """(BytesReceived, AvailableWindow, ChannelCookie)."""
        return struct.unpack("<II16s", self.one(Command.FLOW_CONTROL_ACK))


def parse(pdu, broken=()):
    """An RTS PDU, checked against 2.2.3.5 and 2.2.3.6."""
    if len(pdu) < RTS_HEADER or len(pdu) % 4:
        raise Malformed(f"RTS PDU of {len(pdu)} bytes")
    wrong = pdu[:8] != bytes((5, 0, RTS_PTYPE, 3, 0x10, 0, 0, 0)) or pdu[10:16] != bytes(6)
    if wrong and "rts-header-unchecked" not in broken:
        raise Malformed("RTS header")
    flags, count = struct.unpack_from("<HH", pdu, 16)
    commands, at = [], RTS_HEADER
    while at < len(pdu):
        if "rts-tail-ignored" in broken and len(commands) == count:
            break
        at = take_command(pdu, at, commands)
    if "window-64-kib-at-most" in broken and dict(commands).get(Command.RECEIVE_WINDOW_SIZE, 0) > 1 << 16:
        raise Malformed("ReceiveWindowSize")
    if "flags-unchecked" in broken:
        flags = FLAGS.get(tuple(kind for kind, _ in commands), flags)
    if len(commands) != count:
        raise Malformed(f"{len(commands)} commands, {count} announced")
    return Rts(flags, commands, pdu)


def take_command(pdu, at, commands):
    """Adds the command at this offset, and returns where the next begins."""
    try:
        kind = Command(struct.unpack_from("<I", pdu, at)[0])
        at += 4
        if kind == Command.PADDING:
            size = 4 + struct.unpack_from("<I", pdu, at)[0]
        elif kind == Command.CLIENT_ADDRESS:
            size = 4 + {0: 4, 1: 16}[struct.unpack_from("<I", pdu, at)[0]] + 12
        else:
            size = SIZES[kind]
    except (ValueError, KeyError, struct.error) as wrong:
        raise Malformed(f"command at {at}: {wrong}") from None
    value = pdu[at : at + size]
    if len(value) < size:
        raise Malformed(f"{kind.name} is cut short")
    if size == 4 and kind != Command.PADDING:
        value = int.from_bytes(value, "little")
        low, high = RANGES.get(kind, (0, 0xFFFFFFFF))
        if not low <= value <= high:
            raise Malformed(f"{kind.name} of {value}")
    commands.append((kind, value))
    return at + size


def build(flags, *commands):
    """The bytes of an RTS PDU of these (Command, number or bytes or nothing) pairs."""
    body = b""
    for kind, *value in commands:
        body += struct.pack("<I", kind)
        for part in value:
            body += struct.pack("<I", part) if isinstance(part, int) else part
    return struct.pack(
        "<BBBBIHHIHH", 5, 0, RTS_PTYPE, 3, 0x10, RTS_HEADER + len(body), 0, 0, flags, len(commands)
    ) + body


def client_address(text, network_order=False):
    """The ClientAddress structure (2.2.3.2): little-endian, as its text says, for both families."""
    address = ipaddress.ip_address(text.split("%")[0])
    order = address.packed if network_order else address.packed[::-1]
    return struct.pack("<I", address.version == 6) + order + bytes(12)


def flow_control_ack(received, available, cookie, destination=None):
    ack = (Command.FLOW_CONTROL_ACK, struct.pack("<II16s", received, available, cookie))
    routed = [] if destination is None else [(Command.DESTINATION, destination)]
    return build(OTHER_CMD, *routed, ack)


A1 = (0, Command.VERSION, Command.COOKIE, Command.COOKIE, Command.RECEIVE_WINDOW_SIZE)
B1 = (
    0,
    Command.VERSION,
    Command.COOKIE,
    Command.COOKIE,
    Command.CHANNEL_LIFETIME,
    Command.CLIENT_KEEPALIVE,
    Command.ASSOCIATION_GROUP_ID,
)
B3 = (0, Command.RECEIVE_WINDOW_SIZE, Command.VERSION)
C1 = (0, Command.VERSION, Command.RECEIVE_WINDOW_SIZE, Command.CONNECTION_TIMEOUT)
PING_FORM = (PING,)
KEEP_ALIVE = (OTHER_CMD, Command.CLIENT_KEEPALIVE)
ACK = (OTHER_CMD, Command.FLOW_CONTROL_ACK)
ROUTED_ACK = (OTHER_CMD, Command.DESTINATION, Command.FLOW_CONTROL_ACK)
RECYCLE_A1 = (RECYCLE, Command.DESTINATION)
IN_A1 = (RECYCLE, Command.VERSION, Command.COOKIE, Command.COOKIE, Command.COOKIE)  # IN_R1 and IN_R2
IN_A5 = (0, Command.COOKIE)
IN_R1_B2 = (0, Command.RECEIVE_WINDOW_SIZE)
OUT_A3 = (*IN_A1, Command.RECEIVE_WINDOW_SIZE)
OUT_R1_A5 = (OUT_CHANNEL, Command.DESTINATION, Command.VERSION, Command.CONNECTION_TIMEOUT)
OUT_R2_A7 = (OUT_CHANNEL, Command.DESTINATION, Command.COOKIE, Command.VERSION)
ANCE = (0, Command.ANCE)  # OUT_R1/A9, OUT_R1/A10, OUT_R1/A11, OUT_R2/B1
OUT_R2_B2 = (0, Command.NEGATIVE_ANCE)
OUT_R2_C1 = ((PING, Command.EMPTY), (PING, Command.PADDING))
FLAGS = {  # what a PDU of these commands has, for a proxy that looks at nothing else
    form[1:]: form[0]
    for form in (A1, B1, B3, C1, PING_FORM, KEEP_ALIVE, ACK, ROUTED_ACK, RECYCLE_A1, IN_A1, IN_A5, IN_R1_B2)
    + (OUT_A3, OUT_R1_A5, OUT_R2_A7, ANCE, OUT_R2_B2, *OUT_R2_C1)
}
