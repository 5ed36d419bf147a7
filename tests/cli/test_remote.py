"""`rpchspec remote`: runs on an agent, from here."""

import json
import re
import signal
import socket
import subprocess
import threading

import jsonschema
import junitparser
import pytest

from conftest import PROGRAM, ROOT, own_address, results

# Cases that take no time, among them such as fail with this defect.
SELECTORS = ["echo/", "http/rpc-error-on-in", "--quick", "--seed", "7"]
DEFECT = ["--defect", "failure-502"]


@pytest.fixture
def agent(started, tmp_path):
    """"127.0.0.1:PORT" of an agent."""
    return started("serve", "--listen", "127.0.0.1:0", "--fixture-address", own_address(8)).ready["agent"]


@pytest.fixture
def remote(rpchspec, agent):
    def run(action, *words, to=agent, **more):
        return rpchspec("remote", "--agent", to, action, *words, **more)

    return run


def outcome(folder):
    """What does not depend on when and where it ran."""
    run = results(folder)
    untimed = lambda text: re.sub(r"[0-9.]+ s", "TIME", text)  # noqa: E731
    cases = [(case["id"], case["verdict"], untimed(case["message"]), case["requirements"]) for case in run["cases"]]
    findings = [(each["id"], each["cases"]) for each in run["findings"]]
    return run["complete"], run["summary"], run["seed"], sorted(cases), findings, run["requirements"]


def names(folder):
    """Files, without those that runs only leave while they work."""
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()} - {
        name for name in map(str, (each.relative_to(folder) for each in folder.rglob("*"))) if name.startswith("tls/")
    }


@pytest.mark.parametrize("more", [[], DEFECT], ids=["sound", "broken"])
def test_a_run_there_is_as_one_here(rpchspec, remote, tmp_path, more):
    there = remote("run", *SELECTORS, *more, "--out", "there", "--progress", "plain")
    here = rpchspec("run", *SELECTORS, *more, "--out", "here", "--progress", "plain")
    assert (there.code, here.code) == ((1, 1) if more else (0, 0)), there.err + here.err
    assert outcome(tmp_path / "there") == outcome(tmp_path / "here")
    assert names(tmp_path / "there") == names(tmp_path / "here")
    counts = [line for line in here.out.splitlines() if " passed" in line or " failed" in line]
    assert [line for line in counts if line not in there.out] == []
    assert here.out.splitlines()[0] in there.out  # the estimate


def test_a_scenario_of_ours_is_sent(remote, tmp_path, rpchspec):
    rpchspec("new", "echo/mine", "mine.yaml")
    sent = remote("run", "mine.yaml")
    assert sent.code == 0, sent.out + sent.err
    assert [case["id"] for case in results(tmp_path / "rpchspec-out")["cases"]] == ["echo/mine"]
    text = (tmp_path / "mine.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text + "witin: 5s\n")
    wrong = remote("run", "mine.yaml")
    assert wrong.code == 2 and f"mine.yaml:{len(text.splitlines()) + 1}:1: " in wrong.err
    assert "witin" in remote("validate", "mine.yaml").err


@pytest.mark.parametrize(
    "words, said",
    [
        (["run", "--max-case", "5"], "--max-case"),
        (["run", "--start", "x"], "--start"),
        (["run", "--set", "no-such=1"], "no-such"),
        (["walk"], "walk"),
        (["list"], "--session"),
        (["run", "--tls-cert", "x"], "--tls-key"),
    ],
)
def test_what_is_wrong_is_said(remote, words, said):
    done = remote(*words)
    assert done.code == 2 and said in done.err


def test_an_agent_that_is_not_there(remote):
    with socket.create_server(("127.0.0.1", 0)) as held:  # and nobody accepts
        place = f"127.0.0.1:{held.getsockname()[1]}"
        held.close()
        done = remote("run", "echo/", "--reconnect", "1s", to=place)
    assert done.code == 3 and place in done.err


@pytest.mark.parametrize("words", [["--target", "edge", "echo/"], ["ecko/"]], ids=["target", "selector"])
def test_what_is_unknown_there_leaves_earlier_results(remote, tmp_path, words):
    (tmp_path / "rpchspec-out").mkdir()
    (tmp_path / "rpchspec-out/results.json").write_text("earlier")
    done = remote("run", *words)
    assert done.code == (4 if len(words) == 1 else 2) and words[-1 if len(words) == 1 else 1].rstrip("/") in done.err
    assert (tmp_path / "rpchspec-out/results.json").read_text() == "earlier"


def test_a_session_lasts_between_commands(remote, tmp_path):
    kept = ["--session", "lease"]
    assert remote("run", "echo/in-echo", "--run-id", "a", *kept).code == 0
    assert (tmp_path / "lease").stat().st_mode & 0o077 == 0
    listed = remote("list", *kept)
    assert listed.code == 0 and listed.out.startswith("a  ") and "exit 0" in listed.out
    assert remote("fetch", "a", "--what", "junit", "--out", "again", *kept).code == 0
    assert [each.name for each in (tmp_path / "again").iterdir()] == ["junit.xml"]
    assert remote("cancel", "b", *kept).code == 3
    assert remote("attach", "a", "--out", "attached", *kept).code == 0
    assert results(tmp_path / "attached")["complete"]
    assert remote("close", *kept).code == 0 and not (tmp_path / "lease").exists()
    assert remote("list", *kept).code == 2


def test_hello(remote):
    done = remote("hello")
    assert done.code == 0 and "rpchspec.v1" in done.out and "none but the embedded proxy" in done.out


class Breaking:
    """A TCP relay that breaks the first connections, each behind so many bytes of the agent."""

    def __init__(self, to, after, times):
        host, port = to.split(":")
        self.to, self.after, self.breaks = (host, int(port)), after, 0
        self.times = times
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.place = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                agent = socket.create_connection(self.to)
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client, agent, None), daemon=True).start()
            threading.Thread(target=self.carry, args=(agent, client, self.after), daemon=True).start()

    def carry(self, source, sink, most):
        seen = 0
        try:
            while data := source.recv(1024):
                seen += len(data)
                if most is not None and seen > most and self.breaks < self.times:
                    self.breaks += 1
                    break
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def test_broken_and_resumed_without_losing_an_event(remote, agent, tmp_path):
    relay = Breaking(agent, after=12000, times=3)
    kept = ["--session", "lease", "--progress", "json"]
    direct = remote("run", "echo/", "--run-id", "a", "--quick", *kept)
    assert direct.code == 0, direct.err
    whole = remote("attach", "a", *kept)
    broken = remote("attach", "a", "--out", "other", *kept, to=relay.place)
    relay.listener.close()
    assert relay.breaks == 3 and broken.code == 0, broken.err
    events = [json.loads(line) for line in whole.out.splitlines()]
    assert len(events) > 20 and [json.loads(line) for line in broken.out.splitlines()][:-1] == events[:-1]
    assert [json.loads(line) for line in direct.out.splitlines()] == events


