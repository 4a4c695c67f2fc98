"""Signs expected before anything was computed: a file with input, outcome, sign, reason and source."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from powersim.errors import Problem, ScenarioError
from powersim.files.reading import Strict, problems
from powersim.scenario.names import unknown
from powersim.scenario.read.merge import STEP
from powersim.scenario.read.node import Node
from powersim.scenario.read.source import read_file

FOLDER = "signs"
WHAT = "a file of expected signs"

Text = Annotated[str, Field(min_length=1, examples=['"more occasions"'])]


class Sign(Strict):
    """One expectation: as the input rises (a branch: is taken instead of `against`) the outcome changes so.

    effect: the outcome is the difference of these two branches, the first less the second. "0": nothing changes.
    doubt: what speaks against it; a line is never taken out because it came out otherwise.
    """

    input: str = Field(min_length=1, examples=['"rho"'])
    outcome: str = Field(min_length=1, examples=['"war"'])
    sign: Literal["+", "-", "0"] = Field(examples=['"+"'])
    why: Text
    source: Text
    against: str = Field(default="", examples=['"replace"'])
    effect: list[str] | None = Field(
        default=None, min_length=2, max_length=2, examples=['["keep", "cancel"]']
    )
    doubt: str = ""


class _File(Strict):
    signs: list[Sign] = Field(
        examples=['[{input: rho, outcome: war, sign: "-", why: ..., source: ...}]'],
    )


def beside(scenario: Path) -> Path | None:
    """The file of signs of a scenario's file, `signs/NAME.yaml` beside it, if there is one."""
    found = scenario.parent / FOLDER / f"{scenario.stem}.yaml"
    return found if found.is_file() else None


def read_signs(path: Path, outcomes: Collection[str], branches: Collection[str]) -> list[Sign]:
    """The signs in a file. ScenarioError with every mistake: its line, key, what was found and what is allowed."""
    root, found = read_file(path, str(path))
    data = root.data()
    try:
        signs = _File.model_validate(data).signs
    except ValidationError as error:
        wrong = problems(error, str(path), "", data, _File)
        raise ScenarioError([*found, *(_placed(problem, root) for problem in wrong)]) from error
    found += list(_dangling(signs, root, outcomes, branches))
    if found:
        raise ScenarioError(found)
    return signs


def _placed(problem: Problem, root: Node) -> Problem:
    keys = tuple(int(index) if index else name for name, index in STEP.findall(problem.key_path))
    mark = root.key_mark(root.descend(keys)[1])
    return replace(problem, line=mark.line, column=mark.column)


def _dangling(
    signs: list[Sign], root: Node, outcomes: Collection[str], branches: Collection[str]
) -> Iterator[Problem]:
    """Names that refer to nothing, and branches without one to compare with. Inputs are looked up by who nudges."""

    def wrong(keys: tuple[str | int, ...], found: str, allowed: str, message: str = "") -> Problem:
        mark, path = root.place(keys)
        return Problem(mark.file, mark.line, mark.column, path, found, allowed, "", message)

    for k, sign in enumerate(signs):
        at = ("signs", k)
        if sign.outcome not in outcomes:
            message, allowed = unknown(sign.outcome, outcomes, "outcome")
            yield wrong((*at, "outcome"), sign.outcome, allowed, message)
        named = [("against", sign.against)] if sign.against else []
        named += [("effect", name) for name in sign.effect or ()]
        for key, name in named:
            if name not in branches:
                message, allowed = unknown(name, branches, "branch")
                yield wrong((*at, key), name, allowed, message)
        if (sign.input in branches) != bool(sign.against):
            yield wrong((*at, "input"), sign.input, "a branch with `against`, or another input without")
        if sign.input in branches and sign.effect:
            yield wrong((*at, "effect"), str(sign.effect), "none of a branch, which is an effect itself")
