"""Conformance tests for RPC over HTTP proxies (MS-RPCH), from Python.

``run`` puts a proxy under test and returns its ``Results``; ``Up``, ``Backend`` and ``Proxy`` are
the program's simulated Exchange and its reference proxy as context managers. All of them start the
program ``rpchspec`` (see ``find_program``); ``Agent`` asks one on another machine. What needs the
compiled part says so (``InProcess``, ``run(in_process=True)``). Nothing prints, or touches signal
handlers.
"""

from rpchspec._errors import (
    Failed,
    Interrupted,
    NothingJudged,
    ProgramFailed,
    ProgramNotFound,
    ResultsError,
    RpchspecError,
    StartTimeout,
    Terminated,
    Unjudged,
    UsageError,
)
from rpchspec._processes import Backend, Backends, Proxy, Up
from rpchspec._program import find_program
from rpchspec._results import (
    Case,
    Choice,
    Finding,
    Level,
    ProbedFact,
    Requirement,
    Results,
    Shard,
    Target,
    Tool,
    Verdict,
)
from rpchspec._run import run
from rpchspec._running import InProcess, Running
from rpchspec._service import Service
from rpchspec.agent import Agent, AgentError
from rpchspec.control import Control, ControlError

__version__ = "1.0.0"

__all__ = [
    "Agent",
    "AgentError",
    "Backend",
    "Backends",
    "Case",
    "Choice",
    "Control",
    "ControlError",
    "Failed",
    "Finding",
    "InProcess",
    "Interrupted",
    "Level",
    "NothingJudged",
    "ProbedFact",
    "ProgramFailed",
    "ProgramNotFound",
    "Proxy",
    "Requirement",
    "Results",
    "ResultsError",
    "RpchspecError",
    "Running",
    "Service",
    "Shard",
    "StartTimeout",
    "Target",
    "Terminated",
    "Tool",
    "Unjudged",
    "Up",
    "UsageError",
    "Verdict",
    "find_program",
    "run",
]
