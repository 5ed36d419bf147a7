"""rpchspec diagnose: which step breaks, how, and what is said of it."""

import json
import pathlib
import re
import socket
import ssl

import pytest

from certificates import Authority
from fake_gateway import HTML, Gateway, answer
from forward_proxy import ForwardProxy

STEPS = "name tcp tls authentication echo out-channel in-channel conn bind call".split()
PASSWORD = "correct horse battery"


class Told:
    def __init__(self, finished):
        self.code = finished.code
        self.text = finished.out + finished.err
        self.json = json.loads(finished.out)
        self.verdicts = {step["name"]: step["verdict"] for step in self.json["steps"]}
        self.seen = "\n".join(line for step in self.json["steps"] for line in step["seen"])

    def first_cause(self):
        return self.json["causes"][0]


@pytest.fixture
def diagnose(rpchspec):
    def run(url, *arguments, **more):
        options = ["--server", "EXCH01", "--json"]
        if "--timeout" not in arguments:
            options += ["--timeout", "10s"]
        return Told(rpchspec("diagnose", url, *options, *arguments, **more))

    return run


@pytest.fixture
def gateway():
    made = []

    def make(**behaviour):
        made.append(Gateway(**behaviour))
        return made[-1]

    yield make
    for each in made:
        each.close()


def url_of(up, scheme):
    return next(u for u in up.ready["proxy"]["urls"] if u.startswith(scheme + ":"))


def broke_at(told, step, symptom):
    """Steps before it are well or left out, those behind it were not reached."""
    assert told.code == 1, told.text
    assert (told.json["broken"], told.json["symptom"]) == (step, symptom), told.text
    at = STEPS.index(step)
    assert all(told.verdicts[name] in ("well", "left-out") for name in STEPS[:at])
    assert all(told.verdicts[name] == "not-reached" for name in STEPS[at + 1 :])
    assert told.json["causes"], told.text


@pytest.mark.parametrize("port", [6001, 6002, 6004])
def test_a_good_way_is_well_to_its_end(diagnose, started, port):
    told = diagnose(url_of(started("up"), "http"), "--port", port)
    assert (told.code, told.json["result"], told.json["causes"]) == (0, "well", [])
    left_out = {"name", "tls"}  # the URL has an address and no TLS
    assert told.verdicts == {name: "left-out" if name in left_out else "well" for name in STEPS}
    assert "ConnectionTimeout of the outbound proxy 120000 ms" in told.seen
    assert "ReceiveWindowSize of the inbound proxy 65536" in told.seen


@pytest.fixture
def between():
    proxy = ForwardProxy("mail.example.test")  # nobody resolves it but this
    yield proxy
    proxy.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_way_through_an_http_proxy_is_taken_at_every_step(diagnose, started, between, scheme):
    port = url_of(started("up", "--tls", "auto"), scheme).rsplit(":", 1)[1]
    told = diagnose(f"{scheme}://mail.example.test:{port}", "-k", "--forward-proxy", between.url)
    assert told.code == 0, told.text
    assert f"all goes through the HTTP proxy {between.url}" in told.seen
    methods = {method for method, _ in between.seen}
    assert methods == ({"CONNECT"} if scheme == "https" else {"RPC_IN_DATA", "RPC_OUT_DATA"})
    assert all("mail.example.test" in target for _, target in between.seen)


def test_an_http_proxy_that_opens_no_tunnel_is_the_cause(diagnose, between):
    told = diagnose("https://elsewhere.example.test", "--forward-proxy", between.url)
    broke_at(told, "tls", "tunnel-refused")
    assert "opened no tunnel for CONNECT: it answered 502 Bad Gateway" in told.seen
    closed = diagnose("https://mail.example.test", "--forward-proxy", "http://127.0.0.1:1")
    broke_at(closed, "tcp", "refused")


def test_a_good_way_over_tls_with_credentials_and_a_name(diagnose, started, tmp_path):
    authority = Authority(tmp_path)
    tls = authority.sign("mail.example.test", "127.0.0.1")
    up = started("up", "--tls", tls, "--auth", "basic", "--user", f"ann:{PASSWORD}")
    port = url_of(up, "https").rsplit(":", 1)[1]
    told = diagnose(
        f"https://mail.example.test:{port}",
        *("--resolve", f"mail.example.test:{port}:127.0.0.1", "--ca-file", authority.ca_file),
        *("--auth", "basic", "--user", "ann"),
        env={"RPCHSPEC_PASSWORD": PASSWORD},
    )
    assert told.code == 0, told.text
    assert "offered: Basic" in told.seen and "basic is taken" in told.seen
    assert "CN=mail.example.test, issued by CN=Authority of a test" in told.seen
    assert "TLSv1.3" in told.seen
    assert PASSWORD not in told.text


