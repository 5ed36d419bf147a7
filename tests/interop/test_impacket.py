"""impacket as the client, through the reference proxy, to every service."""

import contextlib

import pytest
from impacket.dcerpc.v5 import mgmt, nspi, oxabref, rpcrt, transport
from impacket.dcerpc.v5.ndr import NDRCALL
from impacket.http import AUTH_AUTO, AUTH_BASIC
from impacket.uuid import uuidtup_to_bin

from exchange import *

INTERFACES = {
    "store": (STORE_PORT, STORE),
    "referral": (REFERRAL_PORT, REFERRAL),
    "address-book": (ADDRESS_BOOK_PORT, ADDRESS_BOOK),
}


class EcDummyRpc(NDRCALL):
    opnum = EC_DUMMY_RPC
    structure = ()


class EcDummyRpcResponse(NDRCALL):
    structure = (("ErrorCode", "<L"),)


@contextlib.contextmanager
def connected(url, port, interface, server=SERVER, auth=AUTH_BASIC, password=PASSWORD):
    """A bound DCE/RPC connection through the proxy at `url`."""
    way = transport.DCERPCTransportFactory(f"ncacn_http:{server}[{port}]")
    way.set_rpc_proxy_url(f"{url}/rpc/rpcproxy.dll")
    way.set_credentials(USER, password)
    way.set_auth_type(auth)
    dce = way.get_dce_rpc()
    dce.connect()
    try:
        dce.bind(uuidtup_to_bin(interface))
        yield dce
    finally:
        dce.disconnect()


@pytest.fixture(params=["http", "https"])
def url(request, start):
    """The proxy: open over HTTP, over HTTPS for those who know the password."""
    if request.param == "http":
        return start("up").url("http")
    basic = ["--auth", "basic", "--user", f"{USER}:{PASSWORD}"]
    return start("up", "--tls", "auto", *basic).url("https")


def test_referral_names_the_exchange_server_itself(url):
    with connected(url, REFERRAL_PORT, REFERRAL) as dce:
        answer = oxabref.hRfrGetNewDSA(dce, USER_DN)
    assert answer["ppszServer"] == FQDN


def test_address_book_opens_and_ends_a_session(url):
    with connected(url, ADDRESS_BOOK_PORT, ADDRESS_BOOK) as dce:
        opened = nspi.hNspiBind(dce)
        assert opened["ErrorCode"] == 0
        assert opened["contextHandle"].getData() != bytes(20)
        closed = nspi.hNspiUnbind(dce, opened["contextHandle"])
    assert closed["ErrorCode"] == 1  # UnbindSuccess
    assert closed["contextHandle"].getData() == bytes(20)


def test_store_answers_a_ping(url):
    with connected(url, STORE_PORT, STORE) as dce:
        # The response's parser is found by name beside the request's.
        assert dce.request(EcDummyRpc())["ErrorCode"] == 0


@pytest.mark.parametrize("service", INTERFACES)
def test_mgmt_tells_the_interfaces_of_each_port(url, service):
    port, interface = INTERFACES[service]
    with connected(url, port, MGMT) as dce:
        assert mgmt.his_server_listening(dce)["status"] == 0
        vector = mgmt.hinq_if_ids(dce)["if_id_vector"]["if_id"]
        ids = {(bytes(each["Data"]["Uuid"]), each["Data"]["VersMajor"]) for each in vector}
    major = int(interface[1].split(".")[0])
    assert (uuidtup_to_bin(interface)[:16], major) in ids


@pytest.mark.parametrize("service", INTERFACES)
def test_other_interfaces_are_refused(url, service):
    port, interface = INTERFACES[service]
    other = REFERRAL if interface == STORE else STORE
    with pytest.raises(rpcrt.DCERPCException, match="abstract_syntax_not_supported"):
        with connected(url, port, other):
            pass


def test_an_unknown_operation_faults(url):
    with connected(url, ADDRESS_BOOK_PORT, ADDRESS_BOOK) as dce:
        with pytest.raises(rpcrt.DCERPCException, match="nca_s_op_rng_error"):
            dce.call(200, b"")
            dce.recv()


def test_many_calls_on_one_connection(url):
    with connected(url, STORE_PORT, STORE) as dce:
        for _ in range(300):
            assert dce.request(EcDummyRpc())["ErrorCode"] == 0


def test_basic_is_found_out_by_asking(start):
    basic = ["--tls", "auto", "--auth", "basic", "--user", f"{USER}:{PASSWORD}"]
    url = start("up", *basic).url("https")
    with connected(url, REFERRAL_PORT, REFERRAL, auth=AUTH_AUTO) as dce:
        assert oxabref.hRfrGetNewDSA(dce, USER_DN)["ppszServer"] == FQDN


def test_a_wrong_password_is_refused(start):
    basic = ["--tls", "auto", "--auth", "basic", "--user", f"{USER}:{PASSWORD}"]
    url = start("up", *basic).url("https")
    with pytest.raises(rpcrt.DCERPCException, match="401"):
        with connected(url, STORE_PORT, STORE, password="wrong"):
            pass


def test_a_server_that_nobody_is_gives_6ba(start):
    url = start("up").url("http")
    with pytest.raises(rpcrt.DCERPCException) as caught:
        with connected(url, STORE_PORT, STORE, server="127.0.0.254"):
            pass
    assert caught.value.error_code == 0x6BA


def test_referral_over_tcp_names_a_global_catalog(start, tmp_path):
    config = tmp_path / "backend.yaml"
    config.write_text("ports: {referral-tcp: 0}\n")
    up = start("up", "--backend-config", config)
    way = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:127.0.0.1[{up.port('referral-tcp')}]")
    dce = way.get_dce_rpc()
    dce.connect()
    dce.bind(uuidtup_to_bin(REFERRAL))
    assert oxabref.hRfrGetNewDSA(dce, USER_DN)["ppszServer"] == GLOBAL_CATALOG
    dce.disconnect()
