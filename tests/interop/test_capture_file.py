"""capture.pcapng of a run, made from its journals: what Wireshark shows of it."""

import shutil
import subprocess

import pytest

import capture
from conftest import ONE_AT_A_TIME, PROGRAM
from tshark import EXCLUDED, FIELDS, SELECTION, fields_of, is_wrong

pytestmark = [
    pytest.mark.skipif(shutil.which("tshark") is None, reason="no tshark"),
    pytest.mark.xdist_group("capture-file"),  # one run for all of them
]
@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    options = ["--quick", "--progress", "none", "--evidence", "all", "--out", str(folder)]
    run = [PROGRAM, "run", *options, *EXCLUDED, *ONE_AT_A_TIME, *SELECTION]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, timeout=180)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return folder / "capture.pcapng"


def shown(file, display, *fields):
    return fields_of(file, display, fields)


def test_tshark_reads_all_of_it(written):
    packets = list(capture.read_pcapng(written))
    done = subprocess.run(["tshark", "-r", written], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(packets) > 1000
    assert "cut short" not in done.stderr


def test_tcp_is_sound(written):
    """No gap, no retransmission, no full window, no segment out of order, no wrong checksum."""
    bounded = 'frame.comment contains "left out before this"'  # a bulky case: the gap is meant
    gaps = {each["frame.interface_name"] for each in shown(written, bounded, "frame.interface_name")}
    odd = shown(written, "tcp.analysis.flags", "frame.interface_name", "_ws.expert.message")
    assert [each for each in odd if each["frame.interface_name"] not in gaps] == []
    checked = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
    bad = 'ip.checksum.status == "Bad" || tcp.checksum.status == "Bad"'
    assert fields_of(written, bad, ["frame.number"], *checked) == []


def test_heads_and_pdus_are_dissected_on_both_legs(written):
    """As Wireshark comes: no preference, no port told, nothing decrypted."""
    messages = shown(written, "exported_pdu", "frame.interface_name", "frame.protocols", "_ws.col.Info")
    assert {each["frame.protocols"] for each in messages} <= {
        "exported_pdu:http", "exported_pdu:dcerpc", "exported_pdu:dcerpc:rpch"
    }  # fmt: skip
    ends = {end: "" for end in ("client", "server")}
    for each in messages:
        ends[each["frame.interface_name"].split()[-2]] += each["_ws.col.Info"] + " "
    for name in ("RPC_IN_DATA", "RPC_OUT_DATA", "200 Success", "CONN/A1", "CONN/A3", "CONN/B1", "CONN/C2"):
        assert name in ends["client"]
    for name in ("CONN/A2", "CONN/B2", "CONN/B3", "CONN/C1", "Request", "Response"):
        assert name in ends["server"]


def test_nothing_is_malformed_but_pdus_without_commands(written):
    wrong = [p for p in shown(written, "exported_pdu", *FIELDS, "frame.comment") if is_wrong(p)]
    assert wrong, "the run sent a Ping"
    assert [p for p in wrong if not {"Ping", "Echo"} & set(p["frame.comment"].split(";"))] == []


def test_steps_are_comments(written):
    comments = shown(written, 'frame.comment contains "server.send"', "frame.interface_name", "frame.comment")
    assert comments
    assert all("step " in each["frame.comment"] for each in comments)
