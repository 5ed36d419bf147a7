"""The outbound proxy (MS-RPCH 3.2.4)."""

import asyncio

import flow
import heads
import legs
import pdus
from half import Half, Refused
from pdus import Command, Destination


class Outbound(Half):
    def __init__(self, proxy, client, request):
        super().__init__(proxy, client, request)
        self.timeout = self.settings.connection_timeout
        if not self.broken("pragma-ignored"):
            self.timeout = request.connection_timeout or self.timeout
        self.left = self.settings.channel_lifetime  # bytes that the response may still carry
        self.receiver = flow.Receiver(self.settings.receive_window, self.send_ack, self.settings.chosen)
        self.sender = flow.Sender(self.deliver, self.receiver.release, self.chosen("strict-window"))

    def loops(self):
        return (self.client_loop(), self.server_loop(), self.ping_loop())

    async def open(self):
        """Up to CONN/A3. The server is connected at the request, as the figures of 3.2.1.5.3 have it."""
        self.client.left = self.request.content_length
        if not self.chosen("late-connect"):
            await self.connect()
        try:
            rts = await self.first_pdu()
            if rts.form != pdus.A1:
                raise legs.ProtocolError(f"{rts.form} is no CONN/A1")
        except (legs.ProtocolError, pdus.Malformed) as wrong:
            raise Refused(heads.ACCESS_DENIED, f"protocol error: {wrong}") from None
        connection, self.channel_cookie = rts.all(Command.COOKIE)
        self.register(self.proxy.outbound, connection)
        if self.server is None:
            await self.connect()
        if self.server.ended:
            raise Refused(heads.SERVER_UNAVAILABLE, "the server closed")
        self.server.send(
            pdus.build(
                pdus.OUT_CHANNEL,
                (Command.VERSION, self.version(rts)),
                (Command.COOKIE, connection),
                (Command.COOKIE, self.channel_cookie),
                (Command.CHANNEL_LIFETIME, self.settings.channel_lifetime),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
            )
        )
        self.answer(pdus.build(0, (Command.CONNECTION_TIMEOUT, self.timeout * 1000)))
        self.state = "C1W"
        window = rts.one(Command.RECEIVE_WINDOW_SIZE)
        self.sender.unplug(window * 4 if self.broken("window-overrun") else window)

    def answer(self, first):
        """The 200, in a segment of its own, and its first PDU."""
        self.answered = True
        head = heads.success(self.settings.channel_lifetime)
        if self.broken("head-1.0"):
            head = head.replace(b"HTTP/1.1", b"HTTP/1.0")
        if self.chosen("one-segment"):
            self.left -= len(first)
            self.last_sent = asyncio.get_running_loop().time()
            self.client.send(head + first)
            return
        self.client.send(head)
        self.write(first)

    def write(self, pdu):
        """Onto the OUT channel, within its Content-Length."""
        if len(pdu) > self.left:
            raise legs.ProtocolError("the channel is used up")
        self.left -= len(pdu)
        self.last_sent = asyncio.get_running_loop().time()
        self.client.send(pdu)

    def deliver(self, pdu):
        self.write(pdu)

    async def client_loop(self):
        """The request is used up with CONN/A1; whatever comes is an error."""
        pdu = await self.client.pdu()
        raise legs.ProtocolError(f"PTYPE {pdu[2]} from the client on an OUT channel")

    async def ping_loop(self):
        """After half a ConnectionTimeout without traffic (3.2.1.2.1), and the server is told at once;
        or at each expiry (3.2.4.6), and it is never told."""
        while self.chosen("slow-pings"):
            await asyncio.sleep(self.timeout)
            self.write(pdus.build(pdus.PING))
        period = self.timeout / 2
        clock = asyncio.get_running_loop().time
        while True:
            idle = clock() - self.last_sent
            if idle < period:
                await asyncio.sleep(period - idle)
                continue
            ping = pdus.build(pdus.PING)
            self.write(ping)
            notify = (Command.PING_TRAFFIC_SENT_NOTIFY, len(ping))
            self.server.send(pdus.build(pdus.OTHER_CMD, notify))

    def server_rts(self, rts):
        if rts.form == pdus.C1 and self.state == "C1W":
            self.state = "Opened"
            self.send_c2(rts)
        elif rts.form == pdus.ACK:
            self.acknowledged(self.sender, rts)
        elif rts.destination == Destination.OUT_PROXY:
            if rts.form != pdus.ROUTED_ACK:
                raise legs.ProtocolError(f"{rts.form} for the outbound proxy")
            self.acknowledged(self.sender, rts)
        elif rts.form == pdus.RECYCLE_A1 and self.state != "Opened":
            raise legs.ProtocolError("OUT_R*/A1 before the connection is open")
        elif rts.destination == Destination.CLIENT:
            self.write(rts.raw)
        elif rts.destination is None:
            raise legs.ProtocolError(f"{rts.form} from the server in {self.state}")
        # else its next hop is where it came from: dropped

    def send_c2(self, c1):
        """CONN/C2 of our own values, which are the inbound proxy's too (3.2.4.5.4)."""
        if self.chosen("c2-copied"):
            self.write(c1.raw)
            return
        timeout = self.timeout * 1000
        self.write(
            pdus.build(
                0,
                (Command.VERSION, 1),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
                (Command.CONNECTION_TIMEOUT, timeout.to_bytes(4, "big") if self.broken("c2-order") else timeout),
            )
        )

    async def server_rpc(self, pdu):
        await self.receiver.admit(len(pdu))
        self.sender.push(pdu)

    def send_ack(self, received, available):
        if self.broken("server-not-acknowledged") and received > 2 * self.settings.receive_window:
            return
        self.server.send(pdus.flow_control_ack(received, available, self.channel_cookie))

    def close_legs(self):
        """FIN to the client, behind the data; a reset to the server, to which we send none."""
        if self.server is not None and self.chosen("fins"):
            self.proxy.spawn(self.server.finish())
        elif self.server is not None:
            self.server.reset()
        if self.abrupt:
            self.client.reset()
        elif not self.broken("out-kept"):
            self.proxy.spawn(self.client.finish())
