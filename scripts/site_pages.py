"""What mkdocs does not do by itself: pages keep their places in the repository, and formulas are MathML.

mkdocs.yml names this file under `hooks`.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from latex2mathml.converter import convert

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]
SHOWN = (
    "*.md", "*.cff", "docs/**/*.*", "experiments/**/*.md", "experiments/**/*.png", "scenarios/*.*", "benchmarks/*.md",
    "src/powersim/why/groups.yaml",
)  # fmt: skip
"""Files that are pages, and those that pages link to and show."""
CODE, ITEM = re.compile(r"`[^`]+`"), re.compile(r"(?:[-*]|\d+\.) ")
FORMULA = re.compile(r'<(span|div) class="arithmatex">(?:\\\((.*?)\\\)|\\\[(.*?)\\\])</\1>', re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Every file under its path in the repository, so that links between files are links between pages."""
    from mkdocs.structure.files import File, Files

    theme = [file for file in files if file.src_dir != config.docs_dir]
    paths = sorted({path.relative_to(ROOT).as_posix() for pattern in SHOWN for path in ROOT.glob(pattern)})
    return Files([*theme, *(File.generated(config, path, abs_src_path=str(ROOT / path)) for path in paths)])


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lists that follow a sentence at once, and bars in code in tables, as GitHub reads them."""
    lines: list[str] = []
    fenced, before = False, ""
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and line.startswith("|"):
            line = CODE.sub(lambda found: found[0].replace("\\|", "|"), line)
        elif not fenced and ITEM.match(line) and before[:1].strip() and not ITEM.match(before):
            lines.append("")
        lines.append(line)
        before = line
    return "\n".join(lines)


def on_page_content(content: str, **_: object) -> str:
    """Formulas as MathML, which browsers draw without a program."""
    return FORMULA.sub(mathml, content)


def mathml(found: re.Match[str]) -> str:
    """One formula."""
    inline, block = found[2], found[3]
    source = " ".join(html.unescape(inline if block is None else block).split())
    return str(convert(source, display="inline" if block is None else "block"))
