"""The suite against a proxy that shares no code with it: independent_proxy/, written from MS-RPCH.

What it does differently from the reference proxy, and lawfully, must not be held against it; what it
does wrongly on request must be found.
"""

import functools
import pathlib
import sys

import pytest

import fronts
from conftest import run_in

PROXY = pathlib.Path(__file__).with_name("independent_proxy")
sys.path.append(str(PROXY))
from variants import CHOICES, DEFECTS  # noqa: E402

LAWFUL = [  # choices that go together
    ["halves-apart", "late-connect", "c2-copied", "network-order", "one-segment", "503-with-body"]
    + ["503-to-successor", "cookie-returns", "out-r1-unlisted", "a8-short"],
    ["other-half-first", "fins", "newcomer-wins", "strict-window", "version-0"]
    + ["counters-restart", "head-before-b3"],
    ["resets", "newcomer-passes", "slow-pings", "server-name-cased", "late-acks"]
    + ["one-table", "successor-unread"],
]

SHOULD = {  # choices against a SHOULD: what comes near them, and the requirement that is then told
    "eager-acks": ("flow-control/", "RPCH-3.2.1.4.1.1-02"),
    "http-1.1": ("http/rpc-error-on-*", "RPCH-2.1.2.1.3-02"),
    "closes-after-echo": ("echo/", "RPCH-2.1.2.1.6-02"),
    "bytes-behind-the-end": ("recycling/out-r2-queue-goes-first", "RPCH-3.2.4.5.10-04"),
    "newcomer-alone": ("recycling/in-predecessor-cookie-is-compared", "RPCH-3.2.3.5.5.1-05"),
}

CAUGHT = {  # defect: what finds it, and the requirement it breaks
    "a11-not-awaited": ("recycling/out-r1-waits-for-a11", "RPCH-3.2.4.5.6.2-03"),
    "a3-repeated": ("recycling/out-at-the-same-proxy", "RPCH-3.2.4.5.11-02"),
    "a6-late": ("recycling/in-r1-queue-goes-first", "RPCH-3.2.3.5.6-02"),
    "ack-cookie": ("flow-control/pings-not-counted", "RPCH-2.2.3.4-03"),
    "acks-mixed": ("recycling/out-with-traffic-in-flight@r2", "RPCH-3.2.4.5.10-05"),
    "b1-missing": ("recycling/in-through-another-proxy", "RPCH-3.2.3.5.6-04"),
    "b2-ends-all": ("recycling/out-refused-by-b2", "RPCH-3.2.4.5.12-02"),
    "b2-ignored": ("recycling/in-r1-waits-for-b2", "RPCH-3.2.3.5.7-02"),
    "b3-flags": ("recycling/out-r2-queue-goes-first", "RPCH-3.2.4.5.10-03"),
    "byte-lost-late": ("forwarding/in-payload-intact@usual", "RPCH-1.3.4-01"),
    "bytes-received-kept": ("recycling/in-at-the-same-proxy", "RPCH-3.2.1.3-01"),
    "c1-not-awaited": ("recycling/out-b1-before-c1", "RPCH-3.2.4.5.10-07"),
    "c2-order": ("connection/opens", "RPCH-2.2.4.9-02"),
    "first-cookie-kept": ("recycling/in-again-and-again@r2", "RPCH-3.2.3.5.5.1-06"),
    "fixed-port": ("uri/in-goes-where-its-url-says", "RPCH-2.1.2.2-02"),
    "forward-rewritten": ("forwarding/routed-*", "RPCH-3.2.1.5.2-04"),
    "group-lost": ("connection/b2-*", "RPCH-2.2.4.6-03"),
    "head-1.0": ("http/out-answer-head", "RPCH-2.1.2.1.4-03"),
    "in-answered": ("http/healthy-in-has-no-answer", "RPCH-2.1.2.1.3-01"),
    "in-predecessor-kept": ("recycling/in-at-the-same-proxy", "RPCH-3.2.3.5.8-03"),
    "in-predecessor-unchecked": ("recycling/in-stale-predecessor-cookie", "RPCH-3.2.3.5.5.1-06"),
    "in-queue-dropped": ("recycling/in-r1-queue-goes-first", "RPCH-3.2.3.5.6-03"),
    "legacy-needed": ("connection/legacy-*", "RPCH-3.2.4.5.15-02"),
    "out-cookie-kept": ("recycling/out-in-the-middle-of-in", "RPCH-2.2.3.4-03"),
    "out-kept": ("reset/server-out-*", "RPCH-3.2.4.5.14-04"),
    "out-predecessor-kept": ("recycling/out-at-the-same-proxy", "RPCH-3.2.4.5.10-08"),
    "out-predecessor-unchecked": ("recycling/out-stale-predecessor-cookie", "RPCH-3.2.4.5.6.1-06"),
    "out-r1-server-kept": ("recycling/out-through-another-proxy", "RPCH-3.2.4.5.8-05"),
    "pragma-ignored": ("timeout/min-conn-timeout-*", "RPCH-3.2.4.5.1-04"),
    "predecessor-ends-all": ("recycling/in-through-another-proxy", "RPCH-3.2.3.5.10-04"),
    "queue-moved": ("recycling/out-r2-queue-goes-first", "RPCH-3.2.4.5.10-02"),
    "rts-counted": ("flow-control/pings-not-counted", "RPCH-3.2.1.1.4-01"),
    "rts-lost": ("recycling/out-forwarded-before-c1", "RPCH-3.2.1.5.2-05"),
    "server-kept": ("reset/client-in-*", "RPCH-3.2.3.5.10-02"),
    "server-not-acknowledged": ("flow-control/download-*", "RPCH-3.2.1.4.1.1-01"),
    "successor-unplugged": ("recycling/in-successor-waits-for-a5", "RPCH-3.2.3.5.5.1-04"),
    "successor-window-kept": ("recycling/out-successor-window@r2", "RPCH-3.2.4.5.6.1-03"),
    "unplugged": ("flow-control/plugged-until-b3", "RPCH-3.2.3.5.3-07"),
    "window-overrun": ("flow-control/client-window-honoured", "RPCH-3.2.1.3-02"),
}


