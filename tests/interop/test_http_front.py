"""Topology http-front itself: fronts that share upstream connections, TLS towards the upstream,
and a front that leads elsewhere."""

import pathlib
import subprocess
import sys

import pytest

import fronts

HERE = pathlib.Path(__file__).resolve().parent
# What a front that pools connections fails, with the requirement cited; and one that spreads channels.
KILLED_BY_POOLING = {
    "auth/front-keeps-users-apart": "FIELD-F67",
    "auth/front-forgets-a-user-who-left": "FIELD-F67",
    "auth/front-keeps-a-handshake-on-one-connection": "FIELD-F66",
}
KILLED_BY_H2 = "http/front-speaks-http-1-where-h2-is-offered"
KILLED_BY_SPREADING = ["connection/front-keeps-channels-together", "recycling/front-keeps-successors-together"]


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


@pytest.mark.parametrize("case, requirement", KILLED_BY_POOLING.items())
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


@pytest.mark.parametrize("asked, agreed", [("h2,http/1.1", "h2"), ("http/1.1", "http/1.1"), (None, "")])
def test_a_front_must_not_take_h2_where_it_is_offered(asked, agreed, place, run, tmp_path):
    address, port = place
    alpn = f" alpn {asked}" if asked else ""
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:{port} ssl verify none{alpn}")
    tls = ["--upstream-listen", f"{address}:{port}", "--upstream-tls", "auto"]
    # Before and after the one case that offers h2 there is no ALPN: the others pass.
    cases = [KILLED_BY_H2, "connection/opens@in-first"]
    try:
        done = run("--topology", "http-front", "--proxy", front.urls[0], *tls, *cases, "--evidence", "all")
    finally:
        front.stop()
    assert "connection/opens@in-first" in done.ids("pass"), done.text
    ladder = (tmp_path / "out/cases" / KILLED_BY_H2 / "ladder.txt").read_text()
    told = [line.split() for line in ladder.splitlines() if "TLSv1.3 TLS_" in line]
    assert len(told) == 2, ladder
    assert all((line[-2:] == ["ALPN", agreed]) == bool(agreed) for line in told), ladder
    if agreed == "h2":
        assert done.ids("fail") == {KILLED_BY_H2}, done.text
        assert done.cited() == {"FIELD-F07"}, done.text
        assert "PRI * HTTP/2.0" in ladder, ladder
    else:
        assert done.code == 0, done.text


def test_what_an_upstream_without_tls_offers_is_a_skip(place, run, tmp_path):
    address, port = place
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:{port}")
    upstream = ["--upstream-listen", f"{address}:{port}"]
    try:
        done = run("--topology", "http-front", "--proxy", front.urls[0], *upstream, KILLED_BY_H2)
    finally:
        front.stop()
    assert done.code == 4, done.text
    assert "only over TLS towards the upstream (--upstream-tls)" in done.case(KILLED_BY_H2)["message"]


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


def balancing(folder, balance, addresses):
    """haproxy.cfg with one server more."""
    one, other = addresses
    text = (HERE / "haproxy.cfg").read_text()
    whole = text + f"  server other {other}\n  balance {balance}\n"
    template = folder / "balancing.cfg"
    template.write_text(whole)
    return fronts.HAProxy(template, folder, one)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("balance", ["source", "roundrobin"])
def test_the_channels_of_a_connection_must_come_to_one_of_two_upstreams(place, run, tmp_path, balance, tls):
    address, port = place
    addresses = [f"{address}:{port}", f"{address}:{fronts.free_port(address)}"]
    over = " ssl verify none" if tls else ""
    front = balancing(tmp_path, balance, [each + over for each in addresses])
    upstreams = [word for each in addresses for word in ("--upstream-listen", each)]
    upstreams += ["--upstream-tls", "auto"] if tls else []
    cases = KILLED_BY_SPREADING
    every = {f"{cases[0]}@at-once", f"{cases[0]}@apart", cases[1]}
    try:
        done = run("--topology", "http-front", "--proxy", front.urls[0], *upstreams, *cases, "connection/opens*", "--jobs", "1")
    finally:
        front.stop()
    if balance == "source":
        assert done.code == 0, done.text
        assert done.ids("pass") >= every, done.text
        return
    assert done.code == 1, done.text
    assert done.ids("blocked", "error", "not-run") == set(), done.text
    assert done.ids("fail") >= every, done.text
    assert "FIELD-F77" in done.case(f"{cases[0]}@apart")["requirements"]
    assert "FIELD-F55" in done.case(cases[1])["requirements"]
    cited = done.cited()
    assert cited == {"FIELD-F77", "FIELD-F55"}, done.text
    assert all(each in done.text for each in addresses)


def test_one_upstream_leaves_a_front_no_choice(place, run, tmp_path):
    address, port = place
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:{port}")
    upstream = ["--upstream-listen", f"{address}:{port}"]
    cases = ["connection/front-keeps-channels-together", "connection/opens"]
    try:
        done = run("--topology", "http-front", "--proxy", front.urls[0], *upstream, *cases)
    finally:
        front.stop()
    assert "--upstream-listen twice" in done.case(f"{cases[0]}@apart")["message"]


def test_the_servers_may_be_played_elsewhere(place, run, start, tmp_path):
    address, port = place
    front = fronts.HAProxy(HERE / "haproxy.cfg", tmp_path, f"{address}:{port}")
    servers = start("backend", "--driven", "127.0.0.1:0").ready["driven"]
    upstream = ["--upstream-listen", f"{address}:{port}", "--backend-at", servers]
    try:
        cases = ["connection/opens*", "reset/server-*", "forwarding/"]
        done = run("--topology", "http-front", "--proxy", front.urls[0], *upstream, *cases, "--quick")
    finally:
        front.stop()
    assert done.code == 0, done.text
    assert {"connection/opens@in-first", "forwarding/in-payload-intact@large"} <= done.ids("pass"), done.text
