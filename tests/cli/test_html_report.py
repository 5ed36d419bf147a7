"""report.html: written with every run, and by `report` over shards."""

from conftest import PROGRAM, results

ECHO = "echo/in-echo@four"


def test_a_run_writes_it_beside_its_results(rpchspec, tmp_path):
    finished = rpchspec("run", "echo/in-echo", "--defect", "echo-body", "--timeout-scale", "0.2")
    assert finished.code == 1, finished.out + finished.err
    out = tmp_path / "rpchspec-out"
    page = (out / "report.html").read_text()
    cases = results(out)["cases"]
    assert page.count("<tr data-v=") == len(cases)
    failed = next(case for case in cases if case["verdict"] == "fail")
    assert f'id="case/{failed["id"]}"' in page
    assert failed["message"].splitlines()[0].split(" (must)")[0].removeprefix("required: ") in page
    assert "-&gt;|" in page, "the ladder"
    assert failed["started_s"] > 0


def test_report_brings_the_evidence_of_all_shards_together(rpchspec, tmp_path):
    for folder, case in (("one", ECHO), ("two", "echo/out-echo@four")):
        done = rpchspec("run", case, "--evidence", "all", "--out", folder)
        assert done.code == 0, done.out + done.err
    assert rpchspec("report", "one", "two", "--out", "all").code == 0
    page = (tmp_path / "all/report.html").read_text()
    assert page.count('<section class="case pass"') == 2
    assert page.count("<pre tabindex=0>") == 2


def test_report_without_out_writes_nothing(rpchspec, tmp_path):
    assert rpchspec("run", ECHO, "--out", "one").code == 0
    (tmp_path / "one/report.html").unlink()
    assert rpchspec("report", "one").code == 0
    assert not (tmp_path / "one/report.html").exists()


def test_no_evidence_is_said_to_be_none(rpchspec, tmp_path):
    done = rpchspec("run", ECHO, "--defect", "echo-body", "--evidence", "none",
                    "--timeout-scale", "0.2")  # fmt: skip
    assert done.code == 1
    assert "No journal of this case was kept" in (tmp_path / "rpchspec-out/report.html").read_text()


def test_a_case_shows_what_the_proxy_said_meanwhile(rpchspec, tmp_path):
    start = f'exec {PROGRAM} proxy --listen "$RPCHSPEC_PROXY_URL" --allow-anonymous -v --exit-after 100s'
    done = rpchspec("run", "connection/opens", "--proxy", "http://127.0.0.1:0", "--backend-ports", "0,0,0",
                    "--evidence", "all", "--start", start)  # fmt: skip
    assert done.code == 0, done.out + done.err
    page = (tmp_path / "rpchspec-out/report.html").read_text()
    said = page.split("What the proxy said meanwhile")
    assert len(said) > 1, "each case with its journal"
    line = said[1].split("<pre tabindex=0>")[1].split("\n")[0]
    assert line and page.count(line) > 1, "in the run's log, too"
    of_the_case = (tmp_path / "rpchspec-out/cases/connection/opens@in-first/proxy.log").read_text()
    assert of_the_case and of_the_case in (tmp_path / "rpchspec-out/proxy.log").read_text()
