"""rpchspec run --variant: what is lawful is never a failure."""

import json

import pytest

from conftest import results


def test_the_catalogue_says_what_allows_each(rpchspec):
    variants = json.loads(rpchspec("variants", "--json").out)["variants"]
    assert len(variants) >= 14
    assert all(each["name"] and each["title"] and each["allowed_by"] for each in variants)


def test_the_quick_suite_passes_on_every_variant(rpchspec, tmp_path):
    names = [each["name"] for each in json.loads(rpchspec("variants", "--json").out)["variants"]]
    done = rpchspec("run", "--quick", "--variant", "all", "--out", tmp_path / "out", timeout=500)
    assert done.code == 0, done.out
    assert f"{len(names)} variants, all pass" in done.out
    for name in names:
        summary = results(tmp_path / "out" / name)["summary"]
        assert summary["fail"] == summary["blocked"] == summary["error"] == 0, name
        assert summary["pass"] > 300, name


def test_short_lived_channels_are_replaced_in_the_middle_of_any_case(rpchspec, tmp_path):
    out = tmp_path / "out"
    done = rpchspec(
        "run", "--variant", "short-lifetime", "--evidence", "all", "--out", out, "forwarding/*-payload-intact@usual"
    )
    assert done.code == 0, done.out
    for case, replaced in ("in", "IN_R2/A4"), ("out", "OUT_R2/B3"):
        ladder = (out / "cases" / f"forwarding/{case}-payload-intact@usual" / "ladder.txt").read_text()
        assert ladder.count(replaced) >= 1, ladder


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
