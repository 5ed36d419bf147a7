"""HTTP heads: requests read, and the answers of MS-RPCH 2.1.2.1.3, 2.1.2.1.4 and 2.1.2.1.6."""

import asyncio
import base64
import dataclasses
import re
import urllib.parse

import pdus

LINE = 16 << 10
LINES = 100
PATHS = ("/rpc/rpcproxy.dll", "/rpcwithcert/rpcproxy.dll")
METHODS = ("RPC_IN_DATA", "RPC_OUT_DATA")
ECHO_LENGTH = 16
ECHO = pdus.build(pdus.ECHO)
SERVER_UNAVAILABLE = 0x6BA
ACCESS_DENIED = 0x5


class BadHead(Exception):
    def __init__(self, status, reason):
        super().__init__(f"{status} {reason}")
        self.status, self.reason = status, reason


@dataclasses.dataclass
class Request:
    method: str
    target: str
    version: str
    headers: list  # of (name, value)
    broken: list

    def values(self, name):
        if "field-names-cased" in self.broken:
            return [value for key, value in self.headers if key == name.title()]
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def content_length(self):
        if self.values("transfer-encoding"):
            raise BadHead(501, "Not Implemented")
        lengths = set(self.values("content-length"))
        if not lengths:
            raise BadHead(411, "Length Required")
        if "length-by-int" in self.broken:
            return self.converted(lengths.pop())
        if len(lengths) > 1 or not re.fullmatch("[0-9]{1,18}", min(lengths)):
            raise BadHead(400, "Bad Request")
        if "length-1-gib-at-most" in self.broken and int(min(lengths)) > 1 << 30:
            raise BadHead(413, "Content Too Large")
        return int(lengths.pop())

    def converted(self, text):
        """Whatever Python takes for a number, such as +76 and 7_6."""
        try:
            return max(int(text), 0)
        except ValueError:
            raise BadHead(400, "Bad Request") from None

    @property
    def is_in(self):
        return self.method == "RPC_IN_DATA"

    @property
    def server(self):
        """(server-name, server-port) of the query (2.2.2)."""
        url = urllib.parse.urlsplit(self.target if "://" in self.target.split("?")[0] else "//x" + self.target)
        if url.path.lower() not in PATHS:
            raise BadHead(404, "Not Found")
        divide = str.partition if "first-colon" in self.broken else str.rpartition
        name, colon, port = divide(url.query, ":")
        if not colon or not re.fullmatch("[0-9]{1,6}", port) or not 0 < int(port) < 65536:
            raise BadHead(400, "Bad Request")
        name = name[1:-1] if name.startswith("[") and name.endswith("]") else name
        if not 0 < len(name) < (256 if "server-name-255" in self.broken else 1024):
            raise BadHead(400, "Bad Request")
        if "port-octal" in self.broken and port.startswith("0"):
            return name, int(port, 8) if "8" > max(port) else 0
        return name, int(port)

    @property
    def connection_timeout(self):
        """Seconds of Pragma: MinConnTimeout, or None where it is absent or out of range."""
        pragmas = self.values("pragma")
        if "first-pragma-only" in self.broken:
            pragmas = pragmas[:1]
        if "pragma-list-ignored" in self.broken:
            pragmas = [value for value in pragmas if "," not in value]
        for value in pragmas:
            found = re.search(r"(?:^|,)\s*MinConnTimeout\s*=\s*([0-9]{1,6})\s*(?:,|$)", value, re.IGNORECASE)
            if found and 120 <= int(found[1]) <= 14400:
                return int(found[1])
        return None

    @property
    def expects_continue(self):
        cased = "expect-cased" in self.broken
        values = self.values("expect") if cased else map(str.lower, self.values("expect"))
        return self.version == "HTTP/1.1" and "100-continue" in values

    @property
    def ntlm_token(self):
        schemes = [value.partition(" ") for value in self.values("authorization")]
        return next((rest for scheme, _, rest in schemes if scheme.lower() == "ntlm"), None)

    @property
    def credentials(self):
        """(user, password) of Basic, or None."""
        for value in self.values("authorization"):
            scheme, _, rest = value.partition(" ")
            if scheme.lower() == "basic":
                try:
                    user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
                except ValueError:
                    return None
                return user, password
        return None


async def read(leg):
    """The next request head; None when the client left. BadHead says how to answer a wrong one."""
    try:
        line = await next_line(leg)
        while line == "":
            line = await next_line(leg)
        parts = line.split(" ")
        if len(parts) != 3 or not re.fullmatch(r"HTTP/1\.[0-9]", parts[2]):
            raise BadHead(400, "Bad Request")
        headers = []
        while line := await next_line(leg):
            name, colon, value = line.partition(":")
            if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or len(headers) == LINES:
                raise BadHead(400, "Bad Request")
            headers.append((name, value.strip(" \t")))
        request = Request(*parts, headers, leg.broken)
        if "host-needed" in leg.chosen and request.version != "HTTP/1.0" and len(request.values("host")) != 1:
            raise BadHead(400, "Bad Request")
        return request
    except (asyncio.IncompleteReadError, OSError):
        return None


async def next_line(leg):
    try:
        line = await leg.reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise BadHead(431, "Request Header Fields Too Large") from None
    if len(line) > LINE:
        raise BadHead(431, "Request Header Fields Too Large")
    return line.rstrip(b"\r\n").decode("latin-1")


def rpc_error(code, chosen=(), broken=()):
    """A failure of either channel, in upper case hexadecimal."""
    if "error-502" in broken:
        return refusal(502, "Bad Gateway")
    number = f"{code:08x}" if "error-8-digits" in chosen else f"{code:X}"
    if "error-with-0x" in broken:
        number = "0x" + number
    version = "1.1" if "http-1.1" in chosen else "1.0"
    body = "<html>busy</html>" if "503-with-body" in chosen else ""
    head = f"HTTP/{version} 503 RPC Error: {number}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def refusal(status, reason, keep=False, extra="", chosen=()):
    how = "keep-alive" if keep else "close"
    body = ""
    if "other-reasons" in chosen:
        reason, body = "", "<html>no</html>"
    head = f"HTTP/1.1 {status} {reason}\r\n{extra}content-length: {len(body)}\r\nCONNECTION: {how}\r\n\r\n"
    return (head + body).encode()


MANY_FIELDS = (
    "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\nServer: another/1.0 (proxy)\r\nSet-Cookie: a=b; path=/rpc\r\n"
    "Set-Cookie: c=d\r\ncache-control: private, no-store\r\nVia: 1.1 front\r\nx-empty:\r\n"
)


def success(lifetime, chosen):
    head = "HTTP/1.1 200 Success\r\n"
    if "many-fields" in chosen:
        head += f"content-type:application/rpc\r\n{MANY_FIELDS}Content-length:   {lifetime} \t\r\n"
    else:
        head += f"x-powered-by: another proxy\r\nCONTENT-LENGTH: {lifetime}\r\ncontent-type: application/rpc\r\n"
    if "close-told" in chosen:
        head += "Connection: close\r\n"
    if "keep-alive-told" in chosen:
        head += "Connection: Keep-Alive\r\nKeep-Alive: timeout=15, max=100\r\n"
    return f"{head}\r\n".encode()


def echo(chosen):
    version = "1.1" if "http-1.1" in chosen else "1.0"
    how = "close" if "closes-after-echo" in chosen else "keep-alive"
    head = f"HTTP/{version} 200 Success\r\ncontent-type: application/rpc\r\nCONTENT-LENGTH: 20\r\n"
    return f"{head}connection: {how}\r\n\r\n".encode() + ECHO
