"""Relays to a proxy, and breaks: python3 breaking_front.py PORT LAST; prints its port, then a line a connection.

Connections behind LAST are closed. A server that does not exist is never refused.
"""

import asyncio
import itertools
import sys

import relaying

PORT, LAST = map(int, sys.argv[1:3])
numbers = itertools.count(1)
ACCEPTED = b"HTTP/1.1 200 Success\r\nContent-Type: application/rpc\r\nContent-Length: 1073741824\r\n\r\n"


async def serve(reader, writer):
    number = next(numbers)
    print(number, flush=True)
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if b".invalid" in head:
            writer.write(ACCEPTED)
            await reader.read(1)  # not before the client has written: that would be a reset
        if b".invalid" in head or number > LAST:
            return
        await relaying.relay(head, PORT, reader, writer)
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        writer.close()


asyncio.run(relaying.serve_with(serve))
