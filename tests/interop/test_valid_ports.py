"""ValidPorts of a proxy that is not ours to configure: its operator states the rule, and the suite
asks for what the rule does not list."""

import pathlib
import sys

import pytest

import fronts
from conftest import run_in

HERE = pathlib.Path(__file__).resolve().parent
INDEPENDENT = f"exec {sys.executable} {HERE / 'independent_proxy'}"

HASTE = ["--timeout-scale", "0.3"]  # what a proxy has not closed by then it never closes

PORTS = {f"uri/valid-ports-refuses-port{where}-on-{channel}"
         for where in ("", "-below-range", "-above-range") for channel in ("in", "out")}  # fmt: skip
SERVERS = {"uri/valid-ports-refuses-server-on-in", "uri/valid-ports-refuses-server-on-out"}


@pytest.fixture
def trial(tmp_path, program):
    """trial(command, rule, stated rule) -> Finished; $ in a rule is the address of all servers."""
    address = fronts.own_address(7)

    def attempt(command, rule, stated=None, selectors=("uri/valid-ports-*",)):
        rule, stated = (text.replace("$", address) for text in (rule, stated or rule))
        url = f"http://{address}:{fronts.free_port(address)}"
        start = f"{command} --listen {url} --allow-anonymous --valid-ports '{rule}'"
        own = ["--server-name", address, "--backend-bind", address]
        facts = ["--set", "allow_anonymous=true", "--set", f"valid_ports={stated}"]
        return run_in(tmp_path, "--proxy", url, "--start", start, "--wait", "20s", *own, *facts, *HASTE, *selectors)

    attempt.ours = f"exec {program} proxy"
    return attempt


RULE = "$:6004;$:6001-6002"


def assert_obeyed(done, expected):
    assert done.code == 0, done.text
    assert done.ids("fail", "warn", "blocked", "error", "not-run") == set(), done.text
    assert done.ids("pass") == expected, done.text


def test_an_independent_proxy_that_obeys_its_rule_passes(trial):
    listed = {"uri/valid-ports-admits-range@first", "uri/valid-ports-reads-every-entry@last"}
    assert_obeyed(trial(INDEPENDENT, RULE), PORTS | SERVERS | listed)


def test_the_reference_proxy_passes_as_a_foreign_one(trial):
    done = trial(trial.ours, RULE, selectors=("uri/valid-ports-refuses-*-on-out",))
    assert_obeyed(done, {case for case in PORTS | SERVERS if case.endswith("-out")})


def test_a_proxy_that_passes_over_its_rule_fails(trial):
    cited = {
        "uri/valid-ports-refuses-port-on-in": "PROD-ValidPorts-02",
        "uri/valid-ports-refuses-server-on-out": "PROD-ValidPorts-01",
    }
    done = trial(trial.ours + " --defect valid-ports-ignored", RULE, selectors=list(cited))
    assert done.code == 1, done.text
    assert done.ids("fail") == set(cited), done.text
    for case, requirement in cited.items():
        assert done.case(case)["requirements"][0] == requirement, case
    seen = done.cited(lambda finding: "a connection to store from" in finding["seen"])
    assert sorted(seen) == ["PROD-ValidPorts-01", "PROD-ValidPorts-02"], done.text


@pytest.mark.parametrize("where, rule", [("below", "$:6000-6004"), ("above", "$:6001-6005")])
def test_a_range_that_is_one_too_wide_is_found(trial, where, rule):
    case = f"uri/valid-ports-refuses-port-{where}-range-on-in"
    done = trial(INDEPENDENT, rule, "$:6001-6004", selectors=[case])
    assert done.code == 1, done.text
    assert done.ids("fail") == {case}


def test_a_rule_that_lists_all_leaves_nothing_to_ask_for(trial):
    done = trial(trial.ours, "$:1-65535")
    assert done.code == 0, done.text
    assert done.ids("pass") == SERVERS | {"uri/valid-ports-admits-range@middle"}
    for case in PORTS:
        assert "the stated valid_ports lists" in done.case(case)["message"], case


def test_a_rule_that_cannot_be_read_is_wrong_usage(trial):
    done = trial(trial.ours, "$:6001-6004", "exch01:6002-6001")
    assert done.code == 2
    assert "valid_ports: the range runs backwards" in done.text
