"""The program under test, run as a user runs it."""

import json
import os
import pathlib
import signal
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("RPCHSPEC", str(ROOT / "build/bin/rpchspec"))


def own_address(number):
    """127.x.y.NUMBER that no other test process uses, for fixtures of an agent."""
    process = os.getpid()
    return f"127.{64 + process // 250 % 128}.{process % 250}.{number}"


@pytest.fixture(scope="session")
def pb(tmp_path_factory):
    """The agent's messages, made of its .proto files."""
    from agent import messages  # only the agent's tests have its modules

    return messages(tmp_path_factory.mktemp("protos"))


class Finished:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr


@pytest.fixture
def rpchspec(tmp_path):
    """rpchspec("run", ...) -> Finished, in a folder of its own."""

    def run(*arguments, env=None, timeout=120, stdin=subprocess.DEVNULL):
        return Finished(
            subprocess.run(
                [PROGRAM, *map(str, arguments)],
                cwd=tmp_path,
                env={**os.environ, **(env or {})},
                stdin=stdin,
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        )

    return run


class Started:
    """A long-running command that has said its ready line."""

    def __init__(self, process, line):
        self.process = process
        self.line = line
        self.ready = json.loads(line.removeprefix("ready "))

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def started(tmp_path):
    """started("up", ...) -> Started; ended at the end of the test."""
    processes = []

    def start(*arguments, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE):
        process = subprocess.Popen(
            [PROGRAM, *map(str, arguments)],
            cwd=tmp_path,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        processes.append(process)
        line = process.stdout.readline()
        if not line.startswith("ready "):
            _, err = process.communicate(timeout=30)
            pytest.fail(f"no ready line, exit {process.returncode}: {line}{err}")
        return Started(process, line)

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.communicate()


def results(folder):
    return json.loads((folder / "results.json").read_text())


def cited(folder, which=lambda finding: True):
    """What such findings of a run cite: their requirement, and what is broken with it."""
    found = filter(which, results(folder)["findings"])
    return {each for finding in found for each in (finding["requirement"], *finding["also"])}
