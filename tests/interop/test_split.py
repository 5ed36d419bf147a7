"""Topology split: two `rpchspec proxy`, one takes IN channels and the other OUT channels."""

import json
import signal
import subprocess

import pytest

import fronts
from conftest import ONE_AT_A_TIME


@pytest.fixture
def nodes(program, tmp_path):
    """Two nodes on addresses of their own: (options of the run, address of each)."""
    processes = []

    def start(name, *arguments):
        # They write more than a pipe that nobody reads would hold.
        with open(tmp_path / f"{name}.log", "wb") as log:
            process = subprocess.Popen(
                [program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=log, text=True
            )
        processes.append(process)
        return json.loads(process.stdout.readline().removeprefix("ready "))

    def make(*more):
        addresses = [fronts.own_address(number) for number in (4, 5)]
        cert, key, _ = fronts.certificate(tmp_path, ",".join(f"IP:{each}" for each in addresses))
        options = ["--ca-file", cert, "--set", "allow_anonymous=true", "--set", "connection_timeout=120s"]
        for name, address in zip(("--in-proxy", "--out-proxy"), addresses):
            urls = [f"{scheme}://{address}:0" for scheme in ("http", "https")]
            listen = [word for url in urls for word in ("--listen", url)]
            node = start(name, "proxy", *listen, "--tls", f"{cert},{key}", "--allow-anonymous", *more)
            options += [word for url in node["proxy"]["urls"] for word in (name, url)]
        return options, addresses

    yield make
    for process in processes:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=fronts.PATIENCE) == 0


def test_two_good_nodes_pass(nodes, run):
    options, _ = nodes()
    done = run(*options, "--quick")
    assert done.code == 0, done.text
    assert done.ids("fail", "blocked", "error", "not-run") == set()
    assert len(done.ids("pass")) > 300
    assert any(name.startswith("tls/offloaded") for name in done.ids("pass"))
    for name in done.ids("skip"):
        assert done.case(name)["message"], name


def channels(tmp_path, case):
    """(leg, address of the node) of each connection that the client opened, in order."""
    seen = []
    for line in (tmp_path / "out" / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event["case"] == case and event.get("source") == "CLIENT" and "opened" in event:
            seen.append((event["leg"], event["opened"]["remote"].rsplit(":", 1)[0]))
    return seen


def test_r1_moves_a_channel_to_the_other_node(nodes, run, tmp_path):
    options, (in_node, out_node) = nodes()
    done = run(*options, "--evidence", "all", "recycling/", "--quick")
    assert done.code == 0, done.text
    moved = {"IN": 0, "OUT": 0}
    for name in done.ids("pass"):
        opened = channels(tmp_path, name)
        assert ("IN", in_node) in opened or ("OUT", out_node) in opened, name
        moved["IN"] += ("IN", out_node) in opened
        moved["OUT"] += ("OUT", in_node) in opened
    assert moved["IN"] >= 3 and moved["OUT"] >= 3, moved


def test_a_defect_of_a_node_is_found(nodes, run):
    options, _ = nodes("--defect", "server-port-fixed")
    done = run(*options, "connection/port-*", "--quick")
    assert done.code == 1, done.text
    assert "connection/port-6002-reaches-referral" in done.ids("fail"), done.text


def test_two_nodes_that_lose_a_channel_between_them_are_found(nodes, run):
    options, _ = nodes("--defect", "in-r1-b1-dropped")
    done = run(*options, "connection/two-proxies-are-as-one", "--timeout-scale", "0.4")
    assert done.code == 1, done.text
    assert "RPCH-3.2.1.1.1-02" in done.cited(), done.text
