"""Defects of proxies that look into RPC PDUs, which they are only to carry (MS-RPCH 1.3.4): what such
a proxy refuses, and what it loses."""

CALL_TYPES = {0, 2, 3, *range(11, 17)}  # what a capture of an ordinary session shows


def alloc_hint(pdu):
    return int.from_bytes(pdu[16:20], "little")


REFUSED = {
    "alloc-hint-limited": lambda pdu: pdu[2] == 0 and alloc_hint(pdu) > 1 << 20,
    "fragment-5840": lambda pdu: len(pdu) > 5840,
    "fragment-signed": lambda pdu: len(pdu) > 0x7FFF,
    "header-alone-refused": lambda pdu: len(pdu) < 20,
    "minor-version-0": lambda pdu: pdu[1] != 0,
    "verifier-refused": lambda pdu: pdu[10:12] != bytes(2),
}
LOST = {
    "empty-stub-lost": lambda pdu: len(pdu) <= 24,
    "rare-types-lost": lambda pdu: pdu[2] not in CALL_TYPES,
}


def finds(rules, pdu, broken):
    return any(rules[name](pdu) for name in broken if name in rules)
