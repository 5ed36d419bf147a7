"""How the outbound proxy replaces a channel (MS-RPCH 3.2.4.5.6 to 3.2.4.5.12): as the proxy of both
channels (OUT_R2), of the successor, or of the predecessor (OUT_R1)."""

import legs
import pdus
from pdus import Command

UNDEFINED = bytes(4)  # what product notes 46, 48 and 49 tell of


class OutRecycling:
    unchecked = "out-predecessor-unchecked"

    async def open_successor(self, a3):
        """OUT_R1/A3 or OUT_R2/A3: the virtual connection cookie table says which."""
        connection, predecessor, successor = a3.all(Command.COOKIE)
        window = a3.one(Command.RECEIVE_WINDOW_SIZE)
        found = self.known(connection)
        if found is not None:
            self.compare(found, predecessor)
            found.adopt_successor(self, successor, window)
            return
        if self.chosen("out-r1-unlisted"):
            self.connection_cookie = connection
        else:
            self.register(self.table, connection)
        await self.connected()
        self.channel.cookie = self.default_cookie = successor
        self.window = window
        self.server.send(
            pdus.build(
                pdus.OUT_CHANNEL | pdus.RECYCLE,
                (Command.VERSION, self.version(a3)),
                (Command.COOKIE, connection),
                (Command.COOKIE, predecessor),
                (Command.COOKIE, successor),
                (Command.CHANNEL_LIFETIME, self.told_lifetime("a4-lifetime-1-gib")),
                (Command.RECEIVE_WINDOW_SIZE, self.settings.receive_window),
                (Command.CONNECTION_TIMEOUT, self.timeout * 1000),
            )
        )
        self.state = "A11W"
        if self.broken("a11-not-awaited"):
            self.answer_successor()

    def adopt_successor(self, newcomer, cookie, window):
        """Section 3.2.4.5.6.1. The default channel is still the predecessor."""
        self.adopt(newcomer)
        channel = self.successor
        channel.cookie, self.window = cookie, window
        if self.broken("lifetime-inherited"):
            channel.left = self.channel.left
        if self.broken("successor-window-kept"):
            self.window = self.channel.sender.window
        self.server.send(pdus.build(0, (Command.COOKIE, cookie)))
        self.state = "B1OrC1W"
        channel.loop = self.start(self.client_loop(channel))

    def client_rts(self, channel, rts):
        """OUT_R1/A11 and OUT_R2/C1, each where it is awaited."""
        if rts.form == pdus.ANCE and self.state == "A11W":
            self.answer_successor()
        elif rts.form in pdus.OUT_R2_C1 and self.state == "B1OrC1W" and channel is self.successor:
            self.state = "B1W"
        elif rts.form in pdus.OUT_R2_C1 and self.state == "R2C1W":
            self.answer_successor()
        else:
            raise legs.ProtocolError(f"{rts.form} from the client in {self.state}")

    def answer_successor(self):
        """Its 200, and then what waits for it (3.2.4.5.9, 3.2.4.5.10, 3.2.4.5.11)."""
        self.state = "Opened"
        self.channel.answer(self.a3() if self.broken("a3-repeated") else b"")
        self.channel.sender.unplug(self.window)

    @property
    def deciding(self):
        """Whether the server has yet to say OUT_R2/B1 or OUT_R2/B2."""
        return self.state in ("B1OrC1W", "B1W") and self.after_queue is None

    @property
    def giving_over(self):
        """Whether the server is done with this recycling, and we are not: it may be at the end of the
        successor's lifetime already, and begin the next one."""
        return self.after_queue is not None or self.state == "R2C1W"

    def server_decides(self, rts):
        """OUT_R1/A9 and OUT_R2/B1, which the state tells apart, and OUT_R2/B2."""
        if rts.form == pdus.OUT_R2_B2 and self.state == "B1W" and self.deciding:
            self.state = "Opened"
            if self.broken("b2-ends-all"):
                raise legs.ProtocolError("OUT_R2/B2")
            self.successor.close(self.proxy.spawn)
            self.successor = None
            self.receiver.send()
        elif rts.form == pdus.ANCE and self.deciding:
            self.take_over()
        elif rts.form == pdus.ANCE and self.state == "Opened":
            self.give_way()
        else:
            raise legs.ProtocolError(f"{rts.form} from the server in {self.state}")

    def take_over(self):
        """Section 3.2.4.5.10: what is queued still belongs to the predecessor, what comes now to the
        successor."""
        self.after_queue = self.successor
        if not self.broken("out-cookie-kept"):
            self.default_cookie = self.successor.cookie
        if self.chosen("counters-restart"):
            self.receiver.received = 0
            self.receiver.send()
        if self.broken("queue-moved"):
            former, newer = self.channel.sender, self.successor.sender
            former.queue, newer.queue = newer.queue, former.queue
        self.channel.sender.when_empty(self.switch)

    def switch(self):
        """Behind the last of the predecessor's queue."""
        former, self.channel = self.channel, self.successor
        self.successor = self.after_queue = None
        complete = self.state == "B1W"
        self.state = "R2C1W"
        if complete and self.chosen("head-before-b3"):
            self.answer_successor()
        former.write(pdus.build(0 if self.broken("b3-flags") else pdus.EOF, (Command.ANCE,)))
        if self.state == "R2C1W" and (complete or self.broken("c1-not-awaited")):
            self.answer_successor()
        if not self.broken("out-predecessor-kept"):
            self.last_bytes(former)
            former.close(self.proxy.spawn)

    def give_way(self):
        """Section 3.2.4.5.8: the successor is at another proxy."""
        self.depart("OUT_R1")
        self.state = "Finished"
        self.channel.sender.when_empty(self.gone)

    def gone(self):
        self.channel.write(pdus.build(0, (Command.ANCE,)))
        self.last_bytes(self.channel)
        self.finish()

    def last_bytes(self, channel):
        if self.chosen("bytes-behind-the-end"):
            channel.write(UNDEFINED)
