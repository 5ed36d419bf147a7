"""An HTTP front that is sound, or broken on purpose in one way: what the kill matrix is for RPC
proxies, for the cases that test a front alone. Run: breakable_front.py UPSTREAM_HOST UPSTREAM_PORT
LISTEN_HOST PEM [BREAK]; says its ports, plain and TLS with the certificate of PEM, and ends with its
standard input. BREAK is a key of front_breaks.BREAKS."""

import asyncio
import collections
import re
import ssl
import sys

from front_breaks import BREAKS
from front_heads import CHALLENGES, LENGTH, credentials_of, is_lawful, length_of, name_of, server_name_of, value_of

SMALL = 16  # a request with a longer body is a channel
LIMIT = 5  # seconds for the answer to a small request
PATIENCE = 3600  # seconds: longer than any case
AGE = 10  # seconds that a channel lives where that is broken
MOST = 128  # connections, where they are limited
BACKLOG = 1024  # connections that come in one moment
SANE = 2  # channels each way that the sanity cases open before any other case
PADDED = re.compile(rb"(?im)^(content-length: *)(?=\d)")
ROUNDED = re.compile(rb"(?im)^(content-length: *\d+)\d{3}(?=\r)")
KNOWN = {
    b"accept", b"cache-control", b"connection", b"content-length", b"cookie", b"expect", b"host", b"pragma",
    b"user-agent", b"authorization", b"x-forwarded-for",
}  # fmt: skip


class Client:
    """What is kept for one connection of a client's."""

    def __init__(self):
        self.reader = self.writer = self.scheme = None
        self.credentials = self.name = None  # of the request before

    def close(self):
        if self.writer is not None:
            self.writer.close()


