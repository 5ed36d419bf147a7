"""`rpchspec serve`: an agent, asked by gRPC."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import signal
import time

import grpc
import pytest

from agent import PATIENCE, Agent, problems
from certificates import Authority
from conftest import own_address

SCENARIO = """\
id: echo/mine
title: An echo of ours
since: "1.0"
why: It shows that a scenario travels.
expected: 100ms
steps:
  - client.echo: {method: RPC_IN_DATA, content_length: 0}
expect:
  - {client.in: {response: {status: 200, body_hex: "0500140310000000140000000000000040000000"}}, within: 5s, by: RPCH-2.1.2.1.6-07}
"""
TOKEN = "0123456789abcdef-of-a-test"


@pytest.fixture
def address():
    """127.x.y.z that no other test process uses, for fixtures."""
    return own_address(7)


@pytest.fixture
def serve(started, address):
    """serve(options...) -> its process, with an agent on a free port."""

    def start(*options, listen="127.0.0.1:0"):
        return started("serve", "--listen", listen, "--fixture-address", address, *options)

    return start


@pytest.fixture
def agent(serve, pb):
    made = Agent(pb, serve().ready["agent"])
    yield made
    made.close()


def refused(call, *arguments, **fields):
    """The status of a call that is refused."""
    with pytest.raises(grpc.RpcError) as caught:
        answer = call(*arguments, **fields)
        if hasattr(answer, "__next__"):
            list(answer)
    return caught.value


def code_of(call, **fields):
    return refused(call, **fields).code()


def test_it_says_who_it_is_and_what_time_it_is(agent):
    told = agent.Hello(client="a test")
    assert (told.version.name, told.version.api) == ("rpchspec", "rpchspec.v1")
    assert {"run", "fixture"} <= set(told.capabilities)
    assert abs(told.clock.ToSeconds() - time.time()) < 60
    assert told.quotas.runs == 2 and told.quotas.message_bytes > 0


def test_health_and_reflection(agent):
    """Both by their bytes: Debian has no stubs of them."""
    check = agent.channel.unary_unary("/grpc.health.v1.Health/Check")
    for service in (b"", b"rpchspec.v1.Agent"):
        asked = b"\x0a" + bytes([len(service)]) + service if service else b""
        assert check(asked, timeout=PATIENCE) == b"\x08\x01"  # SERVING
    info = agent.channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    listed = next(info(iter([b"\x3a\x00"]), timeout=PATIENCE))
    assert b"rpchspec.v1.Agent" in listed and b"grpc.health.v1.Health" in listed


def test_a_lease_is_ours_alone(agent):
    ours, theirs = agent.OpenSession(), agent.OpenSession()
    assert len(ours.lease) == 32 and ours.lease != theirs.lease
    assert set(ours.ports).isdisjoint(theirs.ports) and len(ours.ports) == 16
    agent.CloseSession(lease=ours.lease)
    assert code_of(agent.KeepAlive, lease=ours.lease) == grpc.StatusCode.NOT_FOUND
    assert agent.KeepAlive(lease=theirs.lease).lease == theirs.lease
    assert code_of(agent.ListRuns, lease="0" * 32) == grpc.StatusCode.NOT_FOUND


def test_a_lease_runs_out_and_what_it_runs_with_it(agent, tmp_path):
    lease = agent.lease(seconds=1)
    fixture = agent.StartFixture(lease=lease, name="servers", config={"backend": {}})
    assert fixture.running
    deadline = time.monotonic() + PATIENCE
    while list((tmp_path / "rpchspec-agent/leases").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert code_of(agent.ListFixtures, lease=lease) == grpc.StatusCode.NOT_FOUND


def test_sessions_are_bounded(serve, pb):
    agent = Agent(pb, serve("--max-sessions", "1").ready["agent"])
    agent.OpenSession()
    assert code_of(agent.OpenSession) == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    "options, words",
    [
        ([], "not loopback"),
        (["--token-file", "token"], "not loopback"),
        (["--tls-cert", "cert", "--tls-key", "key"], "--client-ca"),
    ],
)
def test_it_does_not_listen_to_everybody(rpchspec, tmp_path, options, words):
    cert, key = Authority(tmp_path).sign("localhost").split(",")
    (tmp_path / "token").write_text(TOKEN)
    files = {"cert": cert, "key": key}
    done = rpchspec("serve", "--listen", "0.0.0.0:0", *[files.get(word, word) for word in options])
    assert done.code == 2 and words in done.err and done.out == ""


def test_two_agents_do_not_share_a_folder(serve, rpchspec):
    serve()
    done = rpchspec("serve", "--listen", "127.0.0.1:0")
    assert done.code == 3 and "another agent" in done.err


def test_a_run_tells_what_happens_and_what_it_left(agent):
    lease = agent.lease()
    events = agent.follow(lease, "first", selectors=["echo/in-echo"])
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    kinds = [event.WhichOneof("what") for event in events]
    assert kinds.count("estimate") == 1 and kinds[-1] == "end" and events[-1].end.exit_code == 0
    ended = {event.case.id: event.case for event in events if event.WhichOneof("what") == "case"}
    assert ended["echo/in-echo@empty"].verdict == "pass"
    assert json.loads(ended["echo/in-echo@empty"].json)["verdict"] == "pass"
    chunks = list(agent.Fetch(lease=lease, run_id="first", what="RESULTS"))
    results = json.loads(b"".join(chunk.data for chunk in chunks))
    assert results["complete"] and results["summary"]["fail"] == 0
    files = {chunk.file for chunk in agent.Fetch(lease=lease, run_id="first")}
    assert {"results.json", "junit.xml", "report.html", "capture.pcapng", "summary.md"} <= files
    assert agent.ListRuns(lease=lease).runs[0].end.exit_code == 0
    assert agent.Reset(lease=lease).runs == 1 and agent.Reset(lease=lease).runs == 0
    assert not agent.ListRuns(lease=lease).runs


def test_a_scenario_travels_and_an_exit_code_comes_back(agent):
    lease = agent.lease()
    mine = [{"name": "mine.yaml", "yaml": SCENARIO}]
    assert agent.Validate(lease=lease, run_id="x", scenarios=mine).cases == 1
    events = agent.follow(lease, "sound", scenarios=mine)
    assert events[-1].end.exit_code == 0
    broken = agent.follow(lease, "broken", scenarios=mine, options={"defect": "echo-body"})
    assert broken[-1].end.exit_code == 1
    journal = list(agent.Fetch(lease=lease, run_id="broken", what="JOURNAL", case_id="echo/mine"))
    assert journal[0].file == "cases/echo/mine/journal.bin" and journal[0].size > 0


def test_a_stream_is_taken_up_again_without_losing_an_event(agent):
    lease = agent.lease()
    stream = agent.Run(lease=lease, run_id="r", selectors=["echo/", "connection/"], options={"quick": True})
    heard = [next(stream) for _ in range(5)]
    stream.cancel()  # and the run goes on
    heard += list(agent.Attach(lease=lease, run_id="r", **{"from": 6}))
    again = list(agent.Attach(lease=lease, run_id="r"))
    assert [event.sequence for event in heard] == list(range(1, len(heard) + 1))
    assert heard == again and heard[-1].end.exit_code == 0
    assert not heard[-1].end.reason
    repeated = agent.follow(lease, "r", selectors=["echo/", "connection/"], options={"quick": True})
    assert repeated == heard
    assert code_of(agent.Run, lease=lease, run_id="r", selectors=["http/"]) == grpc.StatusCode.ALREADY_EXISTS


def test_a_run_is_cancelled_and_its_results_are_whole(agent):
    lease = agent.lease()
    stream = agent.Run(lease=lease, run_id="long", selectors=["timeout/"])
    assert next(stream).sequence == 1
    agent.Cancel(lease=lease, run_id="long")
    end = list(stream)[-1].end
    assert end.reason == agent.pb.RunEnd.CANCELLED and end.exit_code == 130 and not end.killed
    results = b"".join(c.data for c in agent.Fetch(lease=lease, run_id="long", what="RESULTS"))
    assert json.loads(results)["summary"]["not_run"] > 0
    assert agent.Cancel(lease=lease, run_id="long").end.exit_code == 130


def run_processes(lease_folder):
    """Processes of ours that write below a folder."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = status.read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(f"--out={lease_folder}".encode()) for word in words):
            found.append(int(status.parent.name))
    return found


