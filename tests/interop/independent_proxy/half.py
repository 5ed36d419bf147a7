"""What the inbound and the outbound role share: one half of a virtual connection, from its request
to its end. The state machines are in inbound.py and outbound.py."""

import asyncio
import sys

import heads
import legs
import pdus

CONNECT = 10  # seconds
LEGACY_RESPONSE = b"ncacn_http/1.0"


class Refused(Exception):
    """A processing error: answered with 503 where that is still possible (3.2.3.5.11)."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


class Half:
    """States are the text's own words; `cookies` holds those of the default channel."""

    def __init__(self, proxy, client, request):
        self.proxy, self.client, self.request = proxy, client, request
        self.settings = proxy.settings
        self.state = "Open_Start"
        self.server = None
        self.connection_cookie = self.channel_cookie = None
        self.abrupt = False
        self.answered = False  # whether anything went to the client that ends HTTP's say
        self.ended = asyncio.get_running_loop().create_future()

    def broken(self, name):
        return name in self.settings.broken

    def chosen(self, name):
        return name in self.settings.chosen

    async def run(self):
        """From behind the request head to the end of all legs."""
        why = "the other half ended"
        try:
            await self.open()
            await self.carry()
        except Refused as refused:
            why = f"{refused}"
            await self.refuse(refused.code)
        except legs.PeerGone as gone:
            why = f"peer gone: {gone}"
        except (legs.ProtocolError, pdus.Malformed) as wrong:
            why = f"protocol error: {wrong}"
            self.abrupt = self.chosen("resets")
        finally:
            self.log(why)
            self.end()

    async def carry(self):
        """Both directions side by side, until one of them, or the other half, ends."""
        loops = [asyncio.ensure_future(loop) for loop in self.loops()]
        try:
            done, _ = await asyncio.wait({*loops, self.ended}, return_when=asyncio.FIRST_COMPLETED)
            for loop in done:
                loop.result()
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    async def refuse(self, code):
        """503, if the channel has no response yet; a client that is still sending must be able to
        read it, so its leg is not just dropped."""
        if not self.answered:
            self.answered = True
            self.client.send(heads.rpc_error(code, self.settings.chosen))

    async def connect(self):
        """The TCP connection to the server that the request names."""
        name, port = self.request.server
        if self.broken("fixed-port"):
            port = 6001
        try:
            streams = await asyncio.wait_for(asyncio.open_connection(name, port), CONNECT)
        except (OSError, asyncio.TimeoutError, UnicodeError) as failed:
            raise Refused(heads.SERVER_UNAVAILABLE, f"{name}:{port}: {failed}") from None
        self.server = legs.Leg(*streams)

    async def first_pdu(self):
        """The PDU that decides what this channel is; waited for a ConnectionTimeout at most."""
        try:
            pdu = await asyncio.wait_for(self.client.pdu(), self.timeout)
        except asyncio.TimeoutError:
            raise legs.PeerGone("no first PDU") from None
        if not pdus.is_rts(pdu):
            raise legs.ProtocolError("the first PDU is no RTS PDU")
        return pdus.parse(pdu)

    async def skip_legacy_response(self):
        """Section 3.2.3.5.12: whether it comes, whole or in pieces, makes no difference."""
        if self.broken("legacy-needed"):
            await self.server.exactly(len(LEGACY_RESPONSE))
            return
        reader = self.server.reader
        try:
            first = await reader.readexactly(1)
            if first != LEGACY_RESPONSE[:1]:
                await self.from_server(first + await self.server.exactly(pdus.HEADER - 1))
                return
            rest = await reader.readexactly(len(LEGACY_RESPONSE) - 1)
        except (asyncio.IncompleteReadError, OSError) as lost:
            raise legs.PeerGone(f"server: {lost}") from None
        if first + rest != LEGACY_RESPONSE:
            raise legs.ProtocolError("neither a PDU nor the legacy server response")

    async def server_loop(self):
        await self.skip_legacy_response()
        while True:
            await self.from_server(await self.server.exactly(pdus.HEADER))

    async def from_server(self, header):
        pdu = header + await self.server.exactly(pdus.fragment_length(header) - pdus.HEADER)
        if pdus.is_rts(pdu):
            self.server_rts(pdus.parse(pdu))
        else:
            await self.server_rpc(pdu)

    def version(self, rts):
        """Ours is 1; what a client says is ignored (2.2.3.5.7), or the lower counts."""
        return min(1, rts.one(pdus.Command.VERSION)) if self.chosen("version-0") else 1

    def acknowledged(self, sender, rts):
        """FlowControlAck for our sender: one of an unknown cookie is discarded (3.2.1.5.1.2)."""
        received, available, cookie = rts.acknowledgement
        if cookie == self.channel_cookie and not sender.acknowledge(received, available):
            raise legs.ProtocolError("an acknowledgement that cannot be true")

    def register(self, table, cookie):
        """The virtual connection cookie table. A newcomer with a known cookie is turned away."""
        if cookie in table and not self.chosen("newcomer-passes"):
            if self.chosen("newcomer-wins") and not table[cookie].ended.done():
                table[cookie].ended.set_result(None)
            raise Refused(heads.ACCESS_DENIED, "the virtual connection cookie is in use")
        table.setdefault(cookie, self)
        self.table, self.connection_cookie = table, cookie

    def end(self):
        """All legs of this half, and the other half with it."""
        self.state = "Finished"
        self.receiver.stop()
        if self.connection_cookie is not None:
            if self.table.get(self.connection_cookie) is self:
                del self.table[self.connection_cookie]
                self.proxy.end_other_half(self)
        if self.chosen("other-half-first") and not self.ended.done():
            asyncio.get_running_loop().call_later(0.05, self.close_legs)
        else:
            self.close_legs()

    def log(self, why):
        if self.settings.verbose:
            print(f"{type(self).__name__} {self.request.target} {self.state}: {why}", file=sys.stderr, flush=True)
