"""Shipped targets: real HTTP fronts, each as its target starts it, and the table over several."""

import json
import pathlib
import subprocess
import time

import pytest
import yaml

import fronts

HERE = pathlib.Path(__file__).resolve().parent
SHIPPED = HERE.parents[1] / "harness/targets/fronts/targets.yaml"
TARGETS = sorted(yaml.safe_load(SHIPPED.read_text())["targets"])
# What a front that carries nothing is not asked any more; the others are asked these.
SOME = ["connection/", "echo/", "http/front-*", "reset/client-*"]


def skip_if_absent(done):
    cases = done.results["cases"]
    if done.code == 4 and all(case["verdict"] == "skip" for case in cases):
        pytest.skip(cases[0]["message"])


@pytest.mark.parametrize("target", TARGETS)
def test_a_shipped_front_is_judged_or_told_to_carry_nothing(target, run):
    done = run("--target", target, *SOME, "--quick")
    skip_if_absent(done)
    results = done.results
    assert results["target"]["facts"]["version"], done.text
    assert done.ids("error", "blocked") == set(), done.text
    if done.ids("not-run"):
        # It does not carry a channel at all: one case says so, and why.
        assert done.ids("fail") == {"connection/front-carries-a-channel"}, done.text
        assert done.code == 1
    else:
        assert len(done.ids("pass", "warn")) > 20, done.text


BOUND = ["auth/front-bridges-a-bound-log-on", "auth/front-with-another-certificate-is-noticed"]


@pytest.mark.parametrize("target", ["haproxy-best", "stunnel"])
def test_configurations_of_a_shipped_front_show_what_its_first_cannot(target, run, tmp_path):
    done = run("--target", target, *BOUND, "connection/opens@in-first")
    skip_if_absent(done)
    assert done.code == 0, done.text
    shown = {case["id"].split("@")[0]: case.get("configuration") for case in done.results["cases"]}
    assert shown == {
        "connection/opens": None,
        BOUND[0]: "bridge-with-the-same-certificate",
        BOUND[1]: "bridge-with-another-certificate",
    }
    for configuration in ("", "-bridge-with-the-same-certificate", "-bridge-with-another-certificate"):
        assert (tmp_path / f"out/proxy{configuration}.log").exists()


@pytest.mark.parametrize("target, configuration", [("haproxy-best", "bridge-with-another-certificate"), ("nginx-best", "bridge")])
def test_a_shipped_front_that_is_offered_h2_speaks_http_1(target, configuration, run):
    case = "http/front-speaks-http-1-where-h2-is-offered"
    done = run("--target", target, case, "connection/opens@in-first")
    skip_if_absent(done)
    assert done.code == 0, done.text
    assert done.case(case)["configuration"] == configuration, done.text


@pytest.mark.parametrize("certificate, said, case", [("auto", "same", BOUND[0]), ("front", "other", BOUND[1])])
def test_a_bridge_that_does_otherwise_is_found(certificate, said, case, run, tmp_path):
    target = yaml.safe_load(SHIPPED.read_text())["targets"]["haproxy-best"]
    bridge = target.pop("configurations")["bridge-with-the-same-certificate"]
    target |= bridge | {"upstream-tls": certificate, "facts": {"bridged_certificate": said}}
    target["start"] = target["start"].replace("$RPCHSPEC_TARGET_DIR", str(SHIPPED.parent))
    (tmp_path / "rpchspec.yaml").write_text(yaml.safe_dump({"targets": {"bridge": target}}))
    done = run("--target", "bridge", case)
    skip_if_absent(done)
    assert {f"{case}@ntlm", f"{case}@negotiate"} <= done.ids("fail", "warn"), done.text
    assert "FIELD-F72" in done.cited(), done.text


def test_a_program_that_is_absent_is_a_skip(run, tmp_path):
    (tmp_path / "rpchspec.yaml").write_text(
        "targets: {edge: {proxy: 'http://127.0.7.1:0', start: proxyd, topology: http-front,"
        " upstream-listen: '127.0.7.2:0', program: {name: no-such-proxyd, package: proxyd-bin}}}\n"
    )
    done = run("echo/")
    assert done.code == 4
    assert done.ids("skip")
    for case in done.results["cases"]:
        assert case["message"] == "no-such-proxyd is not installed; Debian's package is proxyd-bin"


def test_a_front_that_dies_is_noticed_at_once(run, program):
    place = fronts.own_address(6)
    start = (
        f'{program} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous & front=$!;'
        " sleep 3; echo the licence has expired; kill $front; exit 3"
    )
    begun = time.monotonic()
    done = run("--proxy", f"http://{place}:0", "--start", start, "--jobs", "1", "--wait", "20s")
    assert time.monotonic() - begun < 60
    assert "the started proxy exited with 3; its last lines:" in done.text
    assert "the licence has expired" in done.text
    assert done.ids("not-run"), done.text


@pytest.fixture
def matrix(program, tmp_path):
    def once(*arguments):
        command = [program, "matrix", *arguments, "--out", tmp_path / "matrix"]
        process = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
        )
        file = tmp_path / "matrix/matrix.json"
        return process, json.loads(file.read_text()) if file.exists() else None

    return once


def front_script(program, defect):
    """A target of a file: the reference proxy, sound or broken, as an RPC proxy under test."""
    broken = f" --defect {defect}" if defect else ""
    start = f'exec {program} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous{broken}'
    return {"proxy": f"http://{fronts.own_address(7)}:0", "start": start, "facts": {"version": "9.9"}}


def test_the_matrix_tells_who_passes_what(matrix, program, tmp_path):
    targets = {
        "sound": front_script(program, None),
        "broken": front_script(program, "echo-body"),
    }
    (tmp_path / "rpchspec.yaml").write_text(yaml.safe_dump({"targets": targets}))
    done, table = matrix("sound", "broken", "--select", "echo/in-echo*", "--quick")
    assert done.returncode == 1, done.stdout + done.stderr
    sound, broken = table["targets"]
    assert (sound["version"], sound["summary"]["fail"]) == ("9.9", 0)
    red = broken["cells"]["echo/in-echo@four"]
    assert (red["verdict"], red["seen"], red["runs"]) == ("fail", 3, 3)
    assert (tmp_path / "matrix" / red["evidence"] / "ladder.txt").exists()
    assert (tmp_path / "matrix" / red["evidence"] / "journal.bin").exists()
    page = (tmp_path / "matrix/matrix.html").read_text()
    assert f'href="{red["evidence"]}/ladder.txt"' in page
    assert "FAIL 3/3" in (tmp_path / "matrix/matrix.md").read_text()
