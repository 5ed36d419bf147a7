"""A whole quick run against a proxy that asks for NTLM or Negotiate on every connection."""

import pytest

import fronts

USER, PASSWORD = "ann", "correct horse"


@pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
def test_a_good_proxy_that_wants_a_log_on_passes(scheme, program, run, monkeypatch):
    start = f'exec {program} proxy --listen "$RPCHSPEC_PROXY_URL" --auth {scheme} --user "{USER}:{PASSWORD}"'
    monkeypatch.setenv("RPCHSPEC_PASSWORD", PASSWORD)
    options = ["--start", start, "-k", "--auth", scheme, "--user", USER, "--exclude", "uri/server-by-ipv6-address"]
    facts = ["--set", "allow_anonymous=false", "--set", "connection_timeout=120s"]
    done = run("--proxy", f"https://{fronts.own_address(8)}:0", *options, *facts, "--quick")
    assert done.code == 0, done.text
    # A busy machine is late where so many log on at once.
    assert done.ids("fail", "blocked", "error", "not-run", "warn") <= {"http/small-calls-are-not-delayed"}, done.text
    passed = done.ids("pass")
    assert len(passed) > 250, len(passed)
    # Legs of the log-on must not be taken for answers to these.
    assert {"connection/out-request-waits-for-a1", "http/healthy-in-has-no-answer"} <= passed
