"""rpchspec.wire: PDUs to bytes and back, what is wrong with them, their fields by name."""

import ast
import gc

import pytest

from conftest import PACKAGE
from native import BUILT, in_use, needs_native

pytestmark = needs_native
if BUILT:
    from rpchspec import _native, wire

COOKIE = bytes(range(16))
ECHO = bytes.fromhex("0500140310000000140000000000000040000000")


def test_a_pdu_is_made_by_its_name_and_meanings():
    pdu = wire.RtsPdu.make("CONN/A1", VirtualConnectionCookie=COOKIE, ReceiveWindowSize=65536)
    assert pdu.names == ["CONN/A1"]
    assert pdu.commands[0] == wire.Version(1)
    assert pdu.commands[1] == wire.Cookie(COOKIE) != wire.Cookie(bytes(16))
    assert pdu.commands[-1].value == 65536
    assert pdu.get("CONN/A1", "ReceiveWindowSize") == "65536"
    assert pdu.validate("CONN/A1") == []
    assert wire.RtsPdu.decode(pdu.encode()) == pdu
    assert repr(pdu) == "<RtsPdu CONN/A1 flags=0x0000 commands=4>"


def test_every_pdu_of_the_standard_comes_back_as_it_was():
    assert len(wire.RTS_NAMES) == 50
    for name in wire.RTS_NAMES:
        pdu = wire.RtsPdu.make(name)
        assert name in wire.RtsPdu.decode(pdu.encode()).names
        assert pdu.validate(name) == [], name
        assert sum(field.size for field in wire.dissect(pdu.encode())) == len(pdu.encode())


def test_every_command_comes_back_as_it_was():
    commands = [
        wire.ReceiveWindowSize(1), wire.FlowControlAck(2, 3, COOKIE), wire.ConnectionTimeout(4), wire.Cookie(COOKIE),
        wire.ChannelLifetime(5), wire.ClientKeepalive(6), wire.Version(7), wire.Empty(), wire.Padding(b"pad"),
        wire.NegativeAnce(), wire.Ance(), wire.ClientAddress("10.1.2.3"), wire.ClientAddress("2001:db8::123"),
        wire.AssociationGroupId(COOKIE), wire.Destination(3), wire.PingTrafficSentNotify(8),
    ]  # fmt: skip
    pdu = wire.RtsPdu(0x0002, commands)
    found = wire.RtsPdu.decode(pdu.encode()).commands
    assert found == commands
    ack = found[1]
    assert (ack.bytes_received, ack.available_window, ack.channel_cookie) == (2, 3, COOKIE)
    assert (found[8].padding, found[11].address, found[12].address) == (b"pad", "10.1.2.3", "2001:db8::123")
    assert [eval(repr(each), vars(wire)) for each in found if "bytes(" not in repr(each)] == found[:8] + found[9:]


def test_what_is_unlawful_has_an_encoding_and_says_what_it_breaks():
    pdu = wire.RtsPdu(0xFF00, [wire.UnknownCommand(99, b"\1\2"), wire.Padding(b"x", count=500)])
    header = pdu.header
    header.rpc_vers, header.frag_length = 4, 21
    pdu.header = header
    assert pdu.encode()[:1] == b"\4" and pdu.encode()[8:10] == b"\x15\0"
    assert any(each.requirement.startswith("RPCH-2.2.3.6.1") and each.detail for each in pdu.validate())


@pytest.mark.parametrize("size", range(20))
def test_a_pdu_cut_anywhere_is_refused_with_its_place(size):
    with pytest.raises(wire.DecodeError) as raised:
        wire.RtsPdu.decode(ECHO[:size])
    assert raised.value.code == "truncated" and raised.value.section and str(raised.value)


def test_wrong_names_and_values_are_refused():
    with pytest.raises(wire.DecodeError, match="'CONN/A9' is no RTS PDU"):
        wire.RtsPdu.make("CONN/A9")
    with pytest.raises(wire.DecodeError, match="Windov"):
        wire.RtsPdu.make("CONN/A1", Windov=1)
    with pytest.raises(ValueError, match="16 bytes, not 3"):
        wire.Cookie(b"abc")
    with pytest.raises(TypeError):
        wire.Version(-1)
    with pytest.raises(ValueError, match="no UUID"):
        wire.SyntaxId("x", 1)


def bind():
    store = wire.SyntaxId("a4f1db00-ca47-1067-b31f-00dd010662da", 81)
    return wire.RpcPdu(11, wire.Bind([wire.PresentationContext(0, store, [wire.NDR])]), call_id=2)


