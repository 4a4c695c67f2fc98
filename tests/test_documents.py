"""What the documents, the docstrings and the comments say of the repository is so."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "powersim"
ROOMS = sorted(
    path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file() or path.name == "defaults"
)
FOLDERS = "src/powersim|tests|docs|scripts|experiments|benchmarks|scenarios"
PATH = re.compile(rf"(?<![\w/.:-])((?:{FOLDERS})/[\w./-]*\w)(?!\.?[\w*<{{/])")
IN_PACKAGE = re.compile(rf"(?<![\w/.-])((?:{'|'.join(ROOMS)})/[\w/]+\.(?:py|yaml))\b")
MODULE = re.compile(r"(?<![\w./-])powersim(?:\.[a-z]\w*)+(?:\.[A-Z]\w*)?")
WRITTEN_FOR_READERS = [
    *ROOT.glob("*.md"), ROOT / "Makefile", *(ROOT / "docs").glob("*.md"), *(ROOT / "experiments").rglob("*.md"),
    *(ROOT / "scenarios").glob("*.md"),
]  # fmt: skip
SOURCES = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.yaml"), *(ROOT / "scripts").glob("*.py")]
SOURCES += [path for folder in ("benchmarks", "experiments") for path in (ROOT / folder).rglob("*.py")]


def docstrings(path: Path) -> str:
    """What a test file says of itself: its code may name what is not there on purpose."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
    return "\n".join(ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds))


@cache
def texts() -> list[tuple[str, str]]:
    """Name and text of everything in which somebody reads about the repository: read and parsed once."""
    written = [(path, path.read_text("utf-8")) for path in [*WRITTEN_FOR_READERS, *SOURCES]]
    tests = [(path, docstrings(path)) for path in (ROOT / "tests").rglob("*.py")]
    return [(str(path.relative_to(ROOT)), text) for path, text in written + tests]


@cache  # the same modules are named again and again
def is_there(module: str) -> bool:
    """Whether a dotted name is a module, or what follows a module a name that stands in it."""
    folder, *names = PACKAGE, *module.split(".")[1:]
    for place, name in enumerate(names):
        if (folder / name).is_dir():
            folder /= name
            continue
        file = folder / f"{name}.py"
        rest = names[place + 1 :] if file.is_file() else names[place:]
        source = (file if file.is_file() else folder / "__init__.py").read_text("utf-8")
        return not rest or re.search(rf"\b{rest[0]}\b", source) is not None
    return True


def test_every_path_that_is_named_exists() -> None:
    named = [(where, path) for where, text in texts() for path in PATH.findall(text)]
    assert len(named) > 50
    assert [(where, path) for where, path in named if not list(ROOT.glob(path))] == []


def test_every_file_of_the_package_that_is_named_by_its_room_exists() -> None:
    named = [(where, path) for where, text in texts() for path in IN_PACKAGE.findall(text)]
    assert len(named) > 50
    assert [(where, path) for where, path in named if not (PACKAGE / path).is_file()] == []


def test_every_module_that_is_named_exists() -> None:
    # the JSON schema's file name, the address of a page, and an import that a test looks for
    other = {"powersim.schema.json", "powersim.readthedocs.io"}
    named = [(where, name) for where, text in texts() for name in MODULE.findall(text) if name not in other]
    assert len(named) > 50
    assert [(where, name) for where, name in named if not is_there(name)] == []


def test_a_module_that_is_not_there_is_noticed() -> None:
    assert is_there("powersim.world.turn")
    assert is_there("powersim.sim.run.Engine")
    assert not is_there("powersim.study.work")
    assert not is_there("powersim.world.turn.one_turn")
    assert PATH.findall("see `tests/study/test_why.py`.") == ["tests/study/test_why.py"]
    assert IN_PACKAGE.findall("`rules/supplier.py`, `world/war.py`") == ["rules/supplier.py", "world/war.py"]


def test_the_table_of_layers_names_every_room_in_the_order_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    held = [name for layer in layers for name in re.findall(r"\w+", layer)]
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("<!-- layers")[2]
    shown = re.findall(r"^\| \d+ \| `(\w+)(?:/|\.py)` \|", text.partition("<!-- /layers")[0], re.MULTILINE)
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.name in ROOMS}
    assert shown == [name for name in held if name in there]
    assert set(shown) == there - {"__init__", "defaults"}


def sentences(text: str) -> Iterator[str]:
    """The sentences of a Markdown text, without tables, headings, formulas on their own and what is made."""
    text = re.sub(r"<!-- phases.*?<!-- /phases -->", "", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$", "\n\n", text, flags=re.DOTALL)
    for block in re.split(r"\n\s*\n|\n(?=[-*#|] ?)", text):
        if not block.lstrip().startswith(("|", "#")):
            yield from re.split(r"(?<=[.?!])[)*]*\s+(?=[A-Z`$\[*(])", " ".join(block.split()))


def words(sentence: str) -> int:
    """How many words a reader reads: a formula is one."""
    return len([word for word in re.sub(r"\$[^$]*\$", "x", sentence).split() if re.search(r"\w", word)])


def test_no_sentence_about_the_model_has_forty_words() -> None:
    found = list(sentences((ROOT / "docs" / "odd.md").read_text("utf-8")))
    assert len(found) > 100
    assert [sentence for sentence in found if words(sentence) >= 40] == []


def test_every_make_target_is_described_in_the_page_about_tests() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    page = (ROOT / "docs" / "testing.md").read_text("utf-8")
    assert targets >= {"test", "fuzz", "docs"}
    assert targets - set(re.findall(r"^\| `make (\w+)` \|", page, re.MULTILINE)) == set()


@pytest.mark.parametrize("path", WRITTEN_FOR_READERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_heading_that_is_linked_to_exists(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", path.read_text("utf-8")):
        if "://" not in target and (not target or target.endswith(".md")):
            text = (path.parent / target if target else path).read_text("utf-8")
            assert anchor in anchors(text), f"{path.name} links to {target}#{anchor}"


def anchors(text: str) -> set[str]:
    """The anchors of a Markdown text's headings."""
    titles = re.findall(
        r"^#+ +(.*)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE
    )
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}
