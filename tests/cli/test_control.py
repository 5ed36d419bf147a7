"""`up --control`: what it tells, faults by name, reset, and who may not drive it."""

import contextlib
import os
import pathlib
import re
import socket
import subprocess
import urllib.parse

import pytest

from control import Control
from rpch_client import Client

TOKEN = "correct horse battery"


@pytest.fixture
def up(started):
    return started("up", "--control", "127.0.0.1:0")


@pytest.fixture
def control(up):
    return Control(up.ready["control"])


@pytest.fixture
def client(up):
    made = []

    def begin(**more):
        made.append(Client(up.ready["proxy"]["urls"][0], **more))
        return made[-1]

    yield begin
    for each in made:
        each.close()


def fault(control, **fields):
    return control.post("/v1/faults", {"name": "f", **fields})


def test_version_and_ready(up, control):
    version = control.get("/v1/version")
    assert (version["name"], version["api"]) == ("rpchspec", "rpchspec.v1")
    assert control.get("/v1/ready") == up.ready


def test_events_tell_what_passes_from_any_number_on(control, client):
    client().conn()
    record = control.events(lambda e: "CONN/C2" in e.get("pdu", {}).get("kinds", []))
    numbers = [int(r["sequence"]) for r in control.get("/v1/events")["events"]]
    assert numbers == list(range(1, len(numbers) + 1))
    later = control.get(f"/v1/events?since={record['sequence']}&limit=1")
    assert later["events"][0] == record
    assert int(later["next"]) == int(record["sequence"]) + 1
    cookies = {
        r["event"]["identified"]["virtual_connection_cookie"]: r["event"].get("virtual_connection")
        for r in control.get("/v1/events")["events"]
        if r["event"].get("identified", {}).get("virtual_connection_cookie")
    }
    assert list(cookies.values()) == [1]  # the same number at the proxy and at the servers


def test_events_wait_for_what_is_to_come(control):
    following = control.get("/v1/events")["next"]
    nothing = control.get(f"/v1/events?since={following}&wait=50ms")
    assert nothing == {"next": following}


def test_connections_are_told_while_they_are_open(control, client):
    opened = client().conn()
    found = {c["leg"]: c for c in control.get("/v1/connections")["connections"]}
    assert set(found) == {"client.in", "client.out", "server.in", "server.out"}
    assert found["client.in"]["target"] == "/rpc/rpcproxy.dll?EXCH01:6001"
    assert {c["virtual_connection"] for c in found.values()} == {1}
    since = control.get("/v1/events")["next"]
    opened.close()
    while control.get("/v1/connections").get("connections"):
        since = control.get(f"/v1/events?since={since}&wait=60s")["next"]


def test_a_pdu_is_held_until_its_fault_is_ended(control, client):
    fault(control, leg="client.out", hold="CONN/C2")
    opening = client()
    opening.send_a1()
    opening.send_b1()
    opening.read_head()
    assert len(opening.read_pdu()) == 28  # CONN/A3
    held = control.events(lambda e: e.get("fault", {}).get("name") == "hold")["sequence"]
    status, ended = control.ask("DELETE", "/v1/faults/f")
    assert (status, ended["applied"]) == (200, 1)
    assert len(opening.read_pdu()) == 44
    record = control.events(
        lambda e: e.get("source") == "UPSTREAM" and "CONN/C2" in e.get("pdu", {}).get("kinds", [])
    )
    assert int(record["sequence"]) > int(held)


def test_a_connection_ends_behind_the_second_rpc_pdu(control, client):
    fault(control, leg="client.out", end="rst", after={"pdu": "rpc", "count": 2}, times=1)
    first = client().conn()
    assert first.bind()[2] == 12
    first.request(6)
    assert first.read_rpc()[2] == 2  # the second one comes whole
    with pytest.raises((EOFError, ConnectionResetError)):
        first.read_pdu()
    again = client().conn()  # once is once
    assert again.bind()[2] == 12
    again.request(6)
    assert again.read_rpc()[2] == 2
    again.request(6, call=3)
    assert again.read_rpc()[2] == 2
    assert control.get("/v1/faults/f")["applied"] == 1


