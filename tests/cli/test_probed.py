"""Facts of a proxy that is not ours: read off the run's first cases, where nobody stated them."""

import json

import jsonschema
import pytest

from conftest import ROOT, results

SCHEMA = json.loads((ROOT / "reports/results.schema.json").read_text())
WINDOW = "flow-control/upload-in-pdus-of-half-a-window"
ANONYMOUS = "auth/anonymous-plain-request-is-accepted"
V1 = "v1/opens"
GIGABYTE = "recycling/one-gigabyte-on-out"
LOCKED = "auth/right-credentials-open"


@pytest.fixture
def proxy(started, tmp_path):
    """proxy("--allow-anonymous", window=...) -> its URL; it was not started by the run."""

    def start(*options, scheme="http"):
        return started("proxy", "--listen", f"{scheme}://127.0.0.1:0", *options).ready["proxy"]["urls"][0]

    return start


@pytest.fixture
def run(rpchspec, tmp_path):
    """run(url, ...) -> Finished and the results; each run in a folder of its own."""
    runs = []

    def against(url, *options):
        runs.append(tmp_path / f"run-{len(runs)}")
        done = rpchspec("run", "--proxy", url, "--backend-ports", "0,0,0", "--out", runs[-1], *options)
        found = results(runs[-1])
        jsonschema.validate(found, SCHEMA)
        return done, found

    return against


def verdicts(found):
    return {case["id"]: case["verdict"] for case in found["cases"]}


def probed(found):
    return {each["fact"]: each for each in found["target"]["probed"]}


def test_what_nobody_stated_is_probed_and_unlocks_cases(proxy, run):
    url = proxy("--allow-anonymous")
    done, found = run(url, WINDOW, ANONYMOUS, V1)
    assert done.code == 0, done.out + done.err
    assert verdicts(found) == {WINDOW: "pass", ANONYMOUS: "pass", V1: "pass"}
    told = probed(found)
    assert told["receive_window"]["value"] == "64KiB" and "CONN/A2" in told["receive_window"]["seen"]
    assert {"allow_anonymous", "v1", "channel_lifetime"} <= told.keys()
    assert all("stated" not in each for each in told.values())
    assert found["target"]["facts"].items() >= {fact: each["value"] for fact, each in told.items()}.items()
    assert "rpchspec: probed: allow_anonymous=true" in done.err, done.err


def test_the_estimate_counts_what_was_unlocked_and_comes_first(proxy, run):
    done, _ = run(proxy("--allow-anonymous"), WINDOW, V1, "--progress", "plain")
    assert done.out.splitlines()[1].startswith("2 cases"), done.out


def test_what_is_stated_counts_and_a_proxy_that_shows_another_value_is_told(proxy, run):
    done, found = run(proxy("--allow-anonymous"), WINDOW, ANONYMOUS, "--set", "receive_window=256KiB")
    assert verdicts(found) == {WINDOW: "skip", ANONYMOUS: "pass"}
    assert found["target"]["facts"]["receive_window"] == "256KiB"
    window = probed(found)["receive_window"]
    assert (window["value"], window["stated"]) == ("64KiB", "256KiB")
    words = "receive_window=256KiB is stated, and counts; the proxy shows receive_window=64KiB"
    assert f"warning: {words}" in done.out and words in done.err
    done, found = run(proxy("--allow-anonymous"), WINDOW, "--set", "receive-window=65536")
    assert "receive_window" not in probed(found), "the same in other words"
    assert verdicts(found) == {WINDOW: "pass"} and "is stated" not in done.out


def test_what_a_run_tells_is_told_again_by_report(proxy, run, rpchspec, tmp_path):
    _, found = run(proxy("--allow-anonymous"), WINDOW, V1, "--evidence", "all")
    again = rpchspec("report", tmp_path / "run-0").out
    assert "probed: " in again and "receive_window=64KiB" in again
    events = [json.loads(line) for line in (tmp_path / "run-0/events.jsonl").read_text().splitlines()]
    begun = [event["started"] for event in events if event.get("started", {}).get("scenario") == WINDOW]
    assert begun[0]["facts"]["receive_window"] == "64KiB"
    assert set(begun[0]["probed"]) == probed(found).keys()
    assert not (tmp_path / "run-0/cases/first-look").exists()


def test_a_gigabyte_is_sent_only_where_the_lifetime_was_stated(proxy, run):
    done, found = run(proxy("--allow-anonymous"), GIGABYTE, V1)
    assert verdicts(found)[GIGABYTE] == "skip" and probed(found)["channel_lifetime"]["value"] == "1GiB"
    (skipped,) = [case for case in found["cases"] if case["id"] == GIGABYTE]
    assert "channel_lifetime has to be stated" in skipped["message"]
    assert "`channel_lifetime` would run up to 1" in done.out


