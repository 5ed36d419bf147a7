"""tools/kill-matrix: what counts as caught, and what it says of a golden file that does not hold."""

import pytest


@pytest.fixture
def killing(matrix, tmp_path, monkeypatch):
    """killing(runs, golden): the tool, over a suite of three cases and two defects; `musts` are lines of the golden
    file of MUSTs, `reasons` the ids in the table of reasons, `observable` all MUSTs (empty: those of REQUIREMENTS)."""

    def make(runs, golden, elsewhere="", more=(), musts="", reasons=(), observable=("R1", "R2")):
        tool = matrix("kill-matrix", {
            "defects": [{"name": "d1", "requirements": ["R1"]}, {"name": "d2", "requirements": ["R2"]}],
            "list": [{"id": "a/one", "expected_s": 1, "needs": []},
                     {"id": "a/two", "expected_s": 9, "needs": []},
                     {"id": "a/front", "expected_s": 1, "needs": ["topology:http-front"]}, *more],
            "runs": runs,
        })
        monkeypatch.setattr(tool, "GOLDEN", tmp_path / "golden")
        monkeypatch.setattr(tool, "ELSEWHERE", tmp_path / "elsewhere")
        tool.GOLDEN.write_text(golden)
        tool.ELSEWHERE.write_text(elsewhere)
        monkeypatch.setattr(tool, "MUSTS", tmp_path / "musts")
        tool.MUSTS.write_text(musts)
        monkeypatch.setattr(tool, "REASONS", tmp_path / "trust.md")
        rows = "".join(f"| {name} | nobody can |\n" for name in reasons)
        tool.REASONS.write_text(f"| RPCH-9-99 | elsewhere |\n## MUSTs that no defect breaks\n{rows}\n## Next\n")
        if observable:
            monkeypatch.setattr(tool, "observable_musts", lambda: list(observable))
        return tool

    return make


CAUGHT = {"d1": {"code": 1, "failing": {"a/one": ["R1"]}}, "d2": {"code": 1, "failing": {"a/two": ["R2"]}}}
LINES = "# a comment\nd1 a/one\nd2 a/two\n"


def test_all_caught(killing, capsys):
    tool = killing(CAUGHT, LINES)
    assert tool.run_golden(tool.defects(), 2, only=False) == 0
    assert "2 of 2 defects caught" in capsys.readouterr().out


def test_a_failure_that_cites_something_else_is_no_catch(killing, capsys):
    tool = killing(CAUGHT | {"d2": {"code": 1, "failing": {"a/two": ["R9"]}}}, LINES)
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d2: not caught by a/two: saw broken ['R9']" in capsys.readouterr().out


@pytest.mark.parametrize("requirement", ["HELD", "LATE"])
def test_what_held_in_a_case_that_fails_or_was_only_late_is_no_catch(killing, capsys, requirement):
    tool = killing(CAUGHT, LINES)
    assert tool.run_golden({"d1": {requirement}}, 2, only=True) == 1
    assert "d1: not caught by a/one: saw broken ['R1']" in capsys.readouterr().out


@pytest.mark.parametrize("also, code", [("R2", 0), ("WEAK", 1)])
def test_what_is_broken_with_another_requirement_is_caught_where_it_is_a_must(killing, also, code):
    tool = killing(CAUGHT | {"d2": {"code": 1, "failing": {"a/two": ["R9"]}, "also": [also]}}, LINES)
    assert tool.run_golden({"d2": {also}}, 2, only=True) == code


def test_what_breaks_a_should_alone_is_caught_by_a_warning(killing, capsys, monkeypatch):
    warned = {"d1": {"code": 0, "failing": {"a/one": ["R1"]}, "warns": True}}
    tool = killing(CAUGHT | warned, LINES, observable=("R2",))
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d1: not caught by a/one: exit 0, expected 1" in capsys.readouterr().out
    monkeypatch.setattr(tool, "TOLD", {"d1"})
    assert tool.run_golden(tool.defects(), 2, only=False) == 0
    tool.run_full(tool.defects(), 2, None, quick=False)
    assert "scenarios that no defect fails: 1\n  a/one\n" in capsys.readouterr().out
    monkeypatch.setattr(tool, "TOLD", {"d1", "d2"})
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d2: not caught by a/two: exit 1, expected 0" in capsys.readouterr().out


