"""run --forward-proxy: proxy use determination, absolute-form targets, CONNECT."""

import socket
import urllib.parse

import pytest
from conftest import results
from forward_proxy import ForwardProxy

NAME = "gateway.rpchspec.test"  # nobody resolves it but the forward proxy


@pytest.fixture
def between():
    proxy = ForwardProxy(NAME)
    yield proxy
    proxy.close()


@pytest.fixture
def port(started):
    """port("http"): where an RPC proxy listens."""

    def start(scheme):
        more = ["--tls", "auto"] if scheme == "https" else []
        listen = f"{scheme}://127.0.0.1:0"
        ready = started("proxy", "--allow-anonymous", "--listen", listen, *more).ready
        return urllib.parse.urlparse(ready["proxy"]["urls"][0]).port

    return start


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_is_used_where_it_is_the_only_way(rpchspec, between, port, tmp_path, scheme):
    url = f"{scheme}://{NAME}:{port(scheme)}"
    finished = rpchspec(
        "run", "connection/opens", "--proxy", url, "-k", "--forward-proxy", between.url,
        "--backend-ports", "0,0,0",
    )
    assert finished.code == 0, finished.out + finished.err
    assert f"reached through {between.url}" in finished.out + finished.err
    assert results(tmp_path / "rpchspec-out")["summary"]["pass"] >= 1
    methods = {method for method, _ in between.seen}
    assert methods == ({"CONNECT"} if scheme == "https" else {"RPC_IN_DATA", "RPC_OUT_DATA"})
    assert all(NAME in target for _, target in between.seen)


def test_it_is_not_used_where_there_is_a_direct_way(rpchspec, between, port):
    url = f"http://127.0.0.1:{port('http')}"
    finished = rpchspec(
        "run", "connection/opens", "--proxy", url, "--forward-proxy", between.url,
        "--backend-ports", "0,0,0",
    )
    assert finished.code == 0, finished.out + finished.err
    assert "reached directly" in finished.out + finished.err
    assert len(between.seen) <= 1  # the echo request that came too late


def test_where_neither_way_is_open_nothing_is_judged(rpchspec, between):
    finished = rpchspec(
        "run", "connection/opens", "--proxy", f"http://{NAME}:1", "--forward-proxy", between.url,
        "--backend-ports", "0,0,0",
    )
    assert finished.code == 3
    assert "no echo response" in finished.out + finished.err


SCENARIO = """\
id: http/to-somebody-else
title: A request that names another host
since: "1.0"
client: {{forward_proxy: absolute-form}}
steps:
  - client.request: {{channel: out, path: "http://127.0.0.1:{port}/", query: none}}
expect:
  - {{client.out: {{response: 403}}, within: 10s, by: HTTP-9112-3.2.2-01}}
"""


def test_the_forward_proxy_of_a_scenario_leads_to_the_proxy_under_test_alone(rpchspec, port, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as bystander:
        bystander.setblocking(False)
        (tmp_path / "mine.yaml").write_text(SCENARIO.format(port=bystander.getsockname()[1]))
        url = f"http://127.0.0.1:{port('http')}"
        credentials = ["--auth", "basic", "--user", "ann"]
        finished = rpchspec(
            "run", "mine.yaml", "--proxy", url, "--backend-ports", "0,0,0", "--evidence", "all", *credentials,
            env={"RPCHSPEC_PASSWORD": "s3cret"},
        )
        with pytest.raises(BlockingIOError):
            bystander.accept()
    assert finished.code == 0, finished.out + finished.err
    said = (tmp_path / "rpchspec-out" / "events.jsonl").read_text()
    assert "leads to the proxy under test alone" in said
    asked = [line for line in said.splitlines() if "http://127.0.0.1" in line and "head" in line]
    assert asked and not any("Authorization" in line for line in asked)