def is_guarded(group):
    """Whether somebody waits for the end of whoever started this group of processes."""
    wanted = b"rpchspec-guard\0%d\0" % group
    for cmdline in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if cmdline.read_bytes().endswith(wanted):
                return True
    return False


def test_a_run_that_dies_takes_nothing_with_it(agent, tmp_path):
    lease = agent.lease()
    stream = agent.Run(lease=lease, run_id="dies", selectors=["echo/", "timeout/"])
    for event in stream:
        if event.WhichOneof("what") == "case" and event.case.verdict == "pass":
            break
    (process,) = run_processes(tmp_path / "rpchspec-agent")
    os.kill(process, signal.SIGKILL)
    end = list(stream)[-1].end
    assert end.killed and end.exit_code == 3 and "signal 9" in end.text
    results = json.loads(b"".join(c.data for c in agent.Fetch(lease=lease, run_id="dies", what="RESULTS")))
    assert not results["complete"] and results["summary"]["pass"] >= 1
    assert agent.Hello().version.name == "rpchspec"


def test_what_a_dead_run_had_started_goes_with_it(serve, pb, tmp_path):
    folder = tmp_path / "targets"
    folder.mkdir()
    marker = tmp_path / "started"
    (folder / "lab.yaml").write_text(
        "targets:\n  own:\n    proxy: http://127.0.0.1:9\n    wait: 1m\n"
        f"    start: 'echo $$ > {marker}.new; mv {marker}.new {marker}; exec sleep 600'\n"
    )
    agent = Agent(pb, serve("--targets", folder).ready["agent"])
    lease = agent.lease()
    stream = agent.Run(lease=lease, run_id="r", target="own", selectors=["echo/"])
    deadline = time.monotonic() + PATIENCE
    while not marker.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    proxy = pathlib.Path(f"/proc/{int(marker.read_text())}/cmdline")
    assert b"sleep" in proxy.read_bytes()
    assert code_of(agent.Run, lease=lease, run_id="s", target="own") == grpc.StatusCode.FAILED_PRECONDITION
    (process,) = run_processes(tmp_path / "rpchspec-agent")
    os.kill(process, signal.SIGKILL)
    assert list(stream)[-1].end.killed
    while proxy.exists() and proxy.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_runs_are_bounded_in_number(serve, pb):
    agent = Agent(pb, serve("--max-runs", "1").ready["agent"])
    lease = agent.lease()
    next(agent.Run(lease=lease, run_id="a", selectors=["timeout/"]))
    assert code_of(agent.Run, lease=lease, run_id="b") == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_runs_are_bounded_in_time(serve, pb):
    agent = Agent(pb, serve("--max-run-time", "1s").ready["agent"])
    events = agent.follow(agent.lease(), "a", selectors=["timeout/"])
    assert events[-1].end.reason == pb.RunEnd.OUT_OF_TIME