def test_another_exit_than_1_is_no_catch(killing, capsys):
    tool = killing(CAUGHT | {"d1": {"code": 3, "failing": {"a/one": ["R1"]}}}, LINES)
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d1: not caught by a/one: exit 3" in capsys.readouterr().out


def test_names_that_do_not_exist_are_told(killing, capsys):
    tool = killing(CAUGHT, "d1 a/none\nd3 a/one\n")
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    said = capsys.readouterr().out
    assert "d1: no such case: a/none" in said
    assert "d2: the golden file names no killer" in said
    assert "d3: no such defect" in said


LIVE = {"id": "a/live", "expected_s": 1, "needs": ["topology:live"]}
SPLIT = {"id": "a/split", "expected_s": 1, "needs": ["topology:rpc-proxy", "two-proxies"]}
IN_PLACE = {"a/one": ["R1"], "a/live": ["R1"], "a/split": ["R1"]}


def test_a_case_for_another_place_is_played_there(killing, capsys):
    runs = {"d1": {"code": 1, "failing": IN_PLACE}, "d2": CAUGHT["d2"]}
    tool = killing(runs, LINES, "d1 a/live\n", [LIVE])
    assert "--topology live" in " ".join(tool.as_endpoint(0, "d1")) and "up --listen" in tool.as_endpoint(0, "d1")[-1]
    # The program of these tests looks for its defect among the options alone.
    tool.PLACES["topology:live"] = lambda number, defect: ["--defect", defect]
    assert tool.run_golden(tool.defects(), 2, only=False) == 0
    said = capsys.readouterr().out
    assert "elsewhere: 1 of 1 cases catch theirs" in said and "2 of 2 defects caught" in said


def test_a_case_for_another_place_that_catches_nothing_is_told(killing, capsys):
    tool = killing(CAUGHT, LINES, "d1 a/split\n", [SPLIT])
    tool.PLACES["two-proxies"] = lambda number, defect: ["--defect", defect]
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "d1 a/split: not caught there: saw broken" in capsys.readouterr().out


def test_every_case_for_another_place_has_a_line(killing, capsys):
    tool = killing(CAUGHT, LINES, "d1 a/one\nd3 a/live\n", [LIVE])
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    said = capsys.readouterr().out
    assert "d1: no case for another place: a/one" in said and "d3: no such defect" in said
    tool.ELSEWHERE.write_text("")
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "a/live: elsewhere names no defect" in capsys.readouterr().out


def test_a_must_that_another_case_breaks_counts(killing, capsys):
    runs = CAUGHT | {"d1": {"code": 1, "failing": {"a/one": ["R1"], "a/two": ["R3"]}}}
    tool = killing(runs, LINES, musts="# a comment\nR3 d1 a/two\n", observable=("R1", "R2", "R3"))
    assert tool.run_golden(tool.defects(), 2, only=False) == 0
    said = capsys.readouterr().out
    assert "of 3 observable MUSTs 3 seen broken, 0 have a reason why not" in said
    assert "2 of 2 defects caught" in said


def test_a_must_that_its_line_does_not_break_is_told(killing, capsys):
    tool = killing(CAUGHT, LINES, musts="R3 d1 a/two\n", observable=("R1", "R2", "R3"))
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    said = capsys.readouterr().out
    assert "R3: not broken by d1 in a/two" in said
    assert "R3: seen broken by no defect, and trust.md gives no reason" in said


def test_a_must_may_have_a_reason_instead(killing, capsys):
    tool = killing(CAUGHT, LINES, reasons=["RPCH-1-01"], observable=("R1", "R2", "RPCH-1-01"))
    tool.FEW = 0.5
    assert tool.run_golden(tool.defects(), 2, only=False) == 0
    assert "of 3 observable MUSTs 2 seen broken, 1 have a reason why not" in capsys.readouterr().out


def test_too_many_reasons_are_told(killing, capsys):
    tool = killing(CAUGHT, LINES, reasons=["RPCH-1-01"], observable=("R1", "R2", "RPCH-1-01"))
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    assert "1 of 3 MUSTs have a reason instead of a defect: 5% is the bar" in capsys.readouterr().out


