"""`rpchspec diagnose` through real fronts, with the configurations that are shipped: what breaks behind
one that carries nothing is named with its cause."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

import pytest

import fronts

HERE = pathlib.Path(__file__).resolve().parents[2] / "harness/targets/fronts"
PATIENCE = 30  # seconds for a front to listen
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"

# product, configurations, and which step breaks how; None: all steps are well.
FRONTS = {
    "haproxy-short": ("haproxy", ["haproxy-short.cfg"], None),
    "nginx-short": ("nginx", ["nginx-short.conf"], ("out-channel", "out-silent")),
    "apache2-short": ("apache2", ["apache2-short.conf"], ("conn", "no-conn-c2")),
    "lighttpd-short": ("lighttpd", ["lighttpd-short.conf"], ("echo", "method-refused")),
    "squid-short": ("squid", ["squid-short.conf"], None),
    "varnish-short": ("varnishd", ["varnish-short.vcl"], None),
    "trafficserver-short": ("traffic_server", ["trafficserver-short.config", "trafficserver.remap"], None),
    "caddy-short": ("caddy", ["caddy-short.caddyfile"], ("out-channel", "out-silent")),
}


def listens(address, port, process):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection((address, port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)  # between two tries
    return False


@pytest.fixture
def front(start, tmp_path):
    """front(product, configurations) -> URL of one in front of `rpchspec up`."""
    running = []

    def begin(product, configurations):
        upstream = start("up").url("http").removeprefix("http://")
        address = fronts.own_address(6)
        port = fronts.free_port(address)
        place = {
            "RPCHSPEC_PROXY_HOST": address,
            "RPCHSPEC_PROXY_PORT": str(port),
            "RPCHSPEC_UPSTREAM": upstream,
            "RPCHSPEC_UPSTREAM_HOST": upstream.split(":")[0],
            "RPCHSPEC_UPSTREAM_PORT": upstream.split(":")[1],
        }
        with open(tmp_path / "front.log", "wb") as log:
            process = subprocess.Popen(
                [HERE / "start", product, *configurations],
                env={**os.environ, **place},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running.append(process)
        assert listens(address, port, process), (tmp_path / "front.log").read_text()
        return f"http://{address}:{port}"

    yield begin
    for process in running:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=PATIENCE)


@pytest.mark.parametrize("name", FRONTS)
def test_a_front_as_it_is_shortest(front, program, name):
    product, configurations, broken = FRONTS[name]
    if shutil.which(product, path=PATH) is None:
        pytest.skip(f"{product} is not installed")
    url = front(product, configurations)
    done = subprocess.run(
        [program, "diagnose", url, "--server", "EXCH01", "--timeout", "3s", "--json"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = json.loads(done.stdout)
    assert (told["broken"], told["symptom"]) == (broken or ("", "none")), done.stdout
    assert done.returncode == (1 if broken else 0)
    assert bool(told["causes"]) == bool(broken)