def test_runs_are_bounded_in_bytes(serve, pb):
    agent = Agent(pb, serve("--max-run-bytes", "1KiB").ready["agent"])
    events = agent.follow(agent.lease(), "a", selectors=["timeout/"])
    assert events[-1].end.reason == pb.RunEnd.OUT_OF_BYTES


def test_an_agent_that_leaves_ends_what_it_runs(serve, pb, tmp_path):
    process = serve()
    agent = Agent(pb, process.ready["agent"])
    next(agent.Run(lease=agent.lease(), run_id="a", selectors=["timeout/"]))
    code, _, _ = process.stop()
    assert code == 0 and run_processes(tmp_path / "rpchspec-agent") == []
    assert not list((tmp_path / "rpchspec-agent/leases").iterdir())


def test_targets_are_the_agents_own(serve, pb, tmp_path, started):
    proxy = started("proxy", "--listen", "http://127.0.0.1:0", "--allow-anonymous")
    folder = tmp_path / "targets"
    folder.mkdir()
    url = proxy.ready["proxy"]["urls"][0]
    (folder / "lab.yaml").write_text(f"targets:\n  edge:\n    proxy: {url}\n")
    agent = Agent(pb, serve("--targets", folder).ready["agent"])
    assert list(agent.Hello().targets) == ["edge"]
    lease = agent.lease()
    events = agent.follow(lease, "a", target="edge", selectors=["echo/in-echo"])
    assert events[-1].end.exit_code == 0, events[-1].end.text
    assert url in events[0].estimate.target or url in str(events)
    error = refused(agent.Run, lease=lease, run_id="b", target="edgy")
    assert error.code() == grpc.StatusCode.NOT_FOUND and "edge" in error.details()