def attempt(place, proxy, *options, schemes=("http", "https")):
    """The suite, with these options, on a proxy of its own with those."""
    address = fronts.own_address(5)
    cert, key, _ = fronts.certificate(place, f"IP:{address}")
    urls = {scheme: f"{scheme}://{address}:{fronts.free_port(address)}" for scheme in ("http", "https")}
    listen = [f"--listen {url}" for url in urls.values()] + [f"--tls {cert},{key}"]
    start = " ".join(["exec", sys.executable, str(PROXY), *listen, *proxy])
    targets = [option for scheme in schemes for option in ("--proxy", urls[scheme])]
    known = ["--ca-file", cert, "--wait", "20s", "--start", start, "--quick"]
    known += ["--exclude", "uri/server-by-ipv6-address"]  # there is only one ::1 for tests side by side
    return run_in(place, *targets, *known, *options)


@pytest.fixture
def trial(tmp_path):
    """trial(proxy's options, run's options) -> Finished."""
    return functools.partial(attempt, tmp_path)


def facts(**known):
    return [word for name, value in known.items() for word in ("--set", f"{name}={value}")]


MISSED_WHEN_SLOW = {  # bounds of ours that a machine misses which does more than this
    "RPCH-3.2.1.4.1.1-02",
    "FIELD-F19",
}
IMPATIENT = ["--timeout-scale", "0.4"]
OPEN = facts(allow_anonymous="true", connection_timeout="150s", receive_window="40KiB")


def assert_all_pass(done, warned=()):
    assert done.code == 0, done.text
    assert done.ids("fail", "blocked", "error", "not-run") == set(), done.text
    told = {
        finding["requirement"]
        for finding in done.results["findings"]
        if finding["level"] != "product" and finding["kind"] != "late"
    }
    assert set(warned) <= told <= {*warned, *MISSED_WHEN_SLOW}, done.text
    for name in done.ids("skip"):
        assert done.case(name)["message"], name


def test_the_suite_passes(trial):
    done = trial(["--allow-anonymous"], *OPEN)
    assert_all_pass(done)
    assert len(done.ids("pass")) > 300


@pytest.mark.parametrize("choices", LAWFUL, ids=lambda choices: choices[0])
def test_what_is_lawful_is_not_held_against_it(trial, choices):
    chosen = [word for choice in choices for word in ("--choose", choice)]
    assert_all_pass(trial(["--allow-anonymous", *chosen], *OPEN))


