"""What a run and `rpchspec report` write for others: packets."""

import shutil

import pytest

ECHO = "echo/in-echo@four"
PCAPNG = b"\x0a\x0d\x0d\x0a"


@pytest.fixture
def failed(rpchspec, tmp_path):
    """The folder of a run with one failure."""
    assert rpchspec("run", ECHO, "--defect", "echo-body", "--out", "bad").code == 1
    return tmp_path / "bad"


@pytest.fixture
def passed(rpchspec, tmp_path):
    assert rpchspec("run", ECHO, "--out", "good").code == 0
    return tmp_path / "good"


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

