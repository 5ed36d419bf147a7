"""An RPC over HTTP gateway of a few lines that behaves as a test says, well or badly.

Gateway(echo="silent") answers no echo request; Gateway(every=b"HTTP/1.1 403 ...") the same to all.
Without arguments it is as good as a client can see: echo, both channels, CONN, bind and one call.
"""

import socket
import struct
import threading

ECHO = bytes.fromhex("0500140310000000140000000000000040000000")
HTML = b"<html><title>Welcome</title><body>Hello there</body></html>"
KINDS = {"bind": 11, "request": 0}


def answer(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def rts(flags, *commands):
    body = b"".join(struct.pack("<II", kind, value) for kind, value in commands)
    return struct.pack("<BBBBIHHIHH", 5, 0, 20, 3, 0x10, 20 + len(body), 0, 0, flags, len(commands)) + body


CONN_A3 = rts(0, (2, 120000))
CONN_C2 = rts(0, (6, 1), (0, 65536), (2, 120000))


def pdu(ptype, call_id, body):
    return struct.pack("<BBBBIHHI", 5, 0, ptype, 3, 0x10, 16 + len(body), 0, call_id) + body


NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")


def bind_ack(call_id, contexts, result=0):
    results = b"".join(struct.pack("<HH", result, 1 if result else 0) + NDR for _ in range(contexts))
    return pdu(12, call_id, struct.pack("<HHIHxxBxxx", 5840, 5840, 1, 0, contexts) + results)


class Gateway:
    def __init__(self, tls=None, every=None, echo=None, out=None, on_in=None, conn=None, bind=None, call=None):
        self.every, self.echo, self.out, self.on_in = every, echo, out, on_in
        self.conn, self.bind, self.call = conn, bind, call
        self.heads = []
        self.tls = tls  # an ssl.SSLContext
        self.out_leg = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def close(self):
        self.listener.close()

    def serve(self, connection):
        connection.settimeout(60)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                more = connection.recv(4096)
                if not more:
                    return
                head += more
            head, rest = head.split(b"\r\n\r\n", 1)
            self.heads.append(head.decode())
            self.respond(connection, head.decode(), rest)
        except OSError:
            pass
        finally:
            connection.close()

    def respond(self, connection, head, rest):
        length = int(head.lower().split("content-length: ")[1].split()[0])
        if self.every is not None:
            self.give(connection, self.every)
        elif length <= 16:
            self.give(connection, self.echo or answer("200 Success", ECHO, "Content-Type: application/rpc"))
        elif head.startswith("RPC_OUT_DATA"):
            self.serve_out(connection)
        else:
            self.serve_in(connection, rest)

    def give(self, connection, what):
        """Bytes, or "silent", or "close"."""
        if what == "close":
            return
        if what != "silent":
            connection.sendall(what)
        while connection.recv(65536):
            pass

    def serve_out(self, connection):
        if self.out is not None:
            self.give(connection, self.out)
            return
        self.out_leg = connection
        head = b"HTTP/1.1 200 Success\r\nContent-Type: application/rpc\r\nContent-Length: 1073741824\r\n\r\n"
        self.give(connection, head + CONN_A3)

    def serve_in(self, connection, data):
        if self.on_in is not None:
            self.give(connection, self.on_in)
            return
        if self.conn is None:
            self.out_leg.sendall(CONN_C2)
        elif self.conn == "close":
            self.out_leg.shutdown(socket.SHUT_RDWR)
        while True:
            while len(data) < 16 or len(data) < struct.unpack_from("<H", data, 8)[0]:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
            size = struct.unpack_from("<H", data, 8)[0]
            self.on_pdu(data[:size])
            data = data[size:]

    def on_pdu(self, request):
        ptype, call_id = request[2], struct.unpack_from("<I", request, 12)[0]
        if ptype == KINDS["bind"]:
            self.on_bind(call_id, request[24])
        elif ptype == KINDS["request"]:
            self.on_call(call_id)

    def on_bind(self, call_id, contexts):
        if self.bind is None:
            self.out_leg.sendall(bind_ack(call_id, contexts))
        elif self.bind == "nak":
            self.out_leg.sendall(pdu(13, call_id, struct.pack("<HBBB", 2, 1, 5, 0)))
        elif self.bind == "refused":
            self.out_leg.sendall(bind_ack(call_id, contexts, result=2))
        elif self.bind == "close":
            self.out_leg.shutdown(socket.SHUT_RDWR)

    def on_call(self, call_id):
        if self.call is None:
            stub = struct.pack("<II", 0, 1)
            self.out_leg.sendall(pdu(2, call_id, struct.pack("<IHBx", len(stub), 1, 0) + stub))
        elif self.call == "fault":
            self.out_leg.sendall(pdu(3, call_id, struct.pack("<IHBxII", 32, 1, 0, 5, 0)))
