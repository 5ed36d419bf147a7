"""A proxy on another machine, as far as the network can tell: in a namespace of its own."""

import os
import shutil
import subprocess

import pytest

from conftest import PATIENCE

OURS, THEIRS = "10.213.77.1", "10.213.77.2"
PORT = 8080
URL = f"http://{THEIRS}:{PORT}"


def ip(*arguments):
    return subprocess.run(["ip", *arguments], capture_output=True, text=True)


def may_make_namespaces():
    if shutil.which("ip") is None or os.geteuid() != 0:
        return False
    probe = f"rpchspec-probe-{os.getpid()}"
    made = ip("netns", "add", probe).returncode == 0
    ip("netns", "del", probe)
    return made


pytestmark = pytest.mark.skipif(not may_make_namespaces(), reason="needs root, to make network namespaces")


class Network:
    """Two namespaces with a wire between them: ours, and the proxy's."""

    def __init__(self, name):
        self.ours, self.theirs = f"{name}-a", f"{name}-b"

    def make(self):
        for each in (self.ours, self.theirs):
            self.need("netns", "add", each)
            self.need("-n", each, "link", "set", "lo", "up")
        self.need("-n", self.ours, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", self.theirs)
        for each, address in ((self.ours, OURS), (self.theirs, THEIRS)):
            self.need("-n", each, "address", "add", f"{address}/24", "dev", "wire")
            self.need("-n", each, "link", "set", "wire", "up")

    def need(self, *arguments):
        done = ip(*arguments)
        assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"

    def remove(self):
        for each in (self.ours, self.theirs):
            ip("netns", "del", each)

    def here(self):
        return ["ip", "netns", "exec", self.ours]

    def there(self):
        return ["ip", "netns", "exec", self.theirs]


@pytest.fixture
def network():
    made = Network(f"rpchspec-{os.getpid()}")
    try:
        made.make()
        yield made
    finally:
        made.remove()


@pytest.fixture
def proxy(network, program):
    """proxy(options...): starts `rpchspec proxy` in its namespace."""
    processes = []

    def begin(*options):
        command = [program, "proxy", "--listen", URL, "--allow-anonymous", *options]
        process = subprocess.Popen(network.there() + command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout.readline().startswith("ready ")

    yield begin
    for process in processes:
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_a_url_alone_is_enough(network, proxy, run):
    proxy()
    done = run("--proxy", URL, "--quick", prefix=network.here())
    assert done.code == 0, done.text
    assert done.ids("fail", "blocked", "error", "not-run") == set()
    assert len(done.ids("pass")) > 80


def test_a_proxy_that_may_not_reach_us(network, proxy, run):
    proxy("--valid-ports", "elsewhere.example:6001")
    done = run("--proxy", URL, "--quick", prefix=network.here())
    assert done.code == 3, done.text  # nothing could be asked of it
    assert f"nobody connected to {OURS}:6001" in done.text
    assert "ValidPorts" in done.text and "--server-name" in done.text


def test_a_server_name_that_leads_nowhere(network, proxy, run):
    proxy()
    done = run(
        "--proxy", URL, "--server-name", "10.213.78.9", "--quick", prefix=network.here()
    )
    assert done.code == 3, done.text
    assert "503 RPC Error" in done.text and "nobody connected to 10.213.78.9:6001" in done.text
    assert "a firewall" in done.text


def test_nobody_listens_there(network, run):
    done = run("--proxy", URL, "--quick", prefix=network.here())
    assert done.code == 3, done.text
    assert "check that the proxy runs" in done.text


def test_no_way_there(network, run):
    done = run("--proxy", "http://10.214.0.1:8080", "--quick", prefix=network.here())
    assert done.code == 3, done.text
    assert "no route" in done.text.lower() or "unreachable" in done.text.lower()


@pytest.fixture
def servers(network, program, tmp_path):
    """servers() -> options of `run`: `backend --driven` beside the proxy, with TLS and a token."""
    processes = []

    def begin():
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
            + ["-nodes", "-days", "2", "-subj", "/CN=servers", "-addext", f"subjectAltName=IP:{THEIRS}"]
            + ["-keyout", tmp_path / "servers.key", "-out", tmp_path / "servers.pem"],
            check=True,
            capture_output=True,
        )
        (tmp_path / "token").write_text("one that nobody guesses\n")
        command = [program, "backend", "--driven", f"{THEIRS}:7000", "--tls-cert", tmp_path / "servers.pem"]
        command += ["--tls-key", tmp_path / "servers.key", "--token-file", tmp_path / "token"]
        process = subprocess.Popen(network.there() + command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout.readline().startswith("ready ")
        agent = ["--backend-at", f"{THEIRS}:7000", "--agent-ca-file", tmp_path / "servers.pem"]
        return agent + ["--agent-token-file", tmp_path / "token"]

    yield begin
    for process in processes:
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_the_servers_stand_beside_the_proxy(network, proxy, servers, run):
    proxy("--valid-ports", f"{THEIRS}:6001-6004")
    done = run("--proxy", URL, "--quick", *servers(), prefix=network.here())
    assert done.code == 0, done.text
    assert done.ids("fail", "blocked", "error", "not-run") == set()
    assert len(done.ids("pass")) > 80
