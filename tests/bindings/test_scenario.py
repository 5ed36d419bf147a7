"""rpchspec.scenario: scenarios in Python, linted and run as those of YAML are, with Python's lines in errors."""

import datetime
import inspect

import pytest
import yaml

import rpchspec
from conftest import PROGRAM, ROOT
from native import needs_native
from rpchspec import scenario
from rpchspec.control import Fault, Towards
from rpchspec.scenario import Place, Scenario

ABOUT = {"title": "It is seen", "since": "1.0", "why": "To see it.", "expected": "200ms"}


def echo(id_="echo/mine", **more):
    case = Scenario(id_, **{**ABOUT, **more})
    case.client.echo(method="RPC_IN_DATA", content_length=4)
    case.expect("client.in", {"response": {"status": 200}}, within="5s", by="RPCH-2.1.2.1.6-03")
    return case


def line_of(text):
    """Where this stands in this file."""
    lines = inspect.getsource(inspect.getmodule(line_of)).splitlines()
    return next(at for at, line in enumerate(lines, 1) if text in line and "line_of" not in line)


def test_a_scenario_is_run_and_its_file_kept(tmp_path):
    results = echo().run()
    assert [case.id for case in results.cases] == ["echo/mine"]
    assert results.summary["pass"] == 1
    assert (tmp_path / "rpchspec-out/scenarios/echo-mine.yaml").exists()


def test_several_are_one_run_and_a_matrix_makes_cases():
    case = Scenario("echo/sizes", matrix={"length": [{"none": 0}, {"four": 4}]}, **ABOUT)
    case.client.echo(method="RPC_IN_DATA", content_length="$length")
    case.expect("client.in", {"response": "2xx"}, within=datetime.timedelta(seconds=5), by=["RPCH-2.1.2.1.6-03"])
    results = scenario.run(case, echo(), out="both")
    assert {each.id for each in results.cases} == {"echo/sizes@none", "echo/sizes@four", "echo/mine"}
    assert results.summary["pass"] == 3


def test_a_failure_cites_what_it_checks():
    case = Scenario("echo/wrong", **ABOUT)
    case.client.echo(method="RPC_IN_DATA", content_length=4)
    case.expect("client.in", {"no-response": "100ms"}, by="RPCH-2.1.2.1.6-03")
    with pytest.raises(rpchspec.Failed) as raised:
        case.run()
    assert raised.value.results.case("echo/wrong").requirements[0] == "RPCH-2.1.2.1.6-03"


def whole():
    case = Scenario("flow-control/mine", given=["opened"], needs=["topology:rpc-proxy"], client={"conduct": "patient"}, **ABOUT)
    case.client.open(vc=2)
    with case.parallel("load"):
        case.client.send(channel="in", bytes="32KiB", label="first")
        with case.branch():
            case.wait("server.in", {"data": {"at_least": "1KiB"}}, within="5s", since="first")
            case.pause("10ms")
        case.client.send(channel="in", bytes="32KiB", vc=2)
    case.server.send(channel="out", pdu="Ping", with_={"header.pfc_flags": "0x03"})
    case.client.close("both")
    case.expect("server.in", {"data": "32KiB"}, since="load", within="10s", by="RPCH-3.2.3.5.2-03")
    return case


def test_all_kinds_of_steps_are_what_yaml_says():
    told = yaml.safe_load(whole().yaml())
    assert told["steps"] == [
        {"vc": 2, "client.open": {}},
        {"label": "load", "parallel": [
            {"label": "first", "client.send": {"channel": "in", "bytes": "32KiB"}},
            [{"await": {"server.in": {"data": {"at_least": "1KiB"}}, "within": "5s", "since": "first"}}, {"pause": "10ms"}],
            {"vc": 2, "client.send": {"channel": "in", "bytes": "32KiB"}},
        ]},
        {"server.send": {"channel": "out", "pdu": "Ping", "with": {"header.pfc_flags": "0x03"}}},
        {"client.close": "both"},
    ]  # fmt: skip
    whole().lint()


def test_a_fault_is_the_same_object_as_for_a_fixture():
    case = Scenario("flow-control/lost", given=["opened"], needs=["topology:rpc-proxy"], **ABOUT)
    case.server.fault(Fault("lost", leg="server.out", repeat="response", times=1))
    case.server.fault(Fault("slow", leg="server.out", delay=0.001, towards=Towards.CLIENT))
    case.client.fault(name="late", leg="client.in", hold="FlowControlAckWithDestination")
    case.client.release(fault="late")
    case.client.call("bind")
    case.client.call("is_server_listening", label="asking")
    case.expect("client.out", {"receives": {"pdu": "response", "at_least": 2}}, since="asking", within="5s", by="RPCH-1.3.4-01")
    told = yaml.safe_load(case.yaml())["steps"]
    assert told[:2] == [
        {"server.fault": {"name": "lost", "leg": "server.out", "times": 1, "repeat": "response"}},
        {"server.fault": {"name": "slow", "leg": "server.out", "towards": "TOWARDS_CLIENT", "delay": "0.001s"}},
    ]
    assert case.run().summary["pass"] == 1
    case.server.fault(Fault("lost", leg="server.out", drop="respnse"))  # wrong: respnse
    with pytest.raises(scenario.LintError, match="did you mean 'response'") as raised:
        case.lint()
    assert raised.value.problems[0].place.line == line_of("# wrong: respnse")


