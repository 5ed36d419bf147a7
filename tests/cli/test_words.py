"""Commands that only say something: list, lint, new, explain, facts, defects."""

import json
import pathlib

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_list_says_ids_and_titles(rpchspec):
    finished = rpchspec("list", "connection/")
    assert finished.code == 0
    lines = finished.out.splitlines()
    assert any(line.startswith("connection/opens") for line in lines)
    assert all(line.startswith("connection/") for line in lines)


def test_list_json_has_what_a_program_needs(rpchspec):
    cases = json.loads(rpchspec("list", "--json").out)["cases"]
    assert len({case["id"] for case in cases}) == len(cases) > 0
    for case in cases:
        assert case["category"] == case["id"].split("/")[0]
        assert case["expected_s"] >= 0


def test_list_leaves_out_what_is_excluded(rpchspec):
    ids = [c["id"] for c in json.loads(rpchspec("list", "--json", "--exclude", "reset/*").out)["cases"]]
    assert ids and not any(i.startswith("reset/") for i in ids)


def test_coverage_has_a_row_for_every_requirement(rpchspec):
    text = rpchspec("list", "--coverage").out
    rows = json.loads(rpchspec("list", "--coverage", "--json").out)
    assert rows["checked"] + rows["with_reason"] + rows["open"] == len(rows["requirements"])
    assert all(row["requirement"] in text for row in rows["requirements"][:50])


def test_coverage_leaves_nothing_open_for_proxies_nor_for_fronts(rpchspec):
    told = json.loads(rpchspec("list", "--coverage", "--json").out)
    asked = [row for row in told["requirements"] if row["front"] != "n/a"]
    assert len(asked) > 100
    # What no case can ask of a front has `front: n/a`, or says why in requirements.yaml.
    for row in asked:
        assert row["behind_fronts"] or row["monitors"] or row["why_not"], row
    assert (told["open"], [row["requirement"] for row in told["requirements"] if row["open"]]) == (0, [])


def test_coverage_obeys_what_selects_and_says_whose_each_is(rpchspec):
    def rows(*options):
        return json.loads(rpchspec("list", "--coverage", "--json", *options).out)["requirements"]

    asked = rows("--requirement", "RPCH-2.2.2")
    assert asked and all(row["requirement"].startswith("RPCH-2.2.2") for row in asked)
    assert "inbound-proxy" in {row["role"] for row in rows()}
    assert {row["level"] for row in rows("--level", "must")} == {"must"}
    of_echo = rows("echo/")
    assert of_echo and all(any(i.startswith("echo/") for i in row["scenarios"]) for row in of_echo)
    text = rpchspec("list", "--coverage", "--requirement", "RPCH-2.2.2").out
    assert f"{len(asked)} requirements" in text.splitlines()[-1]


def test_coverage_refuses_what_selects_nothing(rpchspec):
    for options in (["--requirement", "RPCH-9.9"], ["ecko/"]):
        finished = rpchspec("list", "--coverage", *options)
        assert finished.code == 4 and options[-1] in finished.err, finished.out[:200]


def test_lint_accepts_the_suite(rpchspec):
    finished = rpchspec("lint")
    assert (finished.code, finished.err) == (0, "")
    assert "no errors" in finished.out


def test_what_new_makes_passes_lint(rpchspec):
    assert rpchspec("new", "reset/my-case", "my.yaml").code == 0
    finished = rpchspec("lint", "my.yaml")
    assert (finished.code, finished.err) == (0, "")
    assert rpchspec("new", "reset/my-case", "my.yaml").code == 2  # never overwrites


def test_lint_says_where(rpchspec, tmp_path):
    (tmp_path / "bad.yaml").write_text("id: reset/x\ntitel: y\n")
    finished = rpchspec("lint", "bad.yaml")
    assert finished.code == 2
    assert "bad.yaml:2:1:" in finished.err
    assert "'title'" in finished.err


def test_a_mistyped_word_is_no_verdict(rpchspec, tmp_path):
    (tmp_path / "bad.yaml").write_text(
        'id: reset/x\ntitle: T\nsince: "1.0"\ngiven: opened\nclient: {server: stor}\n'
        "steps: [{vc: 7, client.close: inn}]\n"
        "expect: [{client.in: {response: 9x9x}, by: RPCH-3.2.4.5.14-04}]\n"
    )
    for words in (["lint", "bad.yaml"], ["run", "bad.yaml"]):
        finished = rpchspec(*words)
        assert finished.code == 2
        for place, told in (
            ("5:10", "did you mean 'store'?"),
            ("6:10", "no step opens virtual connection 7"),
            ("6:31", "did you mean 'in'?"),
            ("7:33", "a status as in 503 or 4xx"),
        ):
            assert any(f"bad.yaml:{place}:" in line and told in line for line in finished.err.splitlines())


def test_explain_knows_scenarios_requirements_defects_and_variants(rpchspec):
    assert "opens" in rpchspec("explain", "connection/opens").out
    defects = json.loads(rpchspec("defects", "--json").out)["defects"]
    assert len(defects) >= 30
    assert defects[0]["title"] in rpchspec("explain", defects[0]["name"]).out
    requirement = defects[0]["requirements"][0]
    explained = rpchspec("explain", requirement)
    assert explained.code == 0 and requirement in explained.out
    for variant in json.loads(rpchspec("variants", "--json").out)["variants"]:
        explained = rpchspec("explain", variant["name"])
        assert variant["title"] in explained.out and variant["allowed_by"] in explained.out
    assert "did you mean 'acks-each-pdu'?" in rpchspec("explain", "acks-each-pud").err


def test_facts_say_what_they_unlock(rpchspec):
    facts = json.loads(rpchspec("facts", "--json").out)["facts"]
    assert {"connection_timeout", "receive_window", "allow_anonymous"} <= {f["name"] for f in facts}
    text = rpchspec("facts").out
    assert all(f["name"] in text and f["unlocks"] in text for f in facts)


def test_the_schema_of_rpchspec_yaml_is_one():
    schema = json.loads((ROOT / "harness/targets/config.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(
        {"targets": {"edge": {"proxy": ["http://gw"], "facts": {"receive_window": "64KiB"}}}}, schema
    )
