"""Flow control of one leg (MS-RPCH 3.2.1.1.4, 3.2.1.1.5, 3.2.1.4, 3.2.1.5.1): RPC PDUs only."""

import asyncio
import collections


class Sender:
    """The sending end: holds RPC PDUs back while the leg is plugged or the peer's window is full.

    deliver(pdu) puts one on the wire; released(size), given with a PDU, tells that it left our own
    receive window.
    """

    def __init__(self, deliver, strict):
        self.deliver, self.strict = deliver, strict
        self.queue = collections.deque()
        self.plugged = True
        self.emptied = None  # called once, when the queue is empty
        self.window = self.available = self.sent = 0

    def unplug(self, window):
        self.window = self.available = window
        self.plugged = False
        self.pump()

    def push(self, pdu, released):
        self.queue.append((pdu, released))
        self.pump()

    def when_empty(self, then):
        """Calls then() as soon as nothing is queued: now, or behind the last PDU."""
        self.emptied = then
        self.pump()

    def pump(self):
        """Sends whole PDUs, in order, while they fit. Equality fits, except in a strict reading of
        3.2.1.4.1.3: the text leaves that open."""
        while self.queue and not self.plugged and len(self.queue[0][0]) + self.strict <= self.available:
            pdu, released = self.queue.popleft()
            self.sent += len(pdu)
            self.available -= len(pdu)
            self.deliver(pdu)
            released(len(pdu))
        if self.emptied and not self.queue:
            then, self.emptied = self.emptied, None
            then()

    def acknowledge(self, received, available):
        """False when the acknowledgement cannot be true (3.2.1.5.1.1)."""
        left = available - (self.sent - received)
        if received > self.sent or available > self.window or left < 0:
            return False
        self.available = left
        self.pump()
        return True


class Receiver:
    """The receiving end: counts what is queued here, and acknowledges what went on.

    An acknowledgement leaves at once when three quarters of the window are used up as the sender
    sees it, and a moment after the last PDU in any case, so that no size of PDU can stall it.
    """

    def __init__(self, window, acknowledge, chosen):
        self.window = self.free = self.advertised = window
        self.threshold = window if "eager-acks" in chosen else 1 if "late-acks" in chosen else window // 4
        self.delay = 0.1 if "late-acks" in chosen else 0.02  # seconds
        self.acknowledge = acknowledge
        self.received = 0
        self.timer = None
        self.room = asyncio.Event()

    async def admit(self, size):
        """Counts an RPC PDU in. One that overruns the window waits, and so does all behind it."""
        while size > self.free and self.free < self.window:
            self.room.clear()
            await self.room.wait()
        self.free -= size
        self.advertised -= size
        self.received += size

    def release(self, size):
        self.free += size
        self.room.set()
        if self.advertised < self.threshold:
            self.send()
        elif self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(self.delay, self.send)

    def send(self):
        self.stop()
        self.advertised = self.free
        self.acknowledge(self.received, self.free)

    def stop(self):
        if self.timer:
            self.timer.cancel()
        self.timer = None
