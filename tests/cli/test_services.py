"""up, down, backend, proxy: the ready line, the ways to leave, what keeps them from starting."""

import base64
import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.parse

import pytest
from certificates import Authority
from rpch_client import Client

ECHO = (
    "RPC_IN_DATA /rpc/rpcproxy.dll?{server} HTTP/1.1\r\nHost: x\r\nAccept: application/rpc\r\n"
    "User-Agent: MSRPC\r\nContent-Length: {length}\r\n{more}\r\n"
)


def exchange(url, head, pem=None, shown=None):
    where = urllib.parse.urlparse(url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as plain:
        stream = plain
        if where.scheme == "https":
            context = ssl.create_default_context(cadata=pem)
            if shown:
                context.load_cert_chain(*shown.split(","))
            stream = context.wrap_socket(plain, server_hostname=where.hostname)
        stream.sendall(head.encode())
        return stream.recv(4096)


def test_up_says_one_ready_line_and_leaves_with_zero(started):
    up = started("up")
    assert up.ready["pid"] == up.process.pid
    url = up.ready["proxy"]["urls"][0]
    assert exchange(url, ECHO.format(server="EXCH01:6001", length=0, more="")).startswith(
        b"HTTP/1.1 200 Success"
    )
    for port in up.ready["backends"]["ports"].values():
        socket.create_connection(("127.0.0.1", port), timeout=20).close()
    code, out, _ = up.stop(signal.SIGINT)
    assert (code, out) == (0, "")


@pytest.mark.parametrize("command", ["backend", "proxy"])
def test_each_half_leaves_with_zero_on_sigterm(started, command):
    more = ["--ports", "0,0,0"] if command == "backend" else []
    half = started(command, *more)
    assert ("backends" in half.ready) == (command == "backend")
    assert ("proxy" in half.ready) == (command == "proxy")
    code, out, _ = half.stop()
    assert (code, out) == (0, "")


def test_the_end_of_standard_input_ends_it(started):
    up = started("up", "--exit-with-stdin", stdin=subprocess.PIPE)
    up.process.stdin.close()
    assert up.process.wait(timeout=30) == 0


def test_two_reasons_to_leave_at_once_are_one(started):
    up = started("up", "--exit-with-stdin", stdin=subprocess.PIPE)
    up.process.send_signal(signal.SIGTERM)
    up.process.stdin.close()
    assert up.process.wait(timeout=30) == 0, up.process.stderr.read()


def test_it_leaves_after_the_time_it_was_given(started):
    assert started("up", "--exit-after", "100ms").process.wait(timeout=30) == 0


def test_the_ready_file_says_the_same(started, tmp_path):
    up = started("up", "--ready-file", "ready.json")
    assert (tmp_path / "ready.json").read_text() == up.line


def test_basic_credentials_are_asked_for_over_tls(started):
    up = started("up", "--tls", "auto", "--auth", "basic", "--user", "ann:secret")
    url = next(u for u in up.ready["proxy"]["urls"] if u.startswith("https:"))
    pem = up.ready["proxy"]["certificate_pem"]
    head = dict(server="EXCH01:6001", length=0)
    assert b" 401 " in exchange(url, ECHO.format(**head, more=""), pem)
    word = base64.b64encode(b"ann:secret").decode()
    more = f"Authorization: Basic {word}\r\n"
    assert b" 200 " in exchange(url, ECHO.format(**head, more=more), pem)


@pytest.mark.parametrize("by_file", [False, True], ids=["option", "config"])
def test_a_client_certificate_of_the_authority_stands_for_credentials(started, tmp_path, by_file):
    known, namesake = (Authority(folder) for folder in (tmp_path / "known", tmp_path / "namesake"))
    (tmp_path / "proxy.yaml").write_text(f"client_ca: {known.ca_file}\n")
    asked = ["--config", "proxy.yaml"] if by_file else ["--client-ca", known.ca_file]
    basic = ["--auth", "basic", "--user", "ann:secret"]
    proxy = started("proxy", "--listen", "https://127.0.0.1:0", *basic, *asked).ready["proxy"]
    head = ECHO.format(server="EXCH01:6001", length=0, more="").replace("/rpc/", "/rpcwithcert/")
    for shown, status in (
        (known.sign("client"), b" 200 "),
        (namesake.sign("client"), b" 403 "),
        (None, b" 403 "),
    ):
        assert status in exchange(proxy["urls"][0], head, proxy["certificate_pem"], shown), shown
    anybody = started("proxy", "--listen", "https://127.0.0.1:0", *basic).ready["proxy"]
    pem = anybody["certificate_pem"]
    assert b" 403 " in exchange(anybody["urls"][0], head, pem, known.sign("client"))


def test_an_authority_of_clients_goes_with_https_and_is_pem(rpchspec, tmp_path):
    (tmp_path / "words").write_text("no certificate")
    secure = ["--listen", "https://127.0.0.1:0"]
    for options, why in (
        (["--listen", "http://127.0.0.1:0", "--client-ca", "words"], "goes with --tls"),
        ([*secure, "--client-ca", "words"], "--client-ca: 'words' is no PEM file"),
        ([*secure, "--client-ca", "nowhere"], "--client-ca: 'nowhere' is no PEM file"),
    ):
        finished = rpchspec("proxy", *options)
        assert finished.code == 2 and why in finished.err, finished.err


def test_an_address_in_use_is_told(rpchspec, started):
    port = started("up").ready["proxy"]["urls"][0].rsplit(":", 1)[1]
    finished = rpchspec("proxy", "--listen", f"http://127.0.0.1:{port}")
    assert finished.code == 3
    assert port in finished.err and "in use" in finished.err
    assert finished.out == ""


@pytest.mark.parametrize("command", ["up", "proxy", "backend"])
def test_a_ready_file_that_cannot_be_written_is_told(rpchspec, command):
    anywhere = {"proxy": ["--listen", "http://127.0.0.1:0"], "backend": ["--ports", "0,0,0"]}
    finished = rpchspec(command, *anywhere.get(command, []), "--ready-file", "nowhere/ready.json")
    assert finished.code == 3, finished.err
    assert "--ready-file: cannot write 'nowhere/ready.json'" in finished.err


def test_up_detached_is_ended_by_down(rpchspec, tmp_path):
    finished = rpchspec("up", "--detach", "--state", "state.json")
    assert finished.code == 0, finished.err
    ready = json.loads(finished.out.removeprefix("ready "))
    os.kill(ready["pid"], 0)
    again = rpchspec("up", "--detach", "--state", "state.json")
    assert again.code == 3 and f"still runs, pid {ready['pid']}" in again.err
    assert rpchspec("down", "--state", "state.json").code == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", ready["backends"]["ports"]["store"]), timeout=5)
    assert not (tmp_path / "state.json").exists()


def test_a_detached_one_that_cannot_start_says_so(rpchspec, started):
    port = started("up").ready["proxy"]["urls"][0].rsplit(":", 1)[1]
    finished = rpchspec(
        "up", "--listen", f"http://127.0.0.1:{port}", "--detach", "--state", "state.json"
    )
    assert finished.code == 3
    assert "in use" in finished.err


def test_down_leaves_a_stranger_with_that_pid_alone(rpchspec, tmp_path):
    (tmp_path / "state").write_text(json.dumps({"pid": os.getpid(), "started": "1"}))
    assert rpchspec("down", "--state", "state").code == 3  # and of its own nothing is known


def test_the_servers_times_are_scaled(started, tmp_path):
    """30 s, in which a second channel should come, are 3 s."""
    (tmp_path / "servers.yaml").write_text("connection_setup_timeout: 30s\n")
    up = started("up", "--backend-config", "servers.yaml", "--server-time-scale", "0.1")
    before = time.monotonic()
    client = Client(up.ready["proxy"]["urls"][0])
    client.send_a1()
    assert client.until_end(patience=60)
    assert 2.7 < time.monotonic() - before < 27


def test_where_there_is_no_gssapi_what_needs_it_is_told_and_the_rest_works(rpchspec, tmp_path):
    """A library that is none stands before the system's, as if that were not installed."""
    (tmp_path / "libgssapi_krb5.so.2").write_text("none")
    env = {"LD_LIBRARY_PATH": str(tmp_path)}
    refused = rpchspec("up", "--tls", "auto", "--auth", "ntlm", "--user", "ann:x", env=env)
    assert refused.code in (2, 3), refused.out + refused.err
    assert "libgssapi-krb5-2" in refused.err and "gss-ntlmssp" in refused.err
    done = rpchspec("run", "echo/in-echo@four", "auth/", "--max-case", "2s", env=env)
    assert done.code == 0, done.out + done.err
    run = json.loads((tmp_path / "rpchspec-out/results.json").read_text())
    skipped = [case for case in run["cases"] if case["verdict"] == "skip"]
    assert any("libgssapi-krb5-2" in case["message"] for case in skipped)