def test_a_target_behind_an_http_proxy_takes_no_scenario_of_a_caller(serve, pb, tmp_path):
    """What it names in the clear, that proxy would connect to."""
    folder = tmp_path / "targets"
    folder.mkdir()
    (folder / "lab.yaml").write_text(
        "defaults: {forward-proxy: 'http://127.0.0.1:9'}\n"
        "targets:\n  plain: {proxy: ['https://127.0.0.1:9', 'http://127.0.0.1:9']}\n"
        "  tls: {proxy: 'https://127.0.0.1:9'}\n"
    )
    agent = Agent(pb, serve("--targets", folder).ready["agent"])
    mine = {"scenarios": [{"name": "mine.yaml", "yaml": SCENARIO}]}
    lease = agent.lease()
    error = refused(agent.Run, lease=lease, run_id="a", target="plain", **mine)
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert [each.field for each in problems(pb, error)] == ["scenarios"]
    assert agent.follow(lease, "b", target="plain", selectors=["echo/in-echo"])[-1].end.exit_code == 3
    assert agent.follow(lease, "c", target="tls", **mine)[-1].end.exit_code == 3


HOSTILE = [
    {"run_id": "../../etc"},
    {"run_id": "a/b"},
    {"run_id": ""},
    {"run_id": "-x"},
    {"target": "../edge"},
    {"target": "edge; touch owned"},
    {"selectors": ["--start=touch owned"]},
    {"selectors": ["-x"]},
    {"selectors": ["/etc/passwd"]},
    {"selectors": ["../secret.yaml"]},
    {"selectors": ["rpchspec.yaml"]},
    {"selectors": ["echo/$(touch owned)"]},
    {"scenarios": [{"name": "rpchspec.yaml", "yaml": "defaults: {start: touch owned}"}]},
    {"scenarios": [{"name": "../x.yaml", "yaml": SCENARIO}]},
    {"scenarios": [{"name": "--start=touch owned.yaml", "yaml": SCENARIO}]},
    {"scenarios": [{"name": "a.yaml", "yaml": SCENARIO}] * 2},
    {"scenarios": [{"name": "a.yaml", "yaml": "start: touch owned\n"}]},
    {"scenarios": [{"name": "a.yaml", "yaml": "a: &a [x]\nb: [*a, *a]\n"}]},
    {"options": {"set": ["receive_window=$(touch owned)"]}},
    {"options": {"set": ["no-such=1"]}},
    {"options": {"shard": "9/4"}},
    {"options": {"max_time": "30"}},
    {"options": {"evidence": "../all"}},
    {"options": {"suite_name": "a\nb"}},
]


