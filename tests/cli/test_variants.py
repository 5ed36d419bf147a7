"""rpchspec run --variant: what is lawful is never a failure."""

import concurrent.futures
import json

import pytest

from conftest import results


GROUPS = 6


@pytest.fixture
def names(rpchspec):
    return [each["name"] for each in json.loads(rpchspec("variants", "--json").out)["variants"]]


def test_the_catalogue_says_what_allows_each(rpchspec):
    variants = json.loads(rpchspec("variants", "--json").out)["variants"]
    assert len(variants) >= 59
    assert all(each["name"] and each["title"] and each["allowed_by"] for each in variants)


@pytest.mark.parametrize("group", range(GROUPS))
def test_the_quick_suite_passes_on_every_variant(rpchspec, tmp_path, names, group):
    def run(name):
        return name, rpchspec("run", "--quick", "--variant", name, "--out", tmp_path / name, timeout=300)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:  # they wait more than they work
        for name, done in pool.map(run, names[group::GROUPS]):
            assert done.code == 0, done.out
            summary = results(tmp_path / name)["summary"]
            assert summary["fail"] == summary["blocked"] == summary["error"] == 0, name
            assert summary["pass"] > 300, name


def test_all_variants_are_run_one_after_another(rpchspec, tmp_path, names):
    done = rpchspec("run", "connection/opens", "--variant", "all", "--out", tmp_path / "out", timeout=300)
    assert done.code == 0, done.out
    assert f"{len(names)} variants, all pass" in done.out
    assert sorted(names) == sorted(each.name for each in (tmp_path / "out").iterdir())


def test_a_defect_of_version_1_leaves_version_2_alone(rpchspec):
    """connection/opens is a case of version 2."""
    done = rpchspec("run", "--defect", "v1-output-chunked", "connection/opens", "http/out-answer-head")
    assert done.code == 0, done.out


def test_short_lived_channels_are_replaced_in_the_middle_of_any_case(rpchspec, tmp_path):
    out = tmp_path / "out"
    done = rpchspec(
        "run", "--variant", "short-lifetime", "--evidence", "all", "--out", out, "forwarding/*-payload-intact@usual"
    )
    assert done.code == 0, done.out
    for case, replaced in ("in", "IN_R2/A4"), ("out", "OUT_R2/B3"):
        ladder = (out / "cases" / f"forwarding/{case}-payload-intact@usual" / "ladder.txt").read_text()
        assert ladder.count(replaced) >= 1, ladder


CHOSEN = [  # by which case, about what, by the proxy as it is, and by a variant
    ("connection/opens", "client-address-order", "IPv4 reversed", "address-in-network-order", "IPv4 in network order"),
    ("connection/opens", "receive-window", "65536 bytes", "window-8k", "8192 bytes"),
    ("connection/opens", "out-length", "1073741824", "length-2g", "2147483647"),
    ("connection/out-request-waits-for-a1", "server-connect", "at the first PDU", "connects-at-request", "at the request"),
    ("http/rpc-error-on-out", "error-version", "HTTP/1.0", "errors-http-1.1", "HTTP/1.1"),
    ("http/rpc-error-on-out", "error-info", "none", "ee-info", "in the line"),
    ("flow-control/upload-of-many-windows", "acks-in", "when half of its window is used", "acks-each-pdu", "after each RPC PDU"),
    ("connection/c2-describes-in-channel", "c2-values", "ConnectionTimeout as in CONN/C1", "own-c2", "ConnectionTimeout of its own"),
    ("recycling/out-at-the-same-proxy", "out-r2-a8", "with Version", "a8-without-version", "without Version"),
    ("recycling/out-again-and-again@r2", "counters", "goes on", "counters-restart", "starts again"),
    ("http/rpc-error-on-out", "error-code", "6ba", "other-rpc-errors", "000006bf"),
    ("http/other-methods-reach-nobody@GET", "wrong-method", "501", "other-refusals", "405"),
    ("http/content-length-outside-classes@out-77", "odd-length", "OUT, 77 to 119: not refused", "needs-defined-lengths", "OUT, 77 to 119: 400"),
    ("echo/in-echo@four", "echo-version", "HTTP/1.1", "echoes-in-http-1.0", "HTTP/1.0"),
    ("http/channel-after-echo-on-one-connection", "after-echo", "stays open", "echoes-close", "closed"),
    ("timeout/configured-timeout-announced", "connection-timeout", "30000 ms", "timeout-raised", "120000 ms"),
]


def chosen_in(out, subject):
    return {each["chosen"] for each in results(out)["choices"] if each["subject"] == subject}


@pytest.mark.parametrize("case, subject, usual, variant, otherwise", CHOSEN)
def test_what_a_proxy_chooses_is_told_and_never_judged(rpchspec, tmp_path, case, subject, usual, variant, otherwise):
    for arguments, wanted in ([], usual), (["--variant", variant], otherwise):
        done = rpchspec("run", case, *arguments, "--out", tmp_path / "out")
        assert done.code == 0, done.out
        assert wanted in chosen_in(tmp_path / "out", subject), results(tmp_path / "out")["choices"]


def test_two_variants_are_told_apart_by_what_they_chose(rpchspec, tmp_path):
    for name, arguments in ("base", []), ("now", ["--variant", "address-in-network-order"]):
        assert rpchspec("run", "connection/opens", *arguments, "--out", tmp_path / name).code == 0
    compared = rpchspec("report", tmp_path / "now", "--compare", tmp_path / "base", "--out", tmp_path / "all")
    assert compared.code == 0, compared.out
    assert "Byte order of ClientAddress  IPv4 reversed -> IPv4 in network order" in compared.out
    assert "What it chose" in (tmp_path / "all/summary.md").read_text()
    assert "Byte order of ClientAddress" in (tmp_path / "all/report.html").read_text()


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (["--variant", "window-8"], "did you mean 'window-8k'?"),
        (["--variant", "all", "--defect", "ok-reason"], "exclude each other"),
        (["--variant", "all", "--proxy", "http://127.0.0.1:1"], "embedded proxy only"),
    ],
)
def test_a_variant_that_cannot_be_is_a_usage_error(rpchspec, arguments, complaint):
    done = rpchspec("run", *arguments)
    assert done.code == 2
    assert complaint in done.err
