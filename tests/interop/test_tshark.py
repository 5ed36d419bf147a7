"""tshark dissects what a run put on the wire, on both legs of the proxy."""

import shlex
import shutil
import subprocess

import pytest

import capture
import pdus
from conftest import PROGRAM
from tshark import AS_DCERPC, EXCLUDED, FIELDS, PORT, SELECTION, fields_of, is_wrong

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
    options = ["--quick", "--progress", "plain", "--evidence", "all", "--out", str(folder / "out")]
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


def dissect(file, fields=FIELDS):
    """tshark's view: a dict of `fields` for each packet that it calls DCE/RPC."""
    return fields_of(file, "dcerpc", fields, *AS_DCERPC)


def malformed(file):
    """Frames with a malformed part or an error of tshark's experts, with its words."""
    wrong = filter(is_wrong, dissect(file))
    return {int(each["frame.number"]): each["_ws.expert.message"] or "unknown RTS PDU" for each in wrong}


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


class Synthesised:
    """A connection as the run's own capture has it: segments of which a part is known."""

    def __init__(self):
        self.ends = set()  # flags
        self.segments = {}  # (address, port) of who sent -> [(offset, known bytes, size)]

    def add(self, source, offset, flags, known, size):
        self.ends |= {flags & (capture.FIN | capture.RST)}
        if size:
            self.segments.setdefault(source, []).append((offset, known, size))


def synthesised(file):
    """(opener, acceptor) -> Synthesised, of the capture.pcapng of a run."""
    found, first = {}, {}
    for packet in capture.read_pcapng(file):
        if packet.link != capture.RAW_IP:
            continue  # a message once more, for its dissector
        source, target, sequence, flags, known = capture.tcp_of(capture.RAW_IP, packet.data)
        if flags & capture.SYN:
            first[source, target] = sequence + 1
            if not flags & capture.ACK:
                found[source, target] = Synthesised()
            continue
        connection = found.get((source, target)) or found[target, source]
        headers = len(packet.data) - len(known)
        offset = (sequence - first[source, target]) & 0xFFFFFFFF
        connection.add(source, offset, flags, known, packet.size - headers)
    return found


def same(known, seen):
    """Bytes of the wire, where secrets may be blotted out."""
    return len(known) == len(seen) and all(a in (b, ord("*")) for a, b in zip(known, seen))


def test_the_run_s_own_capture_is_what_was_on_the_wire(captured):
    """Synthesised packet by packet, without root: against what dumpcap saw."""
    told = synthesised(captured.parent / "out/capture.pcapng")
    seen = {}
    for connection in capture.connections(captured):
        ends = [(half.address, half.port) for half in connection.halves()]
        streams = [half.bytes() for half in connection.halves()]
        if not any(map(pdus.is_tls, streams)):
            seen[tuple(ends)] = dict(zip(ends, streams))
    both = told.keys() & seen.keys()
    assert len(both) > 100
    compared, whole = 0, []
    for ends in both:
        for source, segments in told[ends].segments.items():
            for offset, known, size in segments:
                on_the_wire = seen[ends][source][offset : offset + len(known)]
                assert same(known, on_the_wire), (ends, source, offset)
                compared += len(known)
            end = max(offset + size for offset, _, size in segments)
            if capture.RST not in told[ends].ends:
                # What came when a reader had stopped, no journal has.
                assert end <= len(seen[ends][source]), (ends, source)
                whole.append(end == len(seen[ends][source]))
    assert compared > 100_000
    assert sum(whole) > 0.8 * len(whole) > 100
