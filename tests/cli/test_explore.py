"""rpchspec explore: random histories, and what becomes of one that fails."""

from conftest import results


def test_histories_find_nothing_on_a_proxy_that_is_right(rpchspec, tmp_path):
    finished = rpchspec("explore", "--histories", "50", "--seed", "5", timeout=300)
    assert finished.code == 0, finished.out + finished.err
    assert "50 histories of seed 5" in finished.out and "nothing was found" in finished.out
    assert results(tmp_path / "rpchspec-out")["complete"] is True
    assert not list((tmp_path / "rpchspec-out").glob("*.yaml"))


def test_a_defect_leaves_a_small_scenario_that_run_fails_on(rpchspec, tmp_path):
    finished = rpchspec(
        "explore", "--histories", "64", "--defect", "pdu-duplicated", "--seed", "5", timeout=600
    )
    assert finished.code == 1, finished.out + finished.err
    assert "RPCH-1.3.4-01" in finished.out
    (scenario,) = (tmp_path / "rpchspec-out").glob("explored-*.yaml")
    steps = [line for line in scenario.read_text().splitlines() if line.startswith("  - {")]
    assert len(steps) <= 8, scenario.read_text()
    again = rpchspec("run", scenario, "--defect", "pdu-duplicated", "--out", "again")
    assert again.code == 1, again.out + again.err
    sound = rpchspec("run", scenario, "--out", "sound")
    assert sound.code == 0, sound.out + sound.err


def test_numbers_and_times_are_checked(rpchspec):
    for arguments in (["--histories", "0"], ["--for", "60"], ["--defect", "pdu-dropt"]):
        finished = rpchspec("explore", *arguments)
        assert finished.code == 2, finished.out + finished.err
        assert arguments[0] in finished.err
