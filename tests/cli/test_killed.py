"""A run that is killed, whose disk is full, or whose proxy dies: what had finished is reported."""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import time

import jsonschema
import junitparser
import pytest

from conftest import PROGRAM, ROOT, results

SCHEMA = json.loads((ROOT / "reports/results.schema.json").read_text())
LONG = "timeout/client-silent-for-a-minute"


def verdicts(folder):
    """Verdict by id; all reports of the folder are looked at for being whole."""
    run = results(folder)
    jsonschema.validate(run, SCHEMA)
    found = {case["id"]: case["verdict"] for case in run["cases"]}
    junit = junitparser.JUnitXml.fromfile(str(folder / "junit.xml"))
    assert {case.name for suite in junit for case in suite} == set(found)
    page = (folder / "report.html").read_text()
    assert page.endswith("</html>\n")
    assert [case for case in found if f"{case}<" not in page] == []
    if (folder / "events.jsonl").exists():
        text = (folder / "events.jsonl").read_text()
        assert text == "" or text.endswith("\n")
        assert {json.loads(line)["case"] for line in text.splitlines()} <= set(found)
    assert list(folder.rglob("*.part")) == []
    return found


def lines_until(process, ids):
    """Reads what the run says until all these have ended."""
    missing = set(ids)
    while missing:
        line = process.stdout.readline()
        assert line, f"the run ended before {missing}"
        missing -= set(line.split())


