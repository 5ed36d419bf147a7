"""Hands each second echo to another proxy: python3 flaky_front.py GOOD_PORT BAD_PORT; prints its port."""

import asyncio
import itertools
import sys

GOOD, BAD = map(int, sys.argv[1:3])
echoes = itertools.count()


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def serve(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, OSError):
        writer.close()
        return
    is_echo = b"\r\ncontent-length: 0\r\n" in head.lower()
    port = BAD if is_echo and next(echoes) % 2 else GOOD
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    far_writer.write(head)
    await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))
    far_writer.close()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
