"""rpchspec run: verdicts, exit codes, files, and proxies that are none."""

import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys

import jsonschema
import junitparser
import pytest
from certificates import Authority

from conftest import PROGRAM, ROOT, cited, results

HERE = pathlib.Path(__file__).resolve().parent
ECHO = "echo/in-echo@four"
SCHEMA = ROOT / "reports/results.schema.json"


@pytest.fixture
def fake(request):
    """The port of a fake proxy of the parameter's kind."""
    process = subprocess.Popen(
        [sys.executable, HERE / "fake_proxy.py", request.param], stdout=subprocess.PIPE, text=True
    )
    yield int(process.stdout.readline())
    process.kill()
    process.communicate()


def against(port, *more):
    return ["run", "connection/opens", "--proxy", f"http://127.0.0.1:{port}",
            "--backend-ports", "0,0,0", "--timeout-scale", "0.2", *more]  # fmt: skip


@pytest.fixture
def closed_port():
    """A port where nobody listens, and where nobody else can meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_the_embedded_proxy_passes_and_the_first_line_says_what_is_tested(rpchspec, tmp_path):
    finished = rpchspec("run", "connection/opens", "--junit", "copy.xml", "--suite-name", "mine")
    assert finished.code == 0, finished.out + finished.err
    assert "embedded" in finished.out.splitlines()[0]
    out = tmp_path / "rpchspec-out"
    run = results(out)
    assert run["complete"] is True
    assert run["summary"]["pass"] >= 1 and run["summary"]["fail"] == 0
    if SCHEMA.exists():
        jsonschema.validate(run, json.loads(SCHEMA.read_text()))
    for file in (out / "junit.xml", tmp_path / "copy.xml"):
        cases = [case for suite in junitparser.JUnitXml.fromfile(str(file)) for case in suite]
        opens = next(case for case in cases if case.name.startswith("connection/opens"))
        assert opens.classname == "rpchspec.mine.connection"


def test_progress_as_json_is_a_line_an_event(rpchspec, tmp_path):
    finished = rpchspec("run", "http/rpc-error-on-in", "auth/front-carries-every-challenge",
                        "--defect", "failure-502", "--progress", "json")  # fmt: skip
    assert (finished.code, finished.err) == (1, "")
    events = [json.loads(line) for line in finished.out.splitlines()]
    assert all(len(event) == 1 for event in events)
    run = results(tmp_path / "rpchspec-out")
    assert {each["id"]: each for each in run["cases"]} == {e["case"]["id"]: e["case"] for e in events if "case" in e}
    assert {event["started"] for event in events if "started" in event} == {"http/rpc-error-on-in"}
    assert {e["case"]["verdict"] for e in events if "case" in e} >= {"fail", "skip"}
    assert events[-1] == {"end": {"exit_code": 1, "results": "rpchspec-out/results.json"}}
    refused = rpchspec("run", "--variant", "all", "--progress", "json")
    assert refused.code == 2 and "--progress json" in refused.err


def test_repetitions_side_by_side_keep_their_evidence_apart(rpchspec, tmp_path):
    done = rpchspec("run", "echo/*", "--repeat", "4", "--out", tmp_path / "out")
    assert done.code == 0, done.out
    done = rpchspec("run", ECHO, "--repeat", "4", "--defect", "echo-body", "--out", tmp_path / "bad")
    assert done.code == 1, done.out
    assert results(tmp_path / "bad")["summary"]["error"] == 0
    assert len(list((tmp_path / "bad/cases").rglob("ladder.txt"))) == 4


def test_a_defect_fails_with_three_lines_and_a_command_that_repeats_it(rpchspec, tmp_path):
    finished = rpchspec("run", ECHO, "--defect", "echo-body", "--jobs", "2")
    assert finished.code == 1, finished.out + finished.err
    failed = [c for c in results(tmp_path / "rpchspec-out")["cases"] if c["verdict"] == "fail"]
    assert failed
    rerun = failed[0]["rerun"]
    assert rerun == f"rpchspec run --defect echo-body {failed[0]['id']}"
    assert rerun in finished.out
    again = rpchspec(*shlex.split(rerun)[1:])
    assert again.code == 1
    shown = rpchspec("show", failed[0]["id"])
    assert shown.code == 0 and failed[0]["requirements"][0] in shown.out


def test_last_failed_runs_what_failed(rpchspec, tmp_path):
    assert rpchspec("run", ECHO, "--defect", "echo-body").code == 1
    before = {c["id"] for c in results(tmp_path / "rpchspec-out")["cases"] if c["verdict"] == "fail"}
    assert rpchspec("run", "--last-failed").code == 0
    after = {c["id"] for c in results(tmp_path / "rpchspec-out")["cases"]}
    assert before <= after


def test_a_baseline_waives_what_failed(rpchspec, tmp_path):
    arguments = ["run", ECHO, "--defect", "echo-body"]
    assert rpchspec(*arguments, "--write-baseline", "known.yaml").code == 1
    (tmp_path / "rpchspec.yaml").write_text("defaults: {waivers: known.yaml}\n")
    finished = rpchspec(*arguments)
    assert finished.code == 0, finished.out + finished.err
    assert results(tmp_path / "rpchspec-out")["summary"]["waived"] >= 1


def test_where_all_passes_the_events_are_an_empty_file(rpchspec, tmp_path):
    for evidence in ("failed", "none"):
        assert rpchspec("run", ECHO, "--evidence", evidence).code == 0
        assert (tmp_path / "rpchspec-out/events.jsonl").read_bytes() == b""


@pytest.mark.parametrize("options", [[], ["-v"], ["--progress", "json"]])
def test_a_summary_that_cannot_be_written_is_no_success(tmp_path, options):
    for redirection in (">/dev/full", ">&-"):
        command = f'"$0" run "$@" {redirection}'
        finished = subprocess.run(
            ["sh", "-c", command, PROGRAM, ECHO, *options],
            cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
        assert finished.returncode == 3, redirection
        assert "rpchspec: cannot write to standard output: " in finished.stderr
        assert results(tmp_path / "rpchspec-out")["complete"] is True


def test_a_failure_is_told_by_the_exit_code_where_its_words_cannot_be_written(tmp_path):
    with open("/dev/full", "w") as full:
        command = [PROGRAM, "run", ECHO, "--defect", "echo-body"]
        assert subprocess.run(command, cwd=tmp_path, stdout=full, timeout=60).returncode == 1


def test_a_reader_that_leaves_costs_no_report(tmp_path):
    process = subprocess.Popen(
        [PROGRAM, "run", "echo/"], cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()
    process.stdout.close()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "rpchspec: cannot write to standard output: " in err
    out = tmp_path / "rpchspec-out"
    assert results(out)["complete"] is True
    assert (out / "junit.xml").exists() and (out / "report.html").exists()


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["echo/in-eco"], "did you mean 'echo/in-echo'?"),
        (["nosuch/*"], "no scenario matches 'nosuch/*'"),
        (["echo/", "--exclude", "echo/*"], "nothing was judged"),
        (["--requirement", "RPCH-9.9"], "nothing was judged"),
    ],
)
def test_a_selection_that_matches_nothing_says_so(rpchspec, arguments, said):
    finished = rpchspec("run", *arguments)
    assert finished.code == 4
    assert said in finished.out + finished.err


def test_the_time_of_a_run_is_that_of_its_last_case_too(tmp_path):
    (tmp_path / "waits.yaml").write_text(
        "id: limits/waits\ntitle: A pause\nsince: '1.0'\ngiven: [opened]\nsteps: [{pause: 100s}]\n"
        "expect: [{client.out: {stays-open: 1s}, by: FIELD-F28}]\n"
    )
    command = [PROGRAM, "run", "waits.yaml", ECHO, "--max-time", "6s"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90)
    assert finished.returncode == 3, finished.stdout + finished.stderr
    run = results(tmp_path / "rpchspec-out")
    told = {case["id"]: (case["verdict"], case["message"]) for case in run["cases"]}
    assert told["limits/waits"] == ("not-run", "the run's time was up (--max-time)")
    assert told[ECHO][0] == "pass"
    assert run["complete"] is True


def test_a_missing_program_is_told_where_all_is_skipped(rpchspec, tmp_path):
    (tmp_path / "rpchspec.yaml").write_text(
        "targets:\n  gone:\n    proxy: http://127.0.0.1:1\n"
        "    program: {name: no-such-front, package: no-such-package}\n"
    )
    finished = rpchspec("run", "--target", "gone", ECHO)
    assert finished.code == 4, finished.out + finished.err
    assert "skipped: " in finished.out and "no-such-front" in finished.out
    assert "no-such-package" in finished.out


def test_refused_credentials_are_told_from_missing_ones(rpchspec, started):
    ready = started(
        "proxy", "--listen", "https://127.0.0.1:0", "--tls", "auto", "--auth", "basic", "--user", "ann:right"
    ).ready
    url = ready["proxy"]["urls"][0]
    refused = rpchspec(
        "run", "connection/opens", "--proxy", url, "-k", "--auth", "basic", "--user", "ann",
        "--backend-ports", "0,0,0", env={"RPCHSPEC_PASSWORD": "wrong"},
    )  # fmt: skip
    assert refused.code in (1, 3)
    said = refused.out + refused.err
    assert "refuses the basic credentials of ann" in said and "give credentials" not in said


def test_nothing_selected_is_exit_four(rpchspec):
    finished = rpchspec("run", "echo/", "--exclude", "*")
    assert finished.code == 4, finished.out + finished.err


def test_shards_make_the_whole_again(rpchspec, tmp_path):
    for index in (1, 2, 3):
        finished = rpchspec("run", "echo/", "--quick", "--shard", f"{index}/3", "--out", f"s{index}")
        assert finished.code == 0, finished.out + finished.err
    merged = rpchspec("report", "s1", "s2", "s3", "--expect-shards", 3, "--out", "all")
    assert merged.code == 0, merged.out + merged.err
    assert results(tmp_path / "all")["complete"] is True
    assert rpchspec("report", "s1", "s2", "--expect-shards", 3).code == 3


def test_compare_is_one_when_something_regressed(rpchspec):
    assert rpchspec("run", ECHO, "--out", "good").code == 0
    assert rpchspec("run", ECHO, "--out", "bad", "--defect", "echo-body").code == 1
    worse = rpchspec("report", "bad", "--compare", "good")
    assert worse.code == 1 and "regressed" in worse.out
    assert rpchspec("report", "good", "--compare", "bad").code == 0


def test_nobody_there_is_exit_three_and_says_what_to_check(rpchspec, tmp_path, closed_port):
    finished = rpchspec(*against(closed_port))
    assert finished.code == 3
    assert results(tmp_path / "rpchspec-out")["complete"] is True


def test_wait_ends_with_words(rpchspec, closed_port):
    finished = rpchspec(*against(closed_port, "--wait", "200ms"))
    assert finished.code == 3
    assert "check --proxy" in finished.err


@pytest.mark.parametrize("fake", ["garbage", "silent", "dies"], indirect=True)
def test_what_is_no_proxy_is_judged_without_a_hang(rpchspec, tmp_path, fake):
    finished = rpchspec(*against(fake, "--max-time", "60s"), timeout=150)
    assert finished.code in (1, 3), finished.out + finished.err
    run = results(tmp_path / "rpchspec-out")
    assert run["complete"] is True
    assert run["summary"]["pass"] == 0 or run["summary"]["fail"] > 0
    junitparser.JUnitXml.fromfile(str(tmp_path / "rpchspec-out/junit.xml"))


@pytest.mark.parametrize("fake", ["garbage"], indirect=True)
def test_what_answers_no_http_is_told_from_what_answers_nothing(rpchspec, fake):
    finished = rpchspec(*against(fake), timeout=150)
    assert "is no HTTP" in finished.err
    assert re.search(r"the last was \d+ bytes \(garbage\)", finished.out), finished.out
    assert "nothing came" not in finished.out.split("no response on client.out")[1].split("\n")[0]


@pytest.mark.parametrize("fake", ["refuses"], indirect=True)
def test_a_proxy_that_refuses_the_method_is_told_in_words(rpchspec, fake):
    finished = rpchspec(*against(fake), timeout=150)
    assert finished.code in (1, 3)
    assert "501" in finished.out + finished.err


def commands_in(finished):
    """What the runner of GitHub Actions takes for commands, by the rules of its ActionCommand.cs."""
    lines = (finished.out + finished.err).splitlines()  # text mode: a bare CR ends a line, too
    return [line for line in lines if "##[" in line or line.lstrip().startswith("::")]


IN_ACTIONS = {"GITHUB_ACTIONS": "true"}


@pytest.mark.parametrize("fake", ["commands"], indirect=True)
def test_no_word_of_a_proxy_is_a_workflow_command(rpchspec, fake):
    assert commands_in(rpchspec(*against(fake), timeout=150))
    inside = rpchspec(*against(fake), env=IN_ACTIONS, timeout=150)
    assert inside.code == 1 and "in the head" in inside.out and commands_in(inside) == []
    shown = rpchspec("show", "connection/proxy-carries-a-channel", env=IN_ACTIONS)
    assert shown.code == 0 and "in the head" in shown.out and commands_in(shown) == []


def test_nor_are_the_last_words_of_one_that_dies(rpchspec, closed_port):
    dies = against(closed_port, "--start", r"printf 'bad\r  ::error::config\n'; exit 9")
    assert commands_in(rpchspec(*dies))
    inside = rpchspec(*dies, env=IN_ACTIONS)
    assert inside.code == 3 and "|::error::config" in inside.err and commands_in(inside) == []


def test_a_backend_port_in_use_is_exit_three(rpchspec, closed_port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = rpchspec(
            "run", "connection/opens", "--proxy", f"http://127.0.0.1:{closed_port}",
            "--backend-ports", f"{port},0,0", "--backend-bind", "127.0.0.1",
        )  # fmt: skip
    assert finished.code == 3
    assert str(port) in finished.err


def test_a_started_proxy_that_dies_at_once_is_told_with_its_last_words(rpchspec, closed_port):
    finished = rpchspec(*against(closed_port, "--start", "echo cannot load config; exit 9"))
    assert finished.code == 3
    assert "exited with 9" in finished.err and "cannot load config" in finished.err


def test_a_proxy_of_ones_own_is_started_with_the_backends_in_its_environment(rpchspec):
    start = f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous --exit-after 100s'
    finished = rpchspec(*against(0, "--start", start))
    assert finished.code == 0, finished.out + finished.err
    assert "rpc-proxy" in finished.out


@pytest.mark.parametrize("defect", [None, "any-certificate"])
def test_a_client_certificate_is_shown_where_a_case_wants_it_and_a_strangers_is_held_against_who_takes_it(
    rpchspec, tmp_path, defect
):
    authority = Authority(tmp_path)
    certificate, key = authority.sign("client").split(",")
    (tmp_path / "password").write_text("secret\n")
    start = (f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --auth basic --user ann:secret '
             f"--client-ca {authority.ca_file} --exit-after 100s " + (f"--defect {defect}" if defect else ""))  # fmt: skip
    finished = rpchspec(
        "run", "auth/certificate-opens-withcert", "auth/withcert-wants-a-certificate", "--proxy", "https://127.0.0.1:0",
        "--insecure", "--start", start, "--backend-ports", "0,0,0", "--auth", "basic", "--user", "ann",
        "--password-file", "password", "--set", "allow_anonymous=false", "--client-cert", certificate,
        "--client-key", key, "--timeout-scale", "0.2",
    )  # fmt: skip
    bad = {case["id"] for case in results(tmp_path / "rpchspec-out")["cases"] if case["verdict"] != "pass"}
    assert bad == ({"auth/withcert-wants-a-certificate@stranger"} if defect else set()), finished.out + finished.err
    assert finished.code == (1 if defect else 0)


HOLDS_MORE_AND_MORE = """
import sys, time
kept = []
while len(kept) < 900:
    kept.append(open("/dev/null"))
    time.sleep(0.005)
