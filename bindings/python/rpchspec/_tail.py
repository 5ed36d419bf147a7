"""The end of what a process says on a pipe."""

from __future__ import annotations

import collections
import threading
from typing import IO

LINES = 1000
LINE_SIZE = 16384  # characters; a longer one is cut into several


class Tail:
    """Reads a pipe to its end in a thread, so that the writer never waits, and keeps the last lines."""

    def __init__(self, pipe: IO[str]) -> None:
        self._pipe = pipe
        self._lines: collections.deque[str] = collections.deque(maxlen=LINES)
        self._thread = threading.Thread(target=self._read, name="rpchspec-stderr", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe:
            for line in iter(lambda: self._pipe.readline(LINE_SIZE), ""):
                self._lines.append(line)

    def text(self) -> str:
        """What was said until now."""
        return "".join(self._lines)

    def whole(self) -> str:
        """What was said; call it once the process has ended."""
        self._thread.join(timeout=10)  # a grandchild may hold the pipe open
        return self.text()