def test_files_are_fetched_whole_over_connections_that_break(remote, agent, tmp_path):
    kept = ["--session", "lease"]
    assert remote("run", "echo/", "--run-id", "a", "--quick", "--out", "whole", *kept).code == 0
    relay = Breaking(agent, after=100000, times=3)
    done = remote("fetch", "a", "--out", "broken", *kept, to=relay.place)
    relay.listener.close()
    assert relay.breaks == 3 and done.code == 0, done.err
    assert names(tmp_path / "broken") == names(tmp_path / "whole")
    for name in names(tmp_path / "whole"):
        assert (tmp_path / "broken" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_of_a_run_that_is_lost_the_verdicts_that_came_are_kept(started, tmp_path):
    """And not those of an earlier run."""
    served = started("serve", "--listen", "127.0.0.1:0", "--fixture-address", own_address(9))
    out = tmp_path / "rpchspec-out"
    out.mkdir()
    (out / "junit.xml").write_text("earlier, and green")
    process = subprocess.Popen(
        [PROGRAM, "remote", "--agent", served.ready["agent"], "run", "echo/in-echo", "timeout/client-silent-for-a-minute",
         "--progress", "json", "--reconnect", "1s"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    came = set()
    while not came:
        line = json.loads(process.stdout.readline())
        came |= {line["case"]["id"]} if "case" in line else set()
    served.process.kill()
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 3 and "that came are in" in err, err
    came |= {each["case"]["id"] for each in map(json.loads, rest.splitlines()) if "case" in each}
    run = results(out)
    jsonschema.validate(run, json.loads((ROOT / "reports/results.schema.json").read_text()))
    assert run["complete"] is False and {case["id"] for case in run["cases"]} == came
    junit = junitparser.JUnitXml.fromfile(str(out / "junit.xml"))
    assert {case.name for suite in junit for case in suite} == came


def test_a_signal_here_ends_the_run_there(agent, tmp_path):
    process = subprocess.Popen(
        [PROGRAM, "remote", "--agent", agent, "run", "timeout/", "--progress", "json"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not process.stdout.readline().startswith('{"started"'):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    run = results(tmp_path / "rpchspec-out")
    assert run["summary"]["not_run"] > 0


def test_a_token_does_not_go_in_clear_over_a_network(rpchspec, tmp_path):
    (tmp_path / "token").write_text("secret\n")
    done = rpchspec("remote", "--agent", "192.0.2.5:7135", "hello", "--token-file", "token")
    assert done.code == 2 and "not in clear" in done.err and "--tls-ca" in done.err
