"""What the fronts of these tests share: a server on a free port, whose number they print, and a relay."""

import asyncio


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.close()


async def relay(head, port, reader, writer):
    """The request whose head was read, and all that follows it, to a port of this machine and back."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    far_writer.write(head)
    await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))
    far_writer.close()


async def serve_with(serve):
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
