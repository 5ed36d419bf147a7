"""Servers and proxies of an agent: started, broken on purpose, asked, stopped."""

import http.client
import os
import pathlib
import signal
import socket
import urllib.parse

import grpc
import pytest

from agent import Agent
from conftest import own_address
from rpch_client import FIELDS, Client


@pytest.fixture
def own():
    """127.x.y.z that no other test process uses."""
    return own_address(9)


@pytest.fixture
def agent(started, pb, own):
    made = Agent(pb, started("serve", "--listen", "127.0.0.1:0", "--fixture-address", own).ready["agent"])
    yield made
    made.close()


@pytest.fixture
def lease(agent):
    return agent.lease()


def status_of(call, **fields):
    with pytest.raises(grpc.RpcError) as caught:
        call(**fields)
    return caught.value.code()


def test_a_mapper_listens_where_it_has_a_name(agent, lease):
    names = [{"host": "EXCH01", "port": 593, "service": "mapper"}]
    with_one = agent.StartFixture(lease=lease, name="mapped", config={"up": {"names": names}})
    without = agent.StartFixture(lease=lease, name="plain", config={"up": {}})
    assert set(with_one.ready.backends.ports) - set(without.ready.backends.ports) == {"mapper"}
    assert with_one.ready.backends.ports["mapper"] in agent.KeepAlive(lease=lease).ports


def echo(url):
    """-> (status, body) of an echo request"""
    connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=60)
    connection.request("RPC_IN_DATA", "/rpc/rpcproxy.dll?EXCH01:6001",
                       headers={"Accept": "application/rpc", "User-Agent": "MSRPC", "Content-Length": "0"})  # fmt: skip
    response = connection.getresponse()
    return response.status, response.read()


def test_an_exchange_that_is_always_there(agent, lease):
    session = agent.KeepAlive(lease=lease)
    up = agent.StartFixture(lease=lease, name="exchange", config={"up": {"judge": True}})
    url = up.ready.proxy.urls[0]
    assert up.running and urllib.parse.urlparse(url).port in session.ports
    assert set(up.ready.backends.ports.values()) <= set(session.ports)
    assert not up.ready.control and not up.ready.pid
    client = Client(url).conn()
    assert client.bind()[2] == 12
    events = agent.FixtureEvents(lease=lease, name="exchange", since=1, wait={"seconds": 30})
    assert events.events[0].sequence == 1
    assert {each.leg for each in agent.ListConnections(lease=lease, name="exchange").connections} >= {"client.in"}
    assert agent.FixtureFindings(lease=lease, name="exchange").judging
    client.close()
    Client(url, in_length=1000).conn().close()
    assert agent.FixtureFindings(lease=lease, name="exchange").findings[0].requirement == "RPCH-2.1.2.1.1-03"
    assert agent.StopFixture(lease=lease, name="exchange").exit_code == 1
    assert not agent.ListFixtures(lease=lease).fixtures


def test_faults_are_set_and_ended(agent, lease):
    url = agent.StartFixture(lease=lease, name="x", config={"up": {}}).ready.proxy.urls[0]
    sound = echo(url)
    fault = agent.Inject(lease=lease, name="x", fault={"name": "wrong", "defect": "echo-body"})
    assert fault.name == "wrong" and echo(url) != sound
    assert [each.name for each in agent.ListFaults(lease=lease, name="x").faults] == ["wrong"]
    agent.EndFault(lease=lease, name="x", fault="wrong")
    assert echo(url) == sound
    assert status_of(agent.EndFault, lease=lease, name="x", fault="wrong") == grpc.StatusCode.NOT_FOUND
    assert status_of(agent.Inject, lease=lease, name="x", fault={"name": "y", "defect": "no"}) == grpc.StatusCode.INVALID_ARGUMENT
    agent.Inject(lease=lease, name="x", fault={"name": "wrong", "defect": "echo-body"})
    assert agent.ResetFixture(lease=lease, name="x").faults == 1 and echo(url) == sound