def test_words_for_people(rpchspec, started):
    told = rpchspec("diagnose", url_of(started("up"), "http"), "--server", "EXCH01")
    assert told.code == 0
    assert "All steps well." in told.out and "ok     RPC call" in told.out
    broken = rpchspec("diagnose", "http://127.0.0.1:1")
    assert broken.code == 1
    assert "BROKEN TCP connection" in broken.out and "not reached" in broken.out
    assert "Likely causes, the most likely first:\n  1. " in broken.out


# -- the way there ------------------------------------------------------------------------------


def test_a_name_that_is_none(diagnose):
    broke_at(diagnose("http://no-such-host.invalid"), "name", "name-unknown")


def test_a_port_that_refuses(diagnose):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        told = diagnose(f"http://127.0.0.1:{held.getsockname()[1]}")
    broke_at(told, "tcp", "refused")


CERTIFICATES = {
    "certificate-untrusted": (["127.0.0.1"], {}, []),
    "certificate-wrong-name": (["other.example.test"], {}, ["--ca-file"]),
    "certificate-expired": (["127.0.0.1"], {"days": -1}, ["--ca-file"]),
    "certificate-not-yet-valid": (["127.0.0.1"], {"begins": 2}, ["--ca-file"]),
}


@pytest.mark.parametrize("symptom", CERTIFICATES)
def test_a_certificate_that_is_not_right(diagnose, started, tmp_path, symptom):
    names, dates, trust = CERTIFICATES[symptom]
    authority = Authority(tmp_path)
    url = url_of(started("up", "--tls", authority.sign(*names, **dates)), "https")
    trust = [*trust, authority.ca_file] if trust else []
    broke_at(diagnose(url, *trust), "tls", symptom)
    insecure = diagnose(url, *trust, "--insecure")
    assert insecure.code == 0, insecure.text
    assert "accepted, as --insecure says" in insecure.json["warnings"][0]


def test_a_certificate_that_soon_ends_is_told(diagnose, started, tmp_path):
    authority = Authority(tmp_path)
    url = url_of(started("up", "--tls", authority.sign("127.0.0.1", days=10)), "https")
    told = diagnose(url, "--ca-file", authority.ca_file)
    assert told.code == 0
    assert re.search(r"ends in (9|10) days", told.json["warnings"][0])


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_that_is_wanted(diagnose, gateway, tmp_path, version):
    authority = Authority(tmp_path)
    cert, key = authority.sign("127.0.0.1").split(",")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.load_verify_locations(authority.ca_file)
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = context.maximum_version = version
    url = gateway(tls=context).url
    told = diagnose(url, "--ca-file", authority.ca_file)
    assert told.code == 1 and "client certificate" in json.dumps(told.json["causes"]), told.text
    shown = diagnose(url, "--ca-file", authority.ca_file, "--client-cert", cert, "--client-key", key)
    assert shown.code == 0, shown.text


def test_tls_that_is_too_old(diagnose, gateway, tmp_path):
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign("127.0.0.1").split(","))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    broke_at(diagnose(gateway(tls=context).url, "--ca-file", authority.ca_file), "tls", "tls-too-old")


def test_tls_where_there_is_none(diagnose, gateway):
    url = gateway().url.replace("http:", "https:")
    told = diagnose(url)
    assert told.code == 1 and told.json["broken"] == "tls", told.text


# -- HTTP ---------------------------------------------------------------------------------------

PAGE = b"<html><head><title>404.13 - Not Found</title></head></html>"
STATUS = {
    "forbidden": answer("403 Forbidden"),
    "not-found": answer("404 Not Found"),
    "length-refused": answer("404 Not Found", PAGE),
    "method-refused": answer("501 Not Implemented"),
    "gateway-error": answer("502 Bad Gateway"),
    "unavailable": answer("503 Service Unavailable"),
    "rpc-error": answer("503 RPC Error: 6ba"),
    "redirected": answer("302 Found", b"", "Location: https://mail.example.test/login"),
    "echo-wrong": answer("200 OK", HTML, "Content-Type: text/html"),
}


