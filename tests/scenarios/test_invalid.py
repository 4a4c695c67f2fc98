"""Every hand-made invalid scenario is refused at the right line and key, and says what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from powersim.errors import ScenarioError
from powersim.scenario.load import load

HERE = Path(__file__).parent
FILES = sorted((HERE / "invalid").glob("*.yaml"))
EXPECT = re.compile(r"# expect: line (\d+); key (.*?); says (.*)")


def test_there_are_many_invalid_files() -> None:
    assert len(FILES) >= 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mistake_is_reported_with_its_line_and_key(path: Path) -> None:
    head = EXPECT.match(path.read_text("utf-8"))
    assert head is not None, "the first line says what is expected"
    with pytest.raises(ScenarioError) as caught:
        load(path)
    problems = caught.value.problems
    found = [(problem.line, problem.key_path) for problem in problems]
    assert found == [(int(head[1]), head[2])], str(caught.value)
    assert head[3] in str(caught.value)
    assert str(path) in str(problems[0])
