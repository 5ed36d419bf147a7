"""Topology http-front itself: fronts that share upstream connections, TLS towards the upstream,
and a front that leads elsewhere."""

import pathlib
import subprocess
import sys

import pytest

import fronts

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def place():
    address = fronts.own_address(4)
    return address, fronts.free_port(address)


@pytest.fixture
def pooling(place):
    """A front that uses upstream connections for whoever comes next."""
    address, port = place
    command = [sys.executable, HERE / "pooling_front.py", address, str(port), address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.url = f"http://{address}:{process.stdout.readline().strip()}"
    yield process
    process.kill()
    process.communicate()


def test_a_connection_may_go_from_case_to_case(pooling, place, run):
    upstream = ["--upstream-listen", "{}:{}".format(*place)]
    # One after the other: an idle connection is then always there for the next case.
    cases = ["echo/in-echo*", "echo/out-echo*", "http/channel-after-echo-on-one-connection*", "connection/opens*"]
    done = run("--topology", "http-front", "--proxy", pooling.url, *upstream, "--jobs", "1", *cases)
    assert done.code == 0, done.text
    assert len(done.ids("pass")) >= 4
    shared, _ = pooling.communicate("", timeout=30)
    assert int(shared) > 0


@pytest.mark.parametrize(
    "case, requirement",
    [
        ("auth/front-keeps-users-apart", "FIELD-F67"),
        ("auth/front-forgets-a-user-who-left", "FIELD-F67"),
        ("auth/front-keeps-a-handshake-on-one-connection", "FIELD-F66"),
    ],
)
def test_a_connection_that_goes_from_user_to_user_is_told(pooling, place, run, case, requirement):
    upstream = ["--upstream-listen", "{}:{}".format(*place)]
    done = run("--topology", "http-front", "--proxy", pooling.url, *upstream, case)
    assert done.code == 1, done.text
    failed = [each for each in done.results["cases"] if each["verdict"] == "fail"]
    assert len(failed) == 2, done.text  # NTLM and Negotiate
    assert all(requirement in each["requirements"] for each in failed), done.text


def test_a_front_that_keeps_users_apart_passes(place, run, tmp_path):
    address, port = place
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:{port}")
    upstream = ["--upstream-listen", f"{address}:{port}"]
    try:
        done = run("--topology", "http-front", "--proxy", front.urls[0], *upstream, "auth/front-*")
    finally:
        front.stop()
    assert done.code == 0, done.text
    assert len(done.ids("pass")) >= 12, done.text


@pytest.mark.parametrize("certificate", ["auto", "files"])
def test_the_upstream_may_want_tls(certificate, place, run, tmp_path):
    address, port = place
    cert, key, _ = fronts.certificate(tmp_path, f"IP:{address}")
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:{port} ssl verify none")
    choice = "auto" if certificate == "auto" else f"{cert},{key}"
    tls = ["--upstream-listen", f"{address}:{port}", "--upstream-tls", choice]
    try:
        done = run("--topology", "http-front", "--proxy", front.urls[0], *tls, "connection/opens*", "echo/")
    finally:
        front.stop()
    assert done.code == 0, done.text
    assert "connection/opens@in-first" in done.ids("pass")


def test_a_front_that_leads_elsewhere_is_told(place, run, tmp_path):
    address, port = place
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:1")
    try:
        upstream = f"{address}:{port}"
        done = run("--topology", "http-front", "--proxy", front.urls[0], "--upstream-listen", upstream, "--quick")
    finally:
        front.stop()
    assert done.code == 3, done.text
    assert f"sent nothing to our upstream {upstream}" in done.text
