"""tools/explore-matrix: what counts as found, and which defects are left out."""

import sys

import pytest


@pytest.fixture
def explored(matrix, tmp_path, monkeypatch, capsys):
    """explored(runs, unexplored, *arguments): exit code and output."""

    def run(runs, unexplored, *arguments):
        tool = matrix("explore-matrix", {
            "defects": [{"name": f"d{i}", "requirements": [f"R{i}"]} for i in (1, 2, 3)],
            "variants": [{"name": "v1"}, {"name": "v2"}],
            "runs": runs,
        })
        (tmp_path / "unexplored.txt").write_text(unexplored)
        monkeypatch.setattr(tool, "UNEXPLORED", tmp_path / "unexplored.txt")
        monkeypatch.setattr(sys, "argv", ["explore-matrix", "--seed", "1", *arguments])
        return tool.main(), capsys.readouterr().out

    return run


def failing(code, *broken):
    return {"code": code, "failing": {"x": broken}}


def test_all_found_is_enough(explored):
    runs = {"d1": failing(1, "R1"), "d2": failing(1, "R9")}
    code, out = explored(runs, "# why\nd3 tls\n")
    assert code == 0
    assert "2 of 2 defects found" in out and "1 of 3 cannot be shown" in out
    assert "R9 (none that the catalogue names)" in out and "R1 (none" not in out
    assert "found by what the catalogue does not name: d2\n" in out


def test_what_held_in_the_history_that_fails_is_not_found(explored):
    _, out = explored({"d1": failing(1, "R9")}, "", "--only", "d1")
    assert "R9 (none that the catalogue names)" in out and "HELD" not in out and "LATE" not in out


def test_less_than_nine_of_ten_is_not(explored):
    code, out = explored({"d1": failing(1, "R1")}, "d3 tls\n")
    assert code == 1
    assert "d2: NOT FOUND in 12 histories" in out and "d2 was not found" in out


def test_a_run_that_could_not_judge_finds_nothing(explored):
    code, out = explored({"d1": failing(3, "R1")}, "", "--only", "d1")
    assert code == 1
    assert "exit 3" in out


@pytest.mark.parametrize("lines", ["d1 because\n", "d1\n", "d1 tls\nd1 head\n", "d9 tls\n"])
def test_the_list_of_what_cannot_be_shown_is_checked(explored, lines):
    with pytest.raises(SystemExit) as stopped:
        explored({}, lines)
    assert "unexplored.txt" in str(stopped.value)


def test_nothing_may_be_found_on_what_is_right(explored):
    code, out = explored({}, "", "--variants", "--for", "3s")
    assert code == 0
    assert "36 histories" in out and "3 proxies that are right: 0 false alarms" in out
    code, out = explored({"v2": failing(1, "R1")}, "", "--variants", "--for", "3s")
    assert code == 1
    assert "1 false alarms" in out
    code, out = explored({"(sound)": {"code": 3}}, "", "--variants", "--for", "3s")
    assert code == 1, "what could not be judged is no clean bill"
