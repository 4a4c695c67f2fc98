"""A tree against the schema: every problem at once.

What is wrong is left out and the rest is checked again, so that one mistake does not hide the next. Problems that come
from the leaving out itself (a mapping that now lacks a key) are not reported.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from powersim.errors import Problem, ScenarioError
from powersim.scenario.checks import contradictions
from powersim.scenario.complain import problem_of
from powersim.scenario.node import Mark, Node, Path, dotted
from powersim.scenario.references import dangling, known_names
from powersim.scenario.schema import Document
from powersim.world.params import MECHANISMS, SPEC

MOST_ROUNDS = 40
MOST_PROBLEMS = 200
STAND_INS: Mapping[str, object] = {
    "powersim": 1, "name": "unnamed", "calendar": {"start": 1800, "end": 2090, "turn": "quarter"},
}  # fmt: skip


def validate(root: Node) -> Document:
    """The document that a tree holds. Raises ScenarioError with every problem found."""
    empty = [path for path, node in root.walk() if node.value is None]
    problems = [
        Problem(*root.key_mark(path), dotted(path), "nothing", "a value; leave the key out otherwise")
        for path in empty
    ]
    work = root.copy()
    for path in empty:
        work.drop(path)
    document = _against_schema(work, problems, empty)
    if document is not None:
        known = known_names(root, frozenset(SPEC), frozenset(MECHANISMS))
        problems += [problem for problem, _ in dangling(document, work, known)]
        if not problems:
            problems += contradictions(document, root)
    if problems or document is None:
        raise ScenarioError(problems[:MOST_PROBLEMS])
    return document


def _against_schema(work: Node, problems: list[Problem], gone: list[Path]) -> Document | None:
    """Validate, leave out what is wrong, validate again; None if too little is left. `gone` is left out already."""
    left_out = list(gone)
    for _ in range(MOST_ROUNDS):
        try:
            return Document.model_validate(work.data())
        except ValidationError as error:
            found = [problem_of(detail, work) for detail in error.errors(include_url=False)]
        for problem, path in found:
            if not any(out[: len(path)] == path for out in left_out):
                problems.append(problem)
        paths = [path for _, path in found]
        left_out += paths
        for path in sorted(set(paths), key=len, reverse=True):
            work.drop(path)
        if () in paths and not _stand_in(work):
            return None
    return None


def _stand_in(work: Node) -> bool:
    """Put something in place of missing keys at the top, to look for more problems; False if nothing helps."""
    helped = False
    assert isinstance(work.value, dict)
    for key, value in STAND_INS.items():
        if key not in work.value:
            work.value[key] = _node(value)
            helped = True
    return helped


def _node(value: object) -> Node:
    nowhere = Mark("", 0, 0)
    if isinstance(value, dict):
        return Node(nowhere, {key: _node(item) for key, item in value.items()})
    assert isinstance(value, (int, str))
    return Node(nowhere, value)
