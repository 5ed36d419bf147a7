"""What the kill matrix is for RPC proxies, for the cases about fronts: a sound front passes each of
them, and each of its breaks is found by the case named here."""

import pathlib
import subprocess
import sys

import pytest

import breakable_front
import fronts

HERE = pathlib.Path(__file__).resolve().parent
LONG = "timeout/front-gives-a-silent-upstream-up"  # a front may take a minute: its break would take four

# The case that finds a break, and a requirement that it then cites.
KILLERS = {
    "method-refused": ("http/front-carries-methods", "FIELD-F01"),
    "body-prefetched": ("connection/front-carries-a-channel", "FIELD-F16"),
    "answer-held": ("connection/front-carries-a-channel", "FIELD-F18"),
    "large-refused": ("connection/front-carries-a-channel", "FIELD-F02"),
    "length-capped": ("http/front-carries-content-length@2147483648", "FIELD-F03"),
    "one-pragma": ("http/front-carries-fields", "HTTP-9110-5.3-01"),
    "no-cookies": ("http/front-carries-fields", "FIELD-F11"),
    "unknown-dropped": ("http/front-carries-fields", "HTTP-9110-5.1-01"),
    "hop-fields-kept": ("http/front-keeps-named-fields-back", "HTTP-9110-7.6.1-01"),
    "two-hosts-taken": ("http/front-refuses-two-hosts@two", "HTTP-9112-3.2-01"),
    "close-ignored": ("http/close-ends-the-connection", "HTTP-9112-9.6-02"),
    "target-lowered": ("uri/front-carries-target@other-case,usual-port", "HTTP-9110-7.7-01"),
    "garbage-relayed": ("http/front-refuses-two-lengths", "HTTP-9112-6.3-02"),
    "cut-short": ("limits/front-carries-out-to-its-length", "FIELD-F48"),
    "first-in-only": ("recycling/front-in-lifetimes@r2", "FIELD-F52"),
    "whole-request": ("recycling/front-out-lifetimes@r2", "FIELD-F51"),
    "scheme-kept": ("auth/front-lets-a-client-change-its-scheme", "FIELD-F69"),
    "reset-spreads": ("auth/front-survives-a-log-on-broken-off", "FIELD-F69"),
}


@pytest.fixture
def judged(run):
    """judged(BREAK or None, selectors) -> Finished."""
    address = fronts.own_address(5)
    port = fronts.free_port(address)
    processes = []

    def judge(broken, *selectors):
        command = [sys.executable, HERE / "breakable_front.py", address, str(port), address]
        command += [broken] if broken else []
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        url = f"http://{address}:{process.stdout.readline().strip()}"
        upstream = ["--upstream-listen", f"{address}:{port}"]
        return run("--topology", "http-front", "--proxy", url, *upstream, *selectors)

    yield judge
    for process in processes:
        process.kill()
        process.communicate()


def test_a_sound_front_passes_what_is_about_fronts(judged):
    cases = sorted({case.split("@")[0] for case, _ in KILLERS.values()}) + [LONG]
    done = judged(None, *cases)
    assert done.code == 0, done.text
    assert done.ids("pass") >= {case for case, _ in KILLERS.values()}


def test_every_break_has_its_case():
    assert set(KILLERS) == set(breakable_front.BREAKS)


@pytest.mark.parametrize("broken", KILLERS)
def test_a_break_is_found(broken, judged):
    case, requirement = KILLERS[broken]
    done = judged(broken, case)
    # Some keep a session from opening at all; and what is a SHOULD for a front is a warning.
    assert done.code != 0 or case in done.ids("warn"), done.text
    cited = {finding["requirement"] for finding in done.results["findings"]}
    assert requirement in cited, (cited, done.text)