class Front:
    def __init__(self, host, port, broken):
        self.place = host, port
        self.broken = broken
        self.names = set()  # server-names whose IN request came
        self.writers = {}  # of clients
        self.credentials = None  # the last that came
        self.methods = collections.Counter()  # of channel requests
        self.spoilt = False

    async def serve(self, reader, writer):
        """One client, for which one connection behind is kept: a handshake needs that."""
        client = Client()
        self.writers[writer] = client
        try:
            if self.broken == "excess-unanswered" and len(self.writers) > MOST:
                await reader.read()  # until the client leaves
            taken = self.broken != "address-limited" or len(self.writers) <= MOST
            while taken and await self.exchange(reader, writer, client):
                pass
        except (OSError, asyncio.IncompleteReadError) as end:
            if self.broken == "reset-spreads" and client.scheme and isinstance(end, ConnectionResetError):
                self.spoilt = True
                for each in self.writers:
                    each.close()
        del self.writers[writer]
        client.close()
        writer.close()

    async def behind(self, client):
        if client.writer is None or client.reader.at_eof() or self.broken == "connection-each":
            client.close()
            client.reader, client.writer = await asyncio.open_connection(*self.place)
        return client.reader, client.writer

    async def exchange(self, reader, writer, client):
        """One request; False when the connection is not to be used again."""
        head = (await reader.readuntil(b"\r\n\r\n")).lstrip(b"\r\n")
        length = length_of(head)
        refused = self.refusal(head, length) or self.refusal_of_log_on(head, client)
        if refused:
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % refused)
            await writer.drain()
            return False
        server, upstream = await self.behind(client)
        upstream.write(self.forwarded(self.logged_on(head, client)))
        if self.broken == "body-read-as-request" and (refusal := await refusal_from(server)):
            writer.write(refusal)
            client.close()
            return True
        if length > SMALL:
            await self.relay(reader, writer, server, upstream, head)
            return False
        upstream.write(await reader.readexactly(length))
        answer = await self.answer(server)
        if self.broken == "401-spreads" and answer.startswith(b"HTTP/1.1 401"):
            self.end_others(client)
        writer.write(answer)
        await writer.drain()
        closes = re.search(rb"(?im)^connection:[^\r]*close", head + answer)
        return self.broken == "close-ignored" or not closes

    def refusal(self, head, length):
        if self.broken == "absolute-refused" and re.match(rb"\S+ http://", head):
            return b"400 Bad Request"
        if self.broken == "expect-refused" and re.search(rb"(?im)^expect:", head):
            return b"417 Expectation Failed"
        if self.broken == "method-refused" and head.startswith(b"RPC_"):
            return b"501 Not Implemented"
        if self.broken == "methods-blocked" and length > SMALL:
            method = head.split(b" ", 1)[0]
            self.methods[method] += 1
            if self.methods[method] > SANE:
                return b"403 Forbidden"
        if self.broken != "two-hosts-taken" and len(re.findall(rb"(?im)^host:", head)) != 1:
            return b"400 Bad Request"
        if self.broken == "large-refused" and length > 1 << 20:
            return b"413 Content Too Large"
        if head.startswith(b"RPC_IN_DATA") and length > SMALL:
            name = server_name_of(head)
            known = name in self.names
            self.names.add(name)
            if known and self.broken == "first-in-only":
                return b"503 Busy"
        return None

    def refusal_of_log_on(self, head, client):
        if self.spoilt:
            return b"503 Spoilt"
        scheme = re.search(rb"(?im)^authorization: *(\w+)", head)
        kept, client.scheme = client.scheme, scheme.group(1).lower() if scheme else None
        changed = kept in (b"ntlm", b"negotiate") and kept != client.scheme
        return b"400 Bad Request" if changed and self.broken == "scheme-kept" else None

    def logged_on(self, head, client):
        """The head with credentials of somebody's where it has none."""
        first, others, own = client.name is None, self.credentials, credentials_of(head)
        client.name = server_name_of(head)
        client.credentials, kept = own, client.credentials
        self.credentials = own or others
        lent = {"credentials-kept": kept, "credentials-shared": others if first else None}.get(self.broken)
        return head.replace(b"\r\n", b"\r\n" + lent, 1) if lent and not own else head

    def end_others(self, client):
        for writer, other in self.writers.items():
            if other is not client and other.name == client.name:
                writer.close()

    def line_of(self, line):
        """The request line as it goes on."""
        if self.broken == "target-lowered":
            method, target, version = line.split(b" ")
            line = b" ".join([method, target.lower(), version])
        path, mark, query = line.partition(b"?")
        name, colon, rest = query.rpartition(b":")
        if self.broken == "path-raised":
            path = path.upper()
        if self.broken == "colons-escaped":
            name = name.replace(b":", b"%3A")
        if self.broken == "capitals-lost" and b"." not in name:
            name = name.lower()
        return path + mark + name + colon + rest

    def forwarded(self, head):
        line, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        line = self.line_of(line)
        hops = b",".join(value_of(field) for field in fields if name_of(field) == b"connection")
        named = {hop.strip().lower() for hop in hops.split(b",")} - {b"keep-alive", b"close"}
        kept, names = [line], set()
        for field in fields:
            name = name_of(field)
            dropped = (
                (name in named and self.broken != "hop-fields-kept")
                or (name == b"pragma" and name in names and self.broken == "one-pragma")
                or (name == b"cookie" and self.broken == "no-cookies")
                or (name not in KNOWN and self.broken == "unknown-dropped")
            )
            names.add(name)
            if not dropped:
                kept.append(self.changed(field))
        whole = b"\r\n".join(kept) + b"\r\n\r\n"
        if self.broken == "length-padded":
            return PADDED.sub(rb"\g<1>000", whole)
        return ROUNDED.sub(rb"\g<1>000", whole) if self.broken == "length-rounded" else whole

    def changed(self, field):
        name, value = name_of(field), value_of(field)
        if name == b"content-length" and self.broken == "length-capped":
            return field.replace(b"2147483648", b"2147483647")
        if name == b"content-length" and self.broken == "short-length-raised" and value == b"120":
            return b"Content-Length: 121"
        if name == b"pragma" and self.broken == "pragmas-parted":
            return field.partition(b",")[0]
        return field

    async def answer(self, server):
        """The whole answer to a small request; 502 for what is none, 504 where none comes."""
        try:
            async with asyncio.timeout(None if self.broken == "never-gives-up" else LIMIT):
                if self.broken == "garbage-relayed":
                    return await server.read()
                head = await server.readuntil(b"\r\n\r\n")
                if is_lawful(head):
                    return self.offering(head) + await server.readexactly(length_of(head))
        except TimeoutError:
            return b"HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        except asyncio.IncompleteReadError:
            pass
        if self.broken == "garbage-awaited":
            await asyncio.get_running_loop().create_future()
        return b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    def offering(self, head):
        """The head of an answer with the schemes that go on."""
        if self.broken == "refusal-hidden" and re.match(rb"HTTP/1.1 40[13] ", head):
            line, rest = head.split(b"\r\n", 1)
            return b"HTTP/1.1 502 Bad Gateway\r\n" + rest
        if self.broken == "challenge-dropped":
            return CHALLENGES.sub(b"", head)
        first, *others = [scheme for line in CHALLENGES.findall(head) for scheme in line.split(b",")] or [b""]
        if not others or self.broken != "one-challenge":
            return head
        line, rest = CHALLENGES.sub(b"", head).split(b"\r\n", 1)
        return b"%s\r\nWWW-Authenticate: %s\r\n%s" % (line, first.strip(), rest)

    async def relay(self, reader, writer, server, upstream, head):
        is_in = head.startswith(b"RPC_IN_DATA")
        held = {"body-prefetched": 8192 if is_in else 0, "whole-request": 0 if is_in else length_of(head)}
        may_go = asyncio.Event()
        if self.broken != "continue-awaited" or not re.search(rb"(?im)^expect:", head):
            may_go.set()
        up = copy_when(may_go, reader, upstream, held.get(self.broken, 0))
        down = self.copy_answer(server, writer, may_go)
        tasks = [asyncio.ensure_future(each) for each in (up, down)]
        age = AGE if self.broken in ("age-for-idleness", "idle-end-kept") else None
        ended, _ = await asyncio.wait(tasks, timeout=age, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        if self.broken == "half-close-forgotten" and reader.at_eof() and not is_in:
            await asyncio.sleep(PATIENCE)
        if not ended and self.broken == "idle-end-kept":
            writer.close()
            await asyncio.sleep(PATIENCE)
        upstream.close()

    async def copy_answer(self, server, writer, may_go):
        head = await server.readuntil(b"\r\n\r\n")
        may_go.set()
        if self.broken == "out-shortened":
            head = LENGTH.sub(lambda found: b"%s%d" % (found[1], int(found[2]) - 1), head)
        if self.broken == "answer-length-padded":
            head = PADDED.sub(rb"\g<1>000", head)
        line, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        writer.write(b"\r\n".join([line, *map(self.changed, fields)]) + b"\r\n\r\n")
        await writer.drain()
        if self.broken == "continue-for-answer" and head.startswith(b"HTTP/1.1 100"):
            return
        held = 4096 if self.broken == "answer-held" else 0
        limit = 65536 if self.broken == "cut-short" else None
        if self.broken == "tls-cut-short" and writer.get_extra_info("ssl_object"):
            limit = 16384
        # A half-close that came before this is to be noticed before it.
        settle = 0.2 if self.broken == "half-close-forgotten" else 0
        await copy(server, writer, held, limit, settle)


async def refusal_from(server):
    """A 401 that comes before the body of its request."""
    try:
        async with asyncio.timeout(0.3):
            head = await server.readuntil(b"\r\n\r\n")
            return head + await server.readexactly(length_of(head))
    except (TimeoutError, asyncio.IncompleteReadError):
        return None


async def copy_when(may_go, *arguments):
    await may_go.wait()
    await copy(*arguments)


async def copy(reader, writer, held=0, limit=None, settle=0):
    """Copies to the end; holds the first `held` bytes back until they are there, and all for `settle` seconds."""
    waiting, sent = b"", 0
    try:
        while data := await reader.read(65536):
            await asyncio.sleep(settle)
            waiting += data
            if sent + len(waiting) < held:
                continue
            if limit is not None and sent + len(waiting) >= limit:
                writer.write(waiting[: limit - sent])
                return
            writer.write(waiting)
            sent, waiting = sent + len(waiting), b""
            await writer.drain()
    except OSError:
        pass


async def main():
    host, port, listen, pem, *broken = sys.argv[1:]
    if set(broken) - set(BREAKS):
        sys.exit(f"no such break: {broken}; known: {', '.join(BREAKS)}")
    front = Front(host, int(port), broken[0] if broken else None)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    servers = [
        await asyncio.start_server(front.serve, listen, 0, ssl=each, backlog=BACKLOG) for each in (None, tls)
    ]
    print(*(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
