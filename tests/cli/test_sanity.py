"""rpchspec run against a proxy that breaks: what is told of it, and what is not blamed on it."""

import pathlib
import subprocess
import sys

import pytest

from conftest import PROGRAM, results

HERE = pathlib.Path(__file__).resolve().parent
EVER = 10**6


@pytest.fixture
def proxy(started):
    """A sound proxy that is not started by the run."""
    return started("proxy", "--listen", "http://127.0.0.1:0", "--allow-anonymous")


def port_of(proxy):
    return int(proxy.ready["proxy"]["urls"][0].rsplit(":", 1)[1])


@pytest.fixture
def front(proxy):
    """front(last) -> its process and port."""
    processes = []

    def start(last):
        process = subprocess.Popen(
            [sys.executable, HERE / "breaking_front.py", str(port_of(proxy)), str(last)],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        processes.append(process)
        return process, int(process.stdout.readline())

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def against(port, *cases):
    return ["run", *cases, "--proxy", f"http://127.0.0.1:{port}", "--backend-ports", "0,0,0",
            "--set", "allow_anonymous=true", "--timeout-scale", "0.2"]  # fmt: skip


def test_of_a_proxy_that_goes_away_nothing_is_judged_any_more(proxy, tmp_path):
    command = [PROGRAM, *against(port_of(proxy), "forwarding/", "reset/", "--quick"), "--progress", "plain"]
    run = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in run.stdout:
        if line.startswith("PASS"):
            break
    proxy.process.kill()
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 3, said
    found = results(tmp_path / "rpchspec-out")
    assert found["summary"]["fail"] == found["summary"]["blocked"] == 0 and not found["findings"], said
    left = [case for case in found["cases"] if case["verdict"] == "not-run"]
    assert left and all("no longer accepts connections" in case["message"] for case in left)


def test_a_proxy_that_the_last_case_left_broken_is_told(rpchspec, tmp_path, front):
    counted, port = front(EVER)
    assert rpchspec(*against(port, "forwarding/odd-flags-pass"), "--out", "whole").code == 0
    counted.kill()
    made = len(counted.stdout.read().splitlines())
    _, port = front(made - 1)
    done = rpchspec(*against(port, "forwarding/odd-flags-pass"), "--out", "broken")
    assert done.code in (1, 3), done.out
    assert "after the last case the proxy no longer opens a virtual connection" in done.out + done.err, done.out + done.err
    red = [case["id"] for case in results(tmp_path / "broken")["cases"] if case["verdict"] in ("fail", "blocked")]
    assert red == ["connection/sanity"]


def test_where_a_canary_is_not_refused_each_refusal_is_suspect(rpchspec, tmp_path, front):
    _, port = front(EVER)
    cases = ("forwarding/odd-flags-pass", "uri/other-paths-reach-nobody@other-path")
    done = rpchspec(*against(port, *cases))
    assert "connection/canary-unknown-server was answered 200" in done.out + done.err, done.out + done.err
    found = {case["id"]: case for case in results(tmp_path / "rpchspec-out")["cases"]}
    assert not found["forwarding/odd-flags-pass"]["suspect"]
    assert found["uri/other-paths-reach-nobody@other-path"]["suspect"], found
