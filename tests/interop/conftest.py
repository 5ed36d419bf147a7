"""The program under test beside real peers: started as a user starts it."""

import functools
import json
import os
import pathlib
import signal
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("RPCHSPEC", str(ROOT / "build/bin/rpchspec"))
ONE_AT_A_TIME = ["--exclude", "uri/server-by-ipv6-address"]  # there is only one ::1 for runs side by side
PATIENCE = 60  # seconds for one thing to start or to end


class Up:
    """`rpchspec up`, or another long-running command, that has said its ready line."""

    def __init__(self, process, ready):
        self.process = process
        self.ready = ready

    def url(self, scheme):
        """The proxy's first URL of this scheme."""
        return next(u for u in self.ready["proxy"]["urls"] if u.startswith(scheme + "://"))

    def port(self, service):
        return self.ready["backends"]["ports"][service]


@pytest.fixture
def program():
    return PROGRAM


@pytest.fixture
def start(tmp_path):
    """start("up", ...) -> Up; it is ended with the test, and must then leave with 0."""
    processes = []

    def begin(*arguments):
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        line = process.stdout.readline()
        if not line.startswith("ready "):
            _, err = process.communicate(timeout=PATIENCE)
            pytest.fail(f"no ready line, exit {process.returncode}: {line}{err}")
        return Up(process, json.loads(line.removeprefix("ready ")))

    yield begin
    codes = []
    for process in processes:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        codes.append(process.returncode)
    assert codes == [0] * len(codes)


class Finished:
    """A run that ended: exit code, output, and what its results.json says."""

    def __init__(self, process, folder):
        self.code = process.returncode
        self.text = process.stdout + process.stderr
        file = folder / "results.json"
        self.results = json.loads(file.read_text()) if file.exists() else None

    def ids(self, *verdicts):
        return {case["id"] for case in self.results["cases"] if case["verdict"] in verdicts}

    def cited(self, which=lambda finding: True):
        """What such findings cite: their requirement, and what is broken with it."""
        found = filter(which, self.results["findings"])
        return {each for finding in found for each in (finding["requirement"], *finding["also"])}

    def case(self, name):
        return next(case for case in self.results["cases"] if case["id"] == name)


def run_in(place, *arguments, prefix=(), timeout=240):
    """`rpchspec run` with place as its working folder."""
    process = subprocess.run(
        [*prefix, PROGRAM, "run", "--out", place / "out", "--progress", "plain", *map(str, arguments)],
        cwd=place,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Finished(process, place / "out")


@pytest.fixture
def run(tmp_path):
    """run("--quick", ...) -> Finished: `rpchspec run` in a folder of its own."""
    return functools.partial(run_in, tmp_path)
