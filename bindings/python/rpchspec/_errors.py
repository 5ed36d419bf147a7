"""What can go wrong: one exception type an exit code of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rpchspec._results import Results


class RpchspecError(Exception):
    """The root of all exceptions of this package."""


class ProgramNotFound(RpchspecError):
    """There is no program ``rpchspec`` in any of the places that ``find_program`` looks at."""


class ResultsError(RpchspecError):
    """A results.json that cannot be read: the text says which field, and what was expected."""


class StartTimeout(RpchspecError):
    """A long-running command said no ready line within the time it was given."""


class ProgramFailed(RpchspecError):
    """The program left with another exit code than 0. Where it has a meaning, a subclass is raised.

    ``exit_code`` is the code (negative: the signal that ended it), ``output`` what it said on
    standard error, ``results`` what was judged until then; None where no results were written.
    """

    def __init__(self, exit_code: int, output: str, results: Results | None = None) -> None:
        self.exit_code = exit_code
        self.output = output
        self.results = results
        super().__init__(self._text())

    def _text(self) -> str:
        said = self.output.strip() or _broken(self.results)
        return f"rpchspec left with {self.exit_code}" + (f": {said}" if said else "")


class Failed(ProgramFailed):
    """Exit 1: at least one case failed, or a client under ``Up(judge=True)`` broke a MUST."""


class UsageError(ProgramFailed):
    """Exit 2: an unknown option, a bad scenario, configuration or URL. The text says what is allowed."""


class Unjudged(ProgramFailed):
    """Exit 3: nothing failed, but something could not be judged, or it could not be started."""


class NothingJudged(ProgramFailed):
    """Exit 4: the selection matched no scenario, or all of it was skipped."""


class Interrupted(ProgramFailed):
    """Exit 130: SIGINT. The results hold what finished before."""


class Terminated(ProgramFailed):
    """Exit 143: SIGTERM. The results hold what finished before."""


EXIT_USAGE = 2
BY_EXIT_CODE: dict[int, type[ProgramFailed]] = {
    1: Failed,
    EXIT_USAGE: UsageError,
    3: Unjudged,
    4: NothingJudged,
    130: Interrupted,
    143: Terminated,
}


def error_of(exit_code: int, output: str, results: Results | None = None) -> ProgramFailed:
    """The exception that stands for an exit code other than 0."""
    return BY_EXIT_CODE.get(exit_code, ProgramFailed)(exit_code, output, results)


def _broken(results: Results | None) -> str:
    """The findings of a run, and of what no finding speaks for, the first lines."""
    if results is None:
        return ""
    lines = [
        f"{each.id} {each.requirement}: {each.seen}" for each in results.findings if not each.waived
    ]
    told = {id_ for each in results.findings for id_ in each.cases}
    for case in results.cases:
        if case.verdict.is_trouble and case.id not in told:
            lines.append(
                f"{case.verdict.value} {case.id}: {case.message.splitlines()[0] if case.message else ''}"
            )
    return "\n".join(lines[:10] + ([f"and {len(lines) - 10} more"] if len(lines) > 10 else []))
