"""An HTTP front that sends requests of many clients over few upstream connections, as nginx does
with `keepalive`. Run: pooling_front.py UPSTREAM_HOST UPSTREAM_PORT [LISTEN_HOST]; says its port,
and at the end of its standard input how many connections went from one server-name to another."""

import asyncio
import re
import sys

CHANNEL = 16  # a request with a longer body is a channel, which ends with its connection


class Upstream:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.carried = None  # server-name of the request before


class Front:
    def __init__(self, host, port):
        self.place = host, port
        self.idle = []
        self.shared = 0

    async def take(self, name):
        while self.idle:
            upstream = self.idle.pop()
            if not upstream.reader.at_eof() and not upstream.writer.is_closing():
                self.shared += upstream.carried != name
                upstream.carried = name
                return upstream
            upstream.writer.close()
        upstream = Upstream(*await asyncio.open_connection(*self.place))
        upstream.carried = name
        return upstream

    async def serve(self, reader, writer):
        try:
            while await self.exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        writer.close()

    async def exchange(self, reader, writer):
        """One request; False when the connection is not to be used again."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = length_of(head)
        upstream = await self.take(re.search(rb"\?([^: ]*)", head).group(1).lower())
        upstream.writer.write(head)
        if length > CHANNEL:
            await self.relay(reader, writer, upstream)
            return False
        upstream.writer.write(await reader.readexactly(length))
        answer = await upstream.reader.readuntil(b"\r\n\r\n")
        writer.write(answer + await upstream.reader.readexactly(length_of(answer)))
        await writer.drain()
        if b"close" in answer.lower():
            upstream.writer.close()
            return False
        self.idle.append(upstream)
        return True

    async def relay(self, reader, writer, upstream):
        copies = [copy(reader, upstream.writer), copy(upstream.reader, writer)]
        tasks = [asyncio.ensure_future(each) for each in copies]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        upstream.writer.close()


def length_of(head):
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    return int(found.group(1)) if found else 0


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass


async def main():
    host, port, *listen = sys.argv[1:]
    front = Front(host, int(port))
    server = await asyncio.start_server(front.serve, *listen or ["127.0.0.1"], 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(front.shared, flush=True)
    sys.stdout.flush()


asyncio.run(main())
