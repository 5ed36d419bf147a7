"""rpchspec.journal: the events of a case, and journals that are torn or broken."""

import threading

import pytest

import rpchspec
from conftest import ECHO
from native import BUILT, needs_native

pytestmark = needs_native
if BUILT:
    from rpchspec import journal, wire


@pytest.fixture
def file():
    return rpchspec.run(ECHO, evidence="all").journal(ECHO)


def test_a_journal_tells_the_case_in_its_order(file):
    events = journal.events(file)
    assert events[0]["started"]["scenario"] == ECHO
    assert "finished" in events[-1]
    heads = [event["head"] for event in events if "head" in event]
    assert [head.get("response", False) for head in heads[:2]] == [False, True]
    times = [int(event.get("at_ns", 0)) for event in events]
    assert times == sorted(times)
    assert journal.read(file, lambda event: None) == len(events)


def test_a_torn_journal_is_read_as_far_as_it_goes(file, tmp_path):
    whole = journal.events(file)
    (tmp_path / "torn").write_bytes(file.read_bytes()[:-3])
    assert journal.events(tmp_path / "torn") == whole[:-1]


def test_a_broken_journal_and_one_that_is_not_there_are_told(file, tmp_path):
    content = bytearray(file.read_bytes())
    content[0:4] = b"\xff\xff\xff\x7f"
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(wire.DecodeError):
        journal.events(tmp_path / "broken")
    with pytest.raises(wire.DecodeError, match="nowhere"):
        journal.events("nowhere")


def test_what_is_raised_meanwhile_ends_the_reading(file):
    seen = []

    def stop(event):
        seen.append(event)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        journal.read(file, stop)
    assert len(seen) == 1


def test_threads_read_side_by_side(file):
    found = []
    threads = [threading.Thread(target=lambda: found.append(journal.events(file))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and all(each == found[0] for each in found)