@pytest.mark.parametrize("symptom", STATUS)
def test_an_answer_that_is_not_the_proxys(diagnose, gateway, symptom):
    told = diagnose(gateway(every=STATUS[symptom]).url)
    broke_at(told, "echo", symptom)
    assert STATUS[symptom].split(b"\r\n")[0].decode() in told.seen


def test_the_product_that_answers_has_its_cause_first(diagnose, gateway):
    told = diagnose(gateway(every=answer("403 Forbidden", b"", "Server: Microsoft-IIS/10.0")).url)
    assert "ValidPorts" in told.first_cause()["text"]
    assert "Server: Microsoft-IIS/10.0" in told.seen
    assert "ValidPorts" not in diagnose(gateway(every=answer("403 Forbidden")).url).first_cause()["text"]


CHALLENGE = answer("401 Unauthorized", b"", "WWW-Authenticate: Negotiate", 'WWW-Authenticate: NTLM, Basic realm="mail"')


@pytest.mark.parametrize("scheme", ["ntlm", "negotiate"])
def test_a_handshake_on_every_request(diagnose, started, scheme):
    up = started("up", "--tls", "auto", "--auth", scheme, "--user", f"ann:{PASSWORD}")
    way = [url_of(up, "https"), "--insecure", "--auth", scheme, "--user", "ann"]
    told = diagnose(*way, env={"RPCHSPEC_PASSWORD": PASSWORD})
    assert told.code == 0, told.text
    assert f"{scheme} is taken" in told.seen
    broke_at(diagnose(*way, env={"RPCHSPEC_PASSWORD": "wrong"}), "authentication", "credentials-refused")


def test_credentials_that_are_missing(diagnose, gateway):
    told = diagnose(gateway(every=CHALLENGE).url)
    broke_at(told, "authentication", "credentials-missing")
    assert "offered: Negotiate, NTLM, Basic" in told.seen


def test_credentials_that_are_refused_and_never_shown(diagnose, gateway):
    front = gateway(every=CHALLENGE)
    told = diagnose(front.url, "--user", "ann", env={"RPCHSPEC_PASSWORD": PASSWORD})
    broke_at(told, "authentication", "credentials-refused")
    sent = [line.split()[-1] for head in front.heads for line in head.splitlines() if line.startswith("Authorization")]
    assert sent, "the credentials were not tried"
    for secret in [PASSWORD, *sent]:
        assert secret not in told.text
    assert "use https://" in told.json["warnings"][0]


def test_a_scheme_that_is_not_offered(diagnose, gateway):
    ntlm_only = answer("401 Unauthorized", b"", "WWW-Authenticate: NTLM")
    told = diagnose(gateway(every=ntlm_only).url, "--user", "ann", env={"RPCHSPEC_PASSWORD": PASSWORD})
    broke_at(told, "authentication", "scheme-not-offered")


def test_garbage(diagnose, gateway):
    told = diagnose(gateway(every=bytes(range(256))).url)
    broke_at(told, "authentication", "not-http")


def test_a_close_without_an_answer(diagnose, gateway):
    broke_at(diagnose(gateway(every="close").url), "authentication", "ended-unanswered")


def test_a_server_that_never_answers(diagnose, gateway):
    told = diagnose(gateway(every="silent").url, "--timeout", "500ms")
    broke_at(told, "echo", "silent")
    assert told.verdicts["authentication"] == "left-out"


def test_an_echo_that_is_taken_for_a_channel(diagnose, gateway):
    told = diagnose(gateway(echo="silent").url, "--timeout", "500ms")
    broke_at(told, "echo", "echo-taken-for-channel")
    assert told.first_cause()["requirements"] == ["FIELD-F04", "FIELD-F05"]


# -- channels -----------------------------------------------------------------------------------

OUT = {
    "out-silent": "silent",
    "out-not-rpc": answer("200 OK", HTML, "Content-Type: text/html"),
    "out-chunked": b"HTTP/1.1 200 OK\r\nContent-Type: application/rpc\r\nTransfer-Encoding: chunked\r\n\r\n1c\r\n",
    "no-conn-a3": b"HTTP/1.1 200 Success\r\nContent-Type: application/rpc\r\nContent-Length: 1073741824\r\n\r\n",
    "rpc-error": answer("503 RPC Error: 6ba"),
    "ended-unanswered": "close",
}


