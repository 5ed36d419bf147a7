"""How pytest-xdist hands out cases: a shard as one piece, all else as it would have been."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.scheduler.loadgroup import LoadGroupScheduling

PREFIX = "rpchspec["


class _Load(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", 1)[0] if nodeid.startswith(PREFIX) else nodeid


class _LoadGroup(LoadGroupScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return (
            nodeid.split("::", 1)[0]
            if nodeid.startswith(PREFIX)
            else str(super()._split_scope(nodeid))
        )


def scheduler(config: pytest.Config, log: Any) -> Any:
    """The scheduler, or None where the one that was asked for keeps the cases of a shard together."""
    made = {"load": _Load, "loadgroup": _LoadGroup}.get(config.getoption("dist"))
    return None if made is None else made(config, log)
