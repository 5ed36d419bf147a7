"""scenarios/schema.json accepts every scenario and refuses what the loader refuses.

The schema is checked with another implementation than ours, on YAML read by another reader.
"""

import json
import pathlib
import re
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
    "half a range": "steps: [{vc: 2.., client.open: {}}]",
}
GOOD = {
    "a shorthand": "steps: [{client.close: both}, {pause: 3s}]",
    "one of several": "expect: [{client.out: [closed, {response: 503}], by: RPCH-1.8-01}]",
    "a variable": "matrix: {leg: [in, out]}\nexpect: [{client.$leg: closed, by: RPCH-1.8-01}]",
    "headers as a mapping": "steps: [{client.request: {channel: in, headers: {Pragma: [a, b]}}}]",
    "branches": "steps: [{parallel: [client.open, [client.open, {pause: 1s}]]}]",
    "a range": "steps: [{vc: 2..200, client.open: {}}]\nexpect: [{vc: 2..9, client.out: closed, by: RPCH-1.8-01}]",
    "an enumerator": "server: {on_accept: rst, legacy_response: absent}",
}


class Reader(yaml.SafeLoader):
    """YAML 1.2's idea of a boolean: `on` and `off` are words, as our own dialect has it."""


Reader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), ["t", "f"])


def read(text):
    return yaml.load(text, Reader)


def first_values(matrix):
    """The first value of each dimension; named values and {since, values} count by their content."""
    firsts = {}
    for name, values in (matrix or {}).items():
        if isinstance(values, dict):
            values = values["values"] if "values" in values else list(values.values())
        first = values[0]
        named = isinstance(first, dict) and len(first) == 1  # {name: value}
        firsts[name] = next(iter(first.values())) if named else first
    return firsts


def first_variant(node, firsts):
    """A `$name` that stands for a whole mapping or list is replaced; others are plain text."""
    if isinstance(node, dict):
        return {key: first_variant(value, firsts) for key, value in node.items()}
    if isinstance(node, list):
        return [first_variant(item, firsts) for item in node]
    if isinstance(node, str) and node[1:] in firsts and node.startswith("$"):
        return firsts[node[1:]]
    return node


def accepts(validator, text):
    head = "id: reset/x\ntitle: T\nsince: '1.0'\n"
    return validator.is_valid(read(head + text))


def main():
    folder = pathlib.Path(sys.argv[1]) / "scenarios"
    schema = json.loads((folder / "schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong = [f"accepts {name}" for name, text in BAD.items() if accepts(validator, text)]
    wrong += [f"refuses {name}" for name, text in GOOD.items() if not accepts(validator, text)]
    files = sorted(path for path in folder.glob("*/*.yaml"))
    for path in files:
        scenario = read(path.read_text())
        firsts = first_values(scenario.get("matrix"))
        scenario = {key: value if key == "matrix" else first_variant(value, firsts) for key, value in scenario.items()}
        for error in validator.iter_errors(scenario):
            place = "/".join(str(part) for part in error.absolute_path)
            wrong.append(f"{path}: {place}: {error.message[:200]}")
    print("\n".join(wrong) or f"{len(files)} scenario files, {len(BAD)} bad and {len(GOOD)} good texts")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