@pytest.mark.parametrize("symptom", OUT)
def test_an_out_channel_that_does_not_open(diagnose, gateway, symptom):
    told = diagnose(gateway(out=OUT[symptom]).url, "--timeout", "1s")
    broke_at(told, "out-channel", symptom)


@pytest.mark.parametrize("status", ["413 Request Entity Too Large", "411 Length Required"])
def test_a_front_that_refuses_the_length_of_the_in_channel(diagnose, gateway, status):
    told = diagnose(gateway(on_in=answer(status, b"", "Server: nginx")).url)
    broke_at(told, "in-channel", "length-refused")
    assert "client_max_body_size" in told.first_cause()["check"]
    assert "FIELD-F02" in told.first_cause()["requirements"]


def test_the_manual_shows_what_is_printed_of_it(rpchspec, gateway):
    page = (pathlib.Path(__file__).resolve().parents[2] / "docs/diagnose.md").read_text()
    shown = re.search(r"^```\n(BROKEN .*?)^```$", page, re.MULTILINE | re.DOTALL).group(1)
    url = gateway(on_in=answer("413 Request Entity Too Large", b"", "Server: nginx")).url
    time = re.compile(r"\(\d+ ms\)")
    printed = time.sub("#", rpchspec("diagnose", url, "--server", "EXCH01").out)
    for part in time.sub("#", shown).split("...\n"):
        assert part in printed


def test_a_virtual_connection_that_does_not_come(diagnose, gateway):
    told = diagnose(gateway(conn="silent").url, "--timeout", "1s")
    broke_at(told, "conn", "no-conn-c2")


def test_an_out_channel_that_is_closed_at_conn(diagnose, gateway):
    broke_at(diagnose(gateway(conn="close").url), "conn", "channel-ended")


def test_a_server_port_that_is_closed_behind_the_proxy(diagnose, started):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        # The proxy finds EXCH01:PORT where --map says.
        url = url_of(started("proxy", "--allow-anonymous", "--map", f"EXCH01:{port}=127.0.0.1:{port}"), "http")
        told = diagnose(url, "--port", port)
    assert told.code == 1 and told.json["symptom"] == "rpc-error", told.text
    assert "503 RPC Error: 6ba" in told.seen and "the server is unavailable" in told.seen
    assert "connect to the server" in told.first_cause()["text"]


# -- RPC ----------------------------------------------------------------------------------------

RPC = {
    "bind-refused": ("bind", {"bind": "nak"}),
    "interface-refused": ("bind", {"bind": "refused"}),
    "bind-silent": ("bind", {"bind": "silent"}),
    "channel-ended": ("bind", {"bind": "close"}),
    "call-fault": ("call", {"call": "fault"}),
    "call-silent": ("call", {"call": "silent"}),
}


@pytest.mark.parametrize("symptom", RPC)
def test_a_server_that_does_not_do_its_part(diagnose, gateway, symptom):
    step, behaviour = RPC[symptom]
    broke_at(diagnose(gateway(**behaviour).url, "--timeout", "1s"), step, symptom)


def test_another_port_is_asked_for_management_alone(diagnose, gateway):
    told = diagnose(gateway().url, "--port", "49152")
    assert told.code == 0, told.text
    assert "bind_ack: the management interface" in told.seen


# -- usage --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "url is required"),
        (["ftp://x"], "ftp"),
        (["http://x", "--port", "70000"], "65535"),
        (["http://x", "--timeout", "5"], "5s"),
        (["http://x", "--service", "stor"], "store"),
        (["http://x", "--auth", "basic"], "--user"),
        (["http://x", "--sever", "y"], "did you mean '--server'?"),
    ],
)
def test_wrong_usage(rpchspec, arguments, said):
    finished = rpchspec("diagnose", *arguments)
    assert finished.code == 2, finished.err
    assert said in finished.err and finished.out == ""


def test_what_cannot_be_run(rpchspec):
    finished = rpchspec("diagnose", "https://127.0.0.1:1", "--ca-file", "gone.pem")
    assert finished.code == 3
    assert "gone.pem" in finished.err and finished.out == ""
