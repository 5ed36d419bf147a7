"""rpchspec explore: random histories, and what becomes of one that fails."""

import json
import pathlib
import re
import subprocess

from conftest import PROGRAM, cited, results

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNEXPLORED = ROOT / "tests" / "data" / "unexplored.txt"


def test_histories_find_nothing_on_a_proxy_that_is_right(rpchspec, tmp_path):
    finished = rpchspec("explore", "--histories", "50", "--seed", "5", timeout=300)
    assert finished.code == 0, finished.out + finished.err
    assert "50 histories of seed 5" in finished.out and "nothing was found" in finished.out
    assert results(tmp_path / "rpchspec-out")["complete"] is True
    assert not list((tmp_path / "rpchspec-out").glob("*.yaml"))


def assert_shown(printed):
    """docs/exploration.md shows this output: its history, and what that broke. How small it was made, and when
    it broke, are this machine's."""
    page = (ROOT / "docs" / "exploration.md").read_text()
    shown = re.search(r"^```\n(64 histories of seed 5\n.*?)^```$", page, re.MULTILINE | re.DOTALL)[1]
    own = re.compile(r" of \d+ bytes|\d+\.\d{3} s|; \.\.\.$|; only RTS .*", re.MULTILINE)
    assert own.sub("", printed) == own.sub("", shown)
    assert f"\nid: {re.search(r'^fail (.*)$', shown, re.MULTILINE)[1]}\n" in page


def test_a_defect_leaves_a_small_scenario_that_run_fails_on(rpchspec, tmp_path):
    finished = rpchspec(
        "explore", "--histories", "64", "--defect", "pdu-duplicated", "--seed", "5", timeout=600
    )
    assert finished.code == 1, finished.out + finished.err
    assert_shown(finished.out)
    (scenario,) = (tmp_path / "rpchspec-out").glob("explored-*.yaml")
    played = scenario.read_text().partition("expect:")[0]
    done = [line for line in played.splitlines() if line.startswith("  - {") and "await:" not in line]
    assert len(done) <= 8, scenario.read_text()
    again = rpchspec("run", scenario, "--defect", "pdu-duplicated", "--out", "again")
    assert again.code == 1, again.out + again.err
    sound = rpchspec("run", scenario, "--out", "sound")
    assert sound.code == 0, sound.out + sound.err


def broken_in(out):
    """What the history that was found broke, of level must."""
    return cited(out, lambda finding: finding["level"] == "must" and finding["kind"] != "late")


def test_what_fails_is_kept_as_it_is_where_it_is_to_be(rpchspec, tmp_path):
    finished = rpchspec(
        "explore", "--histories", "64", "--defect", "ok-reason", "--seed", "5", "--no-shrink", timeout=300
    )
    assert finished.code == 1, finished.out + finished.err
    assert "RPCH-2.1.2.1.4-03" in finished.out and "still fails with" not in finished.err
    told = finished.out.partition("also broken:")[0]
    assert {id for id in broken_in(tmp_path / "rpchspec-out") if id not in told} == set()
    assert list((tmp_path / "rpchspec-out").glob("explored-*.yaml"))


def test_one_that_is_killed_leaves_nothing_that_passes_for_results(rpchspec, tmp_path):
    out = tmp_path / "rpchspec-out"
    assert rpchspec("run", "echo/in-echo").code == 0
    assert results(out)["complete"] is True
    explore = subprocess.Popen([PROGRAM, "explore"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while b"histories" not in (line := explore.stderr.readline()):
        assert line, "it ended before its first batch did"
    explore.kill()
    explore.communicate(timeout=30)
    assert results(out)["complete"] is False
    assert (out / "exploring").exists()
    assert rpchspec("run", "echo/in-echo").code == 0
    assert not (out / "exploring").exists(), "the next run takes away what was left behind"


SMALLER_WINDOW = """\
id: flow-control/ack-after-a-smaller-window
title: An acknowledgement by hand names the window of the channel that is there
since: "1.0"
steps:
  - client.open: {}
  - {label: lead-in, client.send: {channel: in, bytes: 1000, no_wait: true}}
  - await: {server.in: {data: {at_least: 1000}}, since: lead-in, within: 3s}
  - client.recycle: {channel: out, sequence: r2, receive_window: 8192}
  - {label: recycled, server.recycle: {no_wait: true}}
  - await: {client.out#2: {response: {status: 200}}, since: recycled, within: 3s}
  - client.ack: {}
expect:
  - {client.out: {stays-open: 200ms}, by: RPCH-3.2.1.5.1.2-02}
"""


def test_an_acknowledgement_by_hand_is_lawful_after_a_recycling_into_a_smaller_window(rpchspec, tmp_path):
    """Exploration found our own client wrong there: its promise was the first channel's window."""
    (tmp_path / "smaller.yaml").write_text(SMALLER_WINDOW)
    finished = rpchspec("run", "smaller.yaml")
    assert finished.code == 0, finished.out + finished.err


def test_the_list_of_what_histories_cannot_show_names_defects(rpchspec):
    known = {entry["name"] for entry in json.loads(rpchspec("defects", "--json").out)["defects"]}
    lines = [line.split() for line in UNEXPLORED.read_text().splitlines() if not line.startswith("#")]
    named = [line[0] for line in lines]
    assert set(named) <= known
    assert named == sorted(named)
    assert len(named) < len(known) * 0.4, "an alphabet that shows so little is too small"
    manual = (ROOT / "docs" / "exploration.md").read_text()
    assert [name for name in named if f"`{name}`" not in manual] == []


def test_a_variant_that_replaces_channels_by_itself_is_not_explored(rpchspec):
    finished = rpchspec("explore", "--variant", "short-lifetime")
    assert finished.code == 2, finished.out + finished.err
    assert "a history numbers its channels" in finished.err