@pytest.mark.parametrize("choice", SHOULD)
def test_what_is_not_recommended_is_a_warning(trial, choice):
    selector, requirement = SHOULD[choice]
    done = trial(["--allow-anonymous", "--choose", choice], *OPEN, selector, *IMPATIENT)
    assert_all_pass(done, [requirement])


@pytest.mark.parametrize("choices", [[], ["counters-restart"]], ids=["counts-on", "restarts"])
def test_the_shortest_out_channels_do(trial, choices):
    chosen = [word for choice in choices for word in ("--choose", choice)]
    options = facts(channel_lifetime="128KiB")
    assert_all_pass(trial(["--allow-anonymous", "--channel-lifetime", "131072", *chosen], *OPEN, *options))


def test_an_out_channel_of_half_a_mebibyte_does(trial):
    options = facts(allow_anonymous="true", connection_timeout="150s", channel_lifetime="512KiB")
    done = trial(["--allow-anonymous", "--channel-lifetime", "524288"], *options, "recycling/out-lifetimes-*")
    assert_all_pass(done)
    assert done.ids("pass")


def test_every_choice_and_defect_has_its_line():
    assert {*CHOICES} == {choice for choices in LAWFUL for choice in choices} | {*SHOULD}
    assert list(CAUGHT) == list(DEFECTS)


@pytest.mark.parametrize("size", [8192, 9001, 262144])
def test_any_receive_window_does(trial, size):
    options = facts(allow_anonymous="true", connection_timeout="150s", receive_window=size)
    larger = ["--exclude", "*@large", "--exclude", "*@32767"] if size < 32767 else []  # PDUs beyond it
    assert_all_pass(trial(["--allow-anonymous", "--receive-window", str(size)], *options, *larger))


@pytest.mark.parametrize("seconds", [30, 300])
def test_any_connection_timeout_does(trial, seconds):
    options = facts(allow_anonymous="true", connection_timeout=f"{seconds}s")
    done = trial(["--allow-anonymous", "--connection-timeout", str(seconds)], *options, "timeout/", "connection/")
    assert_all_pass(done)


@pytest.mark.parametrize(
    "rule, fact",
    [
        ("127.*:1024-65535", "$server_name:1024-65535"),
        ("127.*:6001-65535", "$server_name:$store-65535"),
        ("127.*:1024-6001", "$server_name:1024-$store"),
        ("127.*:6001", "$server_name:$store"),
    ],
)
def test_a_rule_for_ports_does(trial, rule, fact):
    done = trial(["--allow-anonymous", "--valid-ports", f"'{rule}'"], *facts(valid_ports=fact), "uri/valid-ports-*")
    assert_all_pass(done)
    assert done.ids("pass")


def test_with_basic_authentication_it_passes(trial, monkeypatch):
    monkeypatch.setenv("RPCHSPEC_PASSWORD", "secret")
    known = facts(auth="basic", allow_anonymous="false", connection_timeout="150s", receive_window="40KiB")
    done = trial(["--basic", "ann:secret"], "--auth", "basic", "--user", "ann", *known, schemes=["https"])
    assert_all_pass(done)
    assert {name.split("@")[0] for name in done.ids("pass")} > {"auth/right-credentials-open", "auth/retry-after-401"}


def test_with_ntlm_it_passes(trial, monkeypatch):
    monkeypatch.setenv("RPCHSPEC_PASSWORD", "secret")
    known = facts(auth="ntlm", allow_anonymous="false", connection_timeout="150s", receive_window="40KiB")
    cases = ["auth/", "flow-control/", "forwarding/", "keepalive/", "reset/"]
    done = trial(["--ntlm", "ann:secret"], "--auth", "ntlm", "--user", "ann", *known, *cases, schemes=["https"])
    assert_all_pass(done)
    passed = {name.split("@")[0] for name in done.ids("pass")}
    assert passed > {"auth/log-on-opens", "auth/wrong-log-on-is-refused", "auth/log-on-is-not-ended-elsewhere"}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_caught(trial, defect):
    selector, requirement = CAUGHT[defect]
    done = trial(["--allow-anonymous", "--break", defect], *OPEN, selector, *IMPATIENT)
    assert done.code == 1, done.text
    cited = {finding["requirement"] for finding in done.results["findings"] if finding["level"] == "must"}
    assert requirement in cited, done.text
