"""run --topology live: the client's end alone, against `rpchspec up` as somebody else's endpoint."""

import pytest

from conftest import results
from fake_gateway import Gateway, answer


def live(rpchspec, url, *more):
    return rpchspec("run", "--topology", "live", "--proxy", url, "--server-name", "EXCH01", "--quick",
                    "--progress", "plain", *more, timeout=240)


@pytest.fixture
def url(started, tmp_path):
    # It writes more than a pipe that nobody reads would hold.
    with (tmp_path / "up.log").open("wb") as log:
        yield lambda *more: started("up", *more, stderr=log).ready["proxy"]["urls"][0]


def by_verdict(folder):
    found = {}
    for case in results(folder / "rpchspec-out")["cases"]:
        found.setdefault(case["verdict"], {})[case["id"]] = case["message"]
    return found


def test_a_good_endpoint_passes(rpchspec, url, tmp_path):
    done = live(rpchspec, url())
    found = by_verdict(tmp_path)
    assert done.code == 0, done.out
    assert set(found) == {"pass", "skip"}, done.out
    assert {"echo/in-echo@four", "http/out-answer-head@1.1", "connection/endpoint-opens-a-channel"} <= set(found["pass"])
    reasons = found["skip"]
    assert "acts at our word" in reasons["reset/server-out-end-reaches-client@tcp-rst"]
    assert "the server's side" in reasons["connection/sanity"] or "payload" in reasons["connection/sanity"]
    # What the client's end sees of a case that goes on at the server.
    assert {"connection/opens@in-first", "connection/a3-and-c2-have-their-form"} <= set(found["pass"])
    assert "good client" in reasons["http/space-before-colon"]
    assert "intrusive" in done.out


def test_more_is_played_where_that_is_allowed(rpchspec, url, tmp_path):
    endpoint = url()
    gentle = live(rpchspec, endpoint)
    usual = set(by_verdict(tmp_path)["pass"])
    done = live(rpchspec, endpoint, "--set", "intrusive=true")
    found = by_verdict(tmp_path)
    assert (gentle.code, done.code) == (0, 0), done.out
    assert usual < set(found["pass"])
    assert "http/space-before-colon" in found["pass"]
    # One names a port where nobody listens, the other breaks off before a neighbour would send payload.
    assert {"http/rpc-error-on-in", "protocol-error/garbage-on-in"} <= set(found["pass"])
    assert not any("good client" in reason for reason in found["skip"].values())


def test_version_1_is_judged_by_what_the_client_sees(rpchspec, url, tmp_path):
    done = live(rpchspec, url(), "--set", "intrusive=true", "--set", "v1=true", "v1/")
    found = by_verdict(tmp_path)
    assert done.code == 0 and set(found) == {"pass", "skip"}, done.out
    assert {"v1/calls-of-remote-management", "v1/unreachable-server"} <= set(found["pass"])


@pytest.mark.parametrize("defect, case", [
    ("failure-502", "http/rpc-error-on-in"),
    ("protocol-errors-tolerated", "protocol-error/b1-with-bad-commands@trailing-bytes"),
    ("timeout-in-seconds", "connection/a3-and-c2-have-their-form"),
])
def test_a_defect_is_found_by_a_part_of_a_case(rpchspec, url, tmp_path, defect, case):
    done = live(rpchspec, url("--defect", defect), "--set", "intrusive=true", case)
    assert done.code == 1, done.out
    assert case in by_verdict(tmp_path)["fail"]


def test_a_defect_is_found(rpchspec, url, tmp_path):
    done = live(rpchspec, url("--defect", "echo-body"), "echo/")
    assert done.code == 1, done.out
    assert "echo/in-echo@four" in by_verdict(tmp_path)["fail"]


def test_an_endpoint_that_opens_nothing_is_sent_to_diagnose(rpchspec, tmp_path):
    gateway = Gateway(every=answer("403 Forbidden"))
    done = live(rpchspec, gateway.url)
    gateway.close()
    assert done.code in (1, 3), done.out
    assert f"rpchspec diagnose {gateway.url} --server EXCH01" in done.out
    assert set(by_verdict(tmp_path)) <= {"fail", "not-run", "skip", "blocked"}


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--topology", "live", "--proxy", "http://x"], "--server-name"),
        (["--topology", "live", "--server-name", "x"], "needs --proxy URL"),
        (["--in-proxy", "http://x"], "--out-proxy"),
        (["--in-proxy", "http://x", "--out-proxy", "https://y"], "schemes"),
        (["--in-proxy", "http://x", "--out-proxy", "http://y", "--proxy", "http://z"], "no --proxy"),
        (["--topology", "rpc-proxy", "--proxy", "http://z", "--in-proxy", "http://x"], "topology split"),
    ],
)
def test_wrong_usage(rpchspec, arguments, said):
    done = rpchspec("run", *arguments)
    assert done.code == 2 and said in done.err, done.err
