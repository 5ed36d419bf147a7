"""impacket and Samba ask the endpoint mapper where the services are, and go where it says."""

import contextlib
import select
import shutil
import socket
import struct
import threading

import pytest
from impacket.dcerpc.v5 import epm, oxabref, rpcrt, transport
from impacket.http import AUTH_BASIC
from impacket.uuid import uuidtup_to_bin
from samba import NTSTATUSError
from samba.dcerpc import epmapper, misc
from samba.ndr import ndr_unpack

import capture
import pdus
import tshark
from exchange import *
from test_impacket import EcDummyRpc, connected
from test_samba import Samba

NDR = ("8a885d04-1ceb-11c9-9fe8-08002b104860", "2.0")
NOT_REGISTERED = 0x16C9A0D6
SERVICES = {"store": STORE, "referral": REFERRAL, "address-book": ADDRESS_BOOK}


@contextlib.contextmanager
def mapper(url=None, port=MAPPER_PORT, server=SERVER):
    """A connection to the mapper, through the proxy at `url` or plain; its calls bind it."""
    way = transport.DCERPCTransportFactory(f"ncacn_http:{server}[{port}]")
    if url is not None:
        way.set_rpc_proxy_url(f"{url}/rpc/rpcproxy.dll")
        way.set_credentials(USER, PASSWORD)
        way.set_auth_type(AUTH_BASIC)
    dce = way.get_dce_rpc()
    dce.connect()
    try:
        yield dce
    finally:
        dce.disconnect()


def port_of(binding):
    """6001 of ncacn_http:EXCH01[6001]."""
    return int(binding.rpartition("[")[2].rstrip("]"))


def where_is(interface, dce, protocol="ncacn_http"):
    return port_of(epm.hept_map(SERVER, uuidtup_to_bin(interface), protocol=protocol, dce=dce))


def told(entry):
    """Interface, protocol and port of an element; the address, as text."""
    floors = entry["tower"]["Floors"]
    uuid = str(floors[0]).split()[0].lower()
    port = int.from_bytes(floors[3]["RelatedData"], "big")
    return uuid, floors[3]["ProtocolData"][0], port, socket.inet_ntoa(floors[4]["RelatedData"])


def lookup_of(most, handle=None):
    request = epm.ept_lookup()
    request["inquiry_type"] = epm.RPC_C_EP_ALL_ELTS
    request["object"] = request["Ifid"] = epm.NULL
    request["vers_option"] = epm.RPC_C_VERS_ALL
    request["entry_handle"] = handle or epm.ept_lookup_handle_t()
    request["max_ents"] = most
    return request


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("way", ["plain", "proxy"])
def test_impacket_is_told_each_port(start, service, way):
    up = start("up")
    plain = {"port": up.port("mapper"), "server": "127.0.0.1"}
    with mapper(**plain) if way == "plain" else mapper(up.url("http")) as dce:
        assert where_is(SERVICES[service], dce) == up.port(service)


def test_impacket_goes_where_it_is_told(start):
    up = start("up")
    with mapper(up.url("http")) as dce:
        port = where_is(STORE, dce)
    with connected(up.url("http"), port, STORE) as dce:
        assert dce.request(EcDummyRpc())["ErrorCode"] == 0


def test_impacket_looks_up_everything(start):
    up = start("up")
    with mapper(up.url("http")) as dce:
        entries = epm.hept_lookup(None, dce=dce)
    expected = [(STORE, "store"), (STORE_ASYNC, "store"), (REFERRAL, "referral"), (ADDRESS_BOOK, "address-book")]
    assert sorted(map(told, entries)) == sorted(
        (interface[0], 0x1F, up.port(service), "127.0.0.1") for interface, service in expected
    )
    assert {entry["annotation"] for entry in entries} == {
        b"Exchange Store\0", b"Exchange Referral\0", b"Exchange Address Book\0",
    }  # fmt: skip


def test_referral_over_tcp_is_told_by_its_own_protocol(start, tmp_path):
    config = tmp_path / "backend.yaml"
    config.write_text("ports: {referral: 0, referral-tcp: 0, mapper: 0}\n")
    up = start("up", "--backend-config", config)
    with mapper(up.url("http")) as dce:
        assert where_is(REFERRAL, dce) == up.port("referral")
    with mapper(up.url("http")) as dce:
        port = where_is(REFERRAL, dce, "ncacn_ip_tcp")
    assert port == up.port("referral-tcp")
    way = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:127.0.0.1[{port}]")
    dce = way.get_dce_rpc()
    dce.connect()
    dce.bind(uuidtup_to_bin(REFERRAL))
    assert oxabref.hRfrGetNewDSA(dce, USER_DN)["ppszServer"] == GLOBAL_CATALOG
    dce.disconnect()


def test_what_nobody_serves_is_not_registered(start):
    with mapper(start("up").url("http")) as dce:
        with pytest.raises(rpcrt.DCERPCException) as caught:
            where_is(MGMT, dce)
    assert caught.value.get_error_code() == NOT_REGISTERED


def test_nobody_may_register(start):
    with mapper(start("up").url("http")) as dce:
        dce.bind(epm.MSRPC_UUID_PORTMAP)
        for opnum in (0, 1, 5, 6):
            with pytest.raises(rpcrt.DCERPCException, match="nca_s_op_rng_error"):
                dce.call(opnum, b"")
                dce.recv()


@pytest.mark.parametrize("rule, code", [(f"{SERVER}:593", None), (f"{SERVER}:6001-6004", 5)])
def test_the_proxy_asks_its_rule_for_the_mappers_port(start, rule, code):
    up = start("up", "--valid-ports", rule)
    if code is None:
        with mapper(up.url("http")) as dce:
            assert where_is(STORE, dce) == up.port("store")
        return
    with pytest.raises(rpcrt.DCERPCException) as caught:
        with mapper(up.url("http")):
            pass
    assert caught.value.error_code == code


