"""What a pipeline uses: shards, repetitions, versions of the suite."""

import json
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

import jsonschema
import junitparser
import pytest

from conftest import ROOT, results

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = json.loads((ROOT / "reports/results.schema.json").read_text())


def selected(rpchspec, *arguments):
    listed = rpchspec("list", "--json", *arguments)
    assert listed.code == 0, listed.err
    return {case["id"]: case["expected_s"] for case in json.loads(listed.out)["cases"]}


def test_shards_of_the_suite_share_its_time(rpchspec):
    whole = selected(rpchspec)
    parts = [selected(rpchspec, "--shard", f"{index}/4") for index in (1, 2, 3, 4)]
    assert sum(map(len, parts)) == len(whole)
    assert {case for part in parts for case in part} == set(whole)
    times = [sum(part.values()) for part in parts]
    assert max(times) - min(times) <= max(whole.values()) + 0.1 * len(whole)


def test_a_merge_says_which_shard_it_misses(rpchspec, tmp_path):
    for index in (1, 2, 3):
        done = rpchspec("run", "echo/", "--shard", f"{index}/3", "--out", f"s{index}", "--evidence", "all")
        assert done.code == 0, done.out + done.err
        jsonschema.validate(results(tmp_path / f"s{index}"), SCHEMA)
    merged = rpchspec("report", "s3", "s1", "--out", "two")
    assert merged.code == 3
    assert "no result of shard 2" in merged.out
    assert results(tmp_path / "two")["complete"] is False
    merged = rpchspec("report", "s3", "s1", "s2", "--out", "all")
    assert merged.code == 0, merged.out + merged.err
    run = results(tmp_path / "all")
    jsonschema.validate(run, SCHEMA)
    assert run["complete"] is True and "shard" not in run
    assert {c["id"] for c in run["cases"]} >= set(selected(rpchspec, "echo/"))
    suites = junitparser.JUnitXml.fromfile(str(tmp_path / "all/junit.xml"))
    assert sum(len(list(suite)) for suite in suites) == len(run["cases"])
    for case in run["cases"]:
        assert (tmp_path / "all/cases" / case["id"] / "ladder.txt").exists(), case["id"]
    lines = (tmp_path / "all/events.jsonl").read_text().splitlines()
    assert {json.loads(line)["case"] for line in lines} == {c["id"] for c in run["cases"]}
    assert rpchspec("report", "s1").code == 0


def test_shards_are_not_merged_over_one_of_them(rpchspec, tmp_path):
    for index in (1, 2):
        assert rpchspec("run", "echo/in-echo", "--shard", f"{index}/2", "--out", f"s{index}").code == 0
    before = (tmp_path / "s1/results.json").read_bytes()
    for out in ("s1", "./s2/", tmp_path / "s1"):
        done = rpchspec("report", "s1", "s2/results.json", "--out", out)
        assert done.code == 2 and "is one of the shards" in done.err
    assert (tmp_path / "s1/results.json").read_bytes() == before
    assert rpchspec("report", "s1", "--out", "s1").code == 0, "of one run it may be made anew"


def test_what_is_no_shard_of_the_run_is_refused(rpchspec):
    for out, more in {"a": ["echo/"], "b": ["echo/in-echo"], "c": ["echo/", "--seed", "5"]}.items():
        index = "1/2" if out == "a" else "2/2"
        done = rpchspec("run", *more, "--shard", index, "--out", out)
        assert done.code == 0, done.out + done.err
    for other, word in {"a": "twice", "b": "selection", "c": "seed"}.items():
        merged = rpchspec("report", "a", other)
        assert merged.code == 2 and word in merged.err, merged.err


def test_a_shard_with_nothing_in_it_is_no_failure(rpchspec):
    codes = {rpchspec("run", "echo/in-echo@four", "--shard", f"{i}/2", "--out", f"s{i}").code for i in (1, 2)}
    assert codes == {0}
    assert rpchspec("report", "s1", "s2").code == 0