@pytest.mark.parametrize("fields", HOSTILE, ids=[str(each)[:60] for each in HOSTILE])
def test_what_no_run_may_ask(agent, tmp_path, fields):
    """Refused before anything starts; the agent stays up."""
    error = refused(agent.Run, lease=agent.lease(), **{"run_id": "r", **fields})
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error.details()
    assert problems(agent.pb, error)[0].field
    assert not list(tmp_path.rglob("owned")) and agent.Hello().version.name == "rpchspec"


def test_a_problem_has_its_place(agent):
    wrong = SCENARIO.replace("title:", "titel:")
    error = refused(agent.Run, lease=agent.lease(), run_id="r", scenarios=[{"name": "mine.yaml", "yaml": wrong}])
    (problem,) = [each for each in problems(agent.pb, error) if "titel" in each.text]
    assert (problem.field, problem.file) == ("scenarios[0].yaml", "mine.yaml")
    assert (problem.line, problem.column) == (2, 1) and "did you mean 'title'" in problem.text
    told = agent.Validate(lease=agent.lease(), run_id="r", scenarios=[{"name": "mine.yaml", "yaml": wrong}])
    assert problem in told.problems


def test_scenarios_that_blow_up_are_a_problem_of_theirs(agent):
    dimensions = "\n".join(f"  d{i}: [{', '.join('abcdefghij')}]" for i in range(9))
    bomb = SCENARIO + f"matrix:\n{dimensions}\n"
    told = agent.Validate(lease=agent.lease(), run_id="r", scenarios=[{"name": "b.yaml", "yaml": bomb}])
    assert told.problems and agent.Hello().version.name == "rpchspec"


@pytest.mark.parametrize("case_id", ["../../../../etc/passwd", "/etc/passwd", "a/../../x", "*", "", "a\0b"])
def test_what_no_fetch_may_ask(agent, case_id):
    lease = agent.lease()
    agent.follow(lease, "r", selectors=["echo/in-echo@empty"])
    code = code_of(agent.Fetch, lease=lease, run_id="r", what="CASE", case_id=case_id)
    assert code == grpc.StatusCode.INVALID_ARGUMENT


def test_keys_of_a_run_are_not_fetched(agent, tmp_path):
    lease = agent.lease()
    agent.follow(lease, "r", selectors=["echo/in-echo@empty"])
    out = next((tmp_path / "rpchspec-agent").rglob("results.json")).parent
    (out / "tls").mkdir(exist_ok=True)
    (out / "tls/key.pem").write_text("secret")
    (out / "link").symlink_to("/etc/passwd")
    files = {chunk.file for chunk in agent.Fetch(lease=lease, run_id="r")}
    assert "results.json" in files and not files & {"tls/key.pem", "link"}


def test_what_is_too_large_is_not_read(agent):
    lease = agent.lease()
    large = [{"name": "a.yaml", "yaml": "#" * (3 << 20)}]
    assert code_of(agent.Run, lease=lease, run_id="r", scenarios=large) == grpc.StatusCode.RESOURCE_EXHAUSTED
    large[0]["yaml"] = "#" * (300 << 10)
    assert code_of(agent.Run, lease=lease, run_id="r", scenarios=large) == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert agent.Hello().version.name == "rpchspec"