def test_a_bind_and_its_answers_come_back_as_they_were():
    pdu = wire.RpcPdu.decode(bind().encode())
    assert (pdu.name, pdu.header.call_id) == ("bind", 2)
    assert pdu.body.contexts[0].transfer_syntaxes == [wire.NDR]
    assert pdu.body.contexts[0].abstract_syntax.version == 81
    assert pdu.validate() == []
    ack = wire.RpcPdu(12, wire.BindAck([wire.PresentationResult(0, 0, wire.NDR)], 7, b"6001\0"))
    body = wire.RpcPdu.decode(ack.encode()).body
    assert (body.sec_addr, body.assoc_group_id, body.results[0].transfer_syntax) == (b"6001\0", 7, wire.NDR)
    nak = wire.RpcPdu.decode(wire.RpcPdu(13, wire.BindNak(4)).encode())
    assert nak.body.provider_reject_reason == 4


def test_a_call_keeps_its_stub_when_its_source_is_gone():
    body = wire.Request(b"stub" * 100, p_cont_id=3)
    body.opnum, body.object = 5, "12345678-1234-abcd-ef00-0123456789ab"
    pdu = wire.RpcPdu(0, body, call_id=9, auth=wire.AuthVerifier(10, 6, b"token", b"\0\0\0"))
    pdu.header.pfc_flags |= 0x80
    source = pdu.encode()
    found = wire.RpcPdu.decode(source)
    del source, pdu, body
    gc.collect()
    kept, auth = found.body, found.auth
    del found
    gc.collect()
    assert (kept.stub, kept.opnum, kept.p_cont_id) == (b"stub" * 100, 5, 3)
    assert kept.object == "12345678-1234-abcd-ef00-0123456789ab"
    assert (auth.auth_type, auth.auth_level, auth.auth_value, auth.auth_pad) == (10, 6, b"token", b"\0\0\0")


def test_a_fault_and_a_response_come_back_as_they_were():
    fault = wire.Fault()
    fault.status = 0x1C010002
    found = wire.RpcPdu.decode(wire.RpcPdu(3, fault).encode()).body
    assert (found.status, found.status_name) == (0x1C010002, "nca_s_op_rng_error")
    assert wire.RpcPdu.decode(wire.RpcPdu(2, wire.Response(b"abc")).encode()).body.stub == b"abc"
    assert wire.RpcPdu.decode(wire.RpcPdu(99, wire.Opaque(b"1234")).encode()).body.content == b"1234"


def test_a_big_endian_pdu_is_read_in_its_order():
    pdu = bind()
    pdu.header.big_endian = True
    assert pdu.encode()[8:10] == len(pdu.encode()).to_bytes(2, "big")
    assert wire.RpcPdu.decode(pdu.encode()).header.big_endian


def test_a_broken_pdu_is_dissected_as_far_as_it_goes():
    fields = wire.dissect(bind().encode()[:30])
    assert {field.name: field.value for field in fields}["PTYPE"].startswith("11")
    assert fields[-1].offset + fields[-1].size <= 30
    assert all(field.section for field in fields)
    assert wire.dissect(b"") == []


def test_a_stream_is_cut_into_its_pdus():
    stream = ECHO + bind().encode() + ECHO[:7]
    assert wire.split(stream) == ([ECHO, bind().encode()], ECHO[:7])
    with pytest.raises(wire.DecodeError):
        wire.split(b"HTTP/1.1 200 OK\r\n")


def members(tree):
    """Public names of a module's or class's body."""
    found = {node.name: node for node in tree.body if hasattr(node, "name")}
    found.update({node.target.id: node for node in tree.body if isinstance(node, ast.AnnAssign)})
    return {name: node for name, node in found.items() if not name.startswith("_")}


def test_the_stubs_name_all_that_there_is_and_no_more():
    stubs = members(ast.parse((PACKAGE / "rpchspec/_native.pyi").read_text()))
    there = {name for name in vars(_native) if not name.startswith("_")}
    assert set(stubs) == there == set(wire.__all__) | {"version", "read_journal", "Library", "LoadError", "Run", "Session", "StepError", "ladder"}
    inherited = {"value", *dir(ValueError)}  # of the stubs' own bases
    for name, stub in stubs.items():
        if isinstance(stub, ast.ClassDef):
            made = {each for each in dir(getattr(_native, name)) if not each.startswith("_")}
            if name not in ("DecodeError", "LoadError", "StepError"):  # each one has its own
                assert made - inherited == set(members(stub)) - inherited, name


def test_ten_thousand_pdus_leave_nothing_behind():
    def once():
        wire.RpcPdu.decode(bind().encode()).body.contexts
        wire.dissect(wire.RtsPdu.make("CONN/B2").encode())
        try:
            wire.RtsPdu.decode(ECHO[:9])
        except wire.DecodeError:
            pass

    for _ in range(2000):
        once()
    bytes_before, blocks_before = in_use()
    for _ in range(10000):
        once()
    bytes_after, blocks_after = in_use()
    assert bytes_after - bytes_before < 10000
    assert blocks_after - blocks_before < 1000