@pytest.fixture
def flaky(started):
    """The port of a proxy whose every second echo is wrong."""
    proxy = ["proxy", "--allow-anonymous", "--listen", "http://127.0.0.1:0"]
    good, bad = started(*proxy), started(*proxy, "--defect", "echo-reason")
    process = subprocess.Popen(
        [sys.executable, HERE / "flaky_front.py", port_of(good), port_of(bad)],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield int(process.stdout.readline())
    process.kill()
    process.communicate()


def port_of(proxy):
    return str(urllib.parse.urlparse(proxy.ready["proxy"]["urls"][0]).port)


def test_what_fails_now_and_then_is_flaky_and_fails(rpchspec, tmp_path, flaky):
    done = rpchspec("run", "echo/in-echo@empty", "--proxy", f"http://127.0.0.1:{flaky}", "--repeat", "5",
                    "--jobs", "1", "--backend-ports", "0,0,0")  # fmt: skip
    assert done.code == 1, done.out + done.err
    assert "FLAKY  echo/in-echo@empty  3 pass, 2 fail" in done.out
    run = results(tmp_path / "rpchspec-out")
    jsonschema.validate(run, SCHEMA)
    case = next(c for c in run["cases"] if c["id"] == "echo/in-echo@empty")
    assert (case["verdict"], case["flaky"]) == ("fail", True)
    assert case["repetitions"] == {"pass": 3, "fail": 2}
    ladders = sorted(path.parent.name for path in (tmp_path / "rpchspec-out/cases").rglob("ladder.txt"))
    assert ladders == ["in-echo@empty~2", "in-echo@empty~4"] and case["repetition"] == 2
    shown = rpchspec("show", "echo/in-echo@empty")
    assert "flaky: 3 pass, 2 fail" in shown.out and "-- finished" in shown.out.split("number 2")[1]
    junit = junitparser.JUnitXml.fromfile(str(tmp_path / "rpchspec-out/junit.xml"))
    assert junit.failures == 1


def test_what_fails_each_time_is_not_flaky(rpchspec, tmp_path):
    done = rpchspec("run", "echo/in-echo@empty", "--defect", "echo-reason", "--repeat", "3")
    assert done.code == 1 and "FLAKY" not in done.out
    case = results(tmp_path / "rpchspec-out")["cases"][0]
    assert (case["flaky"], case["repetitions"]) == (False, {"fail": 3})


@pytest.fixture
def suite(tmp_path):
    """A copy of the scenarios that a test may change; its environment."""
    folder = tmp_path / "scenarios"
    shutil.copytree(ROOT / "scenarios", folder)
    return folder, {"RPCHSPEC_DATA": str(folder)}


def test_a_retired_scenario_is_told_with_what_replaced_it(rpchspec, suite):
    folder, env = suite
    (folder / "retired.yaml").write_text("echo/in-echo-old: replaced by echo/in-echo in suite 1.0\n")
    for selector in ("echo/in-echo-old", "echo/in-echo-old@four"):
        done = rpchspec("run", selector, env=env)
        assert done.code == 4
        assert f"'{selector}' is retired: replaced by echo/in-echo in suite 1.0" in done.err
    assert "replaced by echo/in-echo" in rpchspec("explain", "echo/in-echo-old", env=env).out
    (folder / "retired.yaml").write_text("echo/in-echo: gone\n")
    done = rpchspec("list", env=env)
    assert done.code == 2 and "never used again" in done.err


def test_an_older_suite_has_what_it_had(rpchspec, suite):
    folder, env = suite
    file = folder / "echo/in-echo.yaml"
    text = file.read_text()
    assert 'since: "1.0"' in text
    file.write_text(text.replace('since: "1.0"', 'since: "0.9"'))
    old = rpchspec("list", "--as-of", "0.9", env=env).out.split()
    assert [word for word in old if "/" in word and "@" in word]
    assert all(word.startswith("echo/in-echo") for word in old if "@" in word)
    done = rpchspec("run", "echo/", "--as-of", "0.9", "--out", "old", env=env)
    assert done.code == 0, done.out + done.err
    run = results(folder.parent / "old")
    assert run["tool"]["suite"] == "0.9"
    assert {case["id"].split("@")[0] for case in run["cases"]} == {"echo/in-echo"}
    assert rpchspec("list", "--as-of", "7.0").code == 2


def test_a_trial_scenario_never_fails_a_build(rpchspec, tmp_path):
    text = (ROOT / "scenarios/echo/in-echo.yaml").read_text()
    text = text.replace("id: echo/in-echo", "id: echo/on-trial\nstatus: trial")
    (tmp_path / "trial.yaml").write_text(text)
    for more in ([], ["--strict"]):
        done = rpchspec("run", "trial.yaml", "echo/on-trial@empty", "--defect", "echo-reason", *more)
        assert done.code == 0, done.out + done.err
        cases = [c for c in results(tmp_path / "rpchspec-out")["cases"] if c["id"].startswith("echo/on-trial")]
        assert cases and all(c["verdict"] == "warn" for c in cases)