@pytest.fixture
def killed(rpchspec, tmp_path):
    """killed("--evidence", "all") -> verdicts of a whole run of the same; that one is killed."""

    def kill(*options):
        arguments = ["echo/in-echo@empty", "connection/opens", "--defect", "echo-reason", *options]
        whole = rpchspec("run", *arguments, "--out", "whole")
        assert whole.code == 1, whole.out + whole.err
        expected = verdicts(tmp_path / "whole")
        process = subprocess.Popen(
            [PROGRAM, "run", LONG, *arguments], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        lines_until(process, expected)
        process.kill()
        process.communicate()
        return expected

    return kill


@pytest.mark.parametrize("evidence", ["failed", "all", "none"])
def test_what_had_finished_before_a_kill_is_reported(rpchspec, tmp_path, killed, evidence):
    expected = killed("--evidence", evidence, "--suite-name", "mine")
    out = tmp_path / "rpchspec-out"
    before = results(out)
    assert before["complete"] is False
    assert {case["verdict"] for case in before["cases"]} == {"not-run"}
    with (out / "events.jsonl").open("a") as torn, (out / "finished.jsonl").open("a") as line:
        torn.write('{"case": "echo/i')
        line.write('{"case": {"id": "ec')
    done = rpchspec("report", out)
    assert done.code == 1, done.out + done.err
    assert "the run was killed" in done.err and "not complete" in done.out
    found = verdicts(out)
    assert found.pop(LONG) == "not-run"
    assert found == expected
    run = results(out)
    assert run["complete"] is False
    assert [f["id"] for f in run["findings"]] == [f["id"] for f in results(tmp_path / "whole")["findings"]]
    assert "rpchspec.mine.echo" in (out / "junit.xml").read_text()
    rebuilt = (out / "results.json").read_bytes()
    assert rpchspec("report", out).code == 1
    assert (out / "results.json").read_bytes() == rebuilt
    assert rpchspec("run", "connection/opens", "--out", out).code == 0
    assert not (out / "finished.jsonl").exists() and results(out)["complete"] is True


def test_journals_alone_are_enough(rpchspec, tmp_path, killed):
    expected = killed("--evidence", "all")
    out = tmp_path / "rpchspec-out"
    notes = (out / "finished.jsonl").read_text().splitlines()[0]
    (out / "finished.jsonl").write_text(notes + "\n")
    (out / "events.jsonl").unlink()
    assert rpchspec("report", out).code == 1
    found = verdicts(out)
    assert found.pop(LONG) == "not-run"
    assert found == expected
    lines = (out / "events.jsonl").read_text().splitlines()
    assert {json.loads(line)["case"] for line in lines} == {*expected, LONG}


def test_waivers_of_a_killed_run_hold(rpchspec, tmp_path):
    failing = ["echo/in-echo@empty", "--defect", "echo-reason"]
    assert rpchspec("run", *failing, "--write-baseline", "known.yaml").code == 1
    (tmp_path / "rpchspec.yaml").write_text("defaults: {waivers: known.yaml}\n")
    process = subprocess.Popen(
        [PROGRAM, "run", LONG, *failing], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    lines_until(process, ["echo/in-echo@empty"])
    process.kill()
    process.communicate()
    assert rpchspec("report", "rpchspec-out").code == 3
    assert verdicts(tmp_path / "rpchspec-out") == {"echo/in-echo@empty": "waived", LONG: "not-run"}


def test_a_run_under_way_is_left_alone(rpchspec, tmp_path):
    process = subprocess.Popen(
        [PROGRAM, "run", LONG, "echo/in-echo@four"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    lines_until(process, ["echo/in-echo@four"])
    out = tmp_path / "rpchspec-out"
    before = (out / "results.json").read_bytes()
    done = rpchspec("report", out)
    assert "still under way" in done.err
    assert (out / "results.json").read_bytes() == before
    second = rpchspec("run", "echo/in-echo@four")
    assert second.code == 3 and "another run is under way" in second.err
    assert "Results:" not in second.out
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert verdicts(out)["echo/in-echo@four"] == "pass"


def in_group(group):
    """The processes of a group that still run, as /proc tells."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile
        if int(of) == group and state != "Z":
            found.append(stat.parent.name)
    return found


def test_the_proxy_of_a_run_that_is_killed_ends(tmp_path):
    """The shell that waits for it would not pass a signal on."""
    proxy = f'echo $$ > pid; {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous; echo ended'
    process = subprocess.Popen(
        [PROGRAM, "run", LONG, "echo/in-echo@four", "--start", proxy, "--proxy", "http://127.0.0.1:0",
         "--backend-ports", "0,0,0", "--set", "connection_timeout=120s"],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines_until(process, ["echo/in-echo@four"])
    group = int((tmp_path / "pid").read_text())
    assert len(in_group(group)) == 2
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while in_group(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    if left := in_group(group):
        os.killpg(group, signal.SIGKILL)
    assert left == []


def may_mount():
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0


def on_a_small_disk(tmp_path, size, *arguments):
    """Runs on a disk of `size` KiB; then what is on it is copied to saved/."""
    script = f"""
        mount -t tmpfs -o size={size}k tmpfs disk
        "$0" run --out disk/out "$@"; code=$?
        cp -r disk/out saved; exit $code"""
    (tmp_path / "disk").mkdir()
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, PROGRAM, *arguments],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.skipif(not may_mount(), reason="no mount namespace")
@pytest.mark.parametrize("size", [656, 676, 696])
def test_a_disk_that_fills_up_ends_the_run_with_what_had_finished(tmp_path, size):
    quick = ["echo/", "flow-control/", "--max-case", "300ms"]
    done = on_a_small_disk(tmp_path, size, *quick, "--evidence", "all", "--jobs", "1")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    found = verdicts(tmp_path / "saved")
    assert set(found.values()) <= {"pass", "error", "not-run"}
    assert list(found.values()).count("pass") >= 3 and "not-run" in found.values()
    assert not (tmp_path / "saved/.reserve").exists() and not (tmp_path / "saved/finished.jsonl").exists()


@pytest.mark.skipif(not may_mount(), reason="no mount namespace")
def test_a_disk_without_room_for_the_reports_is_told_at_once(tmp_path):
    done = on_a_small_disk(tmp_path, 80, "echo/")
    assert done.returncode == 3
    assert "are wanted for the reports: No space left on device" in done.stderr
    assert results(tmp_path / "saved")["complete"] is False


def test_a_limit_on_files_is_no_end_without_words(tmp_path):
    arguments = shlex.join([PROGRAM, "run", "echo/in-echo@four", "flow-control/", "--evidence", "all", "--jobs", "1"])
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 60; exec {arguments}"], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "File too large" in done.stdout + done.stderr
    run = results(tmp_path / "rpchspec-out")
    jsonschema.validate(run, SCHEMA)


WAITS = """id: limits/waits
title: A virtual connection that nobody uses
since: "1.0"
given: [opened]
steps:
  - pause: 40s
  - label: last
    server.send: {channel: out, bytes: 2000}
expect:
  - {client.out: {data: 2000}, since: last, within: 5s, by: FIELD-F28}
"""


def test_a_proxy_that_dies_in_the_middle_leaves_what_had_finished(tmp_path):
    (tmp_path / "waits.yaml").write_text(WAITS)
    proxy = f'echo $$ > pid; exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous'
    process = subprocess.Popen(
        [PROGRAM, "run", "waits.yaml", "echo/in-echo@four", "--start", proxy, "--proxy", "http://127.0.0.1:0",
         "--backend-ports", "0,0,0"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lines_until(process, ["echo/in-echo@four"])
    os.kill(int(pathlib.Path(tmp_path / "pid").read_text()), signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 3, out + err
    assert "was killed by signal 9" in err
    assert verdicts(tmp_path / "rpchspec-out") == {"echo/in-echo@four": "pass", "limits/waits": "not-run"}
    assert results(tmp_path / "rpchspec-out")["complete"] is True
