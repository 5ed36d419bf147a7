"""What lives as long as a ``with`` block."""

from __future__ import annotations

import abc
from types import TracebackType
from typing import TypeVar

_S = TypeVar("_S", bound="Scoped")


class Scoped(abc.ABC):
    """Ends where its block is left."""

    def __enter__(self: _S) -> _S:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._leave(kind is None)

    @abc.abstractmethod
    def _leave(self, in_order: bool) -> None:
        """Ends it; ``in_order``: no exception is on its way."""
