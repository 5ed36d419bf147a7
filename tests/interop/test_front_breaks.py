"""What the kill matrix is for RPC proxies, for the cases about fronts: a sound front passes each of
them, and each of its breaks is found by the case named here."""

import json
import pathlib
import subprocess
import sys

import pytest

import front_breaks
import fronts
import test_fronts
import test_http_front
import test_reconfigured_front

HERE = pathlib.Path(__file__).resolve().parent

# The case that finds a break, in all variants where it names none, and a requirement that it then cites.
KILLERS = {
    "method-refused": ("connection/front-carries-a-channel", "FIELD-F01"),
    "body-prefetched": ("connection/front-carries-a-channel", "FIELD-F16"),
    "answer-held": ("connection/front-carries-a-channel", "FIELD-F18"),
    "large-refused": ("connection/front-carries-a-channel", "FIELD-F02"),
    "length-capped": ("http/front-carries-content-length@2147483648", "FIELD-F03"),
    "one-pragma": ("http/front-carries-fields", "HTTP-9110-5.3-01"),
    "no-cookies": ("http/front-carries-fields", "FIELD-F11"),
    "unknown-dropped": ("http/front-carries-fields", "HTTP-9110-5.1-01"),
    "hop-fields-kept": ("http/front-keeps-named-fields-back", "HTTP-9110-7.6.1-01"),
    "two-hosts-taken": ("http/front-refuses-two-hosts", "HTTP-9112-3.2-01"),
    "close-ignored": ("http/close-ends-the-connection", "HTTP-9112-9.6-02"),
    "target-lowered": ("uri/front-carries-target@other-case,usual-port", "HTTP-9110-7.7-01"),
    "path-raised": ("uri/front-carries-target", "FIELD-F12"),
    "length-rounded": ("http/front-carries-content-length", "FIELD-F03"),
    "garbage-relayed": ("http/front-refuses-two-lengths", "HTTP-9112-6.3-02"),
    "cut-short": ("limits/front-carries-out-to-its-length", "FIELD-F48"),
    "first-in-only": ("recycling/front-in-lifetimes", "FIELD-F52"),
    "whole-request": ("recycling/front-out-lifetimes", "FIELD-F51"),
    "scheme-kept": ("auth/front-lets-a-client-change-its-scheme", "FIELD-F69"),
    "reset-spreads": ("auth/front-survives-a-log-on-broken-off", "FIELD-F69"),
    "one-challenge": ("auth/front-carries-every-challenge", "FIELD-F68"),
    "connection-each": ("auth/front-opens-after-a-log-on", "FIELD-F66"),
    "out-shortened": ("http/front-carries-the-length-of-out", "HTTP-9110-8.6-01"),
    "garbage-awaited": ("http/front-answers-for-garbage", "HTTP-9110-15.6.3-01"),
    "length-padded": ("http/front-carries-content-length", "FIELD-F03"),
    "answer-length-padded": ("http/front-carries-the-length-of-out", "FIELD-F03"),
    "body-read-as-request": ("auth/front-body-behind-401-is-no-request", "HTTP-9112-11.2-01"),
    "challenge-dropped": ("auth/front-401-on-one-channel-spares-the-other", "HTTP-9110-15.5.2-01"),
    "401-spreads": ("auth/front-401-on-one-channel-spares-the-other", "FIELD-F74"),
    "credentials-kept": ("auth/front-leaves-credentials-to-their-request", "FIELD-F70"),
    "credentials-shared": ("auth/front-leaves-credentials-to-their-request", "FIELD-F70"),
    "tls-cut-short": ("tls/front-takes-tls-off", "FIELD-F71"),
    "refusal-hidden": ("tls/front-passes-the-demand-for-tls-on", "FIELD-F71"),
    "absolute-refused": ("http/front-takes-the-absolute-form", "HTTP-9112-3.2.2-01"),
    "colons-escaped": ("uri/front-carries-every-form-of-name", "RPCH-2.2.2-06"),
    "capitals-lost": ("uri/front-carries-every-form-of-name", "RPCH-2.2.2-07"),
    "pragmas-parted": ("http/front-carries-fields", "RPCH-2.1.2.1.1-04"),
    "half-close-forgotten": ("reset/half-closed-out-is-served-or-ended", "FIELD-F44"),
    "short-length-raised": ("recycling/front-out-lifetimes", "RPCH-2.1.2.1.2-03"),
    "never-gives-up": ("timeout/front-gives-a-silent-upstream-up", "HTTP-9110-15.6.5-01"),
    "methods-blocked": ("http/front-carries-methods", "FIELD-F01"),
    "continue-awaited": ("http/front-passes-on-behind-expect@never,waits", "FIELD-F20"),
    "continue-for-answer": ("http/front-passes-on-behind-expect@late,waits", "FIELD-F20"),
    "expect-refused": ("http/front-passes-on-behind-expect", "FIELD-F20"),
    "address-limited": ("limits/two-hundred-connections-at-once", "FIELD-F78"),
    "excess-unanswered": ("limits/two-hundred-connections-at-once", "FIELD-F79"),
    "age-for-idleness": ("timeout/front-calls-below-the-idle-timeout", "PROD-Idle-02"),
    "idle-end-kept": ("timeout/front-idle-end-reaches-the-upstream", "PROD-Idle-03"),
}
STATED = ["--set", "idle_timeout=20s"]  # a sound front of ours has none, and ends nothing before it
# A front may take a minute to give up: a tenth of it is still more than a sound one of ours takes.
OPTIONS = {"never-gives-up": ["--timeout-scale", "0.1"], "age-for-idleness": STATED, "idle-end-kept": STATED}
# Cases whose breaks need another front than ours: one that pools, one with two upstreams, one with TLS
# behind it, one that reloads.
KILLED_ELSEWHERE = [
    *test_http_front.KILLED_BY_POOLING,
    *test_http_front.KILLED_BY_SPREADING,
    test_http_front.KILLED_BY_H2,
    test_reconfigured_front.SPARES,
    *test_fronts.BOUND,
]


