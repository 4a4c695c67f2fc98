"""Every key of the valid scenarios, corrupted mechanically, is refused at the right line and key.

A corruption changes one node of the tree that was read from the file, and keeps its place: what is tested is that the
place reported is the place corrupted. Files whose text is hostile or broken are in `invalid` and `test_hostile`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from powersim.errors import Problem, ScenarioError
from powersim.scenario.complain import _descend
from powersim.scenario.merge import read_chain
from powersim.scenario.node import Mark, Node, Path as KeyPath, dotted
from powersim.scenario.references import walk
from powersim.scenario.schema import Document
from powersim.scenario.validate import validate

VALID = Path(__file__).parent / "valid"
EVERYTHING = VALID / "everything.yaml"
# Names that a scenario defines itself: another name is no mistake by itself.
DEFINED = {"groups", "actors", "issues", "goods", "branches", "theories", "outcomes"}
SWITCHES = {"strike", "once", "mechanisms"}
# Numbers without a range of their own: thresholds, and arguments of distributions that are cut off at the range.
UNBOUNDED = {"above", "below", "normal", "spread", "beta", "priors"}


def problems_of(root: Node) -> list[Problem]:
    try:
        validate(root)
    except ScenarioError as error:
        return error.problems
    return []


def corrupted(root: Node, path: KeyPath, change: Callable[[Node], None]) -> list[Problem]:
    """The problems of the tree with one node changed."""
    copy = root.copy()
    node: Node | None = copy
    for part in path:
        node = node.child(part) if node is not None else None
    assert node is not None
    change(node)
    return problems_of(copy)


def written(root: Node, path: KeyPath) -> tuple[int, str]:
    """Line and key that a report on the value at `path` must name."""
    mark, key = root.place(path)
    return mark.line, key


def places(problems: list[Problem]) -> list[tuple[int, str]]:
    return [(problem.line, problem.key_path) for problem in problems]


def near(problems: list[Problem], where: tuple[int, str]) -> bool:
    """Whether a problem names that key, or one inside it or its parent on the same line (short forms, [A, B])."""
    line, key = where
    return any(
        problem.line == line and (problem.key_path.startswith(key) or key.startswith(problem.key_path))
        for problem in problems
    )


def replace(value: object, at: Mark | None = None) -> Callable[[Node], None]:
    def change(node: Node) -> None:
        node.value, node.text, node.quoted, node.keys = value, str(value), False, {}  # type: ignore[assignment]
        node.mark = at or node.mark

    return change


def cases(wanted: Callable[[KeyPath, Node], bool]) -> list[tuple[KeyPath, Node]]:
    return [(path, node) for path, node in read_chain(EVERYTHING).walk() if path and wanted(path, node)]


ROOT = read_chain(EVERYTHING)


def test_the_scenario_to_corrupt_is_valid_and_uses_every_key_of_the_grammar() -> None:
    assert problems_of(ROOT) == []
    used = {part for path, _ in ROOT.walk() for part in path if isinstance(part, str)}

    def keys(kind: object, seen: set[object]) -> Iterator[str]:
        from pydantic import BaseModel

        from powersim.scenario.complain import alternatives, hints_of
        import typing

        for found in alternatives(kind):
            if isinstance(found, type) and issubclass(found, BaseModel):
                if found in seen:
                    continue
                seen.add(found)
                for name, field in found.model_fields.items():
                    yield field.alias or name
                    yield from keys(hints_of(found)[name], seen)
            else:
                for inner in typing.get_args(found):
                    yield from keys(inner, seen)

    # `set` of a theory is where its parameters go; in the file they stand beside its title.
    assert sorted(set(keys(Document, set())) - used) == []


@pytest.mark.parametrize(("path", "node"), cases(lambda path, node: True), ids=lambda value: dotted(value) if isinstance(value, tuple) else "")
def test_a_value_of_the_wrong_type_is_refused_in_its_place(path: KeyPath, node: Node) -> None:
    wrong = 7 if SWITCHES & set(path) else True
    problems = corrupted(ROOT, path, replace(wrong, ROOT.place(path)[0]))
    assert near(problems, written(ROOT, path)), "\n".join(map(str, problems)) or "accepted"


NUMBERS = cases(
    lambda path, node: isinstance(node.value, (int, float))
    and not isinstance(node.value, bool)
    and not UNBOUNDED & set(path)
)


@pytest.mark.parametrize(("path", "node"), NUMBERS, ids=lambda value: dotted(value) if isinstance(value, tuple) else "")
@pytest.mark.parametrize("wrong", [1e7, -1e7])
def test_a_number_out_of_range_is_refused_in_its_place(path: KeyPath, node: Node, wrong: float) -> None:
    problems = corrupted(ROOT, path, replace(wrong))
    assert near(problems, written(ROOT, path)), "\n".join(map(str, problems)) or "accepted"


KEYS = cases(lambda path, node: isinstance(path[-1], str))


@pytest.mark.parametrize(("path", "node"), KEYS, ids=lambda value: dotted(value) if isinstance(value, tuple) else "")
def test_a_misspelt_key_is_refused_in_its_place(path: KeyPath, node: Node) -> None:
    key = str(path[-1])
    other = f"{key[:-1]}{key[-1]}q" if key[0].islower() or not key[0].isalpha() else f"{key}Q"

    def misspell(holder: Node) -> None:
        assert isinstance(holder.value, dict)
        holder.value = {other if name == key else name: inner for name, inner in holder.value.items()}
        holder.keys = {other if name == key else name: mark for name, mark in holder.keys.items()}

    problems = corrupted(ROOT, path[:-1], misspell)
    if path[0] in DEFINED and len(path) == 2:
        return  # another name: an error only where the old one is used, which the next test checks
    where = (ROOT.key_mark(path).line, dotted((*path[:-1], other)))
    assert where in places(problems), "\n".join(map(str, problems)) or "accepted"


def required() -> list[tuple[KeyPath, str]]:
    """Every key that a mapping of the file must have."""
    found = []
    for path, node in ROOT.walk():
        for key in node.value if isinstance(node.value, dict) else ():
            fields = [field for _, field in _descend(Document, (*path, key)) if field is not None]
            if fields and fields[0].is_required():
                found.append((path, key))
    return found


@pytest.mark.parametrize(("path", "key"), required(), ids=lambda value: dotted(value) if isinstance(value, tuple) else value)
def test_a_missing_key_is_missed_where_its_mapping_stands(path: KeyPath, key: str) -> None:
    problems = corrupted(ROOT, path, lambda node: node.value.pop(key))  # type: ignore[union-attr]
    named = [problem for problem in problems if problem.message == f"missing key {key}"]
    assert [(p.line, p.key_path) for p in named] == [(ROOT.key_mark(path).line, dotted(path))], problems


def references() -> list[tuple[KeyPath, str, str]]:
    return [
        (path, text, ref.kind)
        for path, text, ref in walk(validate(ROOT), Document)
        if ref.kind not in ("expression", "date") and text != "default"
    ]


@pytest.mark.parametrize(("path", "text", "kind"), references(), ids=lambda value: dotted(value) if isinstance(value, tuple) else "")
def test_a_name_of_nothing_is_refused_in_its_place(path: KeyPath, text: str, kind: str) -> None:
    _, taken = ROOT.descend(path)
    joint = {"symmetric": "-", "directed": ">"}.get(kind, "")
    nothing = f"{text.split(joint)[0]}{joint}ZZZ" if joint else "ZZZ" if text[0].isupper() else "zzz"
    if taken and taken[-1] == text and path[-1] == text:

        def rename(holder: Node) -> None:
            assert isinstance(holder.value, dict)
            holder.value = {nothing if name == text else name: inner for name, inner in holder.value.items()}
            holder.keys = {nothing if name == text else name: mark for name, mark in holder.keys.items()}

        problems = corrupted(ROOT, taken[:-1], rename)
        where = (ROOT.key_mark(taken).line, dotted((*taken[:-1], nothing)))
    else:
        problems = corrupted(ROOT, taken, replace(nothing))
        where = written(ROOT, taken)
    assert where in places(problems), "\n".join(map(str, problems)) or "accepted"


def test_many_mistakes_are_reported_at_once() -> None:
    copy = ROOT.copy()
    starts = [path for path, node in copy.walk() if path[-1:] == ("start",) and not isinstance(node.value, dict)]
    for path in starts:
        node: Node | None = copy
        for part in path:
            node = node.child(part) if node is not None else None
        assert node is not None
        node.value = Mark("", 0, 0)[1] + 5 if path[0] != "calendar" else "yesterday"
    found = places(problems_of(copy))
    assert len(starts) >= 5
    assert all(written(ROOT, path) in found for path in starts)
