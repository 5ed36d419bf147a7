"""Addresses of a test's own on loopback, and HAProxy in front of an RPC proxy."""

import os
import socket
import subprocess

PATIENCE = 60


def own_address(number=1):
    """127.x.y.z that no other test process uses: x and y are made of our process id."""
    process = os.getpid()
    return f"127.{64 + process // 250 % 128}.{process % 250}.{number}"


def free_port(address):
    with socket.create_server((address, 0)) as probe:
        return probe.getsockname()[1]


def certificate(folder, names="IP:127.0.0.1"):
    """A new self-signed certificate and its key: (cert.pem, key.pem, both in one file)."""
    cert, key, both = (folder / name for name in ("cert.pem", "key.pem", "both.pem"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + ["-subj", "/CN=rpchspec test", "-addext", f"subjectAltName={names}", "-days", "2"]
        + ["-out", cert, "-keyout", key],
        check=True,
        capture_output=True,
    )
    both.write_bytes(cert.read_bytes() + key.read_bytes())
    return cert, key, both


class HAProxy:
    """A HAProxy of our own in front of one upstream. It inherits its listening sockets, so that the
    system picks their ports."""

    def __init__(self, template, folder, upstream):
        address = own_address()
        self.listeners = [socket.create_server((address, 0)) for _ in ("http", "https")]
        self.urls = [
            f"{scheme}://{address}:{listener.getsockname()[1]}"
            for scheme, listener in zip(("http", "https"), self.listeners)
        ]
        _, _, pem = certificate(folder, f"IP:{address}")
        configuration = folder / "haproxy.cfg"
        configuration.write_text(template.read_text())
        self.log = open(folder / "haproxy.log", "wb")
        http, https = (listener.fileno() for listener in self.listeners)
        self.process = subprocess.Popen(
            ["haproxy", "-db", "-f", configuration],
            env={**os.environ, "HTTP": f"fd@{http}", "HTTPS": f"fd@{https}", "PEM": pem, "UPSTREAM": upstream},
            pass_fds=(http, https),
            stdout=self.log,
            stderr=self.log,
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        for listener in self.listeners:
            listener.close()
        self.log.close()