def variants(case, ids):
    return {each for each in ids if each == case or each.startswith(case + "@")}


@pytest.fixture
def judged(run, tmp_path):
    """judged(BREAK or None, selectors) -> Finished."""
    address = fronts.own_address(5)
    port = fronts.free_port(address)
    _, _, pem = fronts.certificate(tmp_path, f"IP:{address}")
    processes = []

    def judge(broken, *selectors):
        command = [sys.executable, HERE / "breakable_front.py", address, str(port), address, pem]
        command += [broken] if broken else []
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        plain, tls = process.stdout.readline().split()
        urls = ["--proxy", f"http://{address}:{plain}", "--proxy", f"https://{address}:{tls}", "-k"]
        upstream = ["--upstream-listen", f"{address}:{port}"]
        return run("--topology", "http-front", *urls, *upstream, *selectors)

    yield judge
    for process in processes:
        process.kill()
        process.communicate()


def test_a_sound_front_passes_what_is_about_fronts(judged):
    cases = sorted({case.split("@")[0] for case, _ in KILLERS.values()})
    done = judged(None, *STATED, *cases)
    assert done.code == 0, done.text
    assert done.ids("pass") == {case["id"] for case in done.results["cases"]}, done.text
    assert all(variants(case, done.ids("pass")) for case, _ in KILLERS.values())


def test_every_break_has_its_case():
    assert set(KILLERS) == set(front_breaks.BREAKS)


def test_every_case_about_fronts_has_its_break(program):
    told = subprocess.run([program, "list", "--soak", "--json"], check=True, capture_output=True, text=True)
    cases = json.loads(told.stdout)["cases"]
    known = {case["id"] for case in cases}
    about = {case["id"] for case in cases if "topology:http-front" in case["needs"]}
    killers = [case for case, _ in KILLERS.values()] + KILLED_ELSEWHERE
    assert [case for case in killers if not variants(case, known)] == []
    assert about - set().union(*(variants(case, about) for case in killers)) == set()


@pytest.mark.parametrize("broken", KILLERS)
def test_a_break_is_found(broken, judged):
    case, requirement = KILLERS[broken]
    done = judged(broken, *OPTIONS.get(broken, []), case)
    # What is a SHOULD for a front is a warning.
    played = {each["id"] for each in done.results["cases"]}
    assert variants(case, done.ids("fail", "warn")) == variants(case, played) != set(), done.text
    cited = done.cited()
    assert requirement in cited, (cited, done.text)