def test_a_reason_for_what_is_broken_or_no_must_is_told(killing, capsys):
    runs = CAUGHT | {"d1": {"code": 1, "failing": {"a/one": ["R1", "RPCH-1-01"]}}}
    tool = killing(runs, LINES, reasons=["RPCH-1-01", "RPCH-1-02"], observable=("R1", "R2", "RPCH-1-01"))
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    said = capsys.readouterr().out
    assert "RPCH-1-01: seen broken, and trust.md gives a reason why not" in said
    assert "RPCH-1-02: trust.md gives a reason for what is no observable MUST" in said


def test_a_line_of_musts_that_is_no_triple_is_refused(killing):
    tool = killing(CAUGHT, LINES, musts="R3 d1\n")
    with pytest.raises(SystemExit, match="musts:1"):
        tool.golden_musts()


def test_a_line_that_is_no_pair_is_refused(killing):
    tool = killing(CAUGHT, "d1 a/one\nd1 a/two\n")
    with pytest.raises(SystemExit, match="golden:2"):
        tool.golden()


def test_full_lists_single_killers_and_cases_that_nothing_fails(killing, capsys):
    runs = {"d1": {"code": 1, "failing": {"a/one": ["R1"]}}, "d2": {"code": 0, "failing": {}}}
    tool = killing(runs, LINES)
    assert tool.run_full(tool.defects(), 2, write=None, quick=False) == 1
    said = capsys.readouterr().out
    assert "not caught: 1\n  d2: exit 0" in said
    assert "scenarios that no defect fails: 1\n  a/two\n" in said
    assert "caught by one scenario alone: 1\n  d1 a/one\n" in said
    assert "a/front" not in said


def test_full_plays_the_long_cases_beside_the_quick_ones(killing, capsys):
    tool = killing(CAUGHT, LINES)
    assert tool.run_full(tool.defects(), 2, write=None, quick=False) == 0
    said = capsys.readouterr().out
    assert "scenarios that no defect fails: 0" in said and "2 defects against 2 cases" in said


def test_full_lists_what_no_defect_was_seen_to_break(killing, capsys, tmp_path, monkeypatch):
    entry = "- {{id: {}, role: {}, level: {}, observed_at: {}}}\n"
    entries = [("RPCH-1-01", "both-proxies", "must", "client"), ("RPCH-1-02", "inbound-proxy", "must", "both"),
               ("RPCH-1-03", "client", "must", "client"), ("RPCH-1-04", "mixed-proxy", "should", "both"),
               ("RPCH-1-05", "outbound-proxy", "must", "unobservable"), ("HTTP-1-01", "both-proxies", "must", "both")]
    (tmp_path / "requirements.yaml").write_text("".join(entry.format(*each) for each in entries))
    tool = killing(CAUGHT | {"d1": {"code": 1, "failing": {"a/one": ["R1", "RPCH-1-02"]}}}, LINES, observable=())
    monkeypatch.setattr(tool, "REQUIREMENTS", tmp_path / "requirements.yaml")
    assert tool.run_full(tool.defects(), 2, write=None, quick=False) == 0
    assert "of 2 observable MUSTs, not seen to be broken: 1\n  RPCH-1-01\n" in capsys.readouterr().out


def test_a_run_that_does_not_end_is_no_catch(killing, capsys, monkeypatch):
    tool = killing(CAUGHT | {"d1": {"code": 1, "failing": {"a/one": ["R1"]}, "sleep_s": 60}}, LINES)
    monkeypatch.setattr(tool, "MOST_S", 6)  # seconds: a busy machine is to end the other run within it
    assert tool.run_golden(tool.defects(), 2, only=False) == 1
    said = capsys.readouterr().out
    assert "d1: not caught by a/one: did not end within" in said and "1 of 2 defects" in said


def test_quick_asks_only_defects_whose_killer_is_quick(killing, capsys):
    tool = killing(CAUGHT, LINES)
    assert tool.run_full(tool.defects(), 2, write=None, quick=True) == 0
    assert "not asked: their killer is not in this selection: 1\n  d2\n" in capsys.readouterr().out