time.sleep(100)
"""


@pytest.mark.parametrize("grows", [False, True])
def test_what_the_proxy_has_left_after_all_cases_is_told_where_its_process_is_known(rpchspec, tmp_path, grows):
    """The cases themselves are clean; beside the proxy one of its workers grows."""
    (tmp_path / "worker.py").write_text(HOLDS_MORE_AND_MORE)
    worker = f"{sys.executable} {tmp_path}/worker.py & " if grows else ""
    proxy = f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous --exit-after 100s'
    finished = rpchspec("run", "echo/", "connection/opens", "--repeat", "10", *against(0, "--start", worker + proxy)[2:])
    assert finished.code == 0, finished.out + finished.err
    told = results(tmp_path / "rpchspec-out")
    grown = [case for case in told["cases"] if case["id"] == "limits/whole-run"]
    assert len(grown) == (1 if grows else 0)
    if grows:
        assert grown[0]["verdict"] == "warn"
        assert grown[0]["requirements"] == ["PROD-Resources-01"]
        assert "limits/whole-run" in [case for each in told["findings"] for case in each["cases"]]
        jsonschema.validate(told, json.loads(SCHEMA.read_text()))


OPENS_NOTHING = {  # defect of a proxy that opens nothing: what it is told to break
    "methods-refused": {"FIELD-F01"},
    "head-buffered": {"RPCH-3.2.4.5.3-04", "FIELD-F18"},
    "c2-dropped": {"RPCH-3.2.4.5.4-02"},
}


@pytest.mark.parametrize("defect", OPENS_NOTHING)
def test_a_proxy_that_opens_nothing_is_told_what_it_breaks_and_no_more(rpchspec, tmp_path, defect):
    start = f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous --defect {defect} --exit-after 100s'
    finished = rpchspec(*against(0, "--start", start))
    assert finished.code == 1, finished.out + finished.err
    told = cited(tmp_path / "rpchspec-out")
    assert told == OPENS_NOTHING[defect]


def test_a_proxy_that_refuses_the_methods_is_one_finding_and_the_rest_is_not_run(rpchspec, tmp_path):
    """Design: one cause, one finding; an external proxy and a deliberate defect alike."""
    finished = rpchspec("run", "echo/", "reset/", "--quick", "--defect", "methods-refused")
    assert finished.code == 1, finished.out + finished.err
    told = results(tmp_path / "rpchspec-out")
    assert [(each["requirement"], each["also"]) for each in told["findings"]] == [("FIELD-F01", [])]
    assert told["findings"][0]["cases"] == ["connection/proxy-carries-a-channel"]
    rest = len(told["cases"]) - told["summary"]["skip"] - 1
    assert told["summary"]["fail"] == 1 and told["summary"]["not_run"] == rest > 60, told["summary"]
    assert "501" in next(case["message"] for case in told["cases"] if case["verdict"] == "not-run")


def test_a_closed_way_that_no_hop_explains_is_told_in_a_sentence(rpchspec, tmp_path):
    finished = rpchspec("run", "echo/", "--defect", "first-pdu-flags", "--timeout-scale", "0.2")
    assert finished.code == 1, finished.out + finished.err
    why = {case["message"] for case in results(tmp_path / "rpchspec-out")["cases"] if case["verdict"] == "not-run"}
    assert re.fullmatch(
        "no other case is played, for the sanity case connection/proxy-carries-a-channel did not pass: "
        '"server.out receives CONN/A2 within .*" was expected, "not received on server.out, .*" was seen\\.',
        why.pop(),
    )
    assert not why


def test_results_that_could_not_be_written_are_not_told_of(rpchspec):
    finished = rpchspec("run", "echo/in-echo@four", "--out", "/proc/out")
    assert finished.code == 3 and "/proc/out" in finished.err, finished.out + finished.err
    assert "Results:" not in finished.out


def test_a_matrix_sees_what_each_case_says_of_a_closed_way(rpchspec, tmp_path):
    despite = {"RPCHSPEC_DESPITE_CLOSED_WAY": "1"}
    case = "connection/opens@out-first"
    finished = rpchspec("run", case, "--defect", "methods-refused", "--timeout-scale", "0.2", env=despite)
    assert finished.code == 1, finished.out + finished.err
    assert [each["id"] for each in results(tmp_path / "rpchspec-out")["cases"]] == [case]
    start = f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous --defect methods-refused --exit-after 100s'
    finished = rpchspec(*against(0, "--start", start), env=despite)
    assert "FIELD-F01" in cited(tmp_path / "rpchspec-out"), "of a proxy that is not ours the way is always checked"


def test_one_wrong_field_is_told_as_that_field(rpchspec, tmp_path):
    case = "protocol-error/pdus-by-the-book"
    finished = rpchspec("run", case, "--defect", "first-pdu-flags", "--timeout-scale", "0.2",
                        env={"RPCHSPEC_DESPITE_CLOSED_WAY": "1"})  # fmt: skip
    assert finished.code == 1, finished.out + finished.err
    told = results(tmp_path / "rpchspec-out")["findings"]
    wrong = [(each["requirement"], each["leg"]) for each in told if each["kind"] == "wrong value"]
    assert sorted(wrong) == [("RPCH-2.2.3.6.1-09", "server.in"), ("RPCH-2.2.3.6.1-09", "server.out")], told
    unseen = [each["seen"] for each in told if each["kind"] == "not received" and each["leg"] == "server.out"]
    assert len(unseen) == 1 and "RTS of no known form with flags 0x0000, number_of_commands 5" in unseen[0]
    assert len(told) <= 8, finished.out


def test_a_proxy_that_now_and_then_opens_is_told_what_it_breaks(rpchspec, tmp_path):
    """What is lost is CONN/C1 or CONN/B3, or nothing: that depends on how segments meet."""
    defect = "lost-behind-legacy"
    start = f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous --defect {defect} --exit-after 100s'
    case = "connection/c1-behind-the-legacy-response"
    finished = rpchspec("run", case, *against(0, "--start", start)[2:])
    assert finished.code == 1, finished.out + finished.err
    told = cited(tmp_path / "rpchspec-out")
    allowed = {"RPCH-1.3.4-01", "RPCH-3.2.3.5.2-03", "RPCH-3.2.4.5.4-02", "RPCH-3.2.4.5.15-01"}
    assert told and told <= allowed


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("fake", ["silent"], indirect=True)
def test_a_signal_ends_it_with_reports(tmp_path, fake, number, code):
    process = subprocess.Popen(
        [PROGRAM, *against(fake)], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    process.stdout.readline()  # the estimate: it has begun
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, out + err
    assert results(tmp_path / "rpchspec-out")["complete"] is True


def is_pending(process, number):
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    pending = next(line for line in lines if line.startswith("ShdPnd:"))
    return int(pending.split()[1], 16) >> (number - 1) & 1


@pytest.mark.parametrize("fake", ["silent"], indirect=True)
def test_a_signal_that_comes_twice_at_once_is_one(tmp_path, fake):
    """timeout(1) sends it to its child and then to the child's group."""
    process = subprocess.Popen(
        [PROGRAM, *against(fake)], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    while is_pending(process, signal.SIGTERM):
        pass
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 143, out + err
    assert results(tmp_path / "rpchspec-out")["complete"] is True


def test_quiet_says_only_the_summary(rpchspec):
    loud = rpchspec("run", "connection/opens", "--out", "a")
    quiet = rpchspec("run", "connection/opens", "-q", "--out", "b")
    assert len(quiet.out.splitlines()) < len(loud.out.splitlines())
    assert "\x1b" not in loud.out


def test_on_a_terminal_the_block_is_redrawn_and_no_color_is_obeyed(tmp_path):
    import pty

    def drawn(environment):
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, "run", "echo/", "--quick"], cwd=tmp_path, stdout=follower, stdin=subprocess.DEVNULL,
            env={**os.environ, "TERM": "xterm", **environment},
        )  # fmt: skip
        os.close(follower)
        text = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        os.close(leader)
        assert process.wait(timeout=60) == 0
        return text

    assert b"\x1b[3" in drawn({}) or b"\x1b[1" in drawn({})
    assert b"m" not in drawn({"NO_COLOR": "1"}).split(b"\x1b[")[-1][:3]
