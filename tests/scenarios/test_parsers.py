"""Two parsers of YAML: the quick one gives what the other gives, or leaves it to it."""

from __future__ import annotations

import random
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from powersim import _yaml
from powersim.errors import ScenarioError
from powersim.scenario.read import source
from powersim.scenario.read.node import Node

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("scenarios/*.yaml"), *ROOT.glob("tests/scenarios/valid/*.yaml")])
TEXTS = [path.read_text("utf-8") for path in FILES]
LINES = [line for text in TEXTS for line in text.splitlines() if line.strip()]
TRICKS = [
    "a", "b: ", "- ", "? ", ": ", ":", "[", "]", "{", "}", ",", ", ", "\n", "\n  ", "\n- ", '"', "'", "#", " #x", "|",
    ">", "|-", "&a ", "*a", "!t ", "%", "---", "\n---\n", "\n...\n", "\\", "\\n", "\\/", "1.5", "~", "\t", "é", '"q"',
    '"k": ', "@", "`", "<<: ", "\r\n", "\r", "\x85", "\ufeff", "\xa0", "\u2028", "-a", "?b", ":c", "a#b",
]  # fmt: skip

quick = pytest.mark.skipif(_yaml.PARSER is None, reason="PyYAML was built without libyaml")


def slowly(text: str) -> Node | None:
    """The tree by the parser in Python, None where it finds a mistake."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_yaml, "PARSER", None)
        try:
            root, problems = source.read(text, "x")
        except ScenarioError:
            return None
    return None if problems else root


@quick
@pytest.mark.parametrize("text", TEXTS, ids=[path.stem for path in FILES])
def test_every_scenario_that_is_well_is_read_alike_by_both_parsers(text: str) -> None:
    assert source._quickly(text, "x", source.MAX_NODES) in (None, slowly(text))


@quick
def test_what_is_large_is_read_by_the_quick_parser() -> None:
    flagship = (ROOT / "scenarios" / "missile_defense_2009.yaml").read_text("utf-8")
    assert source._quickly(flagship, "x", source.MAX_NODES) is not None


@quick
def test_of_any_text_the_quick_parser_gives_what_the_other_gives_or_nothing() -> None:
    luck = random.Random(2009)
    taken = 0
    for _ in range(1500):
        text = "\n".join(luck.choice(LINES) for _ in range(luck.randint(0, 3)))
        for _ in range(luck.randint(1, 6)):
            at = luck.randint(0, len(text))
            text = text[:at] + luck.choice(TRICKS) + text[at + luck.randint(0, 1) :]
        found = source._quickly(text, "x", source.MAX_NODES)
        if found is not None:
            taken += 1
            assert found == slowly(text), text
    assert taken > 50


def test_defaults_are_read_as_yaml_says() -> None:
    files = [*resources.files("powersim").joinpath("defaults").iterdir()]
    assert len(files) > 10
    for file in files:
        text = file.read_text("utf-8")
        assert _yaml.load(text) == YAML(typ="safe", pure=True).load(text)


@pytest.mark.slow
def test_to_look_at_a_scenario_loads_neither_a_compiler_nor_a_store() -> None:
    code = (
        "import sys; from powersim.study.checking import check; found = check('missile_defense_2009');"
        "assert found.lines; assert found.readings;"
        "print(*{'numba', 'llvmlite', 'zarr', 'xarray', 'pandas', 'scipy', 'dask', 'mesa', 'matplotlib'}"
        ".intersection(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")
