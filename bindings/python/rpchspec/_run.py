"""One run, from its options to its results."""

from __future__ import annotations

import datetime
import os
from typing import Any, Callable, Mapping, Sequence, Union

from rpchspec._results import Case, Results
from rpchspec._running import Course, InProcess, Running

Path = Union[str, "os.PathLike[str]"]
Duration = Union[str, datetime.timedelta]  # as text with its unit: "30s", "250ms"
Several = Union[str, Sequence[str]]


def run(
    *select: Path,
    proxy: Several = (),
    config: Path | None = None,
    target: str | None = None,
    start: str | None = None,
    reconfigure: str | None = None,
    wait: Duration | None = None,
    topology: str | None = None,
    forward_proxy: str | None = None,
    in_proxy: Several = (),
    out_proxy: Several = (),
    upstream_listen: Several = (),
    upstream_tls: str | None = None,
    resolve: Several = (),
    sni: str | None = None,
    defect: str | None = None,
    variant: str | None = None,
    server_name: str | None = None,
    backend_bind: str | None = None,
    backend_ports: Sequence[int] | None = None,
    backend_at: str | None = None,
    agent_ca_file: Path | None = None,
    agent_token_file: Path | None = None,
    agent_cert: Path | None = None,
    agent_key: Path | None = None,
    agent_name: str | None = None,
    auth: str | None = None,
    user: str | None = None,
    password: str | None = None,
    ca_file: Path | None = None,
    insecure: bool = False,
    client_cert: Path | None = None,
    client_key: Path | None = None,
    facts: Mapping[str, object] | None = None,
    exclude: Several = (),
    requirement: Several = (),
    level: str | None = None,
    last_failed: bool = False,
    as_of: str | None = None,
    quick: bool = False,
    soak: bool = False,
    max_case: Duration | None = None,
    shard: str | None = None,
    jobs: int | None = None,
    max_time: Duration | None = None,
    timeout_scale: float | None = None,
    seed: int | None = None,
    repeat: int | None = None,
    fail_fast: bool = False,
    strict: bool = False,
    junit: Path | None = None,
    suite_name: str | None = None,
    write_baseline: Path | None = None,
    evidence: str | None = None,
    arguments: Sequence[str] = (),
    out: Path = "rpchspec-out",
    program: Path | None = None,
    on_case: Callable[[Case], object] | None = None,
    check: bool = True,
    in_process: bool = False,
) -> Results:
    """Puts a proxy under test, as ``rpchspec run`` does, and returns the results.

    ``select`` are ids, id prefixes ("reset/"), globs, categories or YAML files; none: all. The
    keywords up to ``evidence`` are the options of ``rpchspec run``, ``facts`` is its --set, and
    ``password`` goes to it by the environment; what is not given is as rpchspec.yaml or the program
    has it. ``arguments`` are further words of a command line, as they are. ``on_case`` is called
    with each case as it has its verdict, in this thread; what it raises ends the run.

    With ``check``, any exit code but 0 raises its exception (Failed, Unjudged, NothingJudged, ...),
    whose ``results`` are what was judged. A UsageError is raised in any case.

    With ``in_process`` no program is started: the cases are played by threads of this process,
    which takes the compiled part of the package; a ``program`` has no place then.
    """
    options = dict(locals())
    for own in ("select", "password", "arguments", "out", "program", "on_case", "check", "in_process"):
        del options[own]
    words = [*flags(options), *arguments, "--", *(os.fspath(each) for each in select)]
    running: Course
    if in_process:
        if program is not None:
            raise TypeError("in_process: no program is started")
        running = InProcess(words, out=out, password=password)
    else:
        environment = {} if password is None else {"RPCHSPEC_PASSWORD": password}
        running = Running(words, out=out, program=program, environment=environment)
    with running:
        for case in running.cases():
            if on_case is not None:
                on_case(case)
        return running.finish(check=check)


def flags(options: Mapping[str, Any]) -> list[str]:
    """Keywords as words of a command line; None, False and what is empty say nothing."""
    words: list[str] = []
    for name, value in options.items():
        flag = "--" + ("set" if name == "facts" else name.replace("_", "-"))
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
            continue
        for each in _values(name, value):
            words += [flag, each]
    return words


def _values(name: str, value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}={_text(one)}" for key, one in value.items()]
    if name in ("backend_ports", "ports"):
        return [",".join(map(str, value))]
    if isinstance(value, (str, os.PathLike)) or not isinstance(value, Sequence):
        return [_text(value)]
    return [_text(each) for each in value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.timedelta):
        return f"{value // datetime.timedelta(milliseconds=1)}ms"
    return str(os.fspath(value)) if isinstance(value, os.PathLike) else str(value)
