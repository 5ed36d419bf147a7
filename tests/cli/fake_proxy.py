"""Things that are no proxy, for the harness to survive: python3 fake_proxy.py KIND [PORT]."""

import os
import socket
import sys
import threading

ANSWERS = {
    "garbage": bytes(range(256)) * 16,
    "refuses": b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n",
    "commands": b"HTTP/1.1 501 ##[error]in the head\r\nContent-Length: 0\r\n\r\n",
}


def serve(kind, connection, counter):
    connection.settimeout(120)
    try:
        if kind in ANSWERS:
            connection.recv(4096)
            connection.sendall(ANSWERS[kind])
            connection.shutdown(socket.SHUT_WR)
        if kind in ANSWERS or kind == "silent":
            # What is left unread would become a RST, which may overtake the answer.
            while connection.recv(65536):
                pass
        elif kind == "dies" and counter > 2:
            os._exit(1)
    except OSError:
        pass
    connection.close()


def main():
    kind = sys.argv[1]
    listener = socket.create_server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0))
    print(listener.getsockname()[1], flush=True)
    counter = 0
    while True:
        connection, _ = listener.accept()
        counter += 1
        threading.Thread(target=serve, args=(kind, connection, counter), daemon=True).start()


main()
