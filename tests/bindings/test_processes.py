"""Up, Backend, Proxy: the ready line, the ways to leave, what keeps them from starting."""

import os
import select
import signal
import socket
import subprocess
import sys

import pytest

import rpchspec


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_up_says_where_it_listens_until_it_is_left():
    with rpchspec.Up() as up:
        assert up.url == up.urls[0] and up.url.startswith("http://127.0.0.1:")
        assert up.backends.server_name == "EXCH01"
        assert set(up.backends.ports) == {"store", "referral", "address-book", "mapper"}
        pid, ports = up.pid, [*up.backends.ports.values(), int(up.url.rsplit(":", 1)[1])]
        assert all(listens(port) for port in ports)
        assert up.certificate_pem == ""
    assert not any(listens(port) for port in ports)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_run_passes_against_a_fixture():
    with rpchspec.Backend() as servers, rpchspec.Proxy(allow_anonymous=True) as proxy:
        assert len(servers.backends.ports) == 3
        results = rpchspec.run("echo/in-echo@four", proxy=proxy.url, backend_ports=(0, 0, 0))
    assert results.target.urls == (proxy.ready["proxy"]["urls"][0],)


def test_tls_and_users_are_passed_on():
    with rpchspec.Up(tls="auto", auth="basic", users={"ann": "secret"}) as up:
        assert [url.split(":")[0] for url in up.urls] == ["http", "https"]
        assert "BEGIN CERTIFICATE" in up.certificate_pem


def test_wrong_usage_is_raised_when_it_starts():
    with pytest.raises(rpchspec.UsageError, match="--auth basic needs --tls"):
        rpchspec.Up(auth="basic").start()


def test_an_address_in_use_is_raised_with_its_words():
    with rpchspec.Proxy() as first:
        with pytest.raises(rpchspec.Unjudged, match="in use"):
            rpchspec.Proxy(listen=first.url).start()


def test_it_can_be_started_and_stopped_again():
    up = rpchspec.Up()
    for _ in range(2):
        up.start()
        with pytest.raises(RuntimeError, match="runs already"):
            up.start()
        assert up.stop() == 0
    assert up.stop() == 0
    with pytest.raises(RuntimeError, match="does not run"):
        up.url


def test_its_log_is_kept_and_printed_nowhere(capfd):
    with rpchspec.Up(verbose=True) as up:
        with socket.create_connection(("127.0.0.1", int(up.url.rsplit(":", 1)[1]))) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(100)
    assert up.log
    assert capfd.readouterr() == ("", "")


def test_one_that_died_is_raised_when_it_is_left():
    with pytest.raises(rpchspec.ProgramFailed) as raised:
        with rpchspec.Up() as up:
            os.kill(up.pid, signal.SIGKILL)
            os.waitid(os.P_PID, up.pid, os.WEXITED | os.WNOWAIT)
    assert raised.value.exit_code == -9


def test_an_error_in_the_block_is_not_hidden_by_how_it_left():
    with pytest.raises(ZeroDivisionError):
        with rpchspec.Up() as up:
            os.kill(up.pid, signal.SIGKILL)
            1 / 0


def test_what_says_nothing_is_given_up(tmp_path):
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\necho waiting for rain >&2\nexec sleep 60\n")
    silent.chmod(0o755)
    with pytest.raises(rpchspec.StartTimeout, match="not ready within 3 s: waiting for rain"):
        rpchspec.Up(program=silent, start_timeout=3).start()


ORPHAN = """
import os, sys, rpchspec
up = rpchspec.Up().start()
print(up.pid, flush=True)
sys.stdin.read()
os.kill(os.getpid(), 9)
"""


def test_it_ends_with_the_python_that_started_it():
    words = [sys.executable, "-c", ORPHAN]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        ended = os.pidfd_open(int(started.stdout.readline()))
        started.stdin.close()
        assert select.select([ended], [], [], 30)[0]
        os.close(ended)


def test_each_half_alone_can_be_controlled():
    for half in (rpchspec.Backend(control="127.0.0.1:0"), rpchspec.Proxy(control="127.0.0.1:0", allow_anonymous=True)):
        with half:
            assert half.control.version().name == "rpchspec"
    with rpchspec.Backend() as silent, pytest.raises(RuntimeError, match="backend has no control API"):
        silent.control
