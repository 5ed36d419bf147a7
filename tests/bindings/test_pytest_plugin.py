"""The pytest plugin: one run for all items, shards of pytest-xdist, what a failure shows."""

import json
import re

import pytest

from conftest import BROKEN, DEFECT, ECHO, SKIPPED

PLUGIN = ["-p", "rpchspec.pytest_plugin", "-p", "no:cacheprovider"]
TARGET = [*PLUGIN, "--rpchspec-target", "embedded"]


@pytest.fixture
def session(python):
    """session("-k", "echo") -> what that session of pytest said, and its exit code."""

    def run(*arguments, env=None):
        done = python("-m", "pytest", "-ra", *arguments, env={"PYTEST_ADDOPTS": "", **(env or {})})
        return done.returncode, done.stdout + done.stderr

    return run


def results(folder):
    return json.loads((folder / "results.json").read_text())


def test_it_adds_nothing_unless_asked(session, tmp_path):
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n")
    assert session(*PLUGIN, "-p", "no:xdist")[1].count("passed") == 1
    assert not (tmp_path / "rpchspec-out").exists()


def test_the_selection_is_one_run_and_each_case_an_item(session, tmp_path):
    code, said = session(*TARGET, "--rpchspec-select", "echo/", "--rpchspec-option=--quick", "-v")
    assert code == 0, said
    cases = results(tmp_path / "rpchspec-out")["cases"]
    told = dict(re.findall(r"^rpchspec::(\S+) (PASSED|SKIPPED)", said, re.MULTILINE))
    assert len(cases) > 5
    assert told == {case["id"]: "SKIPPED" if case["verdict"] == "skip" else "PASSED" for case in cases}


WAITS = """
import pathlib, time

def test_that_waits_for_the_run():
    while not pathlib.Path("rpchspec-out/results.json").exists():
        time.sleep(0.01)
"""


def test_the_run_goes_on_beside_other_tests(session, tmp_path):
    (tmp_path / "test_other.py").write_text(WAITS)
    code, said = session(*TARGET, "--rpchspec-select", ECHO)
    assert code == 0 and "2 passed" in said, said


def test_a_failure_shows_three_lines_and_the_ladder(session):
    code, said = session(*TARGET, "--rpchspec-select", BROKEN, f"--rpchspec-option=--defect={DEFECT}")
    assert code == 1, said
    for line in ("required: RPCH-", "expected: ", "seen:     ", "where:    ",
                 f"rerun:    rpchspec run --topology embedded --defect {DEFECT} {BROKEN}"):  # fmt: skip
        assert line in said
    assert "RPC_IN_DATA" in said
    assert "Traceback" not in said and "_pytest_items.py" not in said


def test_k_chooses_what_is_run(session, tmp_path):
    code, said = session(*TARGET, "--rpchspec-select", "echo/", "-k", "in-echo and four")
    assert code == 0, said
    assert [case["id"] for case in results(tmp_path / "rpchspec-out")["cases"]] == [ECHO]


def test_what_was_skipped_or_waived_is_a_skip_with_its_reason(session, tmp_path):
    (tmp_path / "rpchspec.yaml").write_text(
        f"targets:\n  broken:\n    defect: {DEFECT}\n    waivers:\n"
        f"      - {{id: {BROKEN}, reason: ticket 4711, owner: ann, until: 2099-01-31}}\n"
    )
    code, said = session(*PLUGIN, "--rpchspec-target", "broken", "--rpchspec-select", BROKEN,
                         "--rpchspec-select", SKIPPED)  # fmt: skip
    assert code == 0, said
    assert "ticket 4711" in said and "http-front" in said and "2 skipped" in said


def test_what_could_not_be_judged_is_an_error(session):
    code, said = session(*PLUGIN, "--rpchspec-target", "http://127.0.0.1:1", "--rpchspec-select", ECHO,
                         "--rpchspec-option=--backend-ports=0,0,0")  # fmt: skip
    assert code == 1
    assert f"ERROR rpchspec::{ECHO}" in said and "1 error" in said


def test_wrong_words_are_told_before_anything_runs(session):
    code, said = session(*TARGET, "--rpchspec-select", "ecko/")
    assert code != 0 and "did you mean" in said
    code, said = session(*TARGET, "--rpchspec-select", ECHO, "--rpchspec-option=--no-such-option")
    assert code == 1 and "unknown option '--no-such-option'" in said


def test_a_file_of_scenarios_can_be_selected(session, tmp_path):
    (tmp_path / "mine.yaml").write_text(
        "id: echo/mine\ntitle: An echo of mine\nsince: '1.0'\nwhy: To see.\nexpected: 100ms\n"
        "matrix: {length: [{empty: 0}, {four: 4}]}\n"
        "steps:\n  - client.echo: {method: RPC_IN_DATA, content_length: $length}\n"
        "expect:\n  - {client.in: {response: {status: 200}}, within: 5s, by: RPCH-2.1.2.1.6-03}\n"
    )
    code, said = session(*TARGET, "--rpchspec-select", "mine.yaml", "--rpchspec-select", ECHO, "-k", "four")
    assert code == 0, said
    assert {case["id"] for case in results(tmp_path / "rpchspec-out")["cases"]} == {"echo/mine@four", ECHO}


def test_each_worker_of_xdist_plays_a_shard(session, tmp_path):
    (tmp_path / "test_other.py").write_text("def test_one():\n    pass\ndef test_two():\n    pass\n")
    code, said = session(*TARGET, "--rpchspec-select", "echo/", "--rpchspec-option=--quick", "-n", "2", "-v")
    assert code == 0, said
    shards = [results(tmp_path / f"rpchspec-out/shard-{number}")["cases"] for number in (1, 2)]
    workers = {}
    for worker, number, case in re.findall(r"\[(gw\d)\].*? rpchspec\[(\d)/2\]::(\S+)", said):
        workers.setdefault(number, set()).add(worker)
        assert case in {each["id"] for each in shards[int(number) - 1]}
    assert sorted(map(len, workers.values())) == [1, 1] and workers["1"] != workers["2"]
    assert not {each["id"] for each in shards[0]} & {each["id"] for each in shards[1]}


def test_stopping_early_ends_the_run(session, tmp_path):
    (tmp_path / "test_other.py").write_text(WAITS.replace("def test_that", "def test_fails_that") + "    assert False\n")
    code, said = session(*TARGET, "--rpchspec-select", "timeout/", "--rpchspec-option=--soak", "-x")
    assert code == 1, said
    assert results(tmp_path / "rpchspec-out")["complete"] is True


def test_the_fixtures_need_no_items(session, tmp_path):
    (tmp_path / "test_fixtures.py").write_text(
        "def test_up(rpchspec_up):\n    assert rpchspec_up.url\n"
        "def test_target(rpchspec_target):\n    assert rpchspec_target.run('echo/in-echo@four').complete\n"
    )
    code, said = session(*PLUGIN)
    assert code == 0 and "1 passed, 1 skipped" in said, said
