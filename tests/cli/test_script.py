"""`--map HOST:PORT=script`: any client of any interface has a peer."""

import pytest

from control import Control
from rpch_client import Client

MINE = ("12345678-1234-abcd-ef00-0123456789ab", 1)
OTHER = ("87654321-4321-abcd-ef00-0123456789ab", 1)
TARGET = "/rpc/rpcproxy.dll?localhost:3388"
SCRIPT = """
interfaces:
  - uuid: 12345678-1234-abcd-ef00-0123456789ab
    version: "1.0"
    operations:
      - {opnum: 0, reply: "0a0b0c"}
      - {opnum: 1, echo: true}
      - {opnum: 2, fault: nca_s_fault_context_mismatch}
      - {opnum: 3, hold: true}
"""
BIND_ACK, RESPONSE, FAULT = 12, 2, 3


@pytest.fixture
def up(started, tmp_path):
    (tmp_path / "script.yaml").write_text(SCRIPT)
    arguments = "--map", "localhost:3388=script", "--script", "script.yaml"
    return started("up", *arguments, "--control", "127.0.0.1:0")


@pytest.fixture
def control(up):
    return Control(up.ready["control"])


@pytest.fixture
def client(up):
    made = Client(up.ready["proxy"]["urls"][0], target=TARGET).conn()
    yield made
    made.close()


def accepted(bind_ack):
    """Whether the first context of a bind_ack was."""
    assert bind_ack[2] == BIND_ACK
    return bind_ack[-24:-22] == b"\0\0"


def called(client, opnum, stub=b"", call=2):
    client.request(opnum, stub, call)
    answer = client.read_rpc()
    return answer[2], answer[24:]


def test_each_opnum_has_its_answer(client, control):
    assert accepted(client.bind(MINE))
    assert called(client, 0) == (RESPONSE, b"\x0a\x0b\x0c")
    assert called(client, 1, b"anything at all") == (RESPONSE, b"anything at all")
    kind, body = called(client, 2)
    assert kind == FAULT and body[:4] == b"\x1a\x00\x00\x1c"
    assert called(client, 9)[1][:4] == b"\x02\x00\x01\x1c"  # nca_s_op_rng_error
    calls = control.get("/v1/script/calls")["calls"]
    assert [c.get("opnum", 0) for c in calls] == [0, 1, 2, 9]
    assert bytes.fromhex(calls[1]["stub"]) == b"anything at all"
    assert calls[0]["uuid"] == MINE[0] and calls[0]["version"] == "1.0"


def test_other_interfaces_are_refused(client):
    assert not accepted(client.bind(OTHER))


def test_a_held_call_is_answered_when_it_is_released(client, control):
    client.bind(MINE)
    client.request(3, b"waits", call=5)
    assert called(client, 0, call=6)[0] == RESPONSE
    (held,) = [c for c in control.get("/v1/script/calls")["calls"] if c.get("held")]
    reply = control.post(
        "/v1/script/release", {"call": held["number"], "answer": {"reply": "0102"}}
    )
    assert reply == {"released": 1}
    answer = client.read_rpc()
    assert (answer[2], answer[12], answer[24:]) == (RESPONSE, 5, b"\x01\x02")
    status, _ = control.ask("POST", "/v1/script/release", {"call": held["number"]})
    assert status == 404


def test_the_script_is_replaced_while_it_runs(client, control):
    script = {"interfaces": [{"otherwise": {"echo": True}}]}
    status, answer = control.ask("PUT", "/v1/script", script)
    assert (status, answer) == (200, script)
    assert accepted(client.bind(OTHER))
    assert called(client, 4711, b"back") == (RESPONSE, b"back")
    wrong = {"interfaces": [{"uuid": "12"}]}
    assert control.ask("PUT", "/v1/script", wrong)[0] == 400
    assert control.get("/v1/script") == script  # what was wrong changed nothing


def test_a_wrong_script_is_told_with_its_place(rpchspec, tmp_path):
    (tmp_path / "script.yaml").write_text("interfaces:\n  - {uuid: x, oprations: []}\n")
    finished = rpchspec("up", "--map", "h:1=script", "--script", "script.yaml")
    assert finished.code == 2
    assert "script.yaml:2:" in finished.err and "operations" in finished.err
    (tmp_path / "script.yaml").write_text("interfaces:\n  - operations: [{opnum: 1, reply: xy}]\n")
    finished = rpchspec("up", "--map", "h:1=script", "--script", "script.yaml")
    assert finished.code == 2 and "'reply'" in finished.err