@pytest.mark.parametrize("leg", ["client.in", "client.out", "server.in", "server.out"])
@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_connection_ends_as_soon_as_its_leg_is_known(control, client, leg, how):
    fault(control, leg=leg, end=how)
    opening = client()
    with contextlib.suppress(OSError):  # a channel may have ended before
        opening.send_a1()
        opening.send_b1()
    record = control.events(lambda e: e.get("fault", {}).get("name") == "end")
    assert record["event"]["leg"] == ("IN" if leg.endswith("in") else "OUT")
    control.post("/v1/reset")
    assert client().conn().bind()[2] == 12
    status, error = control.ask(
        "POST", "/v1/faults", {"name": "g", "leg": leg, "towards": "TOWARDS_SERVER", "end": how}
    )
    assert status == 400 and "TOWARDS_CLIENT" in error["error"]


def test_pdus_are_dropped_and_repeated(control, client):
    fault(control, leg="server.out", repeat="response", times=1)
    opened = client().conn()
    opened.bind()
    opened.request(6, call=7)
    opened.request(6, call=8)
    calls = [opened.read_rpc()[12] for _ in range(3)]
    assert calls == [7, 7, 8]
    fault(control, leg="server.out", drop="response", times=1)
    opened.request(6, call=9)
    opened.request(6, call=10)
    assert opened.read_rpc()[12] == 10


def test_the_bytes_of_one_open_connection_are_changed(control, client):
    opened = client().conn()
    number = next(
        c["number"]
        for c in control.get("/v1/connections")["connections"]
        if c["leg"] == "client.out"
    )
    set_ = control.post("/v1/faults", {"name": "flip", "connection": number, "corrupt": 1, "at": 12})
    assert (set_["leg"], set_["towards"]) == ("client.out", "TOWARDS_CLIENT")
    opened.send_rpc(11, 1, b"")
    answer = opened.read_rpc()
    assert answer[12] == 0xFE  # call_id 1, inverted


def test_a_defect_of_the_proxy_comes_and_goes(control, client):
    fault(control, defect="out-content-type")
    first = client()
    first.send_a1()
    first.send_b1()
    assert "application/rpc" not in first.read_head()
    status, error = control.ask("POST", "/v1/faults", {"name": "g", "defect": "acks-never"})
    assert status == 409 and "out-content-type" in error["error"]
    control.post("/v1/reset", {"what": ["faults"]})
    second = client()
    second.send_a1()
    second.send_b1()
    assert "application/rpc" in second.read_head()


def test_reset_ends_faults_and_connections(control, client):
    fault(control, leg="client.out", delay="0.001s")
    opened = client().conn()
    reply = control.post("/v1/reset")
    assert (reply["faults"], reply["connections"]) == (1, 4)
    with pytest.raises((EOFError, ConnectionResetError)):
        opened.read_pdu()
    assert control.get("/v1/faults") == {}
    assert client().conn().bind()[2] == 12  # it serves on
    assert control.get("/v1/events")["events"][0]["sequence"] == "1"  # what was seen stays


def test_what_is_wrong_is_told_with_what_is_allowed(control):
    status, error = control.ask("POST", "/v1/faults", {"name": "f", "leg": "client.uot", "delay": "1s"})
    assert status == 400
    assert "client.out" in error["allowed"] and error["meant"] == "client.out"
    status, error = control.ask("GET", "/v1/fault")
    assert status == 404 and error["meant"] == "/v1/faults"
    allowed = control.ask("GET", "/none/of/these")[1]["allowed"]
    assert "/v1/script" in allowed and len(allowed) == len(set(allowed))
    status, error = control.ask("DELETE", "/v1/version")
    assert status == 405 and error["allowed"] == ["GET"]
    assert control.ask("GET", "/v1/events?sinse=1")[0] == 400
    assert control.ask("GET", "/v1/events?since=one")[0] == 400
    assert control.ask("GET", "/v1/events?wait=2h")[0] == 400
    assert control.ask("DELETE", "/v1/faults/none")[0] == 404
    assert control.ask("POST", "/v1/faults", {"name": "f", "connection": 999, "delay": "1s"})[0] == 404
    assert control.ask("POST", "/v1/reset", {"what": ["falts"]})[1]["meant"] == "faults"
    assert control.ask("POST", "/v1/faults", "{")[0] == 400
    assert control.ask("GET", "/v1/script")[0] == 409


