"""The two kinds of channel between the client and this proxy: one HTTP request each. A virtual channel
has one of its kind, and during a recycling two."""

import asyncio

import flow
import heads
import legs


class Channel:
    def __init__(self, client, request, settings):
        self.client, self.request, self.settings = client, request, settings
        self.cookie = None
        self.loop = None  # the task that reads it
        self.answered = False  # whether anything went to the client that ends HTTP's say
        self.reading, self.closed = True, False
        client.left = request.content_length

    def refuse(self, code):
        """503, if the channel has no response yet; a client that is still sending must be able to
        read it, so its leg is not just dropped."""
        if not self.answered:
            self.answered = True
            self.client.send(heads.rpc_error(code, self.settings.chosen, self.settings.broken))

    def stop_reading(self):
        self.reading = False
        if self.loop is not None and self.loop is not asyncio.current_task():
            self.loop.cancel()

    def close(self, spawn):
        """Ends it, once; spawn(work) sees the close through."""
        if not self.closed:
            self.closed = True
            self.stop_reading()
            self.end(spawn)


class InChannel(Channel):
    """Carries PDUs up; `held` are RPC PDUs that came while it was plugged (3.2.3.5.5.1)."""

    def __init__(self, client, request, settings, acknowledge):
        super().__init__(client, request, settings)
        self.plugged = False
        self.held = []
        self.call = []  # fragments, for a defect
        self.unplugged = asyncio.Event()
        self.acknowledge = acknowledge
        self.receiver = flow.Receiver(settings.receive_window, self.send_ack, settings)

    def send_ack(self, received, available):
        if not self.closed:
            self.acknowledge(self, received, available)

    def end(self, spawn):
        """A reset, or time for the client to read its 503."""
        self.receiver.stop()
        if "in-answered-at-last" in self.settings.broken and self.cookie and not self.answered:
            self.answered = True
            self.client.send(b"HTTP/1.1 200 Success\r\nContent-Length: 0\r\n\r\n")
        if self.answered or "fins" in self.settings.chosen:
            spawn(self.client.finish())
        else:
            self.client.reset()


class OutChannel(Channel):
    """Carries PDUs down, within its Content-Length; what comes before its 200 waits in `held`."""

    def __init__(self, client, request, settings):
        super().__init__(client, request, settings)
        self.left = settings.channel_lifetime  # bytes that the response may still carry
        self.held = []
        self.last_sent = 0.0
        self.sender = flow.Sender(self.write, settings)

    def answer(self, first=b""):
        """The 200, in a segment of its own or together with its first PDU, and what waited for it."""
        self.answered = True
        self.last_sent = asyncio.get_running_loop().time()
        head = heads.success(self.settings.channel_lifetime, self.settings.chosen)
        if "head-1.0" in self.settings.broken:
            head = head.replace(b"HTTP/1.1", b"HTTP/1.0")
        if "one-segment" in self.settings.chosen:
            self.count(first)
            self.client.send(head + first)
        else:
            self.client.send(head)
            if first:
                self.write(first)
        for pdu in self.held:
            self.write(pdu)
        self.held.clear()

    def count(self, pdu):
        if len(pdu) > self.left:
            raise legs.ProtocolError("the channel is used up")
        self.left -= len(pdu)
        self.last_sent = asyncio.get_running_loop().time()

    def write(self, pdu):
        """Onto the channel, or behind its 200."""
        if self.answered:
            self.count(pdu)
            self.client.send(pdu)
        elif "rts-lost" not in self.settings.broken:
            self.held.append(pdu)

    def end(self, spawn):
        """FIN, behind the data."""
        if "503-to-successor" in self.settings.chosen:
            self.refuse(heads.SERVER_UNAVAILABLE)
        spawn(self.client.finish())
