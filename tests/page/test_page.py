"""report.html in Chromium: makes reports, and runs page.test.mjs over them."""

import json
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = os.environ.get("RPCHSPEC", str(ROOT / "build/bin/rpchspec"))
FAILING = "echo/in-echo@empty"
PASSING = "connection/opens"
MEASURING = "forwarding/out-payload-intact@small"
HOSTILE = "</script><img src=x onerror=\"alert('it ran')\"><b>"
INSTALLED = HERE / "node_modules/.package-lock.json"
VERDICTS = ["pass", "warn", "fail", "waived", "skip", "not_run", "blocked", "error"]


def rpchspec(*arguments, expect):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, done.stdout + done.stderr


def case(case_id, verdict, message="", **more):
    return {
        "id": case_id, "title": f"Title of {case_id}", "category": case_id.split("/")[0],
        "verdict": verdict, "suspect": False, "duration_s": 0.25, "requirements": ["RPCH-1.3.4-01"],
        "message": message, "where": "", "rerun": f"rpchspec run {case_id}", **more,
    }  # fmt: skip


def write_run(folder, cases, findings=(), name="made-up"):
    """A results.json as if a run had written it."""
    folder.mkdir()
    counted = {verdict: 0 for verdict in VERDICTS}
    for each in cases:
        counted[each["verdict"].replace("-", "_")] += 1
    run = {
        "schema": 1, "complete": True, "tool": {"name": "rpchspec", "version": "1", "suite": "1.0"},
        "started": "2027-01-01T00:00:00Z", "duration_s": 60, "seed": 1,
        "target": {"name": name, "urls": [], "topology": "rpc-proxy", "facts": {}},
        "summary": counted, "findings": list(findings), "cases": cases, "requirements": [],
    }  # fmt: skip
    (folder / "results.json").write_text(json.dumps(run))


def real_report(folder):
    """Cases that fail beside some that pass, all with their evidence."""
    rpchspec("run", "echo/", PASSING, MEASURING, "--defect", "echo-body", "--evidence", "all", "--quick",
             "--out", folder, expect=1)  # fmt: skip
    return folder / "report.html"


def large_report(folder):
    three = "required: RPCH-1.3.4-01 (must) It passes.\nexpected: this\nseen:     that"
    cases = [
        case(f"forwarding/case-{n:04}", "fail" if n % 7 == 0 else "pass", three if n % 7 == 0 else "")
        for n in range(5000)
    ]
    write_run(folder / "large", cases)
    rpchspec("report", folder / "large", "--out", folder / "large-page", expect=1)
    return folder / "large-page/report.html"


def hostile_report(folder):
    bad = case(f"http/{HOSTILE}", "fail", f"required: {HOSTILE}\nexpected: {HOSTILE}\nseen:     {HOSTILE}")
    bad.update({key: HOSTILE for key in ("title", "category", "where", "rerun", "configuration")})
    bad["requirements"] = [HOSTILE]
    finding = {key: HOSTILE for key in ("requirement", "kind", "leg", "expected", "seen", "rerun")}
    finding.update({"id": "f-00000000", "also": [HOSTILE], "level": "must", "cases": [bad["id"]]})
    write_run(folder / "hostile", [bad], [finding], HOSTILE)
    rpchspec("report", folder / "hostile", "--out", folder / "hostile-page", expect=1)
    return folder / "hostile-page/report.html"


@pytest.mark.skipif(
    not INSTALLED.exists(),
    reason="playwright-core and axe-core are not there: tools/install-page-deps gets them from npm's registry",
)
def test_the_page_in_a_browser(tmp_path):
    variables = {
        **os.environ,
        "REAL_REPORT": str(real_report(tmp_path / "real")),
        "LARGE_REPORT": str(large_report(tmp_path)),
        "HOSTILE_REPORT": str(hostile_report(tmp_path)),
        "FAILING_CASE": FAILING,
        "PASSING_CASE": PASSING,
        "MEASURING_CASE": MEASURING,
    }
    done = subprocess.run(
        ["node", "--test", "page.test.mjs"],
        cwd=HERE, env=variables, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