def test_the_manuals_requests_work_as_written(up):
    manual = pathlib.Path(__file__).resolve().parents[2] / "docs/fixture.md"
    fences = re.findall(r"^```sh\n(curl.*?)^```$", manual.read_text(), re.MULTILINE | re.DOTALL)
    assert len(fences) >= 2
    for text in fences:
        done = subprocess.run(
            ["bash", "-ec", text],
            env={**os.environ, "control": up.ready["control"]},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0 and "error" not in done.stdout, done.stdout + done.stderr


def test_web_pages_and_forms_are_refused(control):
    assert control.ask("GET", "/v1/version", fields={"Origin": "http://127.0.0.1"})[0] == 403
    assert control.ask("GET", "/v1/version", fields={"Host": "rebound.example"})[0] == 403
    status, _ = control.ask("POST", "/v1/reset", "{}", fields={"Content-Type": "text/plain"})
    assert status == 415


def test_hostile_requests_leave_it_serving(up, control):
    where = urllib.parse.urlparse(up.ready["control"])
    for text in (
        b"\x16\x03\x01\x00\x05hello\r\n\r\n",
        b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n",
        b"POST /v1/faults HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n",
        b"GET /v1/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ):
        with socket.create_connection((where.hostname, where.port), timeout=60) as plain:
            plain.sendall(text)
            assert plain.recv(12).startswith(b"HTTP/1.1 4"), text[:40]
    deep = "[" * 5000
    assert control.ask("POST", "/v1/faults", deep)[0] == 400
    assert control.get("/v1/version")["name"] == "rpchspec"


def test_who_leaks_connections_is_told_so(up, control):
    where = urllib.parse.urlparse(up.ready["control"])
    with contextlib.ExitStack() as held:
        for _ in range(100):  # heads without an end
            each = held.enter_context(socket.create_connection((where.hostname, where.port), timeout=60))
            each.sendall(b"GET /v1/version HTTP/1.1\r\n")
        status, answer = control.ask("GET", "/v1/version")
        assert status == 503 and "64 connections" in answer["error"]
    assert until_answered(up.ready["control"])["name"] == "rpchspec"


def until_answered(url):
    """Behind connections that have just been closed."""
    while True:
        status, answer = Control(url).ask("GET", "/v1/version")
        if status == 200:
            return answer
        assert status == 503


def test_a_token_is_asked_for_where_it_is_given(started, tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    up = started("up", "--control", "127.0.0.1:0", "--control-token-file", "token")
    assert Control(up.ready["control"]).ask("GET", "/v1/version")[0] == 401
    assert Control(up.ready["control"], "wrong" + TOKEN).ask("GET", "/v1/version")[0] == 401
    assert Control(up.ready["control"], TOKEN).get("/v1/version")["name"] == "rpchspec"


def test_every_address_needs_tls_and_a_token(rpchspec, started, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    for more in ([], ["--control-tls", "auto"], ["--control-token-file", "token"]):
        finished = rpchspec("up", "--control", "0.0.0.0:0", *more)
        assert finished.code == 2 and "not loopback" in finished.err
    up = started(
        "up", "--control", "0.0.0.0:0", "--control-tls", "auto", "--control-token-file", "token"
    )
    assert up.ready["control"].startswith("https://")


@pytest.mark.parametrize(
    "arguments, text",
    [
        (["--control", "127.0.0.1"], "--control"),
        (["--control", "here:0"], "no IP address"),
        (["--control-token-file", "x"], "go with --control"),
        (["--control", "127.0.0.1:0", "--control-token-file", "none"], "cannot open"),
        (["--out", "x"], "goes with --judge"),
        (["--script", "x"], "goes with --map"),
        (["--tls", "expird"], "wrong-name"),
    ],
)
def test_usage_errors(rpchspec, arguments, text):
    finished = rpchspec("up", *arguments)
    assert finished.code == 2 and text in finished.err
