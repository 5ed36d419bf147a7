"""rpchspec.run: options, results, one exception an exit code, verdicts as they come, Ctrl-C."""

import datetime
import inspect
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import pytest

import rpchspec
from conftest import BROKEN, DEFECT, ECHO, PROGRAM, SKIPPED
from rpchspec import _errors
from rpchspec._run import flags


@pytest.fixture
def closed_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_run_returns_what_results_json_says(tmp_path):
    results = rpchspec.run(ECHO, "echo/in-echo@empty", seed=7)
    told = json.loads((tmp_path / "rpchspec-out/results.json").read_text())
    assert {case.id for case in results.cases} == {case["id"] for case in told["cases"]} >= {ECHO}
    assert results.complete and results.seed == 7
    assert results.case(ECHO).verdict is rpchspec.Verdict.PASS
    assert results.summary == told["summary"]
    assert results.folder == tmp_path.joinpath("rpchspec-out").relative_to(tmp_path)
    assert results == rpchspec.Results.load("rpchspec-out")


def test_a_failure_is_raised_with_its_results_and_evidence():
    with pytest.raises(rpchspec.Failed) as raised:
        rpchspec.run(BROKEN, defect=DEFECT)
    error = raised.value
    assert error.exit_code == 1
    assert [case.id for case in error.results.failed] == [BROKEN]
    assert "RPCH-" in str(error)
    assert "RPC_IN_DATA" in error.results.ladder(BROKEN)
    assert error.results.journal(BROKEN).stat().st_size > 0


def test_a_failure_is_returned_where_nothing_is_checked():
    results = rpchspec.run(BROKEN, defect=DEFECT, check=False)
    assert results.failed[0].message.startswith("required: ")


def test_wrong_usage_is_raised_in_any_case():
    with pytest.raises(rpchspec.UsageError, match="did you mean") as raised:
        rpchspec.run(ECHO, check=False, defect="echo-bodi")
    assert raised.value.exit_code == 2 and raised.value.results is None


def test_a_selector_that_means_no_scenario_is_raised_in_any_case():
    with pytest.raises(rpchspec.NothingJudged, match="did you mean") as raised:
        rpchspec.run("ecko/in-echo", check=False)
    assert raised.value.exit_code == 4 and raised.value.results is None


def test_a_selector_is_no_option():
    with pytest.raises(rpchspec.NothingJudged, match="--quick"):
        rpchspec.run("--quick")


def test_what_cannot_be_judged_is_raised_with_the_words_of_the_preflight(closed_port):
    with pytest.raises(rpchspec.Unjudged, match=str(closed_port)) as raised:
        rpchspec.run("connection/opens", proxy=f"http://127.0.0.1:{closed_port}", backend_ports=(0, 0, 0))
    assert raised.value.results.summary["pass"] == 0


def test_nothing_judged_is_raised():
    with pytest.raises(rpchspec.NothingJudged):
        rpchspec.run("echo/", exclude="*")


def test_each_exit_code_has_an_exception_of_its_own():
    assert sorted(_errors.BY_EXIT_CODE) == [1, 2, 3, 4, 130, 143]
    assert len(set(_errors.BY_EXIT_CODE.values())) == 6
    assert type(_errors.error_of(-9, "killed")) is rpchspec.ProgramFailed


def test_cases_are_told_as_they_have_their_verdicts():
    told = []
    results = rpchspec.run("echo/in-echo@empty", ECHO, "forwarding/", quick=True, exclude="forwarding/*",
                           topology="embedded", on_case=told.append)  # fmt: skip
    assert sorted(case.id for case in told) == sorted(case.id for case in results.cases)
    assert all(results.case(case.id).verdict is case.verdict for case in told)


def test_what_is_skipped_is_told_as_well():
    told = {}
    rpchspec.run(SKIPPED, ECHO, on_case=lambda case: told.update({case.id: case}))
    assert told[SKIPPED].verdict is rpchspec.Verdict.SKIP
    assert "http-front" in told[SKIPPED].message


def test_what_on_case_raises_ends_the_run():
    class Enough(Exception):
        pass

    def stop(case):
        raise Enough

    with pytest.raises(Enough):
        # The second one would take its two minutes.
        rpchspec.run(ECHO, "timeout/", soak=True, on_case=stop)
    results = rpchspec.Results.load("rpchspec-out")
    assert results.complete
    assert results.summary["not_run"] > 0


