"""scenarios/schema.json accepts every scenario and refuses what the loader refuses.

The schema is checked with another implementation than ours, on YAML read by another reader.
"""

import json
import pathlib
import sys

import jsonschema
import yaml

BAD = {
    "a key that does not exist": "titel: x",
    "a duration without a unit": "expect: [{client.out: closed, within: 30}]",
    "an unknown predicate": "expect: [{client.out: closd}]",
    "an unknown subject": "expect: [{client.uot: closed}]",
    "two things in one step": "steps: [{client.open: {}, pause: 3s}]",
    "an unknown step": "steps: [{client.opne: {}}]",
    "an unknown bare step": "steps: [client.opne]",
    "an unknown cause": "steps: [{server.close: {leg: out, cause: tcp-rts}}]",
    "a size with an unknown unit": "steps: [{server.send: {channel: out, bytes: 32KB}}]",
    "a field that the loader fills": "category: reset",
    "an empty matrix dimension": "matrix: {cause: []}",
    "a parallel of one": "steps: [{parallel: [client.open]}]",
}
GOOD = {
    "a shorthand": "steps: [{client.close: both}, {pause: 3s}]",
    "one of several": "expect: [{client.out: [closed, {response: 503}], by: RPCH-1.8-01}]",
    "a variable": "matrix: {leg: [in, out]}\nexpect: [{client.$leg: closed, by: RPCH-1.8-01}]",
    "headers as a mapping": "steps: [{client.request: {channel: in, headers: {Pragma: [a, b]}}}]",
    "branches": "steps: [{parallel: [client.open, [client.open, {pause: 1s}]]}]",
    "an enumerator": "server: {on_accept: rst, legacy_response: absent}",
}


def accepts(validator, text):
    head = "id: reset/x\ntitle: T\nsince: '1.0'\n"
    return validator.is_valid(yaml.safe_load(head + text))


def main():
    folder = pathlib.Path(sys.argv[1]) / "scenarios"
    schema = json.loads((folder / "schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong = [f"accepts {name}" for name, text in BAD.items() if accepts(validator, text)]
    wrong += [f"refuses {name}" for name, text in GOOD.items() if not accepts(validator, text)]
    files = sorted(path for path in folder.glob("*/*.yaml"))
    for path in files:
        for error in validator.iter_errors(yaml.safe_load(path.read_text())):
            place = "/".join(str(part) for part in error.absolute_path)
            wrong.append(f"{path}: {place}: {error.message[:200]}")
    print("\n".join(wrong) or f"{len(files)} scenario files, {len(BAD)} bad and {len(GOOD)} good texts")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
