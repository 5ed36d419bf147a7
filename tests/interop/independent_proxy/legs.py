"""One TCP or TLS connection of ours, and how it ends."""

import asyncio
import socket
import struct

import pdus

FLUSH = 5  # seconds for a peer to take what was sent before the close
LINGER = 1  # seconds for it to close as well


class PeerGone(Exception):
    """The peer closed, or the connection broke; the two are processed identically (3.2.3.5.10)."""


class ProtocolError(Exception):
    """What 3.2.3.5 and 3.2.4.5 call so."""


class Leg:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.secure = writer.get_extra_info("ssl_object") is not None
        self.peer = (writer.get_extra_info("peername") or ("0.0.0.0",))[0]  # unknown once it has left
        self.left = None  # bytes that the body may still bring, where it has a Content-Length

    @property
    def ended(self):
        return self.reader.at_eof() or self.reader.exception() is not None

    def socket(self):
        return self.writer.get_extra_info("socket")

    def send(self, data):
        if not self.writer.is_closing():
            self.writer.write(data)

    async def settle(self):
        """Waits while the peer takes too little of what was sent."""
        try:
            await self.writer.drain()
        except OSError as lost:
            raise PeerGone(str(lost)) from None

    async def exactly(self, size):
        if self.left is not None:
            if size > self.left:
                raise ProtocolError("a PDU does not fit the Content-Length")
            self.left -= size
        try:
            return await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError) as lost:
            raise PeerGone(str(lost)) from None

    async def pdu(self):
        """The next PDU, whole. When the body is used up, whatever else comes is an error."""
        if self.left == 0:
            await self.nothing()
        header = await self.exactly(pdus.HEADER)
        try:
            rest = pdus.fragment_length(header) - pdus.HEADER
        except pdus.Malformed as wrong:
            raise ProtocolError(str(wrong)) from None
        return header + await self.exactly(rest)

    async def nothing(self):
        """Waits for the end; a byte before it is a protocol error."""
        try:
            surplus = await self.reader.read(1)
        except OSError as lost:
            raise PeerGone(str(lost)) from None
        if surplus:
            raise ProtocolError("bytes behind the body")
        raise PeerGone("end of stream")

    def reset(self):
        """RST, at once."""
        linger = struct.pack("ii", 1, 0)
        raw = self.socket()
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def finish(self):
        """FIN (and close_notify) behind everything sent; the socket goes when the peer closes, too."""
        try:
            if self.secure:
                self.writer.close()
                await asyncio.wait_for(self.writer.wait_closed(), FLUSH)
                return
            self.writer.write_eof()
            self.writer.transport.set_write_buffer_limits(high=0)
            await asyncio.wait_for(self.writer.drain(), FLUSH)
            await asyncio.wait_for(self.discard(), LINGER)
            self.writer.transport.abort()
        except asyncio.TimeoutError:
            self.writer.transport.abort()
        except OSError:
            pass  # it is gone already

    async def discard(self):
        while await self.reader.read(65536):
            pass