def highest_memory(pid):
    """What it ever had at once, in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) // 1024


@pytest.mark.parametrize("how", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_what_would_be_large_is_not_inflated(serve, pb, tmp_path, how):
    """A message of 200 KB that is one of 200 MB, and a caller without a token."""
    (tmp_path / "token").write_text("correct horse battery\n")
    served = serve("--token-file", "token")
    agent = Agent(pb, served.ready["agent"])
    before = highest_memory(served.process.pid)
    validate = agent.channel.unary_unary("/rpchspec.v1.Agent/Validate")
    with pytest.raises(grpc.RpcError) as raised:
        validate(b"#" * (200 << 20), compression=how, timeout=PATIENCE)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED, raised.value
    assert highest_memory(served.process.pid) - before < 100
    agent.close()


def test_many_problems_are_told_as_far_as_there_is_room(agent):
    lease = agent.lease()
    wrong = ["-" + "ü%" * 400] * 150
    error = refused(agent.Run, lease=lease, run_id="r", selectors=wrong, options={"set": ["\n" * 9000]})
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error.details()
    found = problems(agent.pb, error)
    assert found[0].field == "selectors[0]" and "(and 150 more)" in error.details()
    told = agent.Validate(lease=lease, run_id="r", selectors=wrong)
    assert len(told.problems) > len(found) and len(told.problems) + told.more == 150


def test_a_run_counts_until_it_is_gone(serve, pb, tmp_path):
    agent = Agent(pb, serve("--max-runs", "1").ready["agent"])
    lease = agent.lease()
    next(agent.Run(lease=lease, run_id="a", selectors=["timeout/"]))
    (process,) = run_processes(tmp_path / "rpchspec-agent")
    os.kill(process, signal.SIGSTOP)  # it heeds nothing
    with concurrent.futures.ThreadPoolExecutor() as threads:
        reset = threads.submit(agent.Reset, lease=lease)
        deadline = time.monotonic() + PATIENCE
        while agent.ListRuns(lease=lease).runs:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        error = refused(agent.Run, lease=lease, run_id="a", selectors=["echo/in-echo"])
        assert error.code() == grpc.StatusCode.FAILED_PRECONDITION and "being ended" in error.details()
        assert code_of(agent.Run, lease=lease, run_id="b") == grpc.StatusCode.RESOURCE_EXHAUSTED
        os.kill(process, signal.SIGCONT)
        assert reset.result().runs == 1
    assert agent.follow(lease, "a", selectors=["echo/in-echo"])[-1].end.exit_code == 0


def test_what_runs_leave_together_is_bounded(serve, pb):
    agent = Agent(pb, serve("--max-run-bytes", "64MiB", "--max-bytes", "64MiB").ready["agent"])
    lease = agent.lease()
    agent.follow(lease, "a", selectors=["echo/in-echo@empty"])
    error = refused(agent.Run, lease=lease, run_id="b", selectors=["echo/in-echo@empty"])
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and "Reset" in error.details()
    agent.Reset(lease=lease)
    agent.follow(lease, "b", selectors=["echo/in-echo@empty"])


def test_all_runs_may_leave_what_one_may(rpchspec):
    done = rpchspec("serve", "--listen", "127.0.0.1:0", "--max-bytes", "1GiB")
    assert done.code == 2 and "--max-run-bytes" in done.err


def test_calls_of_one_session_leave_room_for_others(agent):
    lease, other = agent.lease(), agent.lease()
    most = agent.Hello().quotas.calls
    streams = [agent.Run(lease=lease, run_id="r", selectors=["timeout/"])]
    streams += [agent.Attach(lease=lease, run_id="r") for _ in range(most - 1)]
    for stream in streams:
        next(stream)
    error = refused(agent.Attach, lease=lease, run_id="r")
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and "calls" in error.details()
    assert code_of(agent.StartFixture, lease=lease, name="x") == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert agent.KeepAlive(lease=lease).lease == lease and agent.ListRuns(lease=lease).runs
    assert code_of(agent.Attach, lease=other, run_id="r") == grpc.StatusCode.NOT_FOUND
    for stream in streams:
        stream.cancel()
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            next(agent.Attach(lease=lease, run_id="r"))
            break
        except grpc.RpcError as full:
            assert full.code() == grpc.StatusCode.RESOURCE_EXHAUSTED and time.monotonic() < deadline
    agent.Cancel(lease=lease, run_id="r")


def test_a_fetch_that_reset_overtakes_says_so(agent, tmp_path):
    lease = agent.lease()
    agent.follow(lease, "r", selectors=["echo/in-echo@empty"])
    out = next((tmp_path / "rpchspec-agent").rglob("results.json")).parent
    with open(out / "0-large", "wb") as large:
        large.truncate(64 << 20)  # more than goes unread
    chunks = agent.Fetch(lease=lease, run_id="r")
    assert next(chunks).file == "0-large"
    agent.Reset(lease=lease)
    with pytest.raises(grpc.RpcError) as caught:
        assert {chunk.file for chunk in chunks} == {"0-large"}
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_what_an_agent_runs_ends_with_it_also_where_it_is_killed(serve, pb, tmp_path):
    folder = tmp_path / "targets"
    folder.mkdir()
    (folder / "lab.yaml").write_text(
        "targets:\n  own:\n    proxy: http://127.0.0.1:9\n    wait: 10m\n    start: 'exec sleep 600'\n"
    )
    process = serve("--targets", folder)
    agent = Agent(pb, process.ready["agent"])
    stream = agent.Run(lease=agent.lease(), run_id="r", target="own", selectors=["echo/"])
    deadline = time.monotonic() + PATIENCE
    while not (running := run_processes(tmp_path / "rpchspec-agent")) or not is_guarded(running[0]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(running[0], signal.SIGSTOP)  # it notices nothing itself
    process.process.kill()
    assert refused(next, stream).code() == grpc.StatusCode.UNAVAILABLE
    while left := run_processes(tmp_path / "rpchspec-agent"):
        if time.monotonic() > deadline:
            os.kill(left[0], signal.SIGKILL)
            pytest.fail("the run goes on")
        time.sleep(0.05)


def credentials_of(authority, certificate=None, key=None):
    read = lambda file: None if file is None else pathlib.Path(file).read_bytes()  # noqa: E731
    return grpc.ssl_channel_credentials(authority.ca_file.read_bytes(), read(key), read(certificate))


def signed(folder, authority, name):
    """CERT, KEY in files of their own."""
    folder.mkdir(exist_ok=True)
    cert, key = authority.sign(name).split(",")
    return [str(pathlib.Path(file).rename(folder / pathlib.Path(file).name)) for file in (cert, key)]


def test_only_callers_with_the_right_certificate_come_in(serve, pb, tmp_path):
    ours, strangers = tmp_path / "ours", tmp_path / "strangers"
    ours.mkdir(), strangers.mkdir()
    authority, other = Authority(ours), Authority(strangers)
    cert, key = signed(tmp_path / "server", authority, "localhost")
    ready = serve("--tls-cert", cert, "--tls-key", key, "--client-ca", authority.ca_file).ready
    where = ready["agent"].replace("127.0.0.1", "localhost")
    assert ready["tls"] is True
    client = signed(tmp_path / "client", authority, "client")
    stranger = signed(tmp_path / "stranger", other, "client")
    assert Agent(pb, where, credentials_of(authority, *client)).Hello().version.name == "rpchspec"
    for credentials in (credentials_of(authority), credentials_of(authority, *stranger), None):
        assert code_of(Agent(pb, where, credentials).Hello) == grpc.StatusCode.UNAVAILABLE
    assert Agent(pb, where, credentials_of(authority, *client)).Hello().version.name == "rpchspec"


@pytest.mark.parametrize("tls", [False, True])
def test_only_callers_with_the_token_come_in(serve, pb, tmp_path, tls):
    authority = Authority(tmp_path)
    (tmp_path / "token").write_text(TOKEN + "\n")
    options = ["--token-file", tmp_path / "token"]
    credentials = None
    if tls:
        cert, key = authority.sign("localhost").split(",")
        options += ["--tls-cert", cert, "--tls-key", key]
        credentials = credentials_of(authority)
    where = serve(*options, listen="127.0.0.1:0").ready["agent"].replace("127.0.0.1", "localhost")
    assert Agent(pb, where, credentials, TOKEN).Hello().version.name == "rpchspec"
    for token in (None, "wrong", TOKEN[:-1], TOKEN + "x"):
        for method in ("Hello", "OpenSession", "Run", "Fetch", "StartFixture"):
            call = getattr(Agent(pb, where, credentials, token), method)
            assert code_of(call) == grpc.StatusCode.UNAUTHENTICATED, (token, method)
