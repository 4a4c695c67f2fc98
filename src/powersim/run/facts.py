"""What `provenance.json` says, key by key: the schema by which it is read, and how it must agree with its scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from powersim.errors import SET, PowersimError, Problem, ScenarioError, dotted
from powersim.files.reading import FileError, Strict, line_of, parse, parse_data, read_text
from powersim.scenario.names import unknown
from powersim.scenario.read.merge import STEP
from powersim.sim.provenance import FILE, FORMAT, KEY

WHAT = f"a record of provenance; allowed: the {FILE} of a study"
MOST_SEED = 2**63 - 1
MOST_RUNS = 10_000_000

Name = Annotated[str, Field(pattern=r"^[^,\s]+$", examples=['"keep"'])]
Names = Annotated[list[Name], Field(min_length=1, examples=['["keep", "cancel"]'])]
Count = Annotated[int, Field(ge=0, le=MOST_RUNS, examples=["100"])]
Sampling = Literal["independent", "antithetic", "latin", "sobol"]
Engine = Literal["compiled", "mesa", "dask"]
CHECKSUM = r"sha256:[0-9a-f]+"


class Origin(Strict):
    """The scenario that a study was of."""

    file: str = Field(min_length=1, examples=['"my.yaml"'])
    name: str = Field(examples=['"my"'])
    checksum: str = Field(pattern=CHECKSUM, examples=['"sha256:0123456789abcdef"'])
    document: dict[str, Any] = Field(examples=['{"powersim": 1, ...}'])
    resolved: dict[str, Any] | None = None


class Facts(Strict):
    """The whole record: what every command that keeps results says, and what single ones add."""

    format: Literal[1] = Field(alias=KEY, examples=["1"])
    command: str = Field(examples=['"powersim compare my.yaml"'])
    branches: Names
    theories: Names
    seed: int = Field(ge=0, le=MOST_SEED, examples=["1"])
    runs: Count | None = Field(default=None, examples=["100"])
    sampling: Sampling | None = Field(default=None, examples=['"independent"'])
    sweep: str | None = Field(default=None, examples=['"2009Q1..2010Q4"'])
    priors: str | None = Field(default=None, examples=['"off: every number at its central value"'])
    engine: Engine | None = Field(default=None, examples=['"compiled"'])
    outcomes: Names | None = Field(default=None, examples=['["war"]'])
    hypotheses: Names | None = Field(default=None, examples=['["h1"]'])
    draws: Count | None = Field(default=None, examples=["25"])
    lucks: Count | None = Field(default=None, examples=["40"])
    given: str | None = Field(default=None, examples=['"2009Q2"'])
    dates: Names | None = Field(default=None, examples=['["2009Q2"]'])
    to: str | None = Field(default=None, examples=['"2013Q4"'])
    worlds: Count | None = Field(default=None, examples=["256"])
    coupling: str | None = Field(default=None, examples=['"fresh"'])
    by_evidence: bool | None = Field(default=None, examples=["true"])
    overrides: dict[str, str] = Field(examples=['{"rho": "0.5"}'])
    versions: dict[str, str] = Field(examples=['{"powersim": "0.1.0"}'])
    platform: str = Field(examples=['"Linux x86_64"'])
    started: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", examples=['"2025-01-31T12:00:00Z"'])
    duration_seconds: float = Field(ge=0, examples=["12.5"])
    scenario: Origin


@dataclass(frozen=True)
class Read:
    """A record as it was read: its facts, and its text, in which lines are found."""

    path: Path
    facts: Facts
    text: str

    def plain(self) -> dict[str, Any]:
        """What is said in it, by key; what is not said has none."""
        said = self.facts.model_dump(exclude_unset=True, by_alias=True)
        return {key: value for key, value in said.items() if value is not None}

    def problem(self, keys: Sequence[str | int], found: str, allowed: str, message: str = "") -> Problem:
        """A mistake at a place of it."""
        return Problem(str(self.path), line_of(self.text, keys), 1, dotted(keys), found, allowed, "", message)

    def unknown(self, key: str, known: Sequence[str], what: str) -> Iterator[Problem]:
        """A problem for every name under `key` that refers to nothing, or comes twice."""
        names = getattr(self.facts, key) or []
        for place, name in enumerate(names):
            if name not in known:
                message, allowed = unknown(name, known, what)
                yield self.problem((key, place), name, allowed, message)
            elif name in names[:place]:
                yield self.problem((key, place), name, "each once", "named twice")

    def relocated(self, error: ScenarioError, given: Sequence[str]) -> ScenarioError:
        """What is wrong with the recorded scenario, or a recorded override, at its place in this file.

        given: overrides of the user's own, which stay what they are.
        """
        return ScenarioError([self._relocated(problem, given) for problem in error.problems])

    def _relocated(self, problem: Problem, given: Sequence[str]) -> Problem:
        key = problem.key_path
        keys: tuple[str | int, ...]
        steps: tuple[str | int, ...] = tuple(
            int(index) if index else name for name, index in STEP.findall(key)
        )
        if problem.file != SET:
            keys, key = ("scenario", "document", *steps), f"scenario.document.{key}".removesuffix(".")
        else:
            names = (
                (key, key.removeprefix("parameters.")) if key else (problem.found,)
            )  # found: what is no key
            own = [name for name in names if name in self.facts.overrides]
            if not own or own[0] in given:
                return problem
            keys, key = ("overrides", own[0]), f"overrides.{own[0]}"
        return replace(problem, file=str(self.path), line=line_of(self.text, keys), column=1, key_path=key)


def read_facts(path: Path) -> Read:
    """The record in a file. FileError with every problem."""
    text = read_text(path)
    data = parse_data(text, str(path), WHAT)
    if data.get(KEY) != FORMAT or isinstance(data.get(KEY), bool):
        raise FileError([Problem(str(path), 1, 1, "", message=f"not {WHAT}")])
    return Read(path, parse(text, str(path), Facts, WHAT), text)


def agreed(record: Read, known: dict[str, Sequence[str]]) -> None:
    """FileError for names in the record that its scenario does not have. known: by key of the record."""
    what = {"branches": "branch", "theories": "theory", "outcomes": "outcome", "hypotheses": "hypothesis"}
    found = [problem for key, names in known.items() for problem in record.unknown(key, names, what[key])]
    if found:
        raise FileError(found)


def said(record: Read, key: str, error: PowersimError) -> FileError:
    """A complaint about a value, at its place in the record instead of at an option."""
    message = str(error).partition(": ")[2] or str(error)
    return FileError([record.problem((key,), "", "", message)])
