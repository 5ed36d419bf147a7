"""RPC over HTTP traffic taken apart without the program's own codecs: heads, and PDUs."""

import re
import struct

LEGACY = b"ncacn_http/1.0"
COMMON_HEADER = 16
RTS = 20
ECHO_BODY = 16  # a request's body of up to this many bytes is an echo's, no PDU


class NoPdu(ValueError):
    """Bytes that are neither a head nor a PDU."""


def fragment_length(data, at):
    little = data[at + 4] & 0x10
    return struct.unpack_from("<H" if little else ">H", data, at + 8)[0]


def take_head(data, at):
    """(end of the head, end of the body that belongs to no PDU)."""
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        raise NoPdu("a head without an end")
    end += 4
    length = re.search(rb"(?mi)^content-length: *(\d+)", data[at:end])
    body = int(length.group(1)) if length else 0
    return end + (body if body <= ECHO_BODY or data[end : end + 1] != b"\x05" else 0)


def split(data):
    """The PDUs of one direction of a connection; what ends in the middle of one is left out."""
    pdus, at = [], 0
    while at < len(data):
        if data[at] == 5:
            if len(data) - at < COMMON_HEADER:
                break
            size = fragment_length(data, at)
            if size < COMMON_HEADER:
                raise NoPdu(f"frag_length {size} at offset {at}")
            if at + size > len(data):
                break
            pdus.append(data[at : at + size])
            at += size
        elif data.startswith((b"RPC_", b"HTTP/1."), at):
            at = take_head(data, at)
        elif data.startswith(LEGACY, at):
            at += len(LEGACY)
        else:
            raise NoPdu(f"{data[at:at + 16].hex()} at offset {at}")
    return pdus


def is_tls(data):
    return data[:2] == b"\x16\x03"


def has_no_commands(pdu):
    """Ping and Echo."""
    return pdu[2] == RTS and len(pdu) == 20 and pdu[18:20] == b"\0\0"
