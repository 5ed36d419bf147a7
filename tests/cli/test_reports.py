"""What a run and `rpchspec report` write for others: packets, words for a pull request, comparisons."""

import shutil
import subprocess
import xml.etree.ElementTree

import pytest

from conftest import PROGRAM, results

ECHO = "echo/in-echo@four"
PCAPNG = b"\x0a\x0d\x0d\x0a"
DEFECT = ["--defect", "echo-body"]
GITHUB = "GITHUB_STEP_SUMMARY"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with two runs: bad, with one failure, and good."""
    folder = tmp_path_factory.mktemp("runs")
    for out, code, more in (("bad", 1, DEFECT), ("good", 0, [])):
        done = subprocess.run([PROGRAM, "run", ECHO, "--out", out, *more], cwd=folder, timeout=120)
        assert done.returncode == code
    return folder


@pytest.fixture
def failed(runs, tmp_path):
    return shutil.copytree(runs / "bad", tmp_path / "bad")


@pytest.fixture
def passed(runs, tmp_path):
    return shutil.copytree(runs / "good", tmp_path / "good")


def test_a_run_writes_the_packets_of_what_failed(failed):
    capture = (failed / "capture.pcapng").read_bytes()
    assert capture.startswith(PCAPNG)
    assert f"{ECHO} client".encode() in capture
    assert f"{ECHO}: fail".encode() in capture
    assert b"RPC_IN_DATA " in capture


def test_a_run_without_a_failure_writes_a_capture_without_packets(passed):
    capture = (passed / "capture.pcapng").read_bytes()
    assert capture.startswith(PCAPNG)
    assert ECHO.encode() not in capture


def test_report_makes_the_capture_again(rpchspec, failed):
    whole = (failed / "capture.pcapng").read_bytes()
    (failed / "capture.pcapng").unlink()
    assert rpchspec("report", "bad").code == 1
    assert (failed / "capture.pcapng").read_bytes() == whole
    (failed / "capture.pcapng").write_bytes(b"mine")
    rpchspec("report", "bad")
    assert (failed / "capture.pcapng").read_bytes() == b"mine", "of a whole run it stays"


def test_report_repairs_the_capture_of_a_run_that_was_killed(rpchspec, failed):
    whole = (failed / "capture.pcapng").read_bytes()
    (failed / "capture.pcapng").write_bytes(whole[:-5])
    text = (failed / "results.json").read_text()
    (failed / "results.json").write_text(text.replace('"complete": true', '"complete": false'))
    assert rpchspec("report", "bad").code != 0
    assert (failed / "capture.pcapng").read_bytes() == whole


def test_merged_shards_have_one_capture(rpchspec, failed, tmp_path):
    shutil.copytree(failed, tmp_path / "other")
    assert rpchspec("report", "bad", "other", "--out", "all").code == 1
    capture = (tmp_path / "all/capture.pcapng").read_bytes()
    assert capture.count(f"{ECHO} client messages".encode()) == 2


def test_show_writes_the_packets_of_one_case(rpchspec, tmp_path):
    assert rpchspec("run", "echo/", "--quick", "--evidence", "all", "--out", "all").code == 0
    shown = rpchspec("show", ECHO, "--out", "all", "--capture", "one.pcapng")
    assert shown.code == 0, shown.err
    one = (tmp_path / "one.pcapng").read_bytes()
    assert one.startswith(PCAPNG) and f"{ECHO}: pass".encode() in one
    assert len(one) < len((tmp_path / "all/capture.pcapng").read_bytes())
    assert one.count(b"echo/") == one.count(ECHO.encode())


def test_show_says_where_there_is_no_journal(rpchspec, passed):
    shown = rpchspec("show", ECHO, "--out", "good", "--capture", "one.pcapng")
    assert shown.code == 2
    assert "--evidence all" in shown.err


def test_a_run_writes_a_summary_in_markdown(failed, passed):
    text = (failed / "summary.md").read_text()
    finding = results(failed)["findings"][0]
    assert text.startswith("### rpchspec: 1 of 1 cases failed\n")
    assert f"`{finding['id']}`" in text and f"`{finding['rerun']}`" in text
    assert (passed / "summary.md").read_text().startswith("### rpchspec: nothing failed\n")


def test_github_gets_annotations_and_a_summary(rpchspec, tmp_path):
    summary = tmp_path / "step.md"
    summary.write_text("before\n")
    done = rpchspec("run", ECHO, *DEFECT, "--progress", "github", env={GITHUB: str(summary)})
    assert done.code == 1
    annotations = [line for line in done.out.splitlines() if line.startswith("::")]
    findings = results(tmp_path / "rpchspec-out")["findings"]
    assert len(annotations) == min(len(findings), 10) and annotations[0].startswith("::error ")
    expected = (tmp_path / "rpchspec-out/summary.md").read_text()
    assert summary.read_text() == "before\n" + expected + "\n"
    again = rpchspec("report", "rpchspec-out", "--github", env={GITHUB: str(summary)})
    assert again.code == 1 and "\n::error " in again.out
    assert summary.read_text() == "before\n" + 2 * (expected + "\n")


def test_a_summary_that_cannot_be_written_changes_no_verdict(rpchspec, tmp_path):
    done = rpchspec("run", ECHO, "--progress", "github", env={GITHUB: str(tmp_path / "no/such")})
    assert done.code == 0
    assert GITHUB in done.err


def test_compare_says_what_regressed(rpchspec, failed, passed, tmp_path):
    done = rpchspec("report", "bad", "--compare", "good", "--out", "cmp")
    assert done.code == 1
    assert f"regressed: 1\n  {ECHO}  pass -> fail\n0 as before\n" in done.out
    page = (tmp_path / "cmp/compare.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    table = xml.etree.ElementTree.fromstring(
        page[page.index("<section") : page.index("</section>")] + "</section>"
    )
    assert table.get("class") == "regressed" and table.find(".//tbody/tr/th").text == ECHO
    assert "**regressed**: 1" in (tmp_path / "cmp/summary.md").read_text()


def test_compare_is_zero_where_nothing_regressed(rpchspec, failed, passed):
    fixed = rpchspec("report", "good", "--compare", "bad")
    assert fixed.code == 0 and f"fixed: 1\n  {ECHO}  fail -> pass\n" in fixed.out
    known = rpchspec("report", "bad", "--compare", "bad")
    assert known.code == 0 and "no difference\n1 as before\n" in known.out


def test_compare_needs_a_base(rpchspec, passed, tmp_path):
    done = rpchspec("report", "good", "--compare", "nowhere", "--out", "cmp")
    assert done.code == 2 and "nowhere" in done.err
    assert not (tmp_path / "cmp").exists()