def test_what_is_wrong_is_told_at_its_line_of_python():
    case = Scenario("reset/wrong", titel="A title", **ABOUT)  # wrong: titel
    case.client.opne()  # wrong: opne
    with case.parallel():
        case.client.send(channel="inn", bytes="1KiB")  # wrong: inn
    case.expect("client.in", "clozed", within="5s", by="RPCH-2.1.2.1.6-03")  # wrong: clozed
    with pytest.raises(scenario.LintError) as raised:
        case.lint()
    found = {problem.place.line: problem for problem in raised.value.problems}
    assert set(found) >= {line_of("# wrong: titel"), line_of("# wrong: opne")}
    assert all(problem.place.file == __file__ for problem in found.values())
    assert f"{__file__}:{line_of('# wrong: opne')}:5: " in str(raised.value)
    assert "did you mean 'client.open'" in found[line_of("# wrong: opne")].text


@pytest.mark.parametrize("wrong", ["inside parallel", "in an expectation"])
def test_each_line_has_its_place(wrong):
    case = Scenario("reset/wrong", **ABOUT)
    with case.parallel():
        case.client.open()
        case.client.send(channel="inn" if wrong == "inside parallel" else "in", bytes="1KiB")  # here: parallel
    case.expect("client.in", "clozed" if wrong == "in an expectation" else "closed", within="5s",
                by="RPCH-3.2.3.5.11-01")  # fmt: skip
    with pytest.raises(scenario.LintError) as raised:
        case.lint()
    wanted = line_of("# here: parallel") if wrong == "inside parallel" else line_of('"clozed" if wrong')
    assert {problem.place.line for problem in raised.value.problems} == {wanted}


def test_what_cannot_be_a_step_is_refused_at_once():
    case = echo()
    with pytest.raises(TypeError, match="one value, or fields"):
        case.client.close("both", cause="tcp-rst")
    case.client.send(bytes=object())
    with pytest.raises(TypeError, match="no place in a scenario"):
        case.yaml()


def wrong():
    case = Scenario("reset/wrong", titel="A title", **ABOUT)
    case.client.opne()
    with case.parallel():
        case.client.send(channel="inn", bytes="1KiB")
    case.server.close(leg="out", cause="tcp-pst")
    case.expect("client.in", "clozed", within="5s", by="RPCH-2.1.2.1.6-99")
    return case


@needs_native
@pytest.mark.parametrize("make", [wrong, lambda: Scenario("Echo/mine"), lambda: echo(since=1.0, expected=30), lambda: echo("echo@mine")])
def test_the_lint_in_process_is_that_of_the_program(make):
    case = make()
    with pytest.raises(scenario.LintError) as ours:
        case.lint()
    with pytest.raises(scenario.LintError) as theirs:
        case.lint(program=PROGRAM)
    assert ours.value.problems == theirs.value.problems != ()


@needs_native
def test_what_is_right_for_the_program_is_right_in_process():
    for case in (echo(), whole()):
        case.lint()
        case.lint(program=PROGRAM)


@needs_native
def test_a_problem_says_what_was_meant_or_is_allowed():
    found = {problem.meant: problem for problem in raised_by(wrong()).problems}
    assert {"client.open", "tcp-rst"} <= set(found)
    assert found["tcp-rst"].allowed == ()
    text = """{"id": "echo/mine", "title": "t", "since": "1.0", "why": "w", "expected": "1s",
 "steps": [{"server.close": {"leg": "out", "cause": "explosion"}}]}"""
    with pytest.raises(scenario.LintError) as raised:
        scenario.load_text(text, "mine.yaml")
    problem = next(each for each in raised.value.problems if "explosion" in each.text)
    assert problem.place == Place("mine.yaml", 2, text.splitlines()[1].index('"explosion"') + 1)
    assert {"tcp-fin", "tcp-rst"} <= set(problem.allowed) and problem.meant == ""
    assert str(problem).startswith("mine.yaml:2:")


def raised_by(case):
    with pytest.raises(scenario.LintError) as raised:
        case.lint()
    return raised.value


@needs_native
def test_the_intermediate_form_is_the_same_from_python_and_from_yaml(tmp_path):
    (ours,) = whole().load()
    (theirs,) = scenario.load(whole().write(tmp_path))
    assert ours.id == theirs.id == "flow-control/mine"
    form = {**ours.form, "file": theirs.file}
    assert form == theirs.form
    assert [step.get("given") for step in ours.form["steps"]][0] == "opened"
    assert ours.requirements == ("RPCH-3.2.3.5.2-03",) and ours.expected_s == 0.2


@needs_native
def test_the_whole_suite_is_loaded():
    suite = scenario.load(ROOT / "scenarios")
    assert len(suite) > 300 and len({each.id for each in suite}) == len(suite)
    cause = [each for each in suite if each.id.startswith("reset/server-out-end-reaches-client@")]
    assert {each.form["variant"]["cause"] for each in cause} >= {"tcp-rst", "tcp-fin"}


@needs_native
def test_a_file_that_is_not_there_is_a_problem_with_its_name():
    with pytest.raises(scenario.LintError, match="nowhere.yaml:1:1"):
        scenario.load("nowhere.yaml")


@needs_native
def test_a_library_that_is_not_there_says_where_it_was_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("RPCHSPEC_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="RPCHSPEC_DATA"):
        scenario.load_text("{}")
