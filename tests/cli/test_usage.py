"""Bad usage: exit 2, what is wrong, what is allowed, what was probably meant."""

import pytest


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["rum"], "did you mean 'run'"),
        (["walk"], "unknown command 'walk'"),
        ([], "a command is missing"),
        (["run", "--prxy", "http://gw"], "did you mean '--proxy'?"),
        (["run", "--proxy", ""], "URL is empty"),
        (["run", "--proxy="], "--proxy"),
        (["run", "--proxy", "gw:80"], "did you mean 'http://gw:80'?"),
        (["run", "--wait", "30"], "30s"),
        (["run", "--shard", "5/4"], "--shard"),
        (["run", "--jobs", "0"], "1..1024"),
        (["run", "--topology", "http-frnt", "--proxy", "http://gw"], "did you mean 'http-front'?"),
        (["run", "--topology", "rpc-proxy"], "needs --proxy URL"),
        (["run", "--start", "./x"], "--start needs --proxy"),
        (["run", "--set", "recieve_window=1"], "did you mean 'receive_window'?"),
        (["run", "--set", "receive_window"], "FACT=VALUE"),
        (["run", "--set", "receive_window=1"], "--set: receive_window: '1' cannot be; allowed: 8KiB to 256KiB"),
        (["run", "--set", "auth=basic,kerberos"], "'kerberos' is no scheme"),
        (["run", "--defect", "ok-raeson"], "did you mean 'ok-reason'?"),
        (["run", "--target", "edge"], "no ./rpchspec.yaml"),
        (["run", "--target", "haproxy-bset"], "did you mean 'haproxy-best'?"),
        (["run", "--proxy", "http://127.0.0.1:0"], "port 0"),
        (["matrix"], "a target is missing; those that are shipped: "),
        (["matrix", "squid-best", "ngimx-best"], "did you mean 'nginx-best'?"),
        (["matrix", "squid-best", "--repeat-red", "0"], "1"),
        (["run", "--config", "gone.yaml"], "gone.yaml:1:1"),
        (["run", "gone.yaml"], "gone.yaml"),
        (["run", "--last-failed"], "results.json"),
        (["run", "--client-at", "x"], "unknown option '--client-at' (a run begins where its client is; see --backend-at)"),
        (["explain", "RPCH-0.0"], "no scenario, requirement, finding, defect or variant"),
        (["show", "x"], "results.json"),
        (["report", "gone"], "results.json"),
        (["new", "nonsense"], "nonsense"),
        (["up", "--detach"], "--state"),
        (["up", "--auth", "basic", "--user", "ann:x"], "--tls"),
        (["up", "--tls", "auto", "--auth", "basic"], "--user"),
        (["up", "--tls", "auto", "--auth", "ntlm"], "$NTLM_USER_FILE"),
        (["up", "--tls", "auto", "--auth", "ntlm,kerberos", "--user", "a:b"], "'kerberos' is no scheme"),
        (["up", "--map", "exch01:6001=stor"], "allowed: store, referral, address-book, script, mapper"),
        (["proxy", "--connection-timeout", "29s"], "30"),
        (["down", "--state", "gone"], "no state file"),
        (["explore", "--histories", "0"], "--histories"),
        (["explore", "--for", "60"], "--for"),
        (["explore", "--defect", "pdu-dropt"], "did you mean 'pdu-dropped'?"),
        (["explore", "--variant", "all"], "one variant at a time"),
        (["completion", "tcsh"], "bash"),
        (["man", "rnu"], "did you mean 'run'?"),
        (["facts", "--jsn"], "did you mean '--json'?"),
    ],
)
def test_says_what_is_wrong(rpchspec, arguments, said):
    finished = rpchspec(*arguments)
    assert said in finished.err
    assert finished.code == 2
    assert finished.out == ""


@pytest.mark.parametrize(
    "command",
    "run list lint new explain facts show up down backend proxy defects variants matrix explore diagnose report completion man".split(),
)
def test_help_and_version_are_everywhere(rpchspec, command):
    helped = rpchspec(command, "--help")
    assert (helped.code, helped.err) == (0, "")
    assert "--version" in helped.out
    assert rpchspec(command, "--version").out == rpchspec("--version").out


def test_the_place_of_an_error_in_a_file_is_told(rpchspec, tmp_path):
    (tmp_path / "rpchspec.yaml").write_text("targets:\n  edge:\n    prxy: http://gw\n")
    finished = rpchspec("run")
    assert finished.code == 2
    assert "rpchspec.yaml:3:5: unknown key 'prxy'; did you mean 'proxy'?" in finished.err


def test_several_targets_are_not_guessed_at(rpchspec, tmp_path):
    (tmp_path / "rpchspec.yaml").write_text(
        "targets: {a: {proxy: http://a}, b: {proxy: http://b}}\n"
    )
    finished = rpchspec("run")
    assert finished.code == 2
    assert "a, b" in finished.err


def test_a_target_that_is_not_there_has_a_near_one(rpchspec, tmp_path):
    (tmp_path / "rpchspec.yaml").write_text("targets: {edge: {proxy: http://a}}\n")
    finished = rpchspec("run", "--target", "egde")
    assert finished.code == 2
    assert "did you mean 'edge'?" in finished.err
