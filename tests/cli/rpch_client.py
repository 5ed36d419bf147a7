"""A client's side of RPC over HTTP v2, by hand: as much as the tests of the fixture need."""

import socket
import struct
import urllib.parse
import uuid

VERSION, TARGET = 1, "/rpc/rpcproxy.dll?EXCH01:6001"
FIELDS = "Cache-Control: no-cache\r\nConnection: Keep-Alive\r\nPragma: No-cache\r\n"
FIELDS += "Accept: application/rpc\r\nUser-Agent: MSRPC\r\n"
ACK_OF_IN, NDR = 0x0002, "8a885d04-1ceb-11c9-9fe8-08002b104860"


def rts(flags, *commands):
    body = b"".join(commands)
    return struct.pack("<BBBBIHHIHH", 5, 0, 20, 3, 16, 20 + len(body), 0, 0, flags, len(commands)) + body


def word(kind, value):
    return struct.pack("<II", kind, value)


def cookie(value):
    return struct.pack("<I", 3) + value


def syntax(text, version):
    return uuid.UUID(text).bytes_le + struct.pack("<I", version)


class Client:
    """One virtual connection. `conn` opens it up to CONN/C2."""

    def __init__(self, url, target=TARGET, in_length=1073741824, fields=FIELDS):
        where = urllib.parse.urlparse(url)
        self.address = (where.hostname, where.port)
        self.virtual, self.in_cookie, self.out_cookie = (uuid.uuid4().bytes for _ in range(3))
        self.sockets = []
        self.ins = self.channel("RPC_IN_DATA", in_length, target, fields)
        self.out = self.channel("RPC_OUT_DATA", 76, target, fields)

    def channel(self, method, length, target, fields):
        plain = socket.create_connection(self.address, timeout=60)
        head = f"{method} {target} HTTP/1.0\r\nHost: x\r\n{fields}Content-Length: {length}\r\n\r\n"
        plain.sendall(head.encode())
        self.sockets.append(plain)
        return plain

    def send_a1(self):
        commands = word(6, VERSION), cookie(self.virtual), cookie(self.out_cookie), word(0, 65536)
        self.out.sendall(rts(0, *commands))

    def send_b1(self):
        lifetime, keepalive, group = word(4, 1073741824), word(5, 300000), struct.pack("<I", 12)
        commands = word(6, VERSION), cookie(self.virtual), cookie(self.in_cookie), lifetime, keepalive
        self.ins.sendall(rts(0, *commands, group + uuid.uuid4().bytes))

    def exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self.out.recv(size - len(data))
            if not piece:
                raise EOFError(f"{len(data)} of {size} bytes")
            data += piece
        return data

    def read_head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        return head.decode()

    def read_pdu(self):
        header = self.exactly(16)
        return header + self.exactly(struct.unpack_from("<H", header, 8)[0] - 16)

    def conn(self):
        self.send_a1()
        self.send_b1()
        assert " 200 " in self.read_head()
        a3, c2 = self.read_pdu(), self.read_pdu()
        assert (len(a3), len(c2)) == (28, 44)
        return self

    def bind(self, interface=("a4f1db00-ca47-1067-b31f-00dd010662da", 0x510000), call=1):
        """The Store's interface, EMSMDB 0.81, unless told another."""
        context = struct.pack("<HBB", 0, 1, 0) + syntax(*interface) + syntax(NDR, 2)
        body = struct.pack("<HHIBBH", 5840, 5840, 0, 1, 0, 0) + context
        self.send_rpc(11, call, body)
        return self.read_rpc()

    def send_rpc(self, ptype, call, body):
        header = struct.pack("<BBBBIHHI", 5, 0, ptype, 3, 16, 16 + len(body), 0, call)
        self.ins.sendall(header + body)

    def request(self, opnum, stub=b"", call=2):
        self.send_rpc(0, call, struct.pack("<IHH", len(stub), 0, opnum) + stub)

    def read_rpc(self):
        while True:
            pdu = self.read_pdu()
            if pdu[2] != 20:
                return pdu

    def until_end(self, patience):
        """Reads OUT to its end. False: that did not come in time, in seconds."""
        self.out.settimeout(patience)
        try:
            while self.out.recv(4096):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
        return True

    def close(self):
        for each in self.sockets:
            each.close()
