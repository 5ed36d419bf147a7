"""NTLM and Negotiate with clients that are not ours: curl, impacket and Samba, over TLS."""

import contextlib
import subprocess

import pytest
from impacket.dcerpc.v5 import oxabref, rpcrt, transport
from impacket.http import AUTH_NTLM
from impacket.uuid import uuidtup_to_bin
from samba import NTSTATUSError

from exchange import *
from test_samba import DOMAIN, NT_STATUS_ACCESS_DENIED, NT_STATUS_NOT_SUPPORTED, Samba

ECHO = bytes.fromhex("0500140310000000140000000000000040000000")  # MS-RPCH 2.1.2.1.6
NT_STATUS_LOGON_FAILURE = 0xC000006D
SCHEMES = ["ntlm", "negotiate"]


@pytest.fixture
def up(start):
    """up("ntlm", ...) -> the https URL of a proxy that asks for it."""

    def begin(auth, *more, users=True):
        user = ["--user", f"{USER}:{PASSWORD}"] if users else []
        return start("up", "--tls", "auto", "--auth", auth, *user, *more).url("https")

    return begin


def curl(url, *arguments, count=1, method="RPC_IN_DATA"):
    """Echo requests by curl on one connection -> exit code, statuses, body of the last."""
    way = f"{url}/rpc/rpcproxy.dll?{SERVER}:{STORE_PORT}"
    done = subprocess.run(
        ["curl", "--silent", "--insecure", "--http1.1", "--max-time", "30", *arguments]
        + ["--request", method, "--data-binary", "abcd", "--write-out", "|%{http_code}:%{num_connects}|"]
        + [way] * count,
        capture_output=True,
    )
    parts = done.stdout.split(b"|")
    codes = [part.split(b":") for part in parts[1::2]]
    return [(int(code), int(connects)) for code, connects in codes], parts[-3]


def spnego(monkeypatch, tmp_path, password=PASSWORD):
    """curl takes Negotiate's name and password from where GSSAPI finds them."""
    users = tmp_path / "users"
    users.write_text(f"{DOMAIN}:{USER}:{password}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))


@pytest.mark.parametrize("method", ["RPC_IN_DATA", "RPC_OUT_DATA"])
def test_curl_logs_on_by_ntlm(up, method):
    answers, body = curl(up("ntlm"), "--ntlm", "--user", f"{USER}:{PASSWORD}", method=method)
    assert answers == [(200, 1)]
    assert body == ECHO


def test_what_ntlm_has_authenticated_is_the_connection(up):
    url = up("ntlm")
    answers, _ = curl(url, "--ntlm", "--user", f"{USER}:{PASSWORD}", count=3)
    assert answers == [(200, 1), (200, 0), (200, 0)]
    assert curl(url)[0] == [(401, 1)]


def test_curl_logs_on_by_negotiate(up, monkeypatch, tmp_path):
    url = up("negotiate")
    spnego(monkeypatch, tmp_path)
    answers, body = curl(url, "--negotiate", "--user", ":")
    assert answers == [(200, 1)]
    assert body == ECHO


@pytest.mark.parametrize("scheme", SCHEMES)
def test_curl_is_refused_with_a_wrong_password(up, monkeypatch, tmp_path, scheme):
    url = up(scheme)
    spnego(monkeypatch, tmp_path, "wrong")
    user = ":" if scheme == "negotiate" else f"{USER}:wrong"
    answers, _ = curl(url, f"--{scheme}", "--user", user)
    assert [code for code, _ in answers] == [401]


@pytest.mark.parametrize("form", ["", "one-list", "unknown-first", "lower-case"])
def test_curl_finds_ntlm_in_any_list(up, form):
    variant = ["--variant", f"challenges-{'in-' if form == 'one-list' else ''}{form}"] if form else []
    answers, _ = curl(up("basic,ntlm", *variant), "--anyauth", "--user", f"{USER}:{PASSWORD}")
    assert [code for code, _ in answers] == [200]


def test_users_may_stand_in_the_file_that_the_environment_names(up, monkeypatch, tmp_path):
    users = tmp_path / "users"
    users.write_text(":filed:secret\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    url = up("ntlm", users=False)
    assert curl(url, "--ntlm", "--user", "filed:secret")[0] == [(200, 1)]
    assert curl(url, "--ntlm", "--user", "filed:other")[0][-1][0] == 401


@contextlib.contextmanager
def impacket(url, password):
    way = transport.DCERPCTransportFactory(f"ncacn_http:{SERVER}[{REFERRAL_PORT}]")
    way.set_rpc_proxy_url(f"{url}/rpc/rpcproxy.dll")
    way.set_credentials(USER, password, DOMAIN)
    way.set_auth_type(AUTH_NTLM)
    dce = way.get_dce_rpc()
    dce.connect()
    try:
        dce.bind(uuidtup_to_bin(REFERRAL))
        yield dce
    finally:
        dce.disconnect()


@pytest.mark.parametrize("auth", ["ntlm", "negotiate,basic,ntlm"])
def test_impacket_reaches_the_server_by_ntlm(up, auth):
    with impacket(up(auth), PASSWORD) as dce:
        assert oxabref.hRfrGetNewDSA(dce, USER_DN)["ppszServer"] == FQDN


def test_impacket_is_refused_with_a_wrong_password(up):
    with pytest.raises(rpcrt.DCERPCException, match="401"):
        with impacket(up("ntlm"), "wrong"):
            pass


@pytest.mark.parametrize(
    "password, answers",
    [(PASSWORD, [NT_STATUS_NOT_SUPPORTED]), ("wrong", [NT_STATUS_ACCESS_DENIED, NT_STATUS_LOGON_FAILURE])],
    ids=["right", "wrong"],
)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_samba_reaches_the_server(up, scheme, password, answers):
    """The server says by bind_nak that it knows no RPC-level authentication; with a wrong password
    it is not asked."""
    samba = Samba(up(scheme), password, scheme)
    with pytest.raises(NTSTATUSError) as caught:
        samba.mgmt(STORE_PORT)
    assert caught.value.args[0] in answers
