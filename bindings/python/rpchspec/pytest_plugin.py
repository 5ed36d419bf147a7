"""A pytest plugin that adds nothing unless it is asked.

Two fixtures, ``rpchspec_up`` and ``rpchspec_target``; and, with ``--rpchspec-target``, the cases of
the suite as items of the session. Loaded where the package is installed, else with
``-p rpchspec.pytest_plugin``.
"""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING, Any, Iterator, Mapping

import pytest

if TYPE_CHECKING:
    from rpchspec._processes import Up
    from rpchspec._pytest_target import TestTarget

OPTION = "rpchspec_target"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rpchspec", "conformance of RPC over HTTP proxies")
    group.addoption(
        "--rpchspec-target",
        metavar="TARGET",
        help="puts this proxy under test: an http or https URL, a target of rpchspec.yaml, or 'embedded'",
    )
    group.addoption(
        "--rpchspec-select",
        metavar="SELECTOR",
        action="append",
        default=[],
        help="id, id prefix, glob, category or YAML file of the cases; may be repeated (default: all)",
    )
    group.addoption(
        "--rpchspec-option",
        metavar="WORD",
        action="append",
        default=[],
        help="a further word of `rpchspec run`'s command line, as in --rpchspec-option=--quick; may be repeated",
    )
    group.addoption(
        "--rpchspec-out",
        metavar="DIR",
        default="rpchspec-out",
        help="folder of the results (default rpchspec-out; with pytest-xdist one below it a shard)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION) is not None:
        from rpchspec import _pytest_items

        config.pluginmanager.register(_pytest_items.Plugin(config), "rpchspec-items")


@pytest.fixture(scope="session")
def rpchspec_up_options() -> Mapping[str, Any]:
    """The keywords of ``rpchspec.Up`` for ``rpchspec_up``; override it where others are wanted."""
    return {}


@pytest.fixture(scope="session")
def rpchspec_up(rpchspec_up_options: Mapping[str, Any]) -> Iterator[Up]:
    """An ``rpchspec.Up`` that runs for the session."""
    from rpchspec._processes import Up

    with Up(**rpchspec_up_options) as up:
        yield up


@pytest.fixture
def rpchspec_target(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> TestTarget:
    """The proxy of --rpchspec-target, with a ``run`` of its own; skips the test where there is none."""
    from rpchspec._pytest_target import TestTarget

    name = request.config.getoption(OPTION)
    if name is None:
        pytest.skip("needs --rpchspec-target")
    options: list[str] = request.config.getoption("rpchspec_option")
    return TestTarget(name, tuple(options), tmp_path)
