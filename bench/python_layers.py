#!/usr/bin/python3
"""What Python adds: figures as JSON on standard output. PYTHONPATH names the built package.

    python_layers.py steps              of rpchspec.session, beside a TCP echo of Python's own
    python_layers.py run PROGRAM ROUNDS wall time of the quick suite: the program, and Python
    python_layers.py leak COUNT         memory before and after so many scenarios
"""

import gc
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import Callable

import rpchspec
from rpchspec import scenario
from rpchspec.session import Session

WARM_UP = 200
STEPS = 2000
SIZE = 64  # bytes


def microseconds(step: Callable[[], object], count: int = STEPS) -> float:
    """The median of one."""
    for _ in range(WARM_UP):
        step()
    taken = []
    for _ in range(count):
        begun = time.perf_counter()
        step()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1e6


def echo_us() -> float:
    """A round trip between two threads of Python."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with peer:
                while got := peer.recv(SIZE):
                    peer.sendall(got)

        thread = threading.Thread(target=serve)
        thread.start()
        with socket.create_connection(server.getsockname()) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def once() -> None:
                client.sendall(bytes(SIZE))
                client.recv(SIZE)

            taken = microseconds(once)
        thread.join()
    return taken


def steps() -> dict[str, float]:
    with Session(client={"conduct": "patient"}) as session:
        session.client.open()
        nothing = microseconds(lambda: session.client.reading(channel="out", stop=False))

        def send_and_see() -> None:
            session.client.send(channel="in", bytes=SIZE)
            session.expect("server.in", {"data": SIZE})

        seen = microseconds(send_and_see)
        begun = time.perf_counter()
        session.client.reading(channel="in", stop=False)
        first = (time.perf_counter() - begun) * 1e6
    return {"step_us": nothing, "first_us": first, "seen_us": seen, "echo_us": echo_us()}


def wall(run: Callable[[pathlib.Path], object]) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-python-") as out:
        begun = time.monotonic()
        run(pathlib.Path(out))
        return time.monotonic() - begun


def runs(program: str, rounds: int) -> dict[str, float]:
    """In turns, so that what else the machine does meets all; the best of each."""
    words = ["--quick", "--seed", "1"]
    command = [program, "run", *words, "--progress", "none", "--out"]
    ways: dict[str, Callable[[pathlib.Path], object]] = {
        "program_s": lambda out: subprocess.run([*command, str(out)], capture_output=True),
        "process_s": lambda out: rpchspec.run(quick=True, seed=1, out=out, program=program, check=False),
        "in_process_s": lambda out: rpchspec.run(quick=True, seed=1, out=out, in_process=True, check=False),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(wall(way))
    return {name: min(each) for name, each in taken.items()}


def resident() -> int:
    """KiB of this process."""
    gc.collect()
    text = pathlib.Path("/proc/self/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def one_session() -> None:
    with Session() as session:
        session.client.open()
        session.client.send(channel="in", bytes="1KiB")
        session.expect("server.in", {"data": "1KiB"})


def leak(count: int) -> dict[str, int]:
    """A tenth of them are sessions, the others cases of runs; each is linted anew."""
    text = (pathlib.Path(__file__).parents[1] / "scenarios/echo/in-echo.yaml").read_text()

    def play(cases: int) -> None:
        for _ in range(max(1, cases // 10)):
            one_session()
            scenario.load_text(text)
        with tempfile.TemporaryDirectory(prefix="bench-python-") as out:
            rpchspec.run("echo/in-echo@four", repeat=max(1, cases * 9 // 10), jobs=8, out=out,
                         evidence="none", in_process=True)  # fmt: skip

    def files() -> int:
        return len(list(pathlib.Path("/proc/self/fd").iterdir()))

    part = max(10, count // 10)
    play(part)  # what is kept once
    before, open_before = resident(), files()
    for _ in range(count // part):
        play(part)
    return {"scenarios": count // part * part, "before_kib": before, "after_kib": resident(),
            "files_before": open_before, "files_after": files()}  # fmt: skip


def main(words: list[str]) -> None:
    if words[0] == "steps":
        print(json.dumps(steps()))
    elif words[0] == "run":
        print(json.dumps(runs(words[1], int(words[2]))))
    else:
        print(json.dumps(leak(int(words[1]))))


if __name__ == "__main__":
    main(sys.argv[1:])