CTRL_C = """
import os, signal, rpchspec
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
def interrupt(case):
    os.kill(os.getpid(), signal.SIGINT)
try:
    rpchspec.run("{echo}", "timeout/", soak=True, on_case=interrupt)
except KeyboardInterrupt:
    print("interrupted", rpchspec.Results.load("rpchspec-out").complete)
"""


def test_ctrl_c_ends_the_run_with_its_reports_written(python):
    done = python("-c", CTRL_C.format(echo=ECHO))
    assert (done.stdout, done.stderr) == ("interrupted True\n", "")


def test_an_interrupted_run_has_an_exception_of_its_own():
    with rpchspec.Running([ECHO, "timeout/", "--soak"]) as running:
        next(running.cases())
        running.interrupt()
        with pytest.raises(rpchspec.Interrupted) as raised:
            running.finish()
    assert raised.value.results.complete


def test_runs_go_on_side_by_side_in_threads():
    found = {}

    def one(number):
        found[number] = rpchspec.run(ECHO, out=f"out{number}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number].summary["pass"] == 1 for number in range(3))


def test_it_prints_nothing_and_leaves_the_signal_handlers_alone(python):
    code = """
import signal, rpchspec
before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]
for out in ("a", "b"):
    rpchspec.run("echo/in-echo@four", out=out)
with rpchspec.Up():
    pass
assert before == [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)]
"""
    done = python("-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# Of Python alone, and of the program's own world: its terminal, its process.
OURS = {"self", "select", "arguments", "program", "on_case", "check", "in_process", "start_timeout"}
ITS = {"help", "version", "progress", "quiet", "verbose", "exit_after", "exit_with_stdin", "ready_file", "detach", "state"}
OTHERWISE = {"password_file": "password", "set": "facts", "user": "users"}
DRIVEN = {"driven", "own_address", "tls_cert", "tls_key", "token_file"}  # of `backend --driven`: the run drives it


@pytest.mark.parametrize(
    "command, function, left_out",
    [("run", rpchspec.run, set()), ("up", rpchspec.Up, set()), ("proxy", rpchspec.Proxy, set()),
     ("backend", rpchspec.Backend, DRIVEN)],
)  # fmt: skip
def test_every_keyword_is_an_option_of_the_program_and_every_option_a_keyword(command, function, left_out):
    shown = subprocess.run([PROGRAM, command, "--help"], check=True, capture_output=True, text=True).stdout
    told = {name.replace("-", "_") for name in re.findall(r"^  (?:-\w,)?--([a-z-]+)", shown, re.MULTILINE)}
    keywords = set(inspect.signature(function).parameters) - OURS - ITS
    assert len(keywords) >= 7
    options = told - ITS - left_out
    renamed = OTHERWISE if command != "run" else {**OTHERWISE, "user": "user"}
    assert {renamed.get(name, name) for name in options} == keywords


def test_keywords_become_words_of_a_command_line():
    assert flags({"quick": True, "soak": False, "jobs": 3, "wait": None, "exclude": ["a/", "b/"]}) == [
        "--quick", "--jobs", "3", "--exclude", "a/", "--exclude", "b/",
    ]  # fmt: skip
    assert flags({"wait": datetime.timedelta(seconds=1.5), "backend_ports": (1, 2, 3)}) == [
        "--wait", "1500ms", "--backend-ports", "1,2,3",
    ]  # fmt: skip
    assert flags({"facts": {"allow_anonymous": True, "receive_window": "64KiB"}}) == [
        "--set", "allow_anonymous=true", "--set", "receive_window=64KiB",
    ]  # fmt: skip


def test_a_password_stands_in_no_list_of_processes(monkeypatch):
    seen = {}

    class Stop(Exception):
        pass

    def popen(words, **more):
        seen.update(words=words, env=more["env"])
        raise Stop

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(Stop):
        rpchspec.run(user="ann", password="secret")
    assert "secret" not in " ".join(seen["words"])
    assert seen["env"]["RPCHSPEC_PASSWORD"] == "secret"
