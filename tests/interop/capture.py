"""Captured TCP traffic: pcap and pcapng in, whole byte streams, pcap out.

dumpcap writes classic pcap (-P); what is written here are raw IPv4 packets, one TCP connection
after the other, with the segments as they were seen.
"""

import dataclasses
import ipaddress
import struct

ETHERNET, RAW_IP = 1, 101
MAGIC = 0xA1B2C3D4
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


@dataclasses.dataclass
class Half:
    """One direction of a connection."""

    address: str
    port: int
    first: int | None = None  # sequence number of the first byte
    segments: dict = dataclasses.field(default_factory=dict)  # offset -> payload

    def add(self, sequence, payload):
        if self.first is None:
            self.first = sequence
        offset = (sequence - self.first) & 0xFFFFFFFF
        if payload and len(payload) > len(self.segments.get(offset, b"")):
            self.segments[offset] = payload

    def pieces(self):
        """The payloads in order, without what was sent twice. Raises ValueError for a gap."""
        end = 0
        for offset in sorted(self.segments):
            payload = self.segments[offset]
            if offset > end:
                raise ValueError(f"{self.address}:{self.port}: {offset - end} bytes were not captured")
            if offset + len(payload) > end:
                yield payload[end - offset :]
                end = offset + len(payload)

    def bytes(self):
        return b"".join(self.pieces())


@dataclasses.dataclass
class Connection:
    client: Half
    server: Half

    def halves(self):
        return (self.client, self.server)


def read_packets(path):
    """(link type, packet) of a classic pcap file."""
    data = path.read_bytes()
    magic, link = struct.unpack_from("<I16xI", data)
    if magic != MAGIC:
        raise ValueError(f"{path}: no little-endian pcap file")
    at = 24
    while at < len(data):
        _, _, kept, size = struct.unpack_from("<IIII", data, at)
        if kept != size:
            raise ValueError(f"{path}: a packet was cut")
        yield link, data[at + 16 : at + 16 + kept]
        at += 16 + kept


@dataclasses.dataclass
class Packet:
    """One of a pcapng file."""

    interface: str
    link: int
    size: int  # on the wire
    data: bytes  # what was kept of it
    comments: list


def options(data):
    at = 0
    while at + 4 <= len(data):
        code, size = struct.unpack_from("<HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4


def read_pcapng(path):
    """The packets of a little-endian pcapng file."""
    data, at, interfaces = path.read_bytes(), 0, []
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + size - 4]
        if kind == 1:
            link = struct.unpack_from("<H", body)[0]
            interfaces.append((dict(options(body[8:]))[2].decode(), link))
        elif kind == 6:
            interface, _, _, kept, whole = struct.unpack_from("<IIIII", body)
            rest = body[20 + (kept + 3) // 4 * 4 :]
            comments = [value.decode() for code, value in options(rest) if code == 1]
            yield Packet(*interfaces[interface], whole, body[20 : 20 + kept], comments)
        at += size


def ip_of(packet):
    """(source, destination, protocol, payload) of a packet of IPv4, or of IPv6 without extensions."""
    if packet[0] >> 4 == 6:
        header, size, protocol, addresses = 40, struct.unpack_from(">H", packet, 4)[0], packet[6], packet[8:40]
        total = header + size if size else len(packet)
    else:
        header, protocol, addresses = (packet[0] & 15) * 4, packet[9], packet[12:20]
        total = struct.unpack_from(">H", packet, 2)[0] or len(packet)  # 0: a segment of over 64 KB
    half = len(addresses) // 2
    source, target = (str(ipaddress.ip_address(each)) for each in (addresses[:half], addresses[half:]))
    return source, target, protocol, packet[header:total]


def tcp_of(link, packet):
    """(source, destination, sequence, flags, payload) of a TCP packet; None for others."""
    if link == ETHERNET:
        if packet[12:14] not in (b"\x08\x00", b"\x86\xdd"):
            return None
        packet = packet[14:]
    source_address, target_address, protocol, segment = ip_of(packet)
    if protocol != 6:
        return None
    source_port, target_port, sequence = struct.unpack_from(">HHI", segment)
    source, target = (source_address, source_port), (target_address, target_port)
    return source, target, sequence, segment[13], segment[(segment[12] >> 4) * 4 :]


def connections(path):
    """Every TCP connection of a capture whose beginning was seen, in the order they began."""
    known, found = {}, []
    for link, packet in read_packets(path):
        tcp = tcp_of(link, packet)
        if tcp is None:
            continue
        source, target, sequence, flags, payload = tcp
        if flags & SYN and not flags & ACK:
            connection = Connection(Half(*source), Half(*target))
            found.append(connection)
            known[source, target] = connection.client
            known[target, source] = connection.server
        half = known.get((source, target))
        if half is not None:
            half.add((sequence + (1 if flags & SYN else 0)) & 0xFFFFFFFF, payload)
    return found


class Writer:
    """A pcap file of TCP connections to server port `port`, each from a client port of its own."""

    def __init__(self, path, port):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHIIII", MAGIC, 2, 4, 0, 0, 262144, RAW_IP))
        self.port = port
        self.count = 0
        self.packets = 0

    def write(self, from_client, from_server):
        """One connection: the payloads of each direction, in order. Returns its tcp.stream."""
        self.count += 1
        ends = (f"10.0.{self.count // 250}.{1 + self.count % 250}", 40000), ("10.255.0.1", self.port)
        sequence = [1000, 2000]

        def send(side, flags, payload=b""):
            self._packet(ends[side], ends[1 - side], sequence[side], sequence[1 - side], flags, payload)
            sequence[side] += len(payload) + (1 if flags & (SYN | FIN) else 0)

        send(0, SYN)
        send(1, SYN | ACK)
        send(0, ACK)
        for side, payloads in enumerate((from_client, from_server)):
            for payload in payloads:
                for at in range(0, len(payload), 65400):
                    send(side, PSH | ACK, payload[at : at + 65400])
        send(0, FIN | ACK)
        send(1, FIN | ACK)
        return self.count - 1

    def _packet(self, source, target, sequence, acknowledged, flags, payload):
        tcp = struct.pack(
            ">HHIIBBHHH", source[1], target[1], sequence, acknowledged, 5 << 4, flags, 65535, 0, 0
        )
        total = 20 + len(tcp) + len(payload)
        ip = struct.pack(">BBHHHBBH", 0x45, 0, total, self.packets & 0xFFFF, 0x4000, 64, 6, 0)
        ip += bytes(map(int, source[0].split("."))) + bytes(map(int, target[0].split(".")))
        self.file.write(struct.pack("<IIII", self.packets // 1000, self.packets % 1000, total, total))
        self.file.write(ip + tcp + payload)
        self.packets += 1

    def close(self):
        self.file.close()
