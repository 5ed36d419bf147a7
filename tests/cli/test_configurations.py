"""Targets with several configurations: one run shows what each fact set makes possible."""

import yaml

from conftest import PROGRAM, results

ANONYMOUS = "auth/anonymous-plain-request-is-accepted"
LOCKED = "auth/right-credentials-open"
OPENS = "connection/opens@in-first"
SERVE = (
    'if [ "$RPCHSPEC_CONFIGURATION" = locked ]; then'
    f' exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --auth "$RPCHSPEC_FACT_AUTH" --user ann:secret;'
    f' else exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous; fi'
)


def write(folder, **target):
    (folder / "password").write_text("secret\n")
    edge = {
        "proxy": "http://127.0.0.1:0",
        "backend-ports": "0,0,0",
        "start": SERVE,
        "facts": {"allow_anonymous": True},
        **target,
    }
    (folder / "rpchspec.yaml").write_text(yaml.safe_dump({"targets": {"edge": edge}}))


def locked(**more):
    return {
        "proxy": "https://127.0.0.1:0",
        "insecure": True,
        "facts": {"allow_anonymous": False, "auth": "basic"},
        "user": "ann",
        "password-file": "password",
        **more,
    }


def verdicts(folder):
    return {
        case["id"]: (case["verdict"], case.get("configuration", ""))
        for case in results(folder / "rpchspec-out")["cases"]
    }


def test_each_case_runs_in_the_first_configuration_that_can_show_it(rpchspec, tmp_path):
    write(tmp_path, configurations={"locked": locked()})
    finished = rpchspec("run", ANONYMOUS, LOCKED, OPENS)
    assert finished.code == 0, finished.out + finished.err
    assert verdicts(tmp_path) == {
        ANONYMOUS: ("pass", ""),
        LOCKED: ("pass", "locked"),
        OPENS: ("pass", ""),
    }
    assert "configuration locked: 1 case" in finished.out + finished.err
    logs = {file.name for file in (tmp_path / "rpchspec-out").glob("*.log")}
    assert logs == {"proxy.log", "proxy-locked.log"}
    assert "ready" in (tmp_path / "rpchspec-out/proxy-locked.log").read_text()


def test_a_configuration_that_nothing_is_left_for_is_not_entered(rpchspec, tmp_path):
    write(tmp_path, configurations={"locked": locked(start="exit 9")})
    finished = rpchspec("run", ANONYMOUS, OPENS)
    assert finished.code == 0, finished.out + finished.err
    assert not (tmp_path / "rpchspec-out/proxy-locked.log").exists()
    write(tmp_path, start="exit 9", configurations={"locked": locked(start=SERVE)})
    finished = rpchspec("run", LOCKED)
    assert finished.code == 0, finished.out + finished.err
    assert verdicts(tmp_path) == {LOCKED: ("pass", "locked")}


def test_a_configuration_that_does_not_start_costs_its_own_cases_only(rpchspec, tmp_path):
    broken = locked(start="echo no such module; exit 9")
    write(tmp_path, configurations={"broken": broken, "locked": locked(facts={"receive_window": "64KiB"})})
    finished = rpchspec("run", ANONYMOUS, LOCKED, OPENS)
    assert finished.code == 3, finished.out + finished.err
    assert verdicts(tmp_path)[ANONYMOUS] == ("pass", "")
    assert verdicts(tmp_path)[LOCKED] == ("not-run", "broken")
    assert "exited with 9" in finished.err and "no such module" in finished.err


def test_a_running_proxy_may_be_reconfigured_instead(rpchspec, started, tmp_path):
    ready = started("proxy", "--listen", "http://127.0.0.1:0", "--allow-anonymous").ready
    write(
        tmp_path,
        proxy=ready["proxy"]["urls"][0],
        start="",
        facts={},
        reconfigure="echo $RPCHSPEC_CONFIGURATION $RPCHSPEC_FACT_ALLOW_ANONYMOUS",
        configurations={"open": {"facts": {"allow_anonymous": True}}},
    )
    file = tmp_path / "rpchspec.yaml"
    file.write_text(file.read_text().replace("    start: ''\n", ""))
    finished = rpchspec("run", ANONYMOUS, OPENS)
    assert finished.code == 0, finished.out + finished.err
    assert verdicts(tmp_path) == {ANONYMOUS: ("pass", "open"), OPENS: ("pass", "")}
    assert (tmp_path / "rpchspec-out/reconfigure-open.log").read_text() == "open true\n"


def test_a_reconfiguration_that_fails_is_told_with_its_last_words(rpchspec, tmp_path):
    broken = {"reconfigure": "echo the device is locked; exit 4", "facts": {"allow_anonymous": True}}
    write(tmp_path, facts={}, configurations={"open": broken})
    finished = rpchspec("run", ANONYMOUS, OPENS)
    assert finished.code == 3
    assert "exited with 4" in finished.err and "the device is locked" in finished.err
    assert verdicts(tmp_path)[OPENS] == ("pass", "")


def test_what_a_configuration_cannot_say_is_told_with_its_place(rpchspec, tmp_path):
    write(tmp_path, configurations={"a b": {"jobs": "3"}, "twin": {"fact": {"auth": "basic"}}})
    finished = rpchspec("run", OPENS)
    assert finished.code == 2
    for words in ("'a b' names no configuration", "'jobs' is the same in all", "unknown key 'fact'"):
        assert words in finished.err, finished.err
    assert "rpchspec.yaml:" in finished.err
    write(tmp_path, configurations={"locked": {"auth": "basic"}})
    finished = rpchspec("run", OPENS)
    assert finished.code == 2
    assert "target 'edge', configuration 'locked': --auth needs --user" in finished.err
