"""An HTTP forward proxy for tests: it alone knows the name that the proxy under test goes by."""

import select
import socket
import threading


class ForwardProxy:
    """Relays one connection a thread. `seen` holds what was asked of it: (method, target)."""

    def __init__(self, name, address=("127.0.0.1", 0)):
        self.name = name
        self.seen = []
        self.listener = socket.create_server(address)
        self.url = f"http://{address[0]}:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def place(self, authority):
        host, _, port = authority.rpartition(":")
        return "127.0.0.1" if host == self.name else host, int(port)

    def serve(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more:
                return
            data += more
        line, _, rest = data.partition(b"\r\n")
        method, target, version = line.decode().split(" ")
        self.seen.append((method, target))
        authority, slash, path = target.removeprefix("http://").partition("/")
        try:
            server = socket.create_connection(self.place(authority))
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        if method == "CONNECT":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            head = f"{method} {slash}{path} {version}\r\nVia: 1.1 test\r\n"
            server.sendall(head.encode() + rest)
        self.relay(client, server)

    @staticmethod
    def relay(client, server):
        other = {client: server, server: client}
        while other:
            for one in select.select(list(other), [], [])[0]:
                try:
                    data = one.recv(65536)
                    if data:
                        other[one].sendall(data)
                        continue
                    other[one].shutdown(socket.SHUT_WR)
                except OSError:
                    client.close()
                    server.close()
                    return
                del other[one]

    def close(self):
        self.listener.close()
