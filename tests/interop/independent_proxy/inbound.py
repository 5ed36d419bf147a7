"""The inbound proxy (MS-RPCH 3.2.3)."""

import socket

import flow
import heads
import legs
import pdus
from half import Half, Refused
from pdus import Command, Destination

UNSETTLED = 1 << 20  # bytes that may wait for the server's TCP before we stop reading the client
DEFAULT_KEEPALIVE = 300000  # ms, 2.2.3.5.6


class Inbound(Half):
    def __init__(self, proxy, client, request):
        super().__init__(proxy, client, request)
        self.timeout = self.settings.connection_timeout
        self.receiver = flow.Receiver(self.settings.receive_window, self.send_ack, self.settings.chosen)
        self.sender = flow.Sender(self.deliver, self.receiver.release, self.chosen("strict-window"))

    def loops(self):
        return (self.client_loop(), self.server_loop())

    async def open(self):
        """Up to CONN/B2. The server is connected at the request, as the figures of 3.2.1.5.3 have it."""
        self.client.left = self.request.content_length
        if self.broken("in-answered"):
            self.client.send(heads.success(self.settings.channel_lifetime))
        if not self.chosen("late-connect"):
            await self.connect()
        rts = await self.first_pdu()
        if rts.form != pdus.B1:
            raise legs.ProtocolError(f"{rts.form} is no CONN/B1")
        connection, self.channel_cookie = rts.all(Command.COOKIE)
        self.register(self.proxy.inbound, connection)
        if self.server is None:
            await self.connect()
        if self.server.ended:
            raise Refused(heads.SERVER_UNAVAILABLE, "the server closed")
        self.keep_alive(rts.one(Command.CLIENT_KEEPALIVE))
        group = rts.one(Command.ASSOCIATION_GROUP_ID)
        self.server.send(
            pdus.build(
                pdus.IN_CHANNEL,
                (Command.VERSION, self.version(rts)),
                (Command.COOKIE, connection),
                (Command.COOKIE, self.channel_cookie),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
                (Command.CONNECTION_TIMEOUT, self.timeout * 1000),
                (Command.ASSOCIATION_GROUP_ID, bytes(16) if self.broken("group-lost") else group),
                (Command.CLIENT_ADDRESS, pdus.client_address(self.client.peer, self.chosen("network-order"))),
            )
        )
        self.state = "B3W"
        if self.broken("unplugged"):
            self.sender.unplug(1 << 16)

    def keep_alive(self, interval):
        """TCP keep-alive towards the server (3.2.3.2.1); interval in ms, 0 for the default."""
        seconds = min((interval or DEFAULT_KEEPALIVE) // 1000, 32767)
        raw = self.server.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(seconds, 1))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(seconds, 1))

    async def client_loop(self):
        while True:
            pdu = await self.client.pdu()
            if pdus.is_rts(pdu):
                self.client_rts(pdus.parse(pdu))
            else:
                await self.receiver.admit(len(pdu))
                self.sender.push(pdu)
            if self.server.writer.transport.get_write_buffer_size() > UNSETTLED:
                await self.server.settle()

    def client_rts(self, rts):
        if self.broken("rts-counted"):
            self.receiver.received += len(rts.raw)
        if rts.form == pdus.PING_FORM:
            return
        if rts.form == pdus.KEEP_ALIVE:
            self.keep_alive(rts.one(Command.CLIENT_KEEPALIVE))
        elif rts.destination == Destination.IN_PROXY or rts.form == pdus.ACK:
            if rts.form not in (pdus.ACK, pdus.ROUTED_ACK):
                raise legs.ProtocolError(f"{rts.form} for the inbound proxy")
        elif rts.destination is not None:
            self.forward(rts.raw)
        else:
            raise legs.ProtocolError(f"{rts.form} from the client in {self.state}")

    def forward(self, raw):
        """To the server, whatever the destination: the client has no other way (3.2.1.5.2)."""
        if self.broken("forward-rewritten"):
            raw = raw[:16] + bytes(2) + raw[18:]
        self.server.send(raw)

    def server_rts(self, rts):
        if rts.form == pdus.B3 and self.state == "B3W":
            self.state = "Opened"
            if not self.broken("unplugged"):
                self.sender.unplug(rts.one(Command.RECEIVE_WINDOW_SIZE))
        elif rts.form == pdus.ACK or (rts.form == pdus.ROUTED_ACK and rts.destination == Destination.IN_PROXY):
            self.acknowledged(self.sender, rts)
        elif rts.destination in (None, Destination.IN_PROXY):
            raise legs.ProtocolError(f"{rts.form} from the server in {self.state}")
        # else its next hop is where it came from: dropped

    async def server_rpc(self, _):
        raise legs.ProtocolError("an RPC PDU from the server on an IN channel")

    def deliver(self, pdu):
        if self.broken("byte-lost-late") and self.sender.sent > 150000 and len(pdu) > 100:
            pdu = pdu[:99] + bytes((pdu[99] ^ 1,)) + pdu[100:]
        self.server.send(pdu)

    def send_ack(self, received, available):
        cookie = self.connection_cookie if self.broken("ack-cookie") else self.channel_cookie
        self.server.send(pdus.flow_control_ack(received, available, cookie, Destination.CLIENT))

    def close_legs(self):
        """FIN to the server, behind the data; the client gets a reset, or time to read its 503."""
        if self.server is not None and self.abrupt:
            self.server.reset()
        elif self.server is not None and not self.broken("server-kept"):
            self.proxy.spawn(self.server.finish())
        if self.answered or self.chosen("fins"):
            self.proxy.spawn(self.client.finish())
        else:
            self.client.reset()
