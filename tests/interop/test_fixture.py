"""`up --judge --control` with impacket and Samba as the clients under test."""

import json

import pytest
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.uuid import uuidtup_to_bin

from exchange import *
from test_impacket import EcDummyRpc, connected
from test_samba import Samba


@pytest.fixture
def fixture(start, tmp_path):
    """fixture(...) -> Up that judges; `judged()` reads what it says so far."""

    def begin(*more):
        return start("up", "--judge", "--out", "judged", "--control", "127.0.0.1:0", *more)

    return begin


def findings(up):
    from urllib.request import urlopen

    with urlopen(up.ready["control"] + "/v1/findings", timeout=60) as answer:
        found = json.load(answer)
    assert found["judging"]
    return found.get("findings", [])


def broken(up):
    """The requirements of level must that the client broke."""
    return [(f["requirement"], f["seen"]) for f in findings(up) if f["level"] == "must"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_impacket_breaks_nothing(fixture, scheme):
    up = fixture("--tls", "auto")
    with connected(up.url(scheme), STORE_PORT, STORE) as dce:
        for _ in range(20):
            assert dce.request(EcDummyRpc())["ErrorCode"] == 0
    assert broken(up) == []


def test_impacket_logs_on_and_breaks_nothing(fixture):
    up = fixture("--tls", "auto", "--auth", "basic", "--user", f"{USER}:{PASSWORD}")
    with connected(up.url("https"), REFERRAL_PORT, REFERRAL) as dce:
        pass
    assert broken(up) == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_samba_breaks_nothing(fixture, scheme):
    up = fixture("--tls", "auto")
    samba = Samba(up.url(scheme))
    samba.mgmt(STORE_PORT).inq_if_ids()
    assert broken(up) == []


def test_impacket_calls_a_scripted_interface(start):
    up = start(
        "up", "--map", "localhost:3388=script", "--control", "127.0.0.1:0",
    )
    from urllib.request import Request, urlopen

    script = {"interfaces": [{"operations": [{"opnum": 7, "reply": "2a000000"}]}]}
    request = Request(
        up.ready["control"] + "/v1/script",
        json.dumps(script).encode(),
        {"Content-Type": "application/json"},
        method="PUT",
    )
    urlopen(request, timeout=60).close()
    interface = ("12345678-1234-ABCD-EF00-0123456789AB", "1.0")
    with connected(up.url("http"), 3388, interface, server="localhost") as dce:
        dce.call(7, b"\1\2\3\4")
        assert dce.recv() == b"\x2a\0\0\0"
        dce.call(8, b"")
        with pytest.raises(DCERPCException, match="nca_s_op_rng_error"):
            dce.recv()


def test_impacket_is_told_that_a_reply_never_comes(start):
    """A fault by name, seen by a client that is not ours."""
    up = start("up", "--control", "127.0.0.1:0")
    from urllib.request import Request, urlopen

    fault = {"name": "cut", "leg": "client.out", "after": {"pdu": "bind_ack"}, "end": "rst"}
    request = Request(
        up.ready["control"] + "/v1/faults",
        json.dumps(fault).encode(),
        {"Content-Type": "application/json"},
    )
    urlopen(request, timeout=60).close()
    with pytest.raises(ConnectionResetError):
        with connected(up.url("http"), STORE_PORT, STORE) as dce:
            dce.request(EcDummyRpc())
