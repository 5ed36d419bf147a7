"""run --backend-at: the servers of a run are played by `backend --driven`, or by an agent (`serve`)."""

import contextlib
import json
import re
import socket
import subprocess
import time

import grpc
import pytest

from certificates import Authority
from conftest import PROGRAM, results

SELECTED = ["connection/", "reset/", "echo/"]
PATIENCE = 60  # seconds
SECRET = "a secret of thirty-one letters"


@pytest.fixture
def driven(started):
    def begin(*more):
        agent = started("backend", "--driven", "127.0.0.1:0", *more)
        return agent, agent.ready["driven"]

    return begin


@pytest.fixture
def agent(started):
    """agent(options...) -> the process of `serve`, and its address for --backend-at."""

    def begin(*more):
        process = started("serve", "--listen", "127.0.0.1:0", *more)
        return process, "grpc://" + process.ready["agent"]

    return begin


def processes_of(folder):
    """What plays servers for an agent that works in this folder."""
    driven = folder / "rpchspec-agent/driven"
    return [*driven.iterdir()] if driven.exists() else []


def none_is_left(folder):
    deadline = time.monotonic() + PATIENCE
    while processes_of(folder):
        assert time.monotonic() < deadline, processes_of(folder)
        time.sleep(0.05)


def verdicts(folder):
    return {case["id"]: case["verdict"] for case in results(folder)["cases"]}


@pytest.mark.parametrize("who", ["driven", "agent"])
def test_a_run_in_two_processes_says_what_a_run_in_one_does(rpchspec, who, request, tmp_path):
    servers, at = request.getfixturevalue(who)()
    name = at.removeprefix("grpc://")
    here = rpchspec("run", "--quick", *SELECTED, "--out", "here")
    there = rpchspec("run", "--quick", *SELECTED, "--backend-at", at, "--out", "there", "--evidence", "all")
    assert (here.code, there.code) == (0, 0), there.out + there.err
    alone, together = verdicts(tmp_path / "here"), verdicts(tmp_path / "there")
    assert len(together) > 20
    assert {i: v for i, v in together.items() if alone[i] != v and v != "skip"} == {}
    ladder = next((tmp_path / "there/cases").rglob("ladder.txt")).read_text()
    assert re.search(rf"the servers at {name}, its clock known to \d+\.\d{{3}} ms", ladder), ladder
    journals = [*(tmp_path / "there/cases").rglob("*.bin")]
    assert journals and {path.name for path in journals} == {"journal.bin"}
    none_is_left(tmp_path)
    assert servers.stop()[0] == 0


def test_a_failure_is_found_and_its_rerun_names_the_agent(rpchspec, driven, tmp_path):
    _, at = driven()
    done = rpchspec("run", "--defect", "cookies-swapped", "connection/sanity", "--backend-at", at)
    assert done.code == 1, done.out + done.err
    failed = [case for case in results(tmp_path / "rpchspec-out")["cases"] if case["verdict"] == "fail"]
    assert failed and f"--backend-at {at}" in failed[0]["rerun"]


def test_the_report_is_rebuilt_from_the_journals(rpchspec, driven, tmp_path):
    _, at = driven()
    done = rpchspec("run", "connection/", "--quick", "--backend-at", at, "--evidence", "all")
    assert done.code == 0, done.err
    before = verdicts(tmp_path / "rpchspec-out")
    summary = json.loads((tmp_path / "rpchspec-out/results.json").read_text())
    assert summary["complete"]
    shown = rpchspec("show", next(i for i, v in before.items() if v == "pass"))
    assert shown.code == 0 and "the servers at" in shown.out


