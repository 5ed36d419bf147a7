"""run(in_process=True): what the program does, by the compiled part, in this process."""

import gc
import json
import os
import subprocess
import threading

import pytest

import rpchspec
from conftest import BROKEN, DEFECT, ECHO, PACKAGE, PROGRAM, SKIPPED
from native import PACKAGE as BUILT_PACKAGE
from native import needs_native

pytestmark = needs_native

PATHS = {"PYTHONPATH": f"{BUILT_PACKAGE.parent}:{PACKAGE}"}


def run(*select, **options):
    return rpchspec.run(*select, in_process=True, **options)


def without_times(results):
    """What two runs of the same have in common."""
    told = json.loads((results.folder / "results.json").read_text())
    for key in ("started", "duration_s"):
        del told[key]
    for case in told["cases"]:
        del case["duration_s"], case["started_s"]
    return told


def test_the_results_are_those_of_the_program():
    words = ("echo/", "connection/opens@in-first", "uri/", SKIPPED)
    ours = run(*words, seed=3, quick=True, out="ours")
    theirs = rpchspec.run(*words, seed=3, quick=True, out="theirs")
    assert len(ours.cases) > 10 and ours.case("connection/opens@in-first").verdict is rpchspec.Verdict.PASS
    assert without_times(ours) == without_times(theirs)
    assert {each.name for each in ours.folder.iterdir()} == {each.name for each in theirs.folder.iterdir()}


def test_it_runs_again_in_the_same_process_and_folder():
    for seed in (1, 2):
        assert run(ECHO, seed=seed).seed == seed


def test_a_failure_has_its_evidence_and_the_command_of_the_program():
    with pytest.raises(rpchspec.Failed) as raised:
        run(BROKEN, defect=DEFECT)
    results = raised.value.results
    assert [case.id for case in results.failed] == [BROKEN]
    assert results.failed[0].rerun == f"rpchspec run --defect {DEFECT} {BROKEN}"
    assert "RPC_IN_DATA" in results.ladder(BROKEN)


def test_what_means_no_scenario_is_told_as_the_program_tells_it():
    with pytest.raises(rpchspec.NothingJudged) as raised, rpchspec.InProcess(["ecko/in-echo"]) as running:
        running.finish(check=False)
    done = subprocess.run([PROGRAM, "run", "ecko/in-echo"], capture_output=True, text=True)
    assert done.returncode == raised.value.exit_code == 4
    assert f"rpchspec: {raised.value.output.strip()}" == done.stderr.strip()


@pytest.mark.parametrize("words", [["--job", "3"], ["--variant", "non"], ["--jobs"], ["nowhere.yaml"]])
def test_wrong_usage_is_told_as_the_program_tells_it(words):
    with pytest.raises(rpchspec.UsageError) as raised, rpchspec.InProcess(words) as running:
        running.finish(check=False)
    done = subprocess.run([PROGRAM, "run", *words], capture_output=True, text=True)
    assert done.returncode == raised.value.exit_code == 2
    assert f"rpchspec: {raised.value.output.strip()}" == done.stderr.strip()


def test_what_happens_is_told_as_it_happens():
    with rpchspec.InProcess([ECHO, "timeout/", "--soak"]) as running:
        events = running.events()
        kinds = []
        while "started" not in kinds:
            kinds += next(events)
        assert kinds.index("estimate") < kinds.index("started")
        running.interrupt()
        with pytest.raises(rpchspec.Interrupted) as raised:
            running.finish()
    assert raised.value.results.complete


def test_cases_are_told_as_they_have_their_verdicts():
    told = []
    results = run("echo/", quick=True, on_case=told.append)
    assert sorted(case.id for case in told) == sorted(case.id for case in results.cases)


def test_other_threads_of_python_go_on_meanwhile():
    """Were the lock held, nothing would end this before its two minutes."""
    with rpchspec.InProcess(["timeout/", "--soak", ECHO]) as running:
        ender = threading.Timer(0.2, running.interrupt)
        ender.start()
        with pytest.raises(rpchspec.Interrupted):
            running.finish()
        ender.join()


def test_runs_go_on_side_by_side_and_each_has_servers_of_its_own(tmp_path):
    found = {}
    with rpchspec.Proxy(allow_anonymous=True) as proxy:

        def one(number):
            found[number] = run("connection/opens@in-first", ECHO, out=f"out{number}", proxy=proxy.url)

        threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [found[number].summary["pass"] for number in range(3)] == [2, 2, 2]


CTRL_C = """
import os, signal, threading, rpchspec
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
def interrupt(case):  # once: what is left undone is told as a case, too
    if case.id == {echo!r}:
        os.kill(os.getpid(), signal.SIGINT)
try:
    rpchspec.run({echo!r}, "timeout/", soak=True, on_case=interrupt, in_process=True)
except KeyboardInterrupt:
    results = rpchspec.Results.load("rpchspec-out")
    print("interrupted", results.complete, results.case({echo!r}).verdict.value)
"""


def test_ctrl_c_ends_the_run_with_its_reports_written(python):
    done = python("-c", CTRL_C.format(echo=ECHO), env=PATHS)
    assert (done.stdout, done.stderr) == ("interrupted True pass\n", "")


QUIET = """
import signal, threading, rpchspec
thread = threading.Thread(target=int)  # the C library takes a signal of its own for the first one
thread.start(), thread.join()
numbers = sorted(signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})
def state():
    return [signal.getsignal(n) for n in numbers], open("/proc/self/status").read().split("SigBlk:")[1].split("CapInh")[0]
before = state()
for out in ("a", "b"):
    rpchspec.run("echo/", quick=True, out=out, in_process=True)
    try:
        rpchspec.run("http/rpc-error-on-in", defect="failure-502", out=out, in_process=True)
    except rpchspec.Failed:
        pass
assert before == state()
"""


def test_it_prints_nothing_and_leaves_the_signals_alone(python):
    done = python("-c", QUIET, env=PATHS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


LEFT = """
import rpchspec
running = rpchspec.InProcess(["timeout/", "--soak", {echo!r}])
for event in running.events():
    if "case" in event:
        break
"""


def test_a_run_that_is_left_ends_with_the_interpreter(python):
    done = python("-c", LEFT.format(echo=ECHO), env=PATHS, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert rpchspec.Results.load("rpchspec-out").complete


def test_a_run_that_nobody_keeps_is_broken_off():
    running = rpchspec.InProcess(["timeout/", "--soak", ECHO])
    next(running.cases())
    del running
    gc.collect()
    assert rpchspec.Results.load("rpchspec-out").complete


def test_a_password_is_not_put_into_the_environment(monkeypatch):
    monkeypatch.delenv("RPCHSPEC_PASSWORD", raising=False)
    with rpchspec.Proxy(auth="basic", users={"ann": "secret"}, tls="auto", listen="https://127.0.0.1:0") as proxy:
        log_on = {"proxy": proxy.url, "insecure": True, "user": "ann", "auth": "basic"}
        results = run("connection/opens@in-first", password="secret", check=False, **log_on)
        assert results.case("connection/opens@in-first").verdict is rpchspec.Verdict.PASS
    assert "RPCHSPEC_PASSWORD" not in os.environ


def test_a_program_has_no_place_there():
    with pytest.raises(TypeError, match="no program"):
        run(ECHO, program=PROGRAM)


def test_no_threads_are_left():
    def threads():
        return len(os.listdir("/proc/self/task"))

    run(ECHO)
    before = threads()
    for _ in range(5):
        run(ECHO)
    assert threads() <= before
