"""The client behind a real forward proxy: Squid, which alone knows the name of the RPC proxy."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

import fronts

pytestmark = pytest.mark.skipif(shutil.which("squid") is None, reason="needs the package squid")

NAME = "gateway.rpchspec.test"
TEMPLATE = pathlib.Path(__file__).with_name("forward_squid.conf")


def wait_for(process, address, said):
    end = time.monotonic() + fronts.PATIENCE
    while True:
        try:
            return socket.create_connection(address, timeout=1).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < end, said.read_text()
            time.sleep(0.05)


@pytest.fixture
def folder():
    """A place that the user nobody can get at, as pytest's own is not."""
    made = pathlib.Path(tempfile.mkdtemp(prefix="rpchspec-squid."))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def squid(folder):
    """Squid's URL, and the file that holds what was asked of it."""
    address = fronts.own_address(5)
    port = fronts.free_port(address)
    (folder / "hosts").write_text(f"127.0.0.1 {NAME}\n")
    config = folder / "squid.conf"
    config.write_text(TEMPLATE.read_text().format(folder=folder, address=address, port=port))
    command = ["squid", "-N", "-f", config]
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", "nobody:nogroup", folder], check=True)
        command = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", *command]
    said = (folder / "said").open("wb")
    process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    wait_for(process, (address, port), folder / "said")
    yield f"http://{address}:{port}", folder / "access.log"
    process.terminate()
    process.wait(timeout=fronts.PATIENCE)
    said.close()


@pytest.fixture
def through(squid, start, run):
    """through("--quick"): a run whose only way to the RPC proxy is a tunnel through Squid."""

    def play(*selection):
        listen = ["--listen", "https://127.0.0.1:0", "--tls", "auto"]
        ready = start("proxy", "--allow-anonymous", *listen).ready
        port = ready["proxy"]["urls"][0].rsplit(":", 1)[1]
        where = ["--proxy", f"https://{NAME}:{port}", "-k", "--forward-proxy", squid[0]]
        return run(*where, "--backend-ports", "0,0,0", "--server-name", "127.0.0.1", *selection)

    return play


def test_a_tunnel_through_squid_is_as_good_as_a_direct_way(through, squid):
    """As long as nobody ends a connection on purpose: an RST is a FIN behind Squid."""
    groups = ("connection/", "echo/", "forwarding/", "v1/")
    done = through(*groups, "--quick", "--set", "v1=true")
    assert done.code == 0, done.text
    assert done.ids("fail", "blocked", "error", "not-run") == set(), done.text
    assert len(done.ids("pass")) > 100
    assert f"CONNECT {NAME}:" in squid[1].read_text()
