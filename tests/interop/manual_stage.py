"""What the examples of README and manual speak of: two machines, as far as the network can tell, the
names that lead to them, and whom the examples want to be there."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from conftest import PATIENCE, PROGRAM
from test_namespace import ip

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests/cli"))
from certificates import Authority  # noqa: E402

OURS = ["10.0.0.5"]
THEIRS = ["10.0.0.1", "10.0.0.2", "10.0.0.9", "10.0.0.10", "10.0.0.11"]
HOSTS = """\
127.0.0.1 localhost
10.0.0.5 exch01.example EXCH01
10.0.0.9 gateway.example
10.0.0.10 mail.example.com
10.0.0.11 wwwproxy.example
"""
PATIENT = 240  # seconds for one line
SIDES = {"edge": "ours", "front": "ours", "front-of-two": "ours"}  # the others are theirs
PASSWORD = "of-an-example"


def peer(name):
    """The command of one whom an example wants to be there, in the folder of the certificates."""
    proxy, free = ["rpchspec", "proxy", "--allow-anonymous"], ["--valid-ports", "*:6001-6004"]
    mail = ["rpchspec", "up", "--listen", "https://10.0.0.10:443", "--tls", "mail.example.com.pem,mail.example.com.key"]
    for port, service in ((6001, "store"), (6002, "referral"), (6004, "address-book")):
        mail += ["--map", f"exch01:{port}={service}"]
    return {
        "edge": [*proxy, "--listen", "http://127.0.0.1:8080", "--listen", "https://127.0.0.1:8443", "--tls", "auto"],
        "gateway": [*proxy, "--listen", "http://10.0.0.9:80", "--listen", "https://10.0.0.9:443"]
        + ["--tls", "gateway.example.pem,gateway.example.key"],
        "ruled": [*proxy, "--listen", "http://10.0.0.9:80", "--valid-ports", "exch01.example:6001-6002;exch01.example:6004"],
        "first-node": [*proxy, "--listen", "http://10.0.0.1:80"],
        "second-node": [*proxy, "--listen", "http://10.0.0.2:80"],
        "mail": mail,
        "mail-for-users": [*mail, "--auth", "basic", "--user", f"CORP\\ann:{PASSWORD}"],
        "www": [sys.executable, str(HERE / "manual_www.py"), "10.0.0.11", "3128"],
        "front": ["haproxy", "-db", "-f", "haproxy.cfg"],
        "front-of-two": ["haproxy", "-db", "-f", "haproxy-of-two.cfg"],
    }[name]


class Stage:
    """Two namespaces with a wire between them, and a folder with what the examples name."""

    PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"

    def __init__(self, folder):
        self.folder = folder
        name = f"rpchspec-manual-{os.getpid()}"
        self.spaces = {"ours": f"{name}-a", "theirs": f"{name}-b"}
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "GITHUB"))}
        self.environment |= {
            "PATH": f"{folder}/bin:{self.PATH}",
            "SSL_CERT_FILE": str(folder / "ca.pem"),  # an authority that this machine trusts
            "RPCHSPEC": PROGRAM,
            "PYTHONPATH": str(ROOT / "bindings/python"),
            "HTTP": "127.0.0.1:8080",
            "HTTPS": "127.0.0.1:8443",
            "PEM": str(folder / "agent-and-key.pem"),
            "UPSTREAM": "127.0.0.1:8081",
        }

    def make(self):
        ours, theirs = self.spaces.values()
        for space in self.spaces.values():
            self.need("netns", "add", space)
            self.need("-n", space, "link", "set", "lo", "up")
            hosts = pathlib.Path("/etc/netns", space, "hosts")
            hosts.parent.mkdir(parents=True, exist_ok=True)
            hosts.write_text(HOSTS)  # what stands there `ip netns exec` lays over /etc
        self.need("-n", ours, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", theirs)
        for space, addresses in ((ours, OURS), (theirs, THEIRS)):
            for address in addresses:
                self.need("-n", space, "address", "add", f"{address}/24", "dev", "wire")
            self.need("-n", space, "link", "set", "wire", "up")
        self.fill()

    def need(self, *arguments):
        done = ip(*arguments)
        assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"

    def remove(self):
        for space in self.spaces.values():
            ip("netns", "del", space)
            shutil.rmtree(f"/etc/netns/{space}", ignore_errors=True)

    def fill(self):
        authority = Authority(self.folder)
        names = {"agent": ["10.0.0.5"], "servers": ["10.0.0.5"], "me": ["me"]}
        for name in ("gateway.example", "mail.example.com"):
            names[name] = [name]
        for file, subjects in names.items():
            for made in authority.sign(*subjects).split(","):
                os.rename(made, self.folder / f"{file}{pathlib.Path(made).suffix}")
        both = [(self.folder / f"agent{suffix}").read_text() for suffix in (".pem", ".key")]
        (self.folder / "agent-and-key.pem").write_text("".join(both))
        (self.folder / "token").write_text("0123456789abcdef-of-a-test\n")
        (self.folder / "secret").write_text(PASSWORD + "\n")
        (self.folder / "lab-targets").mkdir()
        (self.folder / "lab-targets/lab.yaml").write_text("targets:\n  edge:\n    proxy: http://127.0.0.1:8080\n")
        haproxy = (HERE / "haproxy.cfg").read_text()
        (self.folder / "haproxy.cfg").write_text(haproxy)
        (self.folder / "haproxy-of-two.cfg").write_text(haproxy + "  server other 127.0.0.1:8082\n  balance source\n")
        self.script(self.folder / "my-proxy", "exec rpchspec proxy --listen http://127.0.0.1:8080 --allow-anonymous")
        (self.folder / "bin").mkdir()
        (self.folder / "bin/rpchspec").symlink_to(PROGRAM)
        self.script(self.folder / "bin/pytest", f'exec {sys.executable} -m pytest -p rpchspec.pytest_plugin "$@"')

    @staticmethod
    def script(path, text):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def start(self, words, side="ours", **more):
        command = ["ip", "netns", "exec", self.spaces[side], *words]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdin=subprocess.PIPE, text=True, start_new_session=True, **more
        )

    @contextlib.contextmanager
    def with_peers(self, names):
        """Those of an example, who are gone when it is over."""
        with contextlib.ExitStack() as all_of_them:
            for name in names:
                all_of_them.enter_context(self.standing(name))
            yield

    @contextlib.contextmanager
    def standing(self, name):
        with open(self.folder / f"{name}.log", "wb") as log:
            process = self.start(peer(name), SIDES.get(name, "theirs"), stdout=subprocess.PIPE, stderr=log)
        try:
            if not name.startswith("front"):  # HAProxy says nothing: the run waits for it
                line = process.stdout.readline()
                assert line.startswith("ready "), f"{name}: {(self.folder / f'{name}.log').read_text()}"
            yield
        finally:
            end(process)


def end(process):
    """By SIGINT, as from a keyboard -> what it left with, and what it said meanwhile."""
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, (out or "") + (err or "")


def addresses(line):
    return json.loads(line.removeprefix("ready "))
