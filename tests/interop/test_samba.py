"""Samba's ncacn_http client, as far as its Python bindings go: mgmt typed, the others as bytes.

With credentials Samba always authenticates twice, to the proxy and again at the RPC level, which
these servers refuse in the bind. So calls are made anonymously, and a name and a password go as
far as that refusal.
"""

import struct

import pytest
from samba import NTSTATUSError, credentials, param
from samba.dcerpc import base, mgmt

from exchange import *

DOMAIN = "RPCHSPEC"
NT_STATUS_NOT_SUPPORTED = 0xC00000BB
NT_STATUS_ACCESS_DENIED = 0xC0000022


def ndr_string(text):
    """A conformant and varying string of 8-bit characters."""
    data = text.encode() + b"\0"
    return struct.pack("<III", len(data), 0, len(data)) + data + bytes(-len(data) % 4)


def read_ndr_string(data, offset):
    _, _, actual = struct.unpack_from("<III", data, offset)
    return data[offset + 12 : offset + 12 + actual].rstrip(b"\0").decode()


class Samba:
    """A way through one proxy."""

    def __init__(self, url, password=None, auth="basic"):
        self.auth = auth
        scheme, _, self.proxy = url.partition("://")
        self.tls = "true" if scheme == "https" else "false"
        self.settings = param.LoadParm()
        self.settings.set("tls verify peer", "no_check")
        self.credentials = credentials.Credentials()
        self.credentials.guess(self.settings)
        if password is None:
            self.credentials.set_anonymous()
        else:
            self.credentials.set_username(USER)
            self.credentials.set_password(password)
            self.credentials.set_domain(DOMAIN)

    def binding(self, port, server=SERVER):
        options = f"RpcProxy={self.proxy},HttpUseTls={self.tls},HttpAuthOption={self.auth}"
        return f"ncacn_http:{server}[{port},{options}]"

    def connect(self, port, interface, **more):
        uuid, version = interface
        major, minor = map(int, version.split("."))
        binding = self.binding(port, **more)
        syntax = (uuid, major | minor << 16)
        return base.ClientConnection(binding, syntax, self.settings, self.credentials)

    def mgmt(self, port):
        return mgmt.mgmt(self.binding(port), self.settings, self.credentials)


@pytest.fixture(params=["http", "https"])
def samba(request, start):
    return Samba(start("up", "--tls", "auto").url(request.param))


def test_referral_names_the_exchange_server_itself(samba):
    connection = samba.connect(REFERRAL_PORT, REFERRAL)
    # ulFlags; pUserDN; ppszUnused: null; ppszServer: a pointer to a pointer to "".
    request = struct.pack("<I", 0) + ndr_string(USER_DN)
    request += struct.pack("<III", 0, 0x20000, 0x20004) + ndr_string("")
    answer = connection.request(RFR_GET_NEW_DSA, request)
    assert struct.unpack_from("<I", answer) == (0,)
    assert read_ndr_string(answer, 12) == FQDN
    assert answer[-4:] == bytes(4)


def test_address_book_opens_and_ends_a_session(samba):
    connection = samba.connect(ADDRESS_BOOK_PORT, ADDRESS_BOOK)
    stat = struct.pack("<9I", 0, 0, 0, 0, 0, 0, 1252, 0x409, 0x409)
    opened = connection.request(NSPI_BIND, struct.pack("<I", 0) + stat + struct.pack("<I", 0))
    handle, status = opened[-24:-4], opened[-4:]
    assert status == bytes(4)
    assert handle != bytes(20)
    closed = connection.request(NSPI_UNBIND, handle + bytes(4))
    assert closed == bytes(20) + struct.pack("<I", 1)  # UnbindSuccess


def test_store_answers_a_ping(samba):
    connection = samba.connect(STORE_PORT, STORE)
    for _ in range(20):
        assert connection.request(EC_DUMMY_RPC, b"") == bytes(4)


@pytest.mark.parametrize(
    "port, interface",
    [(STORE_PORT, STORE), (REFERRAL_PORT, REFERRAL), (ADDRESS_BOOK_PORT, ADDRESS_BOOK)],
)
def test_mgmt_tells_the_interfaces_of_each_port(samba, port, interface):
    connection = samba.mgmt(port)
    assert connection.is_server_listening()[1] == 1
    ids = {str(each.id.uuid) for each in connection.inq_if_ids().if_id}
    assert interface[0] in ids


def test_another_interface_is_refused(samba):
    with pytest.raises(NTSTATUSError):
        samba.connect(REFERRAL_PORT, STORE)


def test_an_unknown_operation_faults(samba):
    connection = samba.connect(ADDRESS_BOOK_PORT, ADDRESS_BOOK)
    with pytest.raises(NTSTATUSError) as caught:
        connection.request(200, b"")
    assert "RPC_PROCNUM_OUT_OF_RANGE" in str(caught.value) or caught.value.args[0] == 0xC002002E


@pytest.mark.parametrize(
    "password, answer",
    [(PASSWORD, NT_STATUS_NOT_SUPPORTED), ("wrong", NT_STATUS_ACCESS_DENIED)],
    ids=["right", "wrong"],
)
def test_a_password_opens_the_way_to_the_server(start, password, answer):
    """The server says by bind_nak that it knows no RPC-level authentication; with a wrong password
    it is not asked."""
    basic = ["--auth", "basic", "--user", f"{DOMAIN}\\{USER}:{PASSWORD}"]
    samba = Samba(start("up", "--tls", "auto", *basic).url("https"), password)
    with pytest.raises(NTSTATUSError) as caught:
        samba.mgmt(STORE_PORT)
    assert caught.value.args[0] == answer
