"""The control API: what is sent, what is understood, what is refused; against a fake, and the program where it has it."""

import dataclasses
import http.server
import json
import re
import socket
import subprocess
import threading
import urllib.parse

import pytest

import rpchspec
from conftest import PROGRAM, ROOT
from rpchspec import control
from rpchspec._json import decode, encode

PROTO = ROOT / "harness/agent/proto/rpchspec/v1/control.proto"
FAULT = ROOT / "model/fault.proto"
HAS_CONTROL = "--control" in subprocess.run([PROGRAM, "up", "--help"], capture_output=True, text=True).stdout
needs_control = pytest.mark.skipif(not HAS_CONTROL, reason="this program has no --control yet")


class Fake(http.server.BaseHTTPRequestHandler):
    """Answers what the test put into `answers`, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, json.loads(body) if body else None, dict(self.headers)))
        status, told = self.server.answers.pop(0)
        text = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        self.close_connection = self.server.closes

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_):
        pass


@pytest.fixture
def fake():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    server.asked, server.answers, server.closes = [], [], False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(fake):
    with rpchspec.Control(f"http://127.0.0.1:{fake.server_address[1]}", token="open sesame") as client:
        yield client


def test_a_request_says_who_asks_and_what(fake, client):
    fake.answers += [(200, {"name": "rpchspec", "version": "1.0.0", "suite": "1.0", "api": "rpchspec.v1"}), (200, {})]
    assert client.version().api == "rpchspec.v1"
    assert client.ready() == control.Ready()
    assert [(method, path, body) for method, path, body, _ in fake.asked] == [
        ("GET", "/v1/version", None), ("GET", "/v1/ready", None),
    ]  # fmt: skip
    assert fake.asked[0][3]["Authorization"] == "Bearer open sesame"
    assert "Origin" not in fake.asked[0][3]


def test_a_fault_is_told_as_protobuf_tells_it(fake, client):
    fault = control.Fault("cut", leg="client.out", after=control.Count("rpc", 2), end="rst", times=1)
    fake.answers.append((200, {**encode(fault), "applied": 3}))
    assert client.inject(fault) == dataclasses.replace(fault, applied=3)
    assert fake.asked[0][:3] == ("POST", "/v1/faults", {
        "name": "cut", "leg": "client.out", "times": 1, "after": {"pdu": "rpc", "count": 2}, "end": "rst",
    })  # fmt: skip


@pytest.mark.parametrize(
    "fault, told",
    [
        (control.Fault("a", delay=0.25), {"delay": "0.25s"}),
        (control.Fault("a", stop_reading=0.0), {"stop_reading": "0s"}),
        (control.Fault("a", drip=control.Drip(1, 0.1)), {"drip": {"bytes": 1, "every": "0.1s"}}),
        (control.Fault("a", truncate=True, towards=control.Towards.CLIENT), {"truncate": True, "towards": "TOWARDS_CLIENT"}),
    ],
)
def test_what_is_set_is_told_and_nothing_else(fault, told):
    assert json.loads(json.dumps(encode(fault))) == {"name": "a", **told}
    assert decode(control.Fault, encode(fault)) == fault


def test_every_message_comes_back_as_it_was():
    script = control.Script((control.ScriptedInterface("u", "1.0", (control.ScriptedOperation(3, reply=b"\0\xff"),),
                                                       control.ScriptedOperation(fault="nca_s_op_rng_error")),))  # fmt: skip
    assert encode(script)["interfaces"][0]["operations"] == [{"opnum": 3, "reply": "00ff"}]
    assert decode(control.Script, encode(script)) == script
    numbers = control.Connection(age=1.5, pdus_sent=2**63)
    assert encode(numbers) == {"age": "1.5s", "pdus_sent": "9223372036854775808"}
    assert decode(control.Connection, encode(numbers)) == numbers


@pytest.mark.skipif(not PROTO.exists(), reason="this tree has no control.proto yet")
def test_the_messages_are_those_of_the_interface():
    proto = PROTO.read_text() + FAULT.read_text()
    renamed = {"FixtureFinding": "Finding"}
    for name in control.__all__:
        made = getattr(control, name)
        if not dataclasses.is_dataclass(made):
            continue
        inner = {"ReadyBackends": "Backends", "ReadyProxy": "Proxy"}.get(name)
        message, margin = inner or renamed.get(name, name), "  " if inner else ""
        body = re.search(rf"message {message} {{(.*?)^{margin}}}\n", proto, re.DOTALL | re.MULTILINE).group(1)
        body = re.sub(r"message \w+ {.*?}", "", body, flags=re.DOTALL)
        fields = re.findall(r"^\s*(?:repeated )?[\w.<>, ]+ (\w+) = \d+;", body, re.MULTILINE)
        assert [field.name for field in dataclasses.fields(made)] == fields, name


def test_an_error_carries_what_was_meant(fake, client):
    fake.answers.append((400, {"error": "unknown fault 'end': 'rts'", "allowed": ["fin", "rst"], "meant": "rst"}))
    with pytest.raises(rpchspec.ControlError, match="did you mean 'rst'") as raised:
        client.inject(control.Fault("cut", end="rts"))
    assert (raised.value.status, raised.value.allowed, raised.value.meant) == (400, ("fin", "rst"), "rst")


@pytest.mark.parametrize("told", [b"<html>", b"[]", b'{"version": 1}'])
def test_an_answer_that_is_none_is_told(fake, client, told):
    fake.answers.append((200, told))
    with pytest.raises(rpchspec.ControlError):
        client.version()


def test_a_connection_that_was_closed_meanwhile_is_opened_again(fake, client):
    fake.closes = True
    fake.answers += [(200, {"suite": "1"}), (200, {"suite": "2"})]
    assert [client.version().suite, client.version().suite] == ["1", "2"]


def test_nobody_there_is_told():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(rpchspec.ControlError, match="refused") as raised:
            rpchspec.Control(f"http://127.0.0.1:{held.getsockname()[1]}").version()
    assert raised.value.status == 0
    with pytest.raises(ValueError, match="expected the http or https URL"):
        rpchspec.Control("127.0.0.1:80")


def test_a_fault_of_a_block_ends_with_it(fake, client):
    fake.answers += [(200, {"name": "late"}), (200, {"name": "late"}), (200, {}), (404, {"error": "no such fault"})]
    with pytest.raises(ZeroDivisionError):
        with client.fault(control.Fault("late", hold="CONN/C2")):
            1 / 0
    with client.fault(control.Fault("once")):
        pass  # it acted, and went
    assert [path for _, path, _, _ in fake.asked] == ["/v1/faults", "/v1/faults/late", "/v1/faults", "/v1/faults/once"]


def test_it_waits_for_an_event_page_by_page(fake, client):
    def record(number, **event):
        return {"sequence": str(number), "event": event}

    fake.answers += [(200, {"events": [record(1, head={}), record(2, opened={})], "next": "3"}), (200, {"next": "3"}),
                     (200, {"events": [record(3, pdu={"kinds": ["CONN/C2"]})], "next": "4"})]  # fmt: skip
    found = client.wait_for(lambda told: "CONN/C2" in told.event.get("pdu", {}).get("kinds", ()), timeout=60)
    assert found.sequence == 3
    asked = [urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["since"] for _, path, _, _ in fake.asked]
    assert asked == [["1"], ["3"], ["3"]]
    fake.answers += [(200, {"next": "4"})]
    with pytest.raises(TimeoutError):
        client.wait_for(lambda told: False, since=4, timeout=0)


def test_up_without_it_says_how_to_ask_for_it():
    with rpchspec.Up() as up:
        with pytest.raises(RuntimeError, match='control="127.0.0.1:0"'):
            up.control


@needs_control
def test_the_program_does_what_it_is_told():
    with rpchspec.Up(control="127.0.0.1:0") as up:
        assert up.control.version().name == "rpchspec"
        told = up.control.ready()
        assert told.pid == up.pid and told.proxy.urls == up.urls
        with up.control.fault(control.Fault("late", leg="client.out", delay=0.25)) as fault:
            assert up.control.faults() == (fault,)
        assert up.control.faults() == ()
        where = urllib.parse.urlsplit(up.url)
        with socket.create_connection((where.hostname, where.port)) as client:
            client.sendall(b"GET /rpc/rpcproxy.dll HTTP/1.1\r\nHost: x\r\n\r\n")
            head = up.control.wait_for(lambda record: "head" in record.event)
            assert head.sequence > 0
            assert len(up.control.connections()) == 1
            assert up.control.reset().connections == 1
        with pytest.raises(rpchspec.ControlError) as raised:
            up.control.withdraw("late")
        assert raised.value.status == 404
