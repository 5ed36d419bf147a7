"""What tshark makes of a capture."""

import subprocess

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
AS_DCERPC = ["-d", f"tcp.port=={PORT},dcerpc"]


def fields_of(file, shown, fields, *more):
    """A dict of `fields` for each packet that the display filter shows."""
    command = ["tshark", "-r", file, "-Y", shown, "-T", "fields"]
    command += ["-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=;", *more]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [dict(zip(fields, line.split("|"))) for line in done.stdout.splitlines()]


def is_wrong(packet):
    """Whether it has a malformed part, an error of tshark's experts, or a PDU without a name."""
    severities = [int(each, 0) for each in packet["_ws.expert.severity"].split(";") if each]
    unknown = "unknown RTS PDU" in packet["_ws.col.Info"]
    return bool(packet["_ws.malformed"] or unknown or any(each >= ERROR for each in severities))
