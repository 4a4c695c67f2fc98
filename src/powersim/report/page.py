"""The page itself: what is in a folder of results, put together by a template that escapes everything.

Its scripts are this package's own, and a policy in its head lets a browser run no other and load nothing.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import markupsafe
import xarray as xr

from powersim.effects.paired import Effect, effects, read_given
from powersim.effects.results import Study
from powersim.figures.gallery import Subject, draws
from powersim.figures.press import print_all
from powersim.figures.section import Figure, Section, Table, sections
from powersim.figures.style import slug
from powersim.files.page import GENERATOR
from powersim.files.plain import plain
from powersim.report import paper
from powersim.report.answer import Answer, alt_of_effects, answer, levels_and_effects, rounded
from powersim.report.pictures import Picture, picture
from powersim.report.standing import Standing, standing
from powersim.report.weights import AMPLE, LEAST, Weights, weights

TEMPLATE = "page.html"
GLANCE, MORE = "glance", "more"
PARTS = {
    GLANCE: "At a glance",
    "effects": "What each branch changes",
    "paths": "How each outcome goes",
    "alignment": "Who stands with whom",
    MORE: "More figures",
}
"""Headings of figures in the order of the page. A figure belongs under the folder that it is written to, the overview
under the first; the rest come after the sections of other studies."""

EVENTS = 6
"""Events with a figure of their own on the page; `powersim figures` draws more."""

FEW = "weights"
TO_COME = {
    "chronicle": ("What happened in one run", "powersim tell {file} --diff {pair} --section {folder}"),
    "why": ("Through which mechanisms", "powersim why {file} --outcome {outcome} --out {folder}"),
    "sensitivity": (
        "On which assumptions it hangs",
        "powersim sensitivity {file} --outcome {outcome} --out {folder}",
    ),
    "verdict": ("What becomes of the hypotheses", "powersim verdict {file} --out {folder}"),
    FEW: (
        f"Sliders that weigh theories and uncertain numbers anew, from {LEAST} runs on",
        f"powersim compare {{file}} --runs {AMPLE} --out again",
    ),
}
"""Sections that other commands add: what each tells, and its command."""


@dataclass(frozen=True)
class Part:
    """Figures under a heading."""

    name: str
    title: str
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Shown:
    """A section of another study with its figures ready for the page."""

    section: Section
    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Report:
    """Everything on the page."""

    study: Study
    answer: Answer
    tables: Sequence[Table]
    parts: Sequence[Part]
    shown: Sequence[Shown]
    missing: Sequence[tuple[str, str]]  # what it would tell, and its command
    provenance: Mapping[str, Any]
    again: str
    where: str  # where commands are given, unless that is where the report was made
    weights: Weights | None
    standing: Standing | None

    def part(self, *names: str) -> list[Part]:
        """The parts of these names."""
        return [part for part in self.parts if part.name in names]

    def html(self) -> str:
        """The page: self-contained, readable without its scripts; the same folder gives the same bytes."""
        return (
            _environment()
            .get_template(TEMPLATE)
            .render(
                report=self,
                study=self.study,
                generator=markupsafe.Markup(GENERATOR),
                least=LEAST,
                ample=AMPLE,
                data=_data,
                on_paper=paper,
            )
        )

    def scripts(self) -> list[markupsafe.Markup]:
        """What folds long parts, and the scripts of the panels that there are."""
        panels = {"fold.js": self, "weights.js": self.weights, "standing.js": self.standing}
        return [_script(name) for name, panel in panels.items() if panel is not None]

    def policy(self) -> str:
        """What a browser may do with the page: run these scripts, show what stands in it, load nothing."""
        sums = [
            base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
            for text in self.scripts()
        ]
        run = "".join(f" 'sha256-{each}'" for each in sums) or " 'none'"
        return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src{run}"


def assemble(
    results: xr.Dataset,
    folder: Path,
    provenance: Mapping[str, Any],
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
    notice: Callable[[str], None] | None = None,
    named: Path | None = None,
) -> Report:
    """The report on the results in `folder`, `named` in its commands; figures are drawn anew from the numbers."""
    study = Study.read(results)
    rows = effects(results) if study.pairs() else []
    shown = [_shown(section, folder) for section in sections(folder)]
    there = {each.section.name for each in shown}
    here, beside = called(named or folder)
    words = {
        "file": shlex.quote(f"{here}/provenance.json"),
        "folder": shlex.quote(here),
        "outcome": study.headline[0],
        "pair": ",".join(branch.name for branch in study.main[:2]),
    }
    panel = weights(results, study, rows, folder)
    if panel is not None or study.runs >= LEAST or not rows:
        there.add(FEW)
    missing = [
        (told, command.format(**words)) for name, (told, command) in TO_COME.items() if name not in there
    ]
    return Report(
        study,
        answer(rows, study),
        levels_and_effects(rows, study, study.headline) if rows else (),
        _parts(results, folder, study, rows, progress, processes, notice),
        shown,
        missing,
        provenance,
        f"powersim compare {words['file']} --out again",
        f"in the folder that holds {here}" if beside else "",
        panel,
        standing(results, study),
    )


def called(folder: Path) -> tuple[str, bool]:
    """A folder as commands name it: relative, as it was given; one that is elsewhere by its name, and that it is so."""
    if not folder.is_absolute():
        return folder.as_posix(), False
    if folder.is_relative_to(Path.cwd()):
        return folder.relative_to(Path.cwd()).as_posix(), False
    return folder.name, True


def _parts(
    results: xr.Dataset,
    where: Path,
    study: Study,
    rows: Sequence[Effect],
    progress: Callable[[str], None] | None,
    processes: int,
    notice: Callable[[str], None] | None,
) -> list[Part]:
    """Every figure, by the heading it belongs under."""
    kept: dict[str, list[Picture]] = {name: [] for name in PARTS}
    of = {slug(name): name for name in study.headline}
    subject = Subject.read(results, read_given(where))
    with tempfile.TemporaryDirectory(prefix="powersim-") as made:
        after = [name for name in study.headline if not study.precedes(study.outcome(name))]
        found = draws(subject, after or list(study.headline), EVENTS)
        for drawing in print_all(subject, found, Path(made), ["png"], progress, processes, notice):
            folder, _, last = drawing.name.rpartition("/")
            part = GLANCE if drawing.name == "overview" else folder if folder in PARTS else MORE
            alt = f"{drawing.finding}. {drawing.caption}"
            if part == "effects":
                alt = alt_of_effects(
                    study.outcome(of[last]), [r for r in rows if r.outcome == of[last]], study
                )
            name = "figure-" + drawing.name.replace("/", "-")
            kept[part].append(picture(drawing.files[0], name, alt, drawing.caption))
    return [Part(name, PARTS[name], found) for name, found in kept.items() if found]


def _shown(section: Section, folder: Path) -> Shown:
    return Shown(section, [_pictured(figure, section.name, folder) for figure in section.figures])


def _pictured(figure: Figure, section: str, folder: Path) -> Picture:
    """A section's figure; one that is missing, or lies outside the folder, is a picture without data."""
    name = f"{section}-{slug(figure.file)}"
    path = folder / section / f"{figure.file}.png"
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return Picture(name, "", 0, 0, figure.alt, figure.caption)
    return picture(path, name, figure.alt, figure.caption)


@cache
def _script(name: str) -> markupsafe.Markup:
    return markupsafe.Markup(files("powersim.report").joinpath(name).read_text("utf-8"))


def _data(json: str) -> markupsafe.Markup:
    """JSON inside a page: nothing in it ends its element."""
    return markupsafe.Markup(json.replace("<", "\\u003c"))


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("powersim.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: plain(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rounded"] = rounded
    environment.filters["words"] = lambda name: str(name).replace("_", " ")
    environment.tests["numeric"] = lambda cell: isinstance(cell, int | float)
    return environment
