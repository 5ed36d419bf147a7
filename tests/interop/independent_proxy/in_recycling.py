"""How the inbound proxy replaces a channel (MS-RPCH 3.2.3.5.5 to 3.2.3.5.8): as the proxy of both
channels (IN_R2), of the successor, or of the predecessor (IN_R1)."""

import asyncio

import legs
import pdus
from pdus import Command


class InRecycling:
    unchecked = "in-predecessor-unchecked"

    async def open_successor(self, a1):
        """IN_R1/A1 or IN_R2/A1: the virtual connection cookie table says which."""
        connection, predecessor, successor = a1.all(Command.COOKIE)
        found = self.known(connection)
        if found is not None:
            self.compare(found, predecessor)
            found.adopt_successor(self, successor)
            return
        self.register(self.table, connection)
        await self.connected()
        self.keep_alive(0)
        self.name_channel(self.channel, successor)
        self.server.send(
            pdus.build(
                pdus.IN_CHANNEL | pdus.RECYCLE,
                (Command.VERSION, self.version(a1)),
                (Command.COOKIE, connection),
                *((Command.COOKIE, cookie) for cookie in self.in_order(predecessor, successor)),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
                (Command.CONNECTION_TIMEOUT, self.timeout * 1000),
            )
        )
        self.state = "Wait_B2"

    def in_order(self, predecessor, successor):
        return (successor, predecessor) if self.broken("in-r1-cookies-swapped") else (predecessor, successor)

    def adopt_successor(self, newcomer, cookie):
        """Section 3.2.3.5.5.1. The default cookie is the successor's at once."""
        self.adopt(newcomer)
        channel = self.successor
        channel.acknowledge = self.send_ack
        if self.broken("bytes-received-kept"):
            channel.receiver.received = self.channel.receiver.received
        channel.plugged = not self.broken("successor-unplugged")
        former = self.default_cookie
        self.name_channel(channel, cookie)
        if self.broken("first-cookie-kept"):
            self.default_cookie = former
        self.server.send(pdus.build(0, (Command.COOKIE, cookie)))
        self.state = "Opened_A5W"
        channel.loop = self.start(self.client_loop(channel))

    def replaced(self, channel, a5):
        """IN_R1/A5 or IN_R2/A5: the state says which."""
        if self.state == "Opened":
            self.give_way(a5)
        elif self.state == "Opened_A5W" and (channel is self.channel or self.broken("a5-anywhere")):
            self.take_over(a5)
        else:
            raise legs.ProtocolError(f"IN_R*/A5 in {self.state}")

    def take_over(self, a5):
        """Section 3.2.3.5.8: the successor carries on, or goes if it isn't the one that is named."""
        former, successor = self.channel, self.successor
        self.successor = None
        self.state = "Opened"
        if a5.one(Command.COOKIE) != successor.cookie and not self.broken("a5-unchecked"):
            successor.close(self.proxy.spawn)
            if self.chosen("cookie-returns"):
                self.default_cookie = former.cookie
            return
        self.channel = successor
        if not self.broken("in-predecessor-kept"):
            former.close(self.proxy.spawn)
        if self.broken("in-r2-queue-dropped"):
            self.sender.queue.clear()
        successor.plugged = False
        successor.unplugged.set()
        if self.broken("held-behind-new"):
            asyncio.get_running_loop().call_later(0.02, self.release_held, successor)
        else:
            self.release_held(successor)

    def release_held(self, channel):
        for pdu in channel.held:
            self.sender.push(pdu, channel.receiver.release)
        channel.held.clear()

    def give_way(self, a5):
        """Section 3.2.3.5.6: the successor is at another proxy. A5 is the last that is read here."""
        a6 = pdus.build(0, (Command.COOKIE, a5.one(Command.COOKIE)))
        self.state = "Finished"
        self.depart("IN_R1")
        self.channel.stop_reading()
        if self.broken("in-queue-dropped"):
            self.sender.queue.clear()
        if self.broken("a6-late"):
            self.sender.when_empty(lambda: (self.server.send(a6), self.gone()))
            return
        self.server.send(a6)
        self.sender.when_empty(self.gone)

    def gone(self):
        if not self.broken("b1-missing"):
            self.server.send(pdus.build(0, (Command.EMPTY,)))
        self.finish()

    def forward_a8(self, a7):
        """OUT_R2/A8 as 2.2.4.41 has it: without the Version of OUT_R2/A7."""
        parts = [part for part in a7.commands if part[0] != Command.VERSION]
        self.forward(pdus.build(a7.flags, *parts))