def test_a_pdu_is_sent_twice_lost_and_held(agent, lease):
    config = {"up": {"judge": True}}
    client = Client(agent.StartFixture(lease=lease, name="x", config=config).ready.proxy.urls[0]).conn()
    client.bind()
    twice = {"name": "twice", "leg": "server.out", "repeat": "response", "times": 1}
    assert agent.Inject(lease=lease, name="x", fault=twice) == agent.ListFaults(lease=lease, name="x").faults[0]
    client.request(6, call=7)
    client.request(6, call=8)
    assert [client.read_rpc()[12] for _ in range(3)] == [7, 7, 8]
    agent.Inject(lease=lease, name="x", fault={"name": "lost", "leg": "server.out", "drop": "response", "times": 1})
    late = {"name": "late", "leg": "client.out", "after": {"pdu": "rpc"}, "hold": "response"}
    agent.Inject(lease=lease, name="x", fault=late)
    for call in 9, 10, 11:
        client.request(6, call=call)
    assert client.read_rpc()[12] == 10
    seen = agent.FixtureEvents(lease=lease, name="x", since=1, limit=1000).events
    while not any(each.event.fault.name == "hold" for each in seen):
        seen = agent.FixtureEvents(lease=lease, name="x", since=seen[-1].sequence + 1, wait={"seconds": 30}).events
    assert agent.EndFault(lease=lease, name="x", fault="late").applied == 1
    assert client.read_rpc()[12] == 11
    wrong = {"name": "y", "leg": "server.out", "drop": "respnse"}
    assert status_of(agent.Inject, lease=lease, name="x", fault=wrong) == grpc.StatusCode.INVALID_ARGUMENT
    client.close()


def test_a_proxy_in_front_of_servers_of_the_same_lease(agent, lease):
    agent.StartFixture(lease=lease, name="servers", config={"backend": {}})
    servers = [{"host": "EXCH01", "port": 6001, "fixture": "servers", "service": "store"}]
    config = {"proxy": {"allow_anonymous": True, "servers": servers}}
    proxy = agent.StartFixture(lease=lease, name="proxy", config=config)
    client = Client(proxy.ready.proxy.urls[0]).conn()
    assert client.bind()[2] == 12
    client.close()
    config["proxy"]["defect"] = "echo-body"
    changed = agent.ConfigureFixture(lease=lease, name="proxy", config=config)
    assert changed.ready.proxy.urls == proxy.ready.proxy.urls
    assert echo(changed.ready.proxy.urls[0])[1] != bytes.fromhex("0500140310000000140000000000000040000000")
    missing = [{**servers[0], "fixture": "others"}]
    assert status_of(agent.StartFixture, lease=lease, name="p", config={"proxy": {"servers": missing}}) == grpc.StatusCode.NOT_FOUND


def answer_of(url, target):
    """The status line that an OUT channel gets."""
    client = Client(url, target=target)
    client.send_a1()
    line = client.read_head().splitlines()[0]
    client.close()
    return line