def configured(tmp_path, text):
    """The options of a proxy with this configuration, to which anybody may connect."""
    (tmp_path / "proxy.yaml").write_text(text)
    return "--config", tmp_path / "proxy.yaml", "--allow-anonymous"


LENGTH = "limits/channel-lifetime-is-the-content-length"
FULL = "limits/out-never-exceeds-its-length"
ANNOUNCED = "timeout/long-timeout-announced"
IN_ALONE = "timeout/in-ignores-min-conn-timeout"


def test_cases_follow_the_values_that_are_stated(proxy, run, tmp_path):
    url = proxy(*configured(tmp_path, "{connection_timeout: 15m, receive_window: 128KiB, channel_lifetime: 192KiB}"))
    facts = ["connection_timeout=900s", "receive_window=128KiB", "channel_lifetime=192KiB"]
    stated = [word for fact in facts for word in ("--set", fact)]
    asked = [WINDOW, LENGTH, FULL, ANNOUNCED, IN_ALONE]
    done, found = run(url, *asked, *stated, "--evidence", "all")
    assert done.code == 0, done.out + done.err
    assert verdicts(found) == dict.fromkeys(asked, "pass")
    done, found = run(url, ANNOUNCED, LENGTH, "--set", "connection_timeout=901s", "--set", "channel_lifetime=256KiB")
    assert verdicts(found) == {ANNOUNCED: "fail", LENGTH: "fail"}, "it has other values"


def test_a_fact_is_said_to_run_what_one_value_of_it_runs(rpchspec):
    cases = ["timeout/long-timeout-announced", "timeout/configured-timeout-announced", "timeout/idle-for-five-minutes"]
    where = ["--proxy", "http://127.0.0.1:9", "--backend-ports", "0,0,0", "--soak"]
    assert "`connection_timeout` would run up to 2" in rpchspec("run", *cases, *where).out


def test_of_the_embedded_proxy_nothing_has_to_be_stated(rpchspec, tmp_path):
    done = rpchspec("run", ANNOUNCED, "--set", "connection_timeout=900s", "--set", "version=1", "--progress", "plain")
    assert done.code == 0, done.out + done.err
    assert "connection_timeout is stated, and counts for nothing" in done.out + done.err
    assert results(tmp_path / "rpchspec-out")["target"]["facts"] == {"version": "1"}


def test_nothing_is_asked_for_that_no_case_waits_for(proxy, run):
    _, found = run(proxy("--allow-anonymous"), "connection/opens@in-first")
    assert "v1" not in probed(found) and "receive_window" in probed(found)


def test_credentials_that_a_proxy_asks_for_unlock_the_cases_about_them(proxy, run, tmp_path):
    (tmp_path / "password").write_text("secret\n")
    url = proxy("--auth", "basic", "--user", "ann:secret", "--tls", "auto", scheme="https")
    known = ["-k", "--auth", "basic", "--user", "ann", "--password-file", tmp_path / "password"]
    done, found = run(url, LOCKED, "auth/anonymous-request-over-tls-is-refused-on-in", *known)
    assert done.code == 0, done.out + done.err
    assert set(verdicts(found).values()) == {"pass"}
    told = probed(found)
    assert (told["allow_anonymous"]["value"], told["auth"]["value"]) == ("false", "basic")


def test_of_a_proxy_that_carries_nothing_nothing_is_probed(rpchspec, tmp_path):
    done = rpchspec("run", WINDOW, "--proxy", "http://127.0.0.1:9", "--backend-ports", "0,0,0")
    assert done.code == 3
    found = results(tmp_path / "rpchspec-out")
    assert found["target"]["probed"] == [] and verdicts(found)[WINDOW] in ("skip", "not-run")


def test_the_embedded_proxy_is_known(rpchspec, tmp_path):
    assert rpchspec("run", WINDOW).code == 0
    assert results(tmp_path / "rpchspec-out")["target"]["probed"] == []


def test_facts_says_what_is_probed(rpchspec):
    told = {each["name"]: each for each in json.loads(rpchspec("facts", "--json").out)["facts"]}
    assert {name for name, each in told.items() if "probed" in each} == {
        "connection_timeout", "receive_window", "channel_lifetime", "allow_anonymous", "auth", "v1",
    }  # fmt: skip
    text = rpchspec("facts").out
    assert all(f"probed: {each['probed']}" in text for each in told.values() if "probed" in each)
