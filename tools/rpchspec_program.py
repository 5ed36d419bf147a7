"""The program rpchspec as the matrices use it: where it is, what it lists, one run of it and what that broke."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def program() -> str:
    return os.environ.get("RPCHSPEC", str(ROOT / "build" / "bin" / "rpchspec"))


def listed(what: str) -> list[dict]:
    """What `rpchspec list`, `defects` or `variants` tells as JSON."""
    done = subprocess.run([program(), what, "--json"], check=True, capture_output=True, text=True)
    entries = json.loads(done.stdout)
    return next(iter(entries.values())) if isinstance(entries, dict) else entries


def defects() -> dict[str, set[str]]:
    """Each deliberate defect of the reference proxy, and the requirements that it breaks."""
    return {entry["name"]: set(entry["requirements"]) for entry in listed("defects")}


def read_pairs(file: pathlib.Path, second: str, allowed: tuple[str, ...] | None = None) -> dict[str, str]:
    """A file with one line 'DEFECT WORD' a defect; leaves with a message where it is not."""
    found = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 2 or words[0] in found or (allowed and words[1] not in allowed):
            sys.exit(f"{file}:{number}: expected one line 'DEFECT {second}' a defect, found: {line}")
        found[words[0]] = words[1]
    return found


class Run:
    """One run, done: its exit code (None: it had to be ended), its results.json ({} without one), what it said
    and took."""

    def __init__(self, arguments: list[str], timeout_s: float):
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="matrix-") as out:
            command = [program(), *arguments, "--out", out]
            # A proxy that nothing gets through is asked no more, but a matrix wants to see all that notices.
            despite = os.environ | {"RPCHSPEC_DESPITE_CLOSED_WAY": "1"}
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, env=despite)
                self.code, self.output = done.returncode, done.stdout + done.stderr
            except subprocess.TimeoutExpired:
                self.code, self.output = None, f"did not end within {timeout_s:.0f} s"
            file = pathlib.Path(out) / "results.json"
            self.results = json.loads(file.read_text()) if file.exists() else {}
        self.took_s = time.monotonic() - begun

    def cases_of(self, verdict: str) -> set[str]:
        """The cases that ended so: "fail", "warn"."""
        return {case["id"] for case in self.results.get("cases", []) if case["verdict"] == verdict}

    def broken(self, level: str = "must") -> list[str]:
        """The requirements of this level that were seen broken; what a failing case cites beside them held."""
        levels = {known["id"]: known["level"] for known in self.results.get("requirements", [])}
        cited = [each for found in self.results.get("findings", []) if found["level"] == level
                 for each in (found["requirement"], *found.get("also", []))]
        return [each for each in dict.fromkeys(cited) if levels.get(each, level) == level]
