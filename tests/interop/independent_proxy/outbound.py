"""The outbound proxy (MS-RPCH 3.2.4). How a channel is replaced stands in out_recycling.py."""

import asyncio

import flow
import heads
import legs
import pdus
from channels import OutChannel
from half import Half, Refused
from out_recycling import OutRecycling
from pdus import Command, Destination

FIRST_LENGTH = 76  # Content-Length of a request that is no replacement (2.1.2.1.2)


class Outbound(OutRecycling, Half):
    def __init__(self, proxy, client, request):
        super().__init__(proxy, OutChannel(client, request, proxy.settings))
        self.table = proxy.outbound
        self.timeout = self.settings.connection_timeout
        if not self.broken("pragma-ignored"):
            self.timeout = request.connection_timeout or self.timeout
        if self.broken("pragma-lowers-only"):
            self.timeout = min(self.timeout, self.settings.connection_timeout)
        if self.broken("pragma-for-all"):
            self.settings.connection_timeout = self.timeout
        self.receiver = flow.Receiver(self.settings.receive_window, self.send_ack, self.settings)
        self.default_cookie = None
        self.window = 0  # of the client, for a channel that isn't answered yet
        self.after_queue = None  # the successor, while the predecessor's queue goes out

    def loops(self):
        return (self.server_loop(), self.ping_loop())

    async def open(self):
        """Up to CONN/A3, or to the beginning of a recycling. The server is connected at the request, as
        the figures of 3.2.1.5.3 have it."""
        if not self.chosen("late-connect") and self.request.content_length == FIRST_LENGTH:
            await self.connect()
        try:
            rts = await self.first_pdu()
            if rts.form not in (pdus.A1, pdus.OUT_A3):
                raise legs.ProtocolError(f"{rts.form} is no CONN/A1")
        except (legs.ProtocolError, pdus.Malformed) as wrong:
            raise Refused(heads.ACCESS_DENIED, f"protocol error: {wrong}") from None
        if rts.form == pdus.OUT_A3:
            await self.open_successor(rts)
            return
        connection, cookie = rts.all(Command.COOKIE)
        self.register(self.table, connection)
        await self.connected()
        self.channel.cookie = self.default_cookie = cookie
        self.server.send(
            pdus.build(
                pdus.OUT_CHANNEL,
                (Command.VERSION, self.version(rts)),
                (Command.COOKIE, connection),
                (Command.COOKIE, cookie),
                (Command.CHANNEL_LIFETIME, self.told_lifetime("a2-lifetime-1-gib")),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
            )
        )
        while self.broken("in-first") and self.connection_cookie not in self.proxy.inbound:
            await asyncio.sleep(0.01)
        self.channel.answer(self.a3())
        self.state = "C1W"
        window = rts.one(Command.RECEIVE_WINDOW_SIZE)
        self.channel.sender.unplug(window * 4 if self.broken("window-overrun") else window)

    def told_lifetime(self, defect):
        return 1 << 30 if self.broken(defect) else self.settings.channel_lifetime

    def a3(self):
        return pdus.build(0, (Command.CONNECTION_TIMEOUT, self.timeout * (1 if self.broken("a3-in-seconds") else 1000)))

    async def client_loop(self, channel):
        """The request is used up with CONN/A1, or with what ends a recycling; whatever else comes is
        an error."""
        if self.broken("out-request-unread") and channel is self.channel and self.state != "A11W":
            return
        while True:
            pdu = await channel.client.pdu()
            if not pdus.is_rts(pdu):
                raise legs.ProtocolError(f"PTYPE {pdu[2]} from the client on an OUT channel")
            self.client_rts(channel, pdus.parse(pdu, self.settings.broken))

    async def ping_loop(self):
        """After half a ConnectionTimeout without traffic (3.2.1.2.1), and the server is told at once;
        or at each expiry (3.2.4.6), and it is never told."""
        while self.chosen("slow-pings"):
            await asyncio.sleep(self.timeout)
            if self.channel.answered:
                self.channel.write(pdus.build(pdus.PING))
        period = self.timeout * (2 if self.broken("pings-too-rare") else 0.5)
        clock = asyncio.get_running_loop().time
        first = self.channel
        while not self.broken("ping-channel-kept") or self.channel is first:
            idle = clock() - self.channel.last_sent
            if idle < period or not self.channel.answered:
                await asyncio.sleep(max(period - idle, 1))
                continue
            ping = pdus.build(pdus.PING)
            self.channel.write(ping)
            notify = (Command.PING_TRAFFIC_SENT_NOTIFY, 1 if self.broken("pings-told-by-number") else len(ping))
            self.server.send(pdus.build(pdus.OTHER_CMD, notify))
            if self.broken("one-ping"):
                return

    def server_rts(self, rts):
        if rts.form == pdus.C1 and self.state == "C1W":
            self.state = "Opened"
            if self.chosen("ack-at-once"):
                self.receiver.send()
            self.send_c2(rts)
        elif rts.form in (pdus.ANCE, pdus.OUT_R2_B2):
            self.server_decides(rts)
        elif rts.form == pdus.ACK or (rts.form == pdus.ROUTED_ACK and rts.destination == Destination.OUT_PROXY):
            self.client_acknowledged(rts)
        elif rts.destination == Destination.OUT_PROXY:
            raise legs.ProtocolError(f"{rts.form} for the outbound proxy")
        elif rts.form == pdus.RECYCLE_A1 and self.giving_over:
            (self.after_queue or self.channel).sender.push(rts.raw, None)
        elif rts.form in (pdus.RECYCLE_A1, pdus.OUT_R1_A5) and self.state != "Opened":
            raise legs.ProtocolError(f"OUT_R*/A1 or OUT_R1/A5 in {self.state}")
        elif rts.destination == Destination.CLIENT:
            self.to_client(rts.raw)
        elif rts.destination is None:
            raise legs.ProtocolError(f"{rts.form} from the server in {self.state}")
        # else its next hop is where it came from: dropped

    def to_client(self, raw):
        """A routed PDU, which no window holds back."""
        if self.broken("rts-charged"):
            self.channel.sender.charge(len(raw))
        if self.broken("rts-queued"):
            self.channel.sender.push(raw, None)
        else:
            self.channel.write(raw)

    def client_acknowledged(self, rts):
        """For the channel that it names; one of an unknown cookie is discarded (3.2.1.5.1.2)."""
        if self.broken("channel-cookies-global"):
            for half in self.proxy.outbound.values():
                if half.channel.cookie == rts.acknowledgement[2]:
                    half.acknowledged(half.channel.sender, rts)
                    return
        for channel in filter(None, (self.channel, self.successor)):
            if channel.cookie == rts.acknowledgement[2] or self.broken("acks-mixed"):
                self.acknowledged(channel.sender, rts)
                return

    def send_c2(self, c1):
        """CONN/C2 of our own values, which are the inbound proxy's too (3.2.4.5.4)."""
        if self.chosen("c2-copied"):
            self.channel.write(c1.raw)
            return
        timeout = self.timeout * 1000
        self.channel.write(
            pdus.build(
                0,
                (Command.VERSION, 1),
                (Command.RECEIVE_WINDOW_SIZE, self.c2_window()),
                (Command.CONNECTION_TIMEOUT, timeout.to_bytes(4, "big") if self.broken("c2-order") else timeout),
            )
        )

    def c2_window(self):
        return self.channel.sender.window if self.broken("c2-client-window") else self.settings.receive_window

    async def server_rpc(self, pdu):
        if self.broken("one-stall-for-all"):
            await self.blocking(pdu)
            return
        await self.receiver.admit(len(pdu))
        (self.after_queue or self.channel).sender.push(pdu, self.receiver.release)

    async def blocking(self, pdu):
        """As one thread for all connections would do it."""
        async with self.proxy.turn:
            await self.receiver.admit(len(pdu))
            sender = self.channel.sender
            sender.push(pdu, self.receiver.release)
            while sender.queue:
                await asyncio.sleep(0.01)

    def send_ack(self, received, available):
        if self.broken("server-not-acknowledged") and received > 2 * self.settings.receive_window:
            return
        destination = Destination.SERVER if self.broken("server-acks-routed") else None
        for _ in range(1 + self.chosen("acks-twice")):
            self.server.send(pdus.flow_control_ack(received, available, self.default_cookie, destination))

    def close_legs(self):
        """FIN to the client, behind the data; a reset to the server, to which we send none."""
        self.receiver.stop()
        if self.left_by and self.broken("out-r1-server-kept"):
            pass
        elif self.server is not None and self.chosen("fins"):
            self.proxy.spawn(self.server.finish())
        elif self.server is not None:
            self.server.reset()
        for channel in filter(None, (self.channel, self.successor)):
            if self.abrupt:
                channel.client.reset()
            elif not self.broken("out-kept"):
                channel.close(self.proxy.spawn)
