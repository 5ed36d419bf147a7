#!/usr/bin/python3
"""Rates of typed RTS decoding and encoding with impacket, on the bytes that bench_rts used.

Reads {"NAME": "HEX"} on standard input, writes {"NAME": {"decode": N, "encode": N}} in PDUs a
second of processor time, as bench_rts counts: the best of five rounds. Decoding means RTSHeader and
then the class of the PDU's commands; encoding is getData() of the two, built before. A PDU whose
bytes do not come back the same ends the program.
"""

import json
import sys
import time

from impacket.dcerpc.v5 import rpch

BODIES = {
    "CONN/A1": rpch.CONN_A1_RTS_PDU,
    "CONN/A3": rpch.CONN_A3_RTS_PDU,
    "CONN/B1": rpch.CONN_B1_RTS_PDU,
    "CONN/C2": rpch.CONN_C2_RTS_PDU,
    "FlowControlAckWithDestination": rpch.FlowControlAckWithDestination_RTS_PDU,
    "Ping": None,
}
ROUNDS = 5
ROUND_SECONDS = 0.25


def decode(body, data):
    header = rpch.RTSHeader(data)
    return header, body(header["pduData"]) if body else None


def encode(header, commands):
    if commands is not None:
        header["pduData"] = commands.getData()
    return header.getData()


def rate(work) -> float:
    best = 0.0
    for _ in range(ROUNDS):
        done = 0
        begin = time.process_time()
        while (spent := time.process_time() - begin) < ROUND_SECONDS:
            for _ in range(50):
                work()
            done += 50
        best = max(best, done / spent)
    return best


def main() -> None:
    rates = {}
    for name, text in json.load(sys.stdin).items():
        data, body = bytes.fromhex(text), BODIES[name]
        header, commands = decode(body, data)
        if encode(header, commands) != data:
            sys.exit(f"impacket does not write {name} as it read it")
        rates[name] = {"decode": rate(lambda: decode(body, data)),
                       "encode": rate(lambda: encode(header, commands))}
    json.dump(rates, sys.stdout)


if __name__ == "__main__":
    main()
