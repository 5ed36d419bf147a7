"""What an operator states of a foreign proxy: the names by which it knows the servers, and its idle timeout."""

import pytest

import fronts
from conftest import run_in

NAMES = {"uri/server-name-by-dns", "uri/server-name-by-netbios"}
LETTERS = {"uri/valid-ports-has-no-letter-case", "uri/valid-ports-rule-in-lower-case"}
IDLE = {"timeout/calls-below-the-idle-timeout", "timeout/idle-end-reaches-the-server"}


@pytest.fixture
def against(tmp_path, program):
    """against(arguments of `proxy`, arguments of the run) -> Finished."""

    def attempt(proxy, *arguments):
        address = fronts.own_address(6)
        url = f"http://{address}:{fronts.free_port(address)}"
        ports = ",".join(str(fronts.free_port("127.0.0.1")) for _ in range(3))
        start = f"exec {program} proxy --listen {url} --allow-anonymous {proxy}"
        servers = ["--backend-bind", "127.0.0.1", "--server-name", "127.0.0.1", "--backend-ports", ports]
        facts = ["--set", "allow_anonymous=true", "--wait", "20s"]
        return run_in(tmp_path, "--proxy", url, "--start", start, *servers, *facts, *arguments)

    return attempt


STATED = ["--set", "host_name=localhost", "--set", "netbios_name=LOCALHOST"]


def test_servers_are_asked_for_as_the_proxy_knows_them(against):
    done = against("", *STATED, *NAMES)
    assert done.code == 0 and done.ids("pass") == NAMES, done.text


def test_a_server_name_is_asked_for_in_other_letters(against):
    done = against("", *STATED, *LETTERS)
    assert done.code == 0 and done.ids("pass") == LETTERS, done.text
    rule = "'127.0.0.1:1024-65535;localhost:1024-65535'"
    done = against(f"--defect valid-ports-case --valid-ports {rule}", *STATED, *LETTERS)
    assert done.code == 1 and done.ids("fail") == LETTERS, done.text


SCHEMES = ["negotiate", "ntlm", "basic"]
LISTS = {"auth/every-scheme-is-offered@lines", *(f"auth/any-challenge-list-is-answered@lines,{s}" for s in SCHEMES)}


def test_every_scheme_that_is_stated_is_asked_for(tmp_path, program, monkeypatch):
    monkeypatch.setenv("RPCHSPEC_PASSWORD", "correct horse")
    url = f"https://{fronts.own_address(6)}:0"
    start = f'exec {program} proxy --listen "$RPCHSPEC_PROXY_URL" --auth {",".join(SCHEMES)} --user "ann:correct horse"'
    facts = ["--set", "allow_anonymous=false", "--set", f"auth={','.join(SCHEMES)}"]
    asked = [*LISTS, "auth/log-on-opens@negotiate", "auth/retry-after-401"]
    known = ["-k", "--auth", "ntlm", "--user", "ann", *facts]
    done = run_in(tmp_path, "--proxy", url, "--start", start, *known, *asked)
    assert done.code == 0 and done.ids("pass") >= LISTS, done.text
    assert done.ids("skip") == set(), done.text


def test_names_that_nobody_stated_are_not_made_up(against):
    done = against("", *NAMES, "connection/opens*")
    assert done.code == 0 and done.ids("skip") == NAMES, done.text
    assert "netbios_name is not given" in done.case("uri/server-name-by-netbios")["message"]


def test_a_proxy_that_does_not_know_the_short_name_is_found(against):
    done = against("--defect short-name-unknown", *STATED, *NAMES)
    assert done.code == 1 and "uri/server-name-by-netbios" in done.ids("fail"), done.text
    assert "RPCH-2.2.2-07" in {finding["requirement"] for finding in done.results["findings"]}


def idle(folder, seconds):
    file = folder / "proxy.yaml"
    file.write_text(f"idle_timeout: {seconds}s\n")
    return f"--config {file}"


def test_an_idle_timeout_as_stated_passes(against, tmp_path):
    done = against(idle(tmp_path, 21), "--set", "idle_timeout=21s", *IDLE)
    assert done.code == 0 and done.ids("pass") == IDLE, done.text


def test_an_idle_timeout_below_the_stated_one_is_found(against, tmp_path):
    done = against(idle(tmp_path, 8), "--set", "idle_timeout=21s", *IDLE)
    assert done.code == 1 and done.ids("fail") == {"timeout/calls-below-the-idle-timeout"}, done.text
    assert {finding["requirement"] for finding in done.results["findings"]} == {"PROD-Idle-02"}


def test_an_idle_timeout_that_takes_too_long_to_wait_for_is_a_skip(against):
    done = against("", "--set", "idle_timeout=15m", *IDLE, "connection/opens*")
    assert done.code == 0 and done.ids("skip") == IDLE, done.text
    assert "idle_timeout=20s..60s" in done.case("timeout/idle-end-reaches-the-server")["message"]
