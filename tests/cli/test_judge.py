"""`up --judge`: what it says of clients, and what it leaves behind."""

import json
import os
import select
import signal
import socket
import ssl
import urllib.parse
import xml.etree.ElementTree

import pytest

from control import Control
from rpch_client import FIELDS, Client


def judged(started, client, *more):
    """Runs a client against a fixture that judges. -> (exit code, results.json, findings)"""
    up = started("up", "--judge", "--out", "out", "--control", "127.0.0.1:0", *more)
    client(up)
    findings = Control(up.ready["control"]).get("/v1/findings")
    code, _, err = up.stop()
    return code, err, findings


@pytest.fixture
def results(tmp_path):
    return lambda: json.loads((tmp_path / "out/results.json").read_text())


def test_a_correct_client_passes(started, results, tmp_path):
    def client(up):
        one = Client(up.ready["proxy"]["urls"][0]).conn()
        assert one.bind()[2] == 12
        one.close()

    code, _, findings = judged(started, client)
    assert (code, findings) == (0, {"judging": True})
    run = results()
    assert run["complete"] and run["findings"] == []
    verdicts = {case["id"]: case["verdict"] for case in run["cases"]}
    assert verdicts["client/RPCH-2.1.2.1.1-01"] == "pass"
    assert verdicts["client/RPCH-3.2.2.5.8-01"] == "skip"
    suite = xml.etree.ElementTree.parse(tmp_path / "out/junit.xml").getroot()
    assert int(suite.get("tests")) == len(run["cases"]) and suite.get("failures") == "0"


def test_a_client_that_breaks_a_must_fails(started, results):
    def client(up):
        Client(up.ready["proxy"]["urls"][0], in_length=1000).conn().close()

    code, err, findings = judged(started, client)
    assert code == 1
    (finding,) = findings["findings"]
    assert finding["requirement"] == "RPCH-2.1.2.1.1-03" and finding["level"] == "must"
    assert finding["seen"] == "Content-Length: 1000" and finding["id"] in err
    run = results()
    assert run["findings"][0]["id"] == finding["id"]
    assert run["summary"]["fail"] == 1


def test_what_is_only_recommended_is_a_warning(started, results):
    def client(up):
        fields = FIELDS.replace("User-Agent: MSRPC\r\n", "")
        Client(up.ready["proxy"]["urls"][0], fields=fields).conn().close()

    code, _, findings = judged(started, client)
    assert code == 0
    assert [f["level"] for f in findings["findings"]] == ["should"]
    assert results()["summary"]["warn"] == 1


def test_findings_can_be_forgotten(started):
    def client(up):
        Client(up.ready["proxy"]["urls"][0], in_length=1000).conn().close()
        control = Control(up.ready["control"])
        control.post("/v1/reset")
        assert control.get("/v1/findings")["findings"]
        control.post("/v1/reset", {"what": ["findings"]})

    code, _, findings = judged(started, client)
    assert (code, findings) == (0, {"judging": True})


def test_results_say_that_they_are_not_complete_yet(started, results):
    started("up", "--judge", "--out", "out")
    assert results()["complete"] is False


def request_over(up, context):
    """Sends an echo request over TLS. False: the certificate was refused."""
    url = next(u for u in up.ready["proxy"]["urls"] if u.startswith("https:"))
    where = urllib.parse.urlparse(url)
    with socket.create_connection((where.hostname, where.port), timeout=60) as plain:
        try:
            stream = context.wrap_socket(plain, server_hostname="127.0.0.1")
        except ssl.SSLCertVerificationError as error:
            return error.verify_message
        head = f"RPC_IN_DATA /rpc/rpcproxy.dll?EXCH01:6001 HTTP/1.0\r\nHost: x\r\n{FIELDS}"
        stream.sendall((head + "Content-Length: 0\r\n\r\n").encode())
        assert stream.recv(4096)
        return ""


def careful(up):
    return ssl.create_default_context(cadata=up.ready["proxy"]["certificate_pem"])


