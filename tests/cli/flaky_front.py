"""Hands each second echo to another proxy: python3 flaky_front.py GOOD_PORT BAD_PORT; prints its port."""

import asyncio
import itertools
import sys

import relaying

GOOD, BAD = map(int, sys.argv[1:3])
echoes = itertools.count()


async def serve(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, OSError):
        writer.close()
        return
    is_echo = b"\r\ncontent-length: 0\r\n" in head.lower()
    port = BAD if is_echo and next(echoes) % 2 else GOOD
    await relaying.relay(head, port, reader, writer)
    writer.close()


asyncio.run(relaying.serve_with(serve))
