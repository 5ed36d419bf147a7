"""One TCP or TLS connection of ours, and how it ends."""

import asyncio
import collections
import contextlib
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
    def __init__(self, reader, writer, settings):
        self.reader, self.writer = reader, writer
        self.broken, self.chosen = settings.broken, settings.chosen
        self.secure = writer.get_extra_info("ssl_object") is not None
        self.peer = (writer.get_extra_info("peername") or ("0.0.0.0",))[0]  # unknown once it has left
        self.begun = False
        self.delayed = collections.deque()
        self.left = None  # bytes that the body may still bring, where it has a Content-Length

    @property
    def ended(self):
        return self.reader.at_eof() or self.reader.exception() is not None

    def socket(self):
        return self.writer.get_extra_info("socket")

    def send(self, data):
        """Now, unless a choice delays it."""
        if "slow-sends" in self.chosen or "gathered-sends" in self.chosen:
            self.delay(data)
        else:
            self.write(data)

    def write(self, data):
        if self.writer.is_closing():
            return
        if "in-pieces" in self.chosen:
            for at in range(min(len(data), 64)):
                self.writer.write(data[at : at + 1])
            data = data[64:]
        self.writer.write(data)

    def delay(self, data):
        """By a twentieth of a second each, or together with what comes in the next fiftieth."""
        later = asyncio.get_running_loop().call_later
        if "slow-sends" in self.chosen:
            later(0.05, lambda: self.write(self.delayed.popleft()) if self.delayed else None)
        elif not self.delayed:
            later(0.02, self.write_delayed)
        self.delayed.append(data)

    def write_delayed(self):
        self.write(b"".join(self.delayed))
        self.delayed.clear()

    async def anything(self, seconds):
        """Waits for the peer's first bytes, or for its end, but no longer than that."""
        if not self.reader._buffer and not self.reader._eof:
            with contextlib.suppress(asyncio.TimeoutError, OSError):
                await asyncio.wait_for(self.reader._wait_for_data("anything"), seconds)

    async def settle(self):
        """Waits while the peer takes too little of what was sent."""
        try:
            await self.writer.drain()
        except OSError as lost:
            raise PeerGone(str(lost)) from None

    async def exactly(self, size):
        if self.left is not None:
            if size > self.left and "in-length-ignored" not in self.broken:
                raise ProtocolError("a PDU does not fit the Content-Length")
            self.left -= size
        try:
            return await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, OSError) as lost:
            raise PeerGone(str(lost)) from None

    async def pdu(self):
        """The next PDU, whole. When the body is used up, whatever else comes is an error."""
        if self.left == 0 and "in-length-ignored" not in self.broken:
            await self.nothing()
        header = await self.header()
        try:
            rest = pdus.fragment_length(header) - pdus.HEADER
        except pdus.Malformed as wrong:
            raise ProtocolError(str(wrong)) from None
        return header + await self.exactly(rest)

    async def header(self):
        """What every PDU begins with."""
        if "one-pdu-a-read" in self.broken and self.begun and not self.reader._eof:
            await self.reader._wait_for_data("header")
        self.begun = True
        if "header-in-pieces-refused" in self.broken:
            first = await self.exactly(1)
            if len(self.reader._buffer) < pdus.HEADER - 1:
                raise ProtocolError("part of a header")
            return first + await self.exactly(pdus.HEADER - 1)
        return await self.exactly(pdus.HEADER)

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
        self.delayed.clear()
        linger = struct.pack("ii", 1, 0)
        raw = self.socket()
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def finish(self):
        """FIN (and close_notify) behind everything sent; the socket goes when the peer closes, too."""
        while self.delayed:
            await asyncio.sleep(0.01)
        try:
            if self.secure and "closure-alert-missing" in self.broken:
                self.writer.transport.set_write_buffer_limits(high=0)
                await asyncio.wait_for(self.writer.drain(), FLUSH)
                self.writer.transport.abort()
                return
            if self.secure:
                self.writer.close()
                await asyncio.wait_for(self.writer.wait_closed(), FLUSH)
                return
            self.writer.write_eof()
            self.writer.transport.set_write_buffer_limits(high=0)
            await asyncio.wait_for(self.writer.drain(), FLUSH)
            await asyncio.wait_for(self.discard(), LINGER)
            if "fin-then-rst" in self.chosen:
                self.reset()
            self.writer.transport.abort()
        except asyncio.TimeoutError:
            self.writer.transport.abort()
        except OSError:
            pass  # it is gone already

    async def discard(self):
        while await self.reader.read(65536):
            pass
