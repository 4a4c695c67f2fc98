"""What the page asks of a study, and what somebody has chosen on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from powersim.errors import PowersimError, ScenarioError
from powersim.run.listener import Listener
from powersim.run.opened import LoadedScenario, Source
from powersim.sim import provenance

EXAMPLE = "allowed: NAME=VALUE, e.g. rho=0.5"


class Face(Protocol):
    """A study: `powersim.Study` is one."""

    opened: LoadedScenario

    def tell(self, branch: str | None, run: int, *, theory: str | None) -> Any:
        """What happened in a run, in words."""

    def tell_many(self, runs: list[int], branches: list[str], theories: str) -> Any:
        """Everything that happened, as tables."""

    def compare(self, runs: int, *, out: Path, resume: bool, progress: Listener) -> Any:
        """Histories of its branches, and what they change."""


class Opening(Protocol):
    """What opens a study: `powersim.Study` itself."""

    def __call__(
        self,
        source: Source,
        branches: list[str],
        theories: list[str],
        seed: int,
        *,
        overrides: Mapping[str, str],
    ) -> Face:
        """The study of a scenario; PowersimError for what cannot be."""


@dataclass(frozen=True)
class Choices:
    """What is looked at: one branch or two, a theory, a seed, a run, and what is set over the scenario."""

    branches: tuple[str, ...]
    theory: str
    seed: int
    run: int
    overrides: Mapping[str, str] = field(default_factory=dict)

    def command(self, verb: str, source: str, runs: int = 0) -> str:
        """The command line that shows the same: `tell` of its run, or `compare` of its branches over so many runs."""
        words = [verb, source]
        if verb == "compare":
            words += ["--branches", ",".join(self.branches), "--theories", self.theory, "--runs", str(runs)]
        elif len(self.branches) > 1:
            words += ["--diff", ",".join(self.branches), "--theory", self.theory, "--run", str(self.run)]
        else:
            words += ["--branch", self.branches[0], "--theory", self.theory, "--run", str(self.run)]
        words += ["--seed", str(self.seed)]
        for key, value in self.overrides.items():
            words += ["--set", f"{key}={value}"]
        return provenance.command_line(words)


def laid(overrides: Mapping[str, str], text: str) -> dict[str, str]:
    """Overrides with one more, NAME=VALUE as on the command line. PowersimError for anything else."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise PowersimError(f"found {text.strip() or 'nothing'}; {EXAMPLE}")
    return {**overrides, name: value}


def said(error: PowersimError) -> str:
    """An error for somebody who sees a page: what is wrong, without where a file or an option would be."""
    if isinstance(error, ScenarioError):
        return "\n".join(str(problem).removeprefix("--set: ") for problem in error.problems)
    return str(error)