def test_tls_and_a_token(rpchspec, driven, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.sign("127.0.0.1").split(",")
    (tmp_path / "token").write_text(SECRET + "\n")
    (tmp_path / "wrong").write_text(SECRET.upper() + "\n")
    _, at = driven("--tls-cert", certificate, "--tls-key", key, "--token-file", tmp_path / "token")
    run = ["run", "connection/", "--quick", "--backend-at", at]
    trusting = [*run, "--agent-ca-file", authority.ca_file]
    done = rpchspec(*trusting, "--agent-token-file", "token")
    assert done.code == 0, done.out + done.err
    for refused, words in [
        (rpchspec(*trusting, "--agent-token-file", "wrong"), "the token is missing or wrong"),
        (rpchspec(*trusting), "the token is missing or wrong"),
        (rpchspec(*run, "--agent-token-file", "token"), f"the agent at {at}"),
    ]:
        assert refused.code == 3, refused.out + refused.err
        assert words in refused.out + refused.err
    assert rpchspec(*trusting, "--agent-token-file", "token").code == 0, "the agent is still there"


def test_what_is_no_frame_is_refused_and_the_agent_stays(rpchspec, driven):
    _, at = driven()
    host, port = at.rsplit(":", 1)
    for bytes_sent in [b"\xff\xff\xff\xff", b"\x00\x00\x00\x03abc", b"GET / HTTP/1.1\r\n\r\n", b"\x00\x00\x00\x00"]:
        with socket.create_connection((host, int(port)), timeout=20) as stream:
            stream.sendall(bytes_sent)
            stream.settimeout(60)
            while stream.recv(4096):
                pass
    assert rpchspec("run", "connection/", "--quick", "--backend-at", at).code == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["backend", "--driven", "10.0.0.5:7000"], "wants TLS and a token"),
        (["backend", "--driven", "somewhere:7000"], "is no IP address"),
        (["backend", "--driven", "127.0.0.1:0", "--ports", "0,0,0"], "--ports"),
        (["backend", "--driven", "127.0.0.1:0", "--tls-cert", "x"], "--tls-cert and --tls-key go together"),
        (["backend", "--driven", "127.0.0.1:0", "--bind", "127.0.0.2"], "--bind"),
        (["backend", "--driven", "127.0.0.1:0", "--control", "127.0.0.1:0"], "--control does not go with it"),
        (["backend", "--driven", "127.0.0.1:0", "--control-token-file", "x"], "--control does not go with it"),
        (["backend", "--driven", "127.0.0.1:0", "--own-address", "here"], "--own-address: 'here' is no IP address"),
        (["backend", "--own-address", "10.0.0.5"], "go with --driven"),
        (["backend", "--token-file", "x"], "go with --driven"),
        (["run", "--backend-at", "nowhere"], "--backend-at"),
        (["run", "--backend-at", "grpc://nowhere"], "--backend-at"),
        (["run", "--backend-at", "https://h:1"], "--backend-at"),
        (["run", "--agent-cert", "x", "--agent-key", "x"], "go with --backend-at"),
        (["run", "--backend-at", "grpc://h:1", "--agent-cert", "x"], "--agent-cert and --agent-key go together"),
        (["run", "--backend-at", "grpc://h:1", "--agent-cert", "x", "--agent-key", "x"], "go with --agent-ca-file"),
        (["run", "--backend-at", "h:1", "--agent-name", "x"], "go with --backend-at grpc://"),
        (["serve", "--max-driven", "17"], "--max-driven"),
        (["run", "--agent-ca-file", "x"], "go with --backend-at"),
        (["run", "--backend-at", "192.0.2.5:7000", "--proxy", "http://192.0.2.6", "--agent-token-file", __file__], "not in clear"),
        (["run", "--backend-at", "h:1", "--agent-token-file", "missing"], "--agent-token-file"),
        (["run", "--backend-at", "h:1", "--topology", "live", "--proxy", "http://h"], "has its own servers"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(rpchspec, arguments, words):
    done = rpchspec(*arguments)
    assert done.code == 2, done.out + done.err
    assert words in done.err


def test_an_agent_that_is_not_there(rpchspec):
    done = rpchspec("run", "connection/", "--quick", "--backend-at", "127.0.0.1:1")
    assert done.code == 3
    assert "the agent at 127.0.0.1:1 can't be reached" in done.out + done.err


def test_an_agent_that_is_not_there_by_grpc(rpchspec):
    done = rpchspec("run", "connection/", "--quick", "--backend-at", "grpc://127.0.0.1:1")
    assert done.code == 3
    assert "the agent at 127.0.0.1:1 can't be reached" in done.out + done.err


def test_an_agent_wants_a_certificate_and_a_token(rpchspec, agent, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.sign("127.0.0.1").split(",")
    (tmp_path / "token").write_text(SECRET + "\n")
    (tmp_path / "wrong").write_text(SECRET.upper() + "\n")
    tls = ["--tls-cert", certificate, "--tls-key", key, "--client-ca", authority.ca_file]
    _, at = agent(*tls, "--token-file", tmp_path / "token")
    run = ["run", "connection/sanity", "connection/opens*", "--backend-at", at]
    trusting = [*run, "--agent-ca-file", authority.ca_file]
    known = [*trusting, "--agent-cert", certificate, "--agent-key", key]
    done = rpchspec(*known, "--agent-token-file", "token")
    assert done.code == 0, done.out + done.err
    for refused, words in [
        (rpchspec(*known, "--agent-token-file", "wrong"), "authorization"),
        (rpchspec(*known), "authorization"),
        (rpchspec(*trusting, "--agent-token-file", "token"), "can't be reached"),
        (rpchspec(*known, "--agent-name", "another", "--agent-token-file", "token"), "can't be reached"),
    ]:
        assert refused.code == 3, refused.out + refused.err
        assert words in refused.out + refused.err
    none_is_left(tmp_path)
    again = rpchspec(*known, "--agent-token-file", "token")
    assert again.code == 0, f"the agent is still there\n{again.out}{again.err}"


def test_an_agent_plays_for_so_many_runs_at_a_time(rpchspec, agent):
    _, at = agent("--max-driven", "0")
    done = rpchspec("run", "connection/", "--quick", "--backend-at", at)
    assert done.code == 3
    assert "the agent plays the servers of 0 runs at a time at most" in done.out + done.err


WAITS = """\
id: connection/waits
title: A virtual connection stays for a while
since: "1.0"
given: [opened]
steps:
  - pause: {for: 60s}
expect:
  - {client.out: {stays_open: {for: 1s}}, by: RPCH-1.3.4-01}
"""


@contextlib.contextmanager
def waiting_run(folder, at):
    """A run whose only case has begun, and goes on for a minute."""
    (folder / "waits.yaml").write_text(WAITS)
    command = [PROGRAM, "run", "waits.yaml", "--backend-at", at]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + PATIENCE
        while not [*(folder / "rpchspec-out/cases/connection/waits").rglob("servers.bin")]:
            assert time.monotonic() < deadline and run.poll() is None
            time.sleep(0.02)
        yield run
        run.kill()


def test_what_an_agent_plays_ends_with_the_run(agent, tmp_path):
    servers, at = agent()
    with waiting_run(tmp_path, at) as run:
        assert len(processes_of(tmp_path)) == 1
        run.kill()
    none_is_left(tmp_path)
    assert servers.stop()[0] == 0


def test_a_case_whose_agent_leaves_is_an_error(agent, tmp_path):
    servers, at = agent()
    with waiting_run(tmp_path, at) as run:
        assert servers.stop()[0] == 0
        assert run.wait(timeout=PATIENCE) == 3
    case = next(each for each in results(tmp_path / "rpchspec-out")["cases"] if each["id"] == "connection/waits")
    assert case["verdict"] == "error" and "the link ended" in case["message"], case


def varint(number):
    return bytes([number & 127 | 128]) + varint(number >> 7) if number > 127 else bytes([number])


def piece(drive=b"", data=b""):
    """LinkPiece by its bytes."""
    fields = [(b"\x0a", drive), (b"\x12", data)]
    return b"".join(key + varint(len(value)) + value for key, value in fields if value)


def test_pieces_that_make_no_sense_are_refused_and_the_agent_stays(rpchspec, agent, tmp_path):
    (tmp_path / "token").write_text(SECRET + "\n")
    _, at = agent("--token-file", tmp_path / "token")
    admitted = [("authorization", "Bearer " + SECRET)]
    with grpc.insecure_channel(at.removeprefix("grpc://")) as channel:
        drive = channel.stream_stream("/rpchspec.v1.Servers/Drive")

        def end_of(*pieces, metadata=admitted):
            with pytest.raises(grpc.RpcError) as caught:
                list(drive(iter(pieces), metadata=metadata, timeout=PATIENCE))
            return caught.value.code()

        assert end_of(piece(), metadata=[]) == grpc.StatusCode.UNAUTHENTICATED
        assert end_of(piece(b"0" * 32)) == grpc.StatusCode.NOT_FOUND
        assert end_of(piece(b"../../token")) == grpc.StatusCode.NOT_FOUND
        assert end_of(piece(data=bytes(65537))) == grpc.StatusCode.INVALID_ARGUMENT
        assert end_of(piece(data=bytes(3 << 20))) == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert end_of(b"\xff") == grpc.StatusCode.INVALID_ARGUMENT, "it is no message"
        assert end_of() == grpc.StatusCode.INVALID_ARGUMENT
        garbage = drive(iter([piece(data=b"\xff\xff\xff\xff")]), metadata=admitted, timeout=PATIENCE)
        said = b"".join(garbage)
        assert b"8192 are allowed here" in said
    none_is_left(tmp_path)
    run = ["run", "connection/sanity", "connection/opens*", "--backend-at", at]
    assert rpchspec(*run, "--agent-token-file", "token").code == 0