def test_a_backend_has_a_mapper_where_it_is_asked_for(start):
    assert set(start("backend", "--ports", "0,0,0").ready["backends"]["ports"]) == set(SERVICES)
    backend = start("backend", "--ports", "0,0,0,0")
    with mapper(port=backend.port("mapper"), server="127.0.0.1") as dce:
        assert where_is(ADDRESS_BOOK, dce) == backend.port("address-book")


class Overheard(threading.Thread):
    """Between one client and the server at `port`: what either said."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.server = socket.create_connection(("127.0.0.1", port))
        self.said = {"client": b"", "server": b""}
        self.start()

    def run(self):
        client, _ = self.listener.accept()
        ends = {client: ("client", self.server), self.server: ("server", client)}
        while True:
            for end in select.select(list(ends), [], [])[0]:
                name, other = ends[end]
                data = end.recv(65536)
                if not data:
                    other.close()
                    return
                self.said[name] += data
                other.sendall(data)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="there is no tshark")
def test_tshark_finds_nothing_wrong_in_an_answer(start, tmp_path):
    up = start("up")
    overheard = Overheard(up.port("mapper"))
    with mapper(port=overheard.listener.getsockname()[1], server="127.0.0.1") as dce:
        dce.bind(epm.MSRPC_UUID_PORTMAP)
        first = dce.request(lookup_of(2))
        dce.request(lookup_of(500, first["entry_handle"]))
    overheard.join(timeout=60)
    file = tmp_path / "answer.pcap"
    writer = capture.Writer(file, tshark.PORT)
    writer.write(pdus.split(overheard.said["client"]), pdus.split(overheard.said["server"]))
    writer.close()
    fields = [*tshark.FIELDS, "epm.opnum", "epm.tower.len", "epm.proto.http_port", "epm.rc"]
    packets = tshark.fields_of(file, "dcerpc", fields, *tshark.AS_DCERPC)
    assert [packet for packet in packets if tshark.is_wrong(packet)] == []
    answers = [packet for packet in packets if packet["epm.rc"]]
    assert [packet["epm.opnum"] for packet in answers] == ["2", "2"]
    ports = {port for packet in answers for port in packet["epm.proto.http_port"].split(";")}
    assert ports == {str(up.port(service)) for service in SERVICES}


def floor(protocol, lhs, rhs):
    return struct.pack("<HB", 1 + len(lhs), protocol) + lhs + struct.pack("<H", len(rhs)) + rhs


def uuid_floor(uuid, version):
    major, minor = map(int, version.split("."))
    return floor(0x0D, misc.GUID(uuid).__ndr_pack__() + struct.pack("<H", major), struct.pack("<H", minor))


def samba_tower(interface, protocol):
    """Samba's own type, read from a tower of five floors that asks for this interface."""
    floors = [uuid_floor(*interface), uuid_floor(*NDR), floor(0x0B, b"", bytes(2))]
    floors += [floor(protocol, b"", bytes(2)), floor(0x09, b"", bytes(4))]
    octets = struct.pack("<H", len(floors)) + b"".join(floors)
    return ndr_unpack(epmapper.epm_twr_t, struct.pack("<II", len(octets), len(octets)) + octets)


@pytest.fixture
def samba(start):
    """The fixture, and Samba's connection to its mapper through the proxy."""
    up = start("up", "--tls", "auto")
    way = Samba(up.url("https"))
    return up, epmapper.epmapper(way.binding(MAPPER_PORT), way.settings, way.credentials)


@pytest.mark.parametrize("service", SERVICES)
def test_samba_is_told_each_port(samba, service):
    up, connection = samba
    asked = samba_tower(SERVICES[service], epmapper.EPM_PROTOCOL_HTTP)
    handle, towers, result = connection.epm_Map(misc.GUID(), asked, misc.policy_handle(), 4)
    assert (result, handle.uuid) == (0, misc.GUID())
    (tower,) = [each.twr.tower for each in towers if each.twr is not None]
    assert tower.floors[3].rhs.port == up.port(service)
    assert tower.floors[4].rhs.ipaddr == "127.0.0.1"


def test_samba_is_told_that_there_is_none(samba):
    _, connection = samba
    asked = samba_tower(STORE, epmapper.EPM_PROTOCOL_TCP)
    _, towers, result = connection.epm_Map(misc.GUID(), asked, misc.policy_handle(), 4)
    assert (towers, result) == ([], NOT_REGISTERED)


def test_samba_looks_up_everything_piece_by_piece(samba):
    up, connection = samba
    seen, handle = [], misc.policy_handle()
    while True:
        handle, entries, result = connection.epm_Lookup(0, misc.GUID(), epmapper.rpc_if_id_t(), 1, handle, 1)
        assert (result, len(entries)) == (0, 1)
        seen.append(entries[0].tower.tower.floors[3].rhs.port)
        if handle.uuid == misc.GUID():
            break
    store, referral, book = map(up.port, SERVICES)
    assert sorted(seen) == sorted([store, store, referral, book])


def test_samba_gives_a_lookup_up(samba):
    _, connection = samba
    handle, *_ = connection.epm_Lookup(0, misc.GUID(), epmapper.rpc_if_id_t(), 1, misc.policy_handle(), 1)
    assert handle.uuid != misc.GUID()
    freed, result = connection.epm_LookupHandleFree(handle)
    assert (freed.uuid, result) == (misc.GUID(), 0)
    with pytest.raises(NTSTATUSError):
        connection.epm_Lookup(0, misc.GUID(), epmapper.rpc_if_id_t(), 1, handle, 1)
