"""Every key of the valid scenarios, corrupted mechanically, is refused at the right line and key.

A corruption changes one node of the tree that was read from the file, and keeps its place: what is tested is that the
place reported is the place corrupted. Files whose text is hostile or broken are in `invalid` and `test_hostile`.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from powersim.errors import Problem, ScenarioError
from powersim.files.grammar import alternatives, hints_of, lookup
from powersim.scenario.check.references import walk
from powersim.scenario.check.validate import validate
from powersim.scenario.read.merge import read_chain
from powersim.scenario.read.node import Mark, Node, dotted
from powersim.scenario.read.node import Path as KeyPath
from powersim.scenario.schema.scenario import Document

VALID = Path(__file__).parent / "valid"
FILES = ["minimal", "child", "monthly", "yearly"]
SECTIONS = [name for name in Document.model_fields if name not in ("title", "question", "about", "source")]
# Names that a scenario defines itself: another name is no mistake by itself.
DEFINED = {"groups", "actors", "issues", "goods", "branches", "theories", "outcomes"}
SWITCHES = {"strike", "once", "mechanisms", "happened"}
# Numbers without a range of their own: thresholds, and arguments of distributions that are cut off at the range.
UNBOUNDED = {"above", "below", "normal", "spread", "beta", "priors"}
Change = Callable[[Node], None]
Case = TypeVar("Case")

EVERY = 12
"""One node in so many is corrupted in `make test`, the others in `make slow`: each takes a whole check of the file."""


def everything_and_others(test: Any) -> Any:
    """Each section of the large file and each small file as a whole; of both some nodes, and the others."""
    wholes = [("everything", section) for section in SECTIONS] + [(file, "") for file in FILES]
    shares = [pytest.param(True, id="some"), pytest.param(False, id="others", marks=pytest.mark.slow)]
    return pytest.mark.parametrize("some", shares)(pytest.mark.parametrize(("file", "section"), wholes)(test))


@cache
def tree(file: str) -> Node:
    return read_chain(VALID / f"{file}.yaml")


@cache
def referring(file: str) -> list[Any]:
    """The names that refer to something."""
    return list(walk(validate(tree(file)), Document))


def problems_of(root: Node) -> list[Problem]:
    try:
        validate(root)
    except ScenarioError as error:
        return error.problems
    return []


def corrupted(root: Node, path: KeyPath, change: Change) -> list[Problem]:
    """The problems of the tree with one node changed."""
    copy = root.copy()
    change(at(copy, path))
    return problems_of(copy)


def at(root: Node, path: KeyPath) -> Node:
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    assert node is not None
    return node


def replace(value: object, place: Mark) -> Change:
    def change(node: Node) -> None:
        node.value, node.text, node.quoted, node.keys = value, str(value), False, {}  # type: ignore[assignment]
        node.mark = place

    return change


def rename(old: str, new: str) -> Change:
    def change(holder: Node) -> None:
        assert isinstance(holder.value, dict)
        holder.value = {new if name == old else name: inner for name, inner in holder.value.items()}
        holder.keys = {new if name == old else name: mark for name, mark in holder.keys.items()}

    return change


def share(of: Iterable[Case], some: bool) -> Iterator[Case]:
    """One case in EVERY, or the others."""
    return (case for number, case in enumerate(of) if (number % EVERY == 0) == some)


def cases(file: str, section: str, some: bool) -> Iterator[tuple[KeyPath, Node]]:
    of = ((path, node) for path, node in tree(file).walk() if path and (not section or path[0] == section))
    return share(of, some)


def places(problems: list[Problem]) -> list[tuple[int, str]]:
    return [(problem.line, problem.key_path) for problem in problems]


def names(problems: list[Problem], root: Node, path: KeyPath) -> bool:
    """Whether a problem names the value at `path`, or on its line what holds it or a part of it (short forms)."""
    mark, key = root.place(path)
    return any(
        problem.line == mark.line and (problem.key_path.startswith(key) or key.startswith(problem.key_path))
        for problem in problems
    )


def report(failures: list[str]) -> None:
    assert not failures, "\n".join(failures)


def test_the_scenario_to_corrupt_is_valid_and_uses_every_key_of_the_grammar() -> None:
    root = tree("everything")
    used = {part for path, _ in root.walk() for part in path if isinstance(part, str)}
    seen: set[object] = set()

    def keys(kind: object) -> Iterator[str]:
        for found in alternatives(kind):
            if isinstance(found, type) and issubclass(found, BaseModel):
                if found not in seen:
                    seen.add(found)
                    for name, field in found.model_fields.items():
                        yield field.alias or name
                        yield from keys(hints_of(found)[name])
            else:
                for inner in typing.get_args(found):
                    yield from keys(inner)

    assert problems_of(root) == []
    assert sorted(set(keys(Document)) - used) == []


@everything_and_others
def test_a_value_of_the_wrong_type_is_refused_in_its_place(file: str, section: str, some: bool) -> None:
    root, failures = tree(file), []
    for path, _ in cases(file, section, some):
        wrong = 7 if SWITCHES & set(path) else True
        problems = corrupted(root, path, replace(wrong, root.place(path)[0]))
        if not names(problems, root, path):
            failures.append(f"{dotted(path)}: {places(problems) or 'accepted'}")
    report(failures)


@everything_and_others
def test_a_number_out_of_range_is_refused_in_its_place(file: str, section: str, some: bool) -> None:
    root, failures = tree(file), []
    for path, node in cases(file, section, some):
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)) or UNBOUNDED & set(path):
            continue
        for wrong in (1e7, -1e7):
            problems = corrupted(root, path, replace(wrong, node.mark))
            if not names(problems, root, path):
                failures.append(f"{dotted(path)} = {wrong}: {places(problems) or 'accepted'}")
    report(failures)


@everything_and_others
def test_a_misspelt_key_is_refused_in_its_place(file: str, section: str, some: bool) -> None:
    root, failures = tree(file), []
    for path, _ in cases(file, section, some):
        if not isinstance(path[-1], str) or (path[0] in DEFINED and len(path) == 2):
            continue
        other = path[-1] + ("Q" if path[-1][0].isupper() else "q")
        problems = corrupted(root, path[:-1], rename(path[-1], other))
        if (root.key_mark(path).line, dotted((*path[:-1], other))) not in places(problems):
            failures.append(f"{dotted(path)} as {other}: {places(problems) or 'accepted'}")
    report(failures)


@everything_and_others
def test_a_missing_key_is_missed_where_its_mapping_stands(file: str, section: str, some: bool) -> None:
    root, failures = tree(file), []
    for path, _ in cases(file, section, some):
        fields = [field for _, field in lookup(Document, path) if field is not None]
        if not fields or not fields[0].is_required() or not isinstance(path[-1], str):
            continue
        problems = corrupted(root, path[:-1], lambda node, key=path[-1]: node.value.pop(key))  # type: ignore[misc]
        missed = [problem for problem in problems if problem.message == f"missing key {path[-1]}"]
        if places(missed) != [(root.key_mark(path[:-1]).line, dotted(path[:-1]))]:
            failures.append(f"{dotted(path)}: {places(problems) or 'accepted'}")
    report(failures)


@everything_and_others
def test_a_name_of_nothing_is_refused_in_its_place(file: str, section: str, some: bool) -> None:
    root, failures = tree(file), []
    for path, text, ref in share(referring(file), some):
        if ref.kind in ("expression", "date") or text == "default" or (section and path[0] != section):
            continue
        joint = {"symmetric": "-", "directed": ">"}.get(ref.kind, "")
        nothing = f"{text.split(joint)[0]}{joint}ZZZ" if joint else "ZZZ" if text[0].isupper() else "zzz"
        _, taken = root.descend(path)
        if taken and path[-1] == text == taken[-1]:
            problems = corrupted(root, taken[:-1], rename(text, nothing))
            where = (root.key_mark(taken).line, dotted((*taken[:-1], nothing)))
        else:
            problems = corrupted(root, taken, replace(nothing, root.place(taken)[0]))
            where = (root.place(taken)[0].line, dotted(taken))
        if where not in places(problems):
            failures.append(f"{dotted(path)} = {nothing}: {places(problems) or 'accepted'}")
    report(failures)


def test_an_error_in_an_extended_file_is_reported_in_that_file() -> None:
    root = tree("child")
    problems = corrupted(
        root, ("actors", "ARD", "power"), replace(9, root.place(("actors", "ARD", "power"))[0])
    )
    assert [Path(problem.file).name for problem in problems] == ["base.yaml"]
    problems = corrupted(root, ("name",), replace(9, root.place(("name",))[0]))
    assert [Path(problem.file).name for problem in problems] == ["child.yaml"]


def test_many_mistakes_are_reported_at_once() -> None:
    root = tree("everything")
    copy = root.copy()
    paths = [
        path for path, node in copy.walk() if path[-1:] in (("start",), ("title",)) and path[0] != "calendar"
    ]
    paths = [path for path in paths if not isinstance(at(copy, path).value, dict)]
    for path in paths:
        at(copy, path).value = 7
    found = places(problems_of(copy))
    assert len(paths) >= 10
    assert [path for path in paths if (root.place(path)[0].line, dotted(path)) not in found] == []
