"""Flow control of one leg (MS-RPCH 3.2.1.1.4, 3.2.1.1.5, 3.2.1.4, 3.2.1.5.1): RPC PDUs only."""

import asyncio
import collections

import legs


class Sender:
    """The sending end: holds RPC PDUs back while the leg is plugged or the peer's window is full.

    deliver(pdu) puts one on the wire; released(size), given with a PDU, tells that it left our own
    receive window.
    """

    def __init__(self, deliver, settings):
        self.deliver, self.broken = deliver, settings.broken
        self.strict = "strict-window" in settings.chosen
        self.queue = collections.deque()
        self.plugged = True
        self.emptied = None  # called once, when the queue is empty
        self.window = self.available = self.sent = 0

    def unplug(self, window):
        self.window = self.available = window
        self.plugged = False
        self.pump()

    def push(self, pdu, released):
        if "queue-of-64-pdus" in self.broken and len(self.queue) == 64:
            released(len(pdu))
            return
        self.queue.append((pdu, released))
        self.pump()

    def when_empty(self, then):
        """Calls then() as soon as nothing is queued: now, or behind the last PDU."""
        self.emptied = then
        self.pump()

    def pump(self):
        """Sends whole PDUs, in order, while they fit. Equality fits, except in a strict reading of
        3.2.1.4.1.3: the text leaves that open."""
        while not self.plugged and (found := self.next()):
            pdu, released = found
            if released:
                self.charge(len(pdu))
            self.deliver(pdu)
            if released:
                released(len(pdu))
        if self.emptied and not self.queue:
            then, self.emptied = self.emptied, None
            then()

    def next(self):
        """The PDU that may go now, taken from the queue; None when that has to wait."""
        if "window-in-bytes" in self.broken and self.queue and 0 < self.available < len(self.queue[0][0]):
            pdu, released = self.queue.popleft()
            self.queue.extendleft([(pdu[self.available :], released), (pdu[: self.available], released)])
        for at, (pdu, released) in enumerate(self.queue):
            if self.fits(pdu) or not released:
                del self.queue[at]
                return pdu, released
            if "smaller-first" not in self.broken:
                break
        return None

    def fits(self, pdu):
        if "window-not-empty" in self.broken:
            return self.available > 0
        return len(pdu) + self.strict <= self.available

    def charge(self, size):
        self.sent += size
        self.available -= size

    def acknowledge(self, received, available):
        """False when the acknowledgement cannot be true (3.2.1.5.1.1)."""
        left = available - (self.sent - received)
        if received > self.sent or available > self.window or left < 0:
            return False
        if "in-flight-forgotten" in self.broken:
            left = available
        if "available-window-ignored" in self.broken:
            left = self.window - (self.sent - received)
        self.available = left
        self.pump()
        return True


class Receiver:
    """The receiving end: counts what is queued here, and acknowledges what went on.

    An acknowledgement leaves at once when three quarters of the window are used up as the sender
    sees it, and a moment after the last PDU in any case, so that no size of PDU can stall it.
    """

    total = 0  # of all of them, for "received-by-all"

    def __init__(self, window, acknowledge, settings):
        chosen, self.broken = settings.chosen, settings.broken
        self.window = self.free = self.advertised = window
        self.threshold = window if "eager-acks" in chosen else 1 if "late-acks" in chosen else window // 4
        self.delay = 0.1 if "late-acks" in chosen else 0.02  # seconds
        self.acknowledge = acknowledge
        self.received = self.told = 0
        self.timer = None
        self.room = asyncio.Event()

    async def admit(self, size):
        """Counts an RPC PDU in. One that overruns the window waits, and so does all behind it."""
        while size > self.free and self.free < self.window:
            self.room.clear()
            await self.room.wait()
        if "exact-window-refused" in self.broken and size >= self.free:
            raise legs.ProtocolError("the window is overrun")
        self.free -= size
        self.advertised -= size
        self.received += size
        if "received-by-all" in self.broken:
            Receiver.total += size
            self.received = Receiver.total
        if "acknowledged-at-receipt" in self.broken:
            self.consumed(size)

    def release(self, size):
        if "acknowledged-at-receipt" not in self.broken:
            self.consumed(size)

    def consumed(self, size):
        self.free += size
        self.room.set()
        if "acks-below-4096" in self.broken:
            if self.advertised < 4096:
                self.send()
        elif self.advertised < self.threshold:
            self.send()
        elif self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(self.delay, self.send)

    def send(self):
        self.stop()
        self.advertised = self.free
        received, free = self.received, self.free
        if "bytes-since-last-ack" in self.broken:
            received, self.told = received - self.told, received
        if "bytes-received-20-bits" in self.broken:
            received &= 0xFFFFF
        if "forwarded-for-received" in self.broken:
            received -= self.window - self.free
        if "whole-window-told" in self.broken:
            free = self.window
        self.acknowledge(received, free)

    def stop(self):
        if self.timer:
            self.timer.cancel()
        self.timer = None
