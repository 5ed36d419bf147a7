"""tshark dissects what a run put on the wire, on both legs of the proxy."""

import shlex
import shutil
import subprocess

import pytest

import capture
import pdus
from conftest import PROGRAM

PORT = 6001
FIELDS = [
    "frame.number",
    "dcerpc.pkt_type",
    "_ws.malformed",
    "_ws.expert.severity",
    "_ws.expert.message",
    "_ws.col.Info",
]
ERROR = 0x00800000  # the severity of an expert item
# Lawful traffic only, of every kind but not in bulk: other cases send broken PDUs and heads on
# purpose.
SELECTION = ["connection/", "echo/", "forwarding/", "keepalive/", "version/"]
SELECTION += ["flow-control/*counted-exactly*", "flow-control/*window-honoured*"]
# RTS PDUs that no one knows; PDUs of every type filled with a stream of random bytes; calls with
# such arguments, which tshark takes for MAPI's.
UNLAWFUL = ["forwarding/routed-of-no-known-form*", "forwarding/*-pdu-types-pass*"]
UNLAWFUL += ["forwarding/fragments-of-a-call*", "keepalive/ping-between-fragments*"]
TOO_LARGE = ["forwarding/pdus-of-64-kib-pass*"]  # for a packet each, as we write them
EXCLUDED = [option for glob in UNLAWFUL + TOO_LARGE for option in ("--exclude", glob)]


def can_capture():
    """Whether we may have a loopback of our own and listen in on it."""
    probe = ["unshare", "-rn", "dumpcap", "-D"]
    return all(map(shutil.which, ("unshare", "dumpcap", "tshark"))) and (
        subprocess.run(probe, capture_output=True).returncode == 0
    )


pytestmark = [
    pytest.mark.skipif(not can_capture(), reason="may not capture in a namespace of its own"),
    pytest.mark.xdist_group("captured"),  # once for all of them
]


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    """A run in a network namespace of its own, with all of its traffic."""
    folder = tmp_path_factory.mktemp("capture")
    file = folder / "run.pcap"
    options = ["--quick", "--progress", "plain", "--out", str(folder / "out")]
    run = shlex.join([PROGRAM, "run", *options, *EXCLUDED, *SELECTION])
    # dumpcap says "Capturing" when it does, and is ended by its id when the run is over.
    script = f"""
        ip link set lo up
        dumpcap -q -P -B 64 -i lo -w {file} 2>{folder}/dumpcap.log &
        dumpcap=$!
        until grep -q File: {folder}/dumpcap.log; do kill -0 $dumpcap || exit 9; sleep 0.1; done
        {run}
        code=$?
        kill -INT $dumpcap
        wait $dumpcap
        exit $code
    """
    done = subprocess.run(
        ["unshare", "-rn", "sh", "-c", script], cwd=folder, capture_output=True, text=True, timeout=180
    )
    # Verdicts are other tests' business; here counts what was on the wire.
    assert done.returncode in (0, 1), done.stdout + done.stderr + (folder / "dumpcap.log").read_text()
    return file


def dissect(file, *more, fields=FIELDS):
    """tshark's view: a dict of `fields` for each packet that it calls DCE/RPC."""
    command = ["tshark", "-r", file, "-d", f"tcp.port=={PORT},dcerpc", "-Y", "dcerpc", "-T", "fields"]
    command += ["-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=;", *more]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [dict(zip(fields, line.split("|"))) for line in done.stdout.splitlines()]


def malformed(file):
    """Frames with a malformed part or an error of tshark's experts, with its words."""
    found = {}
    for packet in dissect(file):
        severities = [int(each, 0) for each in packet["_ws.expert.severity"].split(";") if each]
        unknown = "unknown RTS PDU" in packet["_ws.col.Info"]
        if packet["_ws.malformed"] or unknown or any(each >= ERROR for each in severities):
            found[int(packet["frame.number"])] = packet["_ws.expert.message"] or "unknown RTS PDU"
    return found


class Rewritten:
    """PDUs on clean TCP connections, a packet for each: without HTTP heads and without the legacy
    response, at which tshark loses step (MS-RPCH traffic has both in front of the first PDU)."""

    def __init__(self, path):
        self.path = path
        self.writer = capture.Writer(path, PORT)
        self.pdus = {}  # frame number -> PDU

    def add(self, from_client, from_server):
        first = self.writer.packets + 4  # behind the handshake; frames count from 1
        self.pdus.update(enumerate(from_client + from_server, first))
        self.writer.write(from_client, from_server)

    def close(self):
        self.writer.close()
        return self


@pytest.fixture(scope="module")
def rewritten(captured, tmp_path_factory):
    made = Rewritten(tmp_path_factory.mktemp("pdus") / "pdus.pcap")
    for connection in capture.connections(captured):
        streams = [half.bytes() for half in connection.halves()]
        if not any(map(pdus.is_tls, streams)):
            made.add(*map(pdus.split, streams))
    return made.close()


def test_every_pdu_of_a_run_is_dissected(rewritten):
    assert len(rewritten.pdus) > 500
    types = {int(p["frame.number"]): int(p["dcerpc.pkt_type"].split(";")[0]) for p in dissect(rewritten.path)}
    assert types == {frame: pdu[2] for frame, pdu in rewritten.pdus.items()}


def test_nothing_is_malformed_but_pdus_without_commands(rewritten):
    wrong = malformed(rewritten.path)
    without = {frame for frame, pdu in rewritten.pdus.items() if pdus.has_no_commands(pdu)}
    assert {frame: wrong[frame] for frame in wrong.keys() - without} == {}
    assert without, "the run sent a Ping"


def test_rts_pdus_have_their_names(rewritten):
    """tshark finds out by itself which PDU an RTS PDU is, where its form says so."""
    packets = dissect(rewritten.path, fields=["frame.number", "_ws.col.Info"])
    named = " ".join(packet["_ws.col.Info"] for packet in packets)
    for name in ("CONN/A1", "CONN/A2", "CONN/A3", "CONN/B1", "CONN/B2", "CONN/B3", "CONN/C1", "CONN/C2"):
        assert name in named


@pytest.mark.parametrize("spoil", ["type", "count", "cut"])
def test_a_spoiled_pdu_is_found(rewritten, tmp_path, spoil):
    """What the two tests above would miss, they would not be worth."""
    conn_b1 = next(p for p in rewritten.pdus.values() if p[2] == pdus.RTS and len(p) == 104)
    spoiled = bytearray(conn_b1)
    if spoil == "type":
        spoiled[20] = 0x77  # of the first command
    elif spoil == "count":
        spoiled[18] = 7  # commands; there are six
    else:
        del spoiled[-10:]
        spoiled[8] = len(spoiled)
    made = Rewritten(tmp_path / "spoiled.pcap")
    made.add([conn_b1], [])
    made.add([bytes(spoiled)], [])
    made.close()
    wrong_frame = max(made.pdus)
    assert set(malformed(made.path)) == {wrong_frame}
