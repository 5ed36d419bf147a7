"""The suite through a real HAProxy: everything passes but what HAProxy does differently, and each
of those is explained in haproxy-differences.yaml."""

import pathlib
import shutil

import pytest
import yaml

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = "15s"

pytestmark = pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy is not installed")


TARGET = ("--target", "haproxy-best")


def test_haproxy_differs_only_as_explained(run):
    explained = yaml.safe_load((HERE / "haproxy-differences.yaml").read_text())
    done = run(*TARGET, "--max-case", LONGEST)
    seen = {
        (case["id"], case["verdict"])
        for case in done.results["cases"]
        if case["verdict"] not in ("pass", "skip")
    }
    always = {(each["id"], each["verdict"]) for each in explained if not each.get("sometimes")}
    may_be = {(each["id"], each["verdict"]) for each in explained}
    assert seen <= may_be, done.text
    assert always <= seen, "no longer seen: take the entry out of haproxy-differences.yaml"
    assert done.code == 1
    assert len(done.ids("pass")) > 120


def test_every_skip_says_why(run):
    done = run(*TARGET, "connection/", "uri/", "--quick")
    skipped = [case for case in done.results["cases"] if case["verdict"] == "skip"]
    assert skipped
    for case in skipped:
        assert case["message"], case["id"]
