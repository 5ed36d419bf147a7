"""The inbound proxy (MS-RPCH 3.2.3). How a channel is replaced stands in in_recycling.py."""

import socket

import flow
import heads
import legs
import pdus
from channels import InChannel
from half import Half, Refused
from in_recycling import InRecycling
from pdus import Command, Destination

UNSETTLED = 1 << 20  # bytes that may wait for the server's TCP before we stop reading the client
DEFAULT_KEEPALIVE = 300000  # ms, 2.2.3.5.6


class Inbound(InRecycling, Half):
    def __init__(self, proxy, client, request):
        super().__init__(proxy, InChannel(client, request, proxy.settings, self.send_ack))
        self.table = proxy.inbound
        self.timeout = self.settings.connection_timeout
        self.sender = flow.Sender(self.deliver, self.settings)
        self.default_cookie = None
        self.server_cookies = []  # what the server may call our connection to it, the newest last

    def loops(self):
        return (self.server_loop(),)

    async def open(self):
        """Up to CONN/B2, or to the beginning of a recycling. The server is connected at the request, as
        the figures of 3.2.1.5.3 have it."""
        if self.broken("in-answered"):
            self.channel.client.send(heads.success(self.settings.channel_lifetime, self.settings.chosen))
        if not self.chosen("late-connect"):
            await self.connect()
        rts = await self.first_pdu()
        if rts.form == pdus.IN_A1:
            await self.open_successor(rts)
            return
        if rts.form != pdus.B1:
            raise legs.ProtocolError(f"{rts.form} is no CONN/B1")
        connection, cookie = rts.all(Command.COOKIE)
        if self.broken("out-first") and connection not in self.proxy.outbound:
            raise Refused(heads.ACCESS_DENIED, "no such virtual connection")
        self.register(self.table, connection)
        await self.connected()
        self.name_channel(self.channel, cookie)
        self.keep_alive(rts.one(Command.CLIENT_KEEPALIVE))
        self.group = group = rts.one(Command.ASSOCIATION_GROUP_ID)
        peer = self.channel.client.peer
        if self.broken("address-of-ours"):
            peer = self.channel.client.writer.get_extra_info("sockname")[0]
        self.server.send(
            pdus.build(
                pdus.IN_CHANNEL,
                (Command.VERSION, self.version(rts)),
                (Command.COOKIE, connection),
                (Command.COOKIE, cookie),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
                (Command.CONNECTION_TIMEOUT, self.timeout * 1000),
                (Command.ASSOCIATION_GROUP_ID, bytes(16) if self.broken("group-lost") else group),
                (Command.CLIENT_ADDRESS, pdus.client_address(peer, self.chosen("network-order"))),
            )
        )
        self.state = "B3W"
        if self.broken("unplugged"):
            self.sender.unplug(1 << 16)

    def name_channel(self, channel, cookie):
        """This channel is the default one from now on, and the server may call its own leg so."""
        channel.cookie = self.default_cookie = cookie
        self.server_cookies = [*self.server_cookies[-1:], cookie]

    def keep_alive(self, interval):
        """TCP keep-alive towards the server (3.2.3.2.1); interval in ms, 0 for the default."""
        seconds = min((interval or DEFAULT_KEEPALIVE) // 1000, 32767)
        raw = self.server.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, max(seconds, 1))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(seconds, 1))

    async def client_loop(self, channel):
        while channel.reading:
            if channel.plugged and self.chosen("successor-unread"):
                await channel.unplugged.wait()
            pdu = await channel.client.pdu()
            if pdus.is_rts(pdu):
                self.client_rts(channel, pdus.parse(pdu, self.settings.broken))
            elif self.carries(pdu):
                await channel.receiver.admit(len(pdu))
                self.from_client(channel, pdu)
            if self.server.writer.transport.get_write_buffer_size() > UNSETTLED:
                await self.server.settle()

    def from_client(self, channel, pdu):
        """An RPC PDU: to the server, or held while its channel is plugged."""
        if self.broken("calls-whole"):
            channel.call.append(pdu)
            if not pdu[3] & 2:
                return
            *fragments, pdu = channel.call
            channel.call = []
            for fragment in fragments:
                self.sender.push(fragment, channel.receiver.release)
        if channel.plugged:
            channel.held.append(pdu)
        else:
            self.sender.push(pdu, channel.receiver.release)

    def client_rts(self, channel, rts):
        if self.broken("rts-counted"):
            channel.receiver.received += len(rts.raw)
        if rts.form == pdus.PING_FORM:
            if self.broken("ping-to-successor-refused") and channel.plugged:
                raise legs.ProtocolError("a ping on a plugged channel")
            return
        if self.broken("overlap-refused") and self.state == "Opened_A5W" and rts.destination == Destination.SERVER:
            raise legs.ProtocolError("OUT_R*/A7 while the IN channel is replaced")
        if rts.form == pdus.KEEP_ALIVE:
            self.keep_alive(rts.one(Command.CLIENT_KEEPALIVE))
        elif rts.form == pdus.IN_A5:
            self.replaced(channel, rts)
        elif rts.destination == Destination.IN_PROXY or rts.form == pdus.ACK:
            if rts.form not in (pdus.ACK, pdus.ROUTED_ACK):
                raise legs.ProtocolError(f"{rts.form} for the inbound proxy")
        elif rts.form == pdus.OUT_R2_A7 and self.chosen("a8-short"):
            self.forward_a8(rts)
        elif rts.destination is not None:
            self.forward(rts.raw)
        else:
            raise legs.ProtocolError(f"{rts.form} from the client in {self.state}")

    def forward(self, raw):
        """To the server, whatever the destination: the client has no other way (3.2.1.5.2)."""
        if self.broken("forward-rewritten"):
            raw = raw[:16] + bytes(2) + raw[18:]
        if self.broken("rts-queued"):
            self.sender.push(raw, None)
        else:
            self.server.send(raw)

    def server_rts(self, rts):
        if rts.form == pdus.B3 and self.state == "B3W":
            self.state = "Opened"
            if not self.broken("unplugged"):
                window = rts.one(Command.RECEIVE_WINDOW_SIZE)
                self.sender.unplug(1 << 16 if self.broken("b3-window-64-kib") else window)
                if self.chosen("ack-at-once"):
                    self.channel.receiver.send()
        elif rts.form == pdus.IN_R1_B2 and self.state == "Wait_B2":
            self.state = "Opened"
            self.sender.unplug(1 << 16 if self.broken("b2-ignored") else rts.one(Command.RECEIVE_WINDOW_SIZE))
        elif rts.form == pdus.ACK or (rts.form == pdus.ROUTED_ACK and rts.destination == Destination.IN_PROXY):
            if rts.acknowledgement[2] in self.server_cookies:
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

    def send_ack(self, channel, received, available):
        cookie = self.connection_cookie if self.broken("ack-cookie") else channel.cookie
        for _ in range(1 + self.chosen("acks-twice")):
            self.server.send(pdus.flow_control_ack(received, available, cookie, Destination.CLIENT))

    def close_legs(self):
        """FIN to the server, behind the data; a reset to the client, or time to read its 503."""
        if self.server is not None and self.abrupt:
            self.server.reset()
        elif self.server is not None and not self.broken("server-kept"):
            self.proxy.spawn(self.server.finish())
        for channel in filter(None, (self.channel, self.successor)):
            channel.close(self.proxy.spawn)
