"""A long-running command of the program, until it is left."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from typing import Any, ClassVar, Mapping, Sequence, TypeVar

from rpchspec._errors import StartTimeout, error_of
from rpchspec._program import find_program
from rpchspec._run import Path, flags
from rpchspec._scoped import Scoped
from rpchspec._tail import Tail

_S = TypeVar("_S", bound="Service")


class Service(Scoped):
    """A long-running command: started by ``with`` or ``start``, ended by leaving the block or ``stop``.

    It ends with this Python process too, however that ends. What it says on standard error is in
    ``log``. ``start_timeout`` bounds the wait for its ready line, in seconds.
    """

    command: ClassVar[str]

    def __init__(
        self,
        options: Mapping[str, Any],
        *,
        arguments: Sequence[str] = (),
        program: Path | None = None,
        start_timeout: float = 30,
    ) -> None:
        self._words = [*flags(options), *arguments, "--exit-with-stdin"]
        self._program = program
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[str] | None = None
        self._stderr: Tail | None = None
        self.ready: Mapping[str, Any] = {}

    @property
    def pid(self) -> int:
        """Of the process. RuntimeError where none runs."""
        return self._running().pid

    @property
    def log(self) -> str:
        """The last 1000 lines of its log."""
        return "" if self._stderr is None else self._stderr.text()

    def start(self: _S) -> _S:
        """Starts it, and waits until it accepts connections.

        Its exit code's exception where it leaves instead (UsageError, Unjudged: an address in use),
        StartTimeout where it says nothing in time.
        """
        if self._process is not None:
            raise RuntimeError(f"rpchspec {self.command} runs already")
        process = subprocess.Popen(
            [find_program(self._program), self.command, *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C is ours to handle
        )
        assert process.stderr is not None
        self._process, self._stderr = process, Tail(process.stderr)
        try:
            line = self._ready_line(process)
        except BaseException:
            self._end(process, signal.SIGKILL)
            raise
        if not line.startswith("ready "):
            code = self._end(process, signal.SIGTERM)
            raise error_of(code, self._stderr.whole())
        self.ready = json.loads(line[len("ready ") :])
        return self

    def stop(self) -> int:
        """Ends it, and returns its exit code; 0 where it does not run."""
        if self._process is None:
            return 0
        return self._end(self._process, signal.SIGTERM)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError(f"rpchspec {self.command} does not run")
        return self._process

    def _ready_line(self, process: subprocess.Popen[str]) -> str:
        """Up to the line's end, or to the end of the process."""
        assert process.stdout is not None
        deadline = time.monotonic() + self._start_timeout
        read = b""
        while not read.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                said = self.log.strip()
                raise StartTimeout(
                    f"rpchspec {self.command} was not ready within {self._start_timeout:g} s"
                    + (f": {said}" if said else "")
                )
            more = os.read(process.stdout.fileno(), 65536)
            if not more:
                break
            read += more
        return read.decode("utf-8", "replace")

    def _end(self, process: subprocess.Popen[str], number: signal.Signals) -> int:
        assert process.stdin is not None and process.stdout is not None
        if process.poll() is None:
            process.send_signal(number)
        try:
            code = process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdin.close()
        process.stdout.close()
        if self._stderr is not None:
            self._stderr.whole()
        self._process = None
        return code

    def __enter__(self: _S) -> _S:
        return self.start()

    def _leave(self, in_order: bool) -> None:
        code = self.stop()
        if code != 0 and in_order:
            raise error_of(code, self.log)
