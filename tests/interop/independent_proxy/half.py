"""What the inbound and the outbound role share: one half of a virtual connection, from its request
to its end. The state machines are in inbound.py and outbound.py."""

import asyncio
import contextlib
import sys

import heads
import legs
import pdus
import screening

CONNECT = 10  # seconds
LEGACY_RESPONSE = b"ncacn_http/1.0"


class Refused(Exception):
    """A processing error: answered with 503 where that is still possible (3.2.3.5.11)."""

    def __init__(self, code, why):
        super().__init__(why)
        self.code = code


class Half:
    """States are the text's own words. `channel` is the default channel to the client, `successor`
    the one that is to replace it."""

    def __init__(self, proxy, channel):
        self.proxy, self.channel, self.request = proxy, channel, channel.request
        self.settings = proxy.settings
        self.state = "Open_Start"
        self.server = self.successor = None
        self.connection_cookie = self.group = None
        self.adopted = False  # whether the channel went to another half
        self.left_by = None  # what made this half a predecessor whose connections close as planned
        self.abrupt = False
        self.tasks = set()
        self.ended = asyncio.get_running_loop().create_future()

    def broken(self, name):
        return name in self.settings.broken

    def chosen(self, name):
        return name in self.settings.chosen

    async def run(self):
        """From behind the request head to the end of all legs."""
        why = "done"
        try:
            await self.open()
            if not self.adopted:
                await self.carry()
        except Refused as refused:
            why = f"{refused}"
            self.channel.refuse(refused.code)
        except legs.PeerGone as gone:
            why = f"peer gone: {gone}"
            if self.broken("error-in-stream") and self.channel.answered:
                self.channel.client.send(heads.rpc_error(heads.SERVER_UNAVAILABLE))
        except (legs.ProtocolError, pdus.Malformed) as wrong:
            why = f"protocol error: {wrong}"
            if self.broken("error-in-stream") and self.channel.answered:
                self.channel.client.send(heads.rpc_error(heads.SERVER_UNAVAILABLE))
            self.abrupt = self.chosen("resets")
        finally:
            self.log(why)
            self.end()

    async def carry(self):
        """All directions side by side, until one of them, or the other half, ends."""
        self.channel.loop = self.start(self.client_loop(self.channel))
        for loop in self.loops():
            self.start(loop)
        if self.broken("cut-after-a-minute"):
            asyncio.get_running_loop().call_later(60, self.finish)
        try:
            await self.ended
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    def start(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.over)
        return task

    def over(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.fail(task.exception())

    def fail(self, error):
        """Ends all channels of this half (3.2.3.5.10, 3.2.4.5.14)."""
        if not self.ended.done():
            self.ended.set_exception(error)

    def finish(self):
        """Ends it without an error."""
        if not self.ended.done():
            self.ended.set_result(None)

    async def connect(self):
        """The TCP connection to the server that the request names."""
        name, port = self.request.server
        if self.broken("fixed-port"):
            port = 6001
        if self.broken("port-by-name"):
            port = self.proxy.ports.setdefault(name, port)
        try:
            streams = await asyncio.wait_for(asyncio.open_connection(name, port), CONNECT)
        except (OSError, asyncio.TimeoutError, UnicodeError) as failed:
            raise Refused(heads.SERVER_UNAVAILABLE, f"{name}:{port}: {failed}") from None
        self.server = legs.Leg(*streams, self.settings)

    async def first_pdu(self):
        """The PDU that decides what this channel is; waited for a ConnectionTimeout at most."""
        patience = 2 if self.broken("first-pdu-in-2s") else self.timeout
        turn = self.proxy.opening if self.broken("openings-one-by-one") else contextlib.nullcontext()
        try:
            async with turn:
                pdu = await asyncio.wait_for(self.channel.client.pdu(), patience)
        except asyncio.TimeoutError:
            raise legs.PeerGone("no first PDU") from None
        if not pdus.is_rts(pdu):
            raise legs.ProtocolError("the first PDU is no RTS PDU")
        return pdus.parse(pdu, self.settings.broken)

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
            if self.broken("lost-behind-legacy"):
                await asyncio.sleep(0.05)
                reader._buffer.clear()
        except (asyncio.IncompleteReadError, OSError) as lost:
            raise legs.PeerGone(f"server: {lost}") from None
        if first + rest != LEGACY_RESPONSE:
            raise legs.ProtocolError("neither a PDU nor the legacy server response")

    async def server_loop(self):
        try:
            await self.skip_legacy_response()
            while True:
                await self.from_server(await self.server.header())
        except legs.PeerGone as gone:
            if self.broken("server-reset-ignored") and isinstance(gone.__context__, ConnectionResetError):
                return
            if self.broken("close-before-opened-ignored") and self.state in ("C1W", "B3W"):
                return
            raise

    async def from_server(self, header):
        pdu = header + await self.server.exactly(pdus.fragment_length(header) - pdus.HEADER)
        if pdus.is_rts(pdu):
            self.server_rts(pdus.parse(pdu, self.settings.broken))
        elif self.carries(pdu):
            await self.server_rpc(pdu)

    def carries(self, pdu):
        """RPC PDUs are nobody's business here, except for a defect."""
        if screening.finds(screening.REFUSED, pdu, self.settings.broken):
            raise legs.ProtocolError("an RPC PDU that isn't liked")
        return not screening.finds(screening.LOST, pdu, self.settings.broken)

    def version(self, rts):
        """Ours is 1; what a client says is ignored (2.2.3.5.7), or the lower counts."""
        if self.broken("version-copied"):
            return rts.one(pdus.Command.VERSION)
        return min(1, rts.one(pdus.Command.VERSION)) if self.chosen("version-0") else 1

    def acknowledged(self, sender, rts):
        """A FlowControlAck for this sender of ours."""
        received, available, _ = rts.acknowledgement
        if not sender.acknowledge(received, available):
            raise legs.ProtocolError("an acknowledgement that cannot be true")

    async def connected(self):
        """A connection to the server, which the request may have opened already."""
        if self.server is None:
            await self.connect()
        if self.chosen("legacy-awaited"):
            await self.server.anything(0.2)
        if self.server.ended:
            raise Refused(heads.SERVER_UNAVAILABLE, "the server closed")

    def register(self, table, cookie):
        """The virtual connection cookie table. A newcomer with a known cookie is turned away."""
        cookie = self.key(cookie)
        if cookie in table and not self.chosen("newcomer-passes"):
            if self.chosen("newcomer-wins"):
                table[cookie].finish()
            raise Refused(heads.ACCESS_DENIED, "the virtual connection cookie is in use")
        if self.broken("table-of-16") and len(table) == 16:
            del table[next(iter(table))]
        table.setdefault(cookie, self)
        self.connection_cookie = cookie
        if self.broken("halves-within-3s"):
            asyncio.get_running_loop().call_later(3, self.alone)

    def alone(self):
        if self.connection_cookie not in self.proxy.other_table(self.table):
            self.finish()

    def key(self, cookie):
        """A virtual connection cookie as the table has it: all of it, except for a defect."""
        if self.broken("cookie-as-text"):
            return cookie.split(b"\0")[0]
        return cookie[:8] if self.broken("half-a-cookie") else cookie

    def known(self, cookie):
        """The half that has this cookie already (3.2.3.5.5, 3.2.4.5.6), or None. Where both roles
        share a table, a cookie that only the other role knows names no channel that could be replaced."""
        found = self.table.get(self.key(cookie))
        if found is None and self.chosen("one-table"):
            other = self.proxy.other_table(self.table).get(cookie)
            if other is not None:
                other.fail(legs.ProtocolError("its other channel is replaced before it is there"))
                raise legs.ProtocolError("nothing to replace")
        return found

    def compare(self, found, predecessor):
        """A newcomer must find an opened channel, and name it; otherwise both end."""
        wrong = None
        second = self.broken("second-successor") and found.state == "Opened_A5W"
        if found.state != "Opened" and not second:
            wrong = legs.ProtocolError(f"a successor in {found.state}")
        elif predecessor != found.default_cookie and not self.broken(self.unchecked):
            wrong = legs.ProtocolError("a successor with a wrong predecessor cookie")
            if self.chosen("newcomer-alone"):
                raise wrong
        if wrong:
            found.fail(wrong)
            raise wrong

    def adopt(self, newcomer):
        """Makes the channel of another request the successor of ours."""
        newcomer.adopted = True
        self.successor = newcomer.channel

    def depart(self, sequence):
        """The predecessor's proxy has done its part: what still closes is no loss of the connection."""
        self.left_by = sequence
        if self.table.get(self.connection_cookie) is self:
            del self.table[self.connection_cookie]

    def end(self):
        """All legs of this half, and the other half with it."""
        if self.adopted:
            if self.server is not None:
                self.proxy.spawn(self.server.finish())
            return
        if self.state == "Open_Start" and self.broken("early-server-kept") and self.server is not None:
            self.proxy.forgotten.append(self.server)
            self.server = None
        opened, self.state = self.state, "Finished"
        if self.connection_cookie is not None and self.table.get(self.connection_cookie) is self:
            self.unlist(opened)
            self.proxy.end_other_half(self)
        elif self.left_by and self.broken("predecessor-ends-all"):
            self.proxy.end_other_half(self)
        told = self.ended.done() and self.ended.exception() is None
        if self.chosen("slow-closes") or self.chosen("other-half-first") and not told:
            asyncio.get_running_loop().call_later(0.25 if self.chosen("slow-closes") else 0.05, self.close_legs)
        else:
            self.close_legs()

    def unlist(self, state):
        if self.broken("cookie-kept-5s"):
            asyncio.get_running_loop().call_later(5, self.table.pop, self.connection_cookie, None)
        elif not self.broken("failed-cookie-kept") or state not in ("B3W", "C1W"):
            del self.table[self.connection_cookie]
        if self.broken("group-ends-together"):
            for half in [half for half in self.table.values() if half.group and half.group == self.group]:
                half.finish()

    def log(self, why):
        if self.settings.verbose:
            print(f"{type(self).__name__} {self.request.target} {self.state}: {why}", file=sys.stderr, flush=True)
