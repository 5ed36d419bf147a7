"""An RPC over HTTP proxy, written from MS-RPCH alone: inbound and outbound role in one process.

    python3 tests/interop/independent_proxy --listen http://127.0.0.1:8080 --allow-anonymous
"""

import argparse
import asyncio
import fnmatch
import ssl
import sys
import urllib.parse

import heads
import legs
from inbound import Inbound
from outbound import Outbound
from variants import CHOICES, DEFECTS

BUFFER = 128 << 10


class Proxy:
    def __init__(self, settings):
        self.settings = settings
        self.inbound, self.outbound = {}, {}
        self.tasks = set()
        self.new_log_on = None
        if settings.ntlm:
            from log_on import LogOn  # impacket takes longer to load than all else

            self.new_log_on = lambda: LogOn(*settings.ntlm)
        self.opening, self.turn = asyncio.Lock(), asyncio.Lock()  # for defects, as what follows
        self.ports, self.trusted, self.forgotten = {}, set(), []

    def spawn(self, work):
        """Runs a close to its end, whoever asked for it."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def end_other_half(self, half):
        """When one virtual channel is lost, the other goes as well, without waiting for the server."""
        other = self.other_table(half.table).get(half.connection_cookie)
        if other is not None and not half.chosen("halves-apart"):
            other.finish()

    def other_table(self, table):
        return self.outbound if table is self.inbound else self.inbound

    async def serve(self, reader, writer):
        """One connection of a client: any number of echoes, and then a channel."""
        leg = legs.Leg(reader, writer, self.settings)
        leg.log_on = self.new_log_on and self.new_log_on()
        try:
            while await self.exchange(leg):
                pass
        except (OSError, legs.PeerGone, asyncio.TimeoutError):
            leg.writer.transport.abort()

    async def exchange(self, leg):
        """One request; True when another may follow."""
        try:
            request = await asyncio.wait_for(heads.read(leg), self.settings.connection_timeout)
            if request is None:
                await leg.finish()
                return False
            length = self.check(leg, request)
        except heads.BadHead as bad:
            return await self.refuse(leg, heads.refusal(bad.status, bad.reason, chosen=self.settings.chosen))
        offer = self.offer(leg, request)
        if not self.admits(leg, request):
            return await self.challenge(leg, request, offer)
        if length < heads.ECHO_LENGTH + ("echo-below-16" not in self.settings.broken):
            await leg.exactly(length)
            if "lost-behind-echo" in self.settings.broken:
                leg.reader._buffer.clear()
            leg.send(heads.echo(self.settings.chosen))
            await leg.settle()
            if "closes-after-echo" in self.settings.chosen:
                await leg.finish()
                return False
            return True
        name, port = request.server
        if not self.valid_port(name, port):
            how = self.settings.chosen, self.settings.broken
            return await self.refuse(leg, heads.rpc_error(heads.ACCESS_DENIED, *how))
        if request.expects_continue:
            leg.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "interim-103" in self.settings.chosen and not request.is_in and request.version != "HTTP/1.0":
            leg.send(b"HTTP/1.1 103 Early Hints\r\nLink: </rpc>; rel=preload\r\nVia: 1.1 front\r\n\r\n")
        await (Inbound if request.is_in else Outbound)(self, leg, request).run()
        return False

    def check(self, leg, request):
        """The Content-Length of a request that one of the roles serves."""
        if request.method not in heads.METHODS:
            raise heads.BadHead(405, "Method Not Allowed")
        _ = request.server
        length = request.content_length
        if not request.is_in and heads.ECHO_LENGTH < length < 76:
            raise heads.BadHead(400, "Bad Request")
        return length

    def admits(self, leg, request):
        """AllowAnonymous and Basic, on this connection or not: each request speaks for itself."""
        if self.settings.ntlm:
            return leg.log_on.done and leg.secure
        if "address-trusted" in self.settings.broken:
            if request.credentials == self.settings.basic:
                self.trusted.add(leg.peer)
            if leg.peer in self.trusted:
                return True
        if request.credentials is None:
            return self.settings.allow_anonymous
        return self.settings.basic is None and self.settings.allow_anonymous or (
            request.credentials == self.settings.basic and (leg.secure or self.settings.allow_anonymous)
        )

    def offer(self, leg, request):
        """WWW-Authenticate, should this request not be admitted. Each log-on goes on by one leg."""
        if not self.settings.ntlm:
            return 'basic realm="another proxy"'
        token = request.ntlm_token and leg.log_on.take(request.ntlm_token)
        return f"NTLM {token}" if token else "NTLM"

    async def challenge(self, leg, request, offer):
        if not leg.secure and not self.settings.allow_anonymous:
            return await self.refuse(leg, heads.refusal(403, "Forbidden"))
        keep = request.content_length <= heads.ECHO_LENGTH
        extra = "" if "challenge-missing" in self.settings.broken else f"WWW-authenticate: {offer}\r\n"
        answer = heads.refusal(401, "Unauthorized", keep, extra)
        if not keep:
            return await self.refuse(leg, answer)
        await leg.exactly(request.content_length)
        leg.send(answer)
        return True

    async def refuse(self, leg, answer):
        leg.send(answer)
        await leg.finish()
        return False

    def valid_port(self, name, port):
        """Whether ValidPorts lets us connect there; without a rule it does."""
        rules = [rule.rpartition(":") for rule in self.settings.valid_ports.split(";") if rule]
        return not rules or any(
            self.matches(name, pattern) and in_ranges(port, ranges) for pattern, _, ranges in rules
        )

    def matches(self, name, pattern):
        if "server-name-cased" in self.settings.chosen:
            return fnmatch.fnmatchcase(name, pattern)
        return fnmatch.fnmatchcase(name.lower(), pattern.lower())


def in_ranges(port, text):
    spans = [span.partition("-") for span in text.split(",")]
    return any(int(low) <= port <= int(high or low) for low, _, high in spans)


def names(variants):
    return "; ".join(f"{name}: {what}" for name, what in variants.items())


def options():
    parser = argparse.ArgumentParser(prog="independent_proxy", description=__doc__)
    add = parser.add_argument
    add("--listen", action="append", required=True, metavar="URL", help="http://A:P or https://A:P, repeatable")
    add("--tls", metavar="CERT,KEY", help="PEM files, for https")
    add("--allow-anonymous", action="store_true", help="plain HTTP and requests without credentials are served")
    add("--basic", metavar="USER:PASSWORD", help="what Basic authentication accepts")
    add("--ntlm", metavar="USER:PASSWORD", help="what NTLM accepts, once for each connection; needs impacket")
    add("--valid-ports", default="", metavar="RULE", help="NAME:6001-6002,6004;NAME:..., NAME may hold *")
    add("--receive-window", type=int, default=40960, metavar="BYTES")
    add("--channel-lifetime", type=int, default=600000000, metavar="BYTES")
    add("--connection-timeout", type=int, default=150, metavar="SECONDS")
    add("--choose", action="append", default=[], dest="chosen", choices=CHOICES, metavar="NAME", help=names(CHOICES))
    add("--break", action="append", default=[], dest="broken", choices=DEFECTS, metavar="NAME", help=names(DEFECTS))
    add("--verbose", action="store_true", help="how each channel ended, on stderr")
    settings = parser.parse_args()
    settings.basic = tuple(settings.basic.split(":", 1)) if settings.basic else None
    settings.ntlm = tuple(settings.ntlm.split(":", 1)) if settings.ntlm else None
    return settings


async def main(settings):
    proxy = Proxy(settings)
    servers = []
    for text in settings.listen:
        url = urllib.parse.urlsplit(text)
        tls = {}
        if url.scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*settings.tls.split(","))
            tls = {"ssl": context, "ssl_shutdown_timeout": legs.LINGER}
        servers.append(await asyncio.start_server(proxy.serve, url.hostname, url.port, limit=BUFFER, **tls))
    print("ready", *settings.listen, flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    try:
        asyncio.run(main(options()))
    except KeyboardInterrupt:
        sys.exit(0)