@pytest.fixture
def bystander():
    """A server of somebody else. bystander.accept() raises where nobody came."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def test_no_proxy_is_a_way_to_servers_of_others(agent, lease, bystander):
    target = f"/rpc/rpcproxy.dll?127.0.0.1:{bystander.getsockname()[1]}"
    wide = {"allow_anonymous": True, "valid_ports": f"127.0.0.1:{bystander.getsockname()[1]}"}
    agent.StartFixture(lease=lease, name="up", config={"up": {"proxy": {"valid_ports": wide["valid_ports"]}}})
    agent.StartFixture(lease=lease, name="proxy", config={"proxy": wide})
    agent.StartFixture(lease=lease, name="broken", config={"proxy": {**wide, "defect": "valid-ports-ignored"}})
    for each in agent.ListFixtures(lease=lease).fixtures:
        assert answer_of(each.ready.proxy.urls[0], target) == "HTTP/1.0 503 RPC Error: 5", each.name
    agent.Inject(lease=lease, name="proxy", fault={"name": "wrong", "defect": "valid-ports-ignored"})
    url = {each.name: each.ready.proxy.urls[0] for each in agent.ListFixtures(lease=lease).fixtures}["proxy"]
    assert answer_of(url, target) == "HTTP/1.0 503 RPC Error: 5"
    with pytest.raises(BlockingIOError):
        bystander.accept()


def test_the_owner_of_an_agent_may_let_them_be_one(started, pb, bystander, own):
    serve = "serve", "--listen", "127.0.0.1:0", "--fixture-address", own, "--fixtures-reach-any-server"
    agent = Agent(pb, started(*serve).ready["agent"])
    config = {"proxy": {"allow_anonymous": True}}
    url = agent.StartFixture(lease=agent.lease(), name="proxy", config=config).ready.proxy.urls[0]
    client = Client(url, target=f"/rpc/rpcproxy.dll?127.0.0.1:{bystander.getsockname()[1]}")
    client.send_a1()
    bystander.settimeout(60)
    bystander.accept()[0].close()
    client.close()


def test_a_script_is_changed_while_it_runs(agent, lease):
    names = [{"host": "localhost", "port": 3388, "service": "script"}]
    agent.StartFixture(lease=lease, name="x", config={"up": {"names": names}})
    script = {"interfaces": [{"operations": [{"opnum": 1, "echo": True}]}]}
    assert agent.ConfigureFixture(lease=lease, name="x", script=script).running
    wrong = {"interfaces": [{"uuid": "no", "operations": []}]}
    assert status_of(agent.ConfigureFixture, lease=lease, name="x", script=wrong) == grpc.StatusCode.INVALID_ARGUMENT


def test_passwords_are_on_no_command_line_and_come_back_nowhere(agent, lease):
    users = [{"name": "ann", "password": "s3cret-word"}]
    config = {"up": {"proxy": {"tls": "auto", "auth": "basic", "users": users}}}
    fixture = agent.StartFixture(lease=lease, name="x", config=config)
    assert len(fixture.ready.proxy.urls) == 2 and fixture.ready.proxy.certificate_pem
    assert "s3cret" not in str(fixture) + str(agent.ListFixtures(lease=lease))
    for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert b"s3cret-word" not in process.read_bytes()
        except OSError:
            pass  # it has ended


def test_options_that_are_refused_leave_a_fixture_as_it_was(agent, lease):
    url = agent.StartFixture(lease=lease, name="x", config={"up": {}}).ready.proxy.urls[0]
    client = Client(url).conn()
    wrong = {"up": {"proxy": {"defect": "no-such"}}}
    assert status_of(agent.ConfigureFixture, lease=lease, name="x", config=wrong) == grpc.StatusCode.INVALID_ARGUMENT
    assert client.bind()[2] == 12  # of the same process
    client.close()
    assert [each.running for each in agent.ListFixtures(lease=lease).fixtures] == [True]


def process_of(folder):
    """The fixture whose token lies below a folder."""
    for cmdline in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--control-token-file={folder}".encode() in cmdline.read_bytes():
                return int(cmdline.parent.name)
        except OSError:
            pass  # it has ended
    raise AssertionError("there is none")


def test_a_fixture_that_hangs_does_not_keep_the_agent_from_leaving(started, pb, tmp_path):
    serve = started("serve", "--listen", "127.0.0.1:0", "--fixture-address", own_address(11))
    agent = Agent(pb, serve.ready["agent"])
    lease = agent.lease()
    agent.StartFixture(lease=lease, name="x", config={"up": {}})
    process = process_of(tmp_path / "rpchspec-agent")
    os.kill(process, signal.SIGSTOP)
    method = agent.channel.unary_unary("/rpchspec.v1.Agent/ListFaults", pb.FixtureName.SerializeToString)
    with pytest.raises(grpc.RpcError) as caught:
        method(pb.FixtureName(lease=lease, name="x"), timeout=1)  # there, it goes on
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert serve.stop()[0] == 0 and not pathlib.Path(f"/proc/{process}").exists()


HOSTILE = [
    {"name": "../x", "config": {"up": {}}},
    {"name": "x"},
    {"name": "x", "config": {"proxy": {"tls": "/etc/ssl/cert.pem,/etc/ssl/key.pem"}}},
    {"name": "x", "config": {"proxy": {"valid_ports": "$(touch owned)"}}},
    {"name": "x", "config": {"proxy": {"defect": "no-such"}}},
    {"name": "x", "config": {"proxy": {"users": [{"name": "a\nb", "password": "c"}]}}},
    {"name": "x", "config": {"up": {"names": [{"host": "a b", "port": 1, "service": "store"}]}}},
    {"name": "x", "config": {"up": {"names": [{"host": "a", "port": 70000, "service": "store"}]}}},
    {"name": "x", "config": {"backend": {"server_time_scale": "-1 --config=/etc/passwd"}}},
]


@pytest.mark.parametrize("fields", HOSTILE, ids=[str(each)[:60] for each in HOSTILE])
def test_what_no_fixture_may_be(agent, lease, tmp_path, fields):
    assert status_of(agent.StartFixture, lease=lease, **fields) == grpc.StatusCode.INVALID_ARGUMENT
    assert not list(tmp_path.rglob("owned")) and not agent.ListFixtures(lease=lease).fixtures


def test_fixtures_are_of_one_lease_and_bounded(agent, lease):
    agent.StartFixture(lease=lease, name="x", config={"backend": {}})
    other = agent.lease()
    for method in ("StopFixture", "ListFaults", "ListConnections", "FixtureFindings"):
        assert status_of(getattr(agent, method), lease=other, name="x") == grpc.StatusCode.NOT_FOUND
    assert status_of(agent.StartFixture, lease=lease, name="x", config={"backend": {}}) == grpc.StatusCode.ALREADY_EXISTS
    for name in "abc":
        agent.StartFixture(lease=lease, name=name, config={"backend": {}})
    assert status_of(agent.StartFixture, lease=lease, name="d", config={"proxy": {}}) == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert agent.Reset(lease=lease).fixtures == 4
    assert agent.StartFixture(lease=lease, name="d", config={"up": {}}).running