@pytest.mark.parametrize(
    "kind, why",
    [
        ("expired", "certificate has expired"),
        ("wrong-name", "IP address mismatch"),
        ("untrusted", "self-signed certificate"),
    ],
)
def test_a_wrong_certificate_is_wrong_in_one_way(started, kind, why):
    refusals = []
    code, _, _ = judged(
        started, lambda up: refusals.append(request_over(up, careful(up))), "--tls", kind
    )
    assert why in refusals[0] and code == 0


@pytest.mark.parametrize("kind", ["expired", "wrong-name", "untrusted"])
def test_a_client_that_trusts_it_breaks_a_must(started, kind):
    careless = ssl.create_default_context()
    careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
    code, _, findings = judged(started, lambda up: request_over(up, careless), "--tls", kind)
    assert code == 1
    assert [f["requirement"] for f in findings["findings"]] == ["FIELD-F75"]


def test_a_good_certificate_is_trusted(started):
    refusals = []
    code, _, _ = judged(
        started, lambda up: refusals.append(request_over(up, careful(up))), "--tls", "auto"
    )
    assert (refusals, code) == ([""], 0)


def test_down_says_what_the_judge_said(rpchspec, tmp_path):
    begun = rpchspec("up", "--judge", "--out", "out", "--detach", "--state", "state")
    assert begun.code == 0, begun.err
    ready = json.loads(begun.out.removeprefix("ready "))
    Client(ready["proxy"]["urls"][0], in_length=1000).conn().close()
    assert rpchspec("down", "--state", "state").code == 1
    assert not (tmp_path / "state").exists()
    assert json.loads((tmp_path / "out/results.json").read_text())["complete"]


@pytest.fixture
def killed(rpchspec, tmp_path):
    """A detached judge that saw a client break a MUST, and was killed then."""
    begun = rpchspec("up", "--judge", "--out", "out", "--detach", "--state", "state", "--control", "127.0.0.1:0")
    assert begun.code == 0, begun.err
    ready = json.loads(begun.out.removeprefix("ready "))
    Client(ready["proxy"]["urls"][0], in_length=1000).conn().close()
    assert Control(ready["control"]).get("/v1/findings")["findings"]
    ended = os.pidfd_open(ready["pid"])
    os.kill(ready["pid"], signal.SIGKILL)
    assert select.select([ended], [], [], 30)[0]
    os.close(ended)


def test_down_of_a_judge_that_was_killed_is_no_pass(rpchspec, killed, tmp_path):
    down = rpchspec("down", "--state", "state")
    assert down.code == 3 and "it was killed" in down.err
    assert not (tmp_path / "state").exists()


def test_report_judges_anew_what_a_killed_judge_had_seen(rpchspec, killed, results, tmp_path):
    assert results()["complete"] is False and results()["cases"] == []
    done = rpchspec("report", "out")
    assert done.code == 1 and "the fixture was killed" in done.err
    run = results()
    assert run["complete"] is False
    assert [finding["requirement"] for finding in run["findings"]] == ["RPCH-2.1.2.1.1-03"]
    suite = xml.etree.ElementTree.parse(tmp_path / "out/junit.xml").getroot()
    assert int(suite.get("tests")) == len(run["cases"]) and suite.get("failures") == "1"
    again = (tmp_path / "out/results.json").read_bytes()
    assert rpchspec("report", "out").code == 1
    assert (tmp_path / "out/results.json").read_bytes() == again


def test_what_was_forgotten_stays_so_when_it_is_judged_anew(rpchspec, started, results):
    up = started("up", "--judge", "--out", "out", "--control", "127.0.0.1:0")
    Client(up.ready["proxy"]["urls"][0], in_length=1000).conn().close()
    control = Control(up.ready["control"])
    assert control.get("/v1/findings")["findings"]
    control.post("/v1/reset", {"what": ["findings"]})
    up.process.kill()
    up.process.wait()
    assert rpchspec("report", "out").code == 3
    assert results()["findings"] == []


def test_the_folder_of_a_judge_that_lives_is_left_alone(rpchspec, started, results):
    started("up", "--judge", "--out", "out")
    assert "its fixture is still there" in rpchspec("report", "out").err
    assert results()["cases"] == []
    second = rpchspec("up", "--judge", "--out", "out")
    assert second.code == 3 and "another fixture judges there" in second.err
