"""rpchspec.Agent: runs and fixtures on an agent, from Python."""

import json
import os
import subprocess

import pytest

import rpchspec
from conftest import BROKEN, DEFECT, ECHO, PROGRAM
from rpchspec.control import Fault

SCENARIO = """\
id: echo/mine
title: An echo of ours
since: "1.0"
why: It shows that a scenario travels.
expected: 100ms
steps:
  - client.echo: {method: RPC_IN_DATA, content_length: 0}
expect:
  - {client.in: {response: {status: 200}}, within: 5s, by: RPCH-2.1.2.1.5-03}
"""


@pytest.fixture
def serve(tmp_path):
    """serve(options...) -> the address of an agent."""
    processes = []

    def start(*options):
        number = os.getpid()
        own = f"127.{64 + number // 250 % 128}.{number % 250}.{10 + len(processes)}"
        command = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--fixture-address", own, *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        return json.loads(process.stdout.readline().removeprefix("ready "))["agent"]

    yield start
    for process in processes:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


@pytest.fixture
def session(serve):
    with rpchspec.Agent(serve()) as agent, agent.session() as made:
        yield made


def test_it_says_who_it_is(serve):
    with rpchspec.Agent(serve()) as agent:
        assert agent.hello()["version"]["api"] == "rpchspec.v1"
        assert agent.targets == ()


def test_a_run_there_is_as_one_here(session):
    cases = []
    there = session.run(ECHO, out="there", on_case=cases.append)
    here = rpchspec.run(ECHO, out="here")
    assert there.summary == here.summary and [each.id for each in cases] == [ECHO]
    assert {each.id: each.verdict for each in there.cases} == {each.id: each.verdict for each in here.cases}
    assert [each.exit_code for each in session.runs()] == [0]


def test_an_exit_code_is_its_exception(session):
    with pytest.raises(rpchspec.Failed) as failed:
        session.run(BROKEN, defect=DEFECT)
    assert failed.value.results.failed[0].id.startswith(BROKEN)
    assert failed.value.results.ladder(failed.value.results.failed[0].id)
    assert session.run(BROKEN, defect=DEFECT, check=False).summary["fail"] >= 1
    with pytest.raises(rpchspec.NothingJudged):
        session.run(ECHO, exclude=[ECHO])


def test_a_scenario_of_ours_is_sent(session, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(SCENARIO)
    assert session.run(scenarios=[file], facts={"allow_anonymous": True}).summary["pass"] == 1
    file.write_text(SCENARIO.replace("title:", "titel:"))
    with pytest.raises(rpchspec.AgentError) as wrong:
        session.run(scenarios=[file])
    assert wrong.value.status == "INVALID_ARGUMENT"
    assert [(each.file, each.line, each.column) for each in wrong.value.problems if "titel" in each.text] == [("mine.yaml", 2, 1)]


def test_what_on_case_raises_cancels_the_run(session):
    def stop(case):
        raise RuntimeError(case.id)

    with pytest.raises(RuntimeError):
        session.run("echo/", "timeout/", run_id="r", on_case=stop)
    assert session.cancel("r").run_id == "r"


def test_a_fixture_is_broken_on_purpose(session):
    with session.up(judge=True) as up:
        assert up.url.startswith("http://127.") and up.findings().judging
        up.set_fault(Fault("slow", leg="client.out", delay=0.25))
        assert [each.name for each in up.faults()] == ["slow"]
        assert up.reset().faults == 1 and up.faults() == ()
        assert up.connections().connections == () and up.events().lost == 0
    with pytest.raises(rpchspec.AgentError) as gone:
        up.faults()
    assert gone.value.status == "NOT_FOUND"


def test_a_token_is_asked_for(serve, tmp_path):
    (tmp_path / "token").write_text("0123456789abcdef-of-a-test\n")
    address = serve("--token-file", "token")
    with rpchspec.Agent(address, token="0123456789abcdef-of-a-test") as agent:
        assert agent.hello()["version"]["name"] == "rpchspec"
    with pytest.raises(rpchspec.AgentError) as refused:
        rpchspec.Agent(address).hello()
    assert refused.value.status == "UNAUTHENTICATED"


def test_a_token_does_not_go_in_clear_over_a_network():
    with pytest.raises(ValueError, match="in clear"):
        rpchspec.Agent("192.0.2.5:7135", token="secret")


def test_the_rest_goes_without_grpc(python):
    script = "import sys, rpchspec; assert not {'grpc', 'google.protobuf'} & set(sys.modules)"
    assert python("-c", script).returncode == 0
