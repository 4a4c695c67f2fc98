"""All figures of a study, as PNG and SVG, with a page that shows them by what they find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from powersim.effects.paired import Effect, diverged, effects
from powersim.effects.results import ROOM, Study, sample
from powersim.figures.alignment import draw_alignment
from powersim.figures.arms import draw_arms
from powersim.figures.atlas import mapped
from powersim.figures.dates import draw_dates, series
from powersim.figures.events import changed, draw_event, draw_events, telling_events
from powersim.figures.fans import draw_paths
from powersim.figures.forest import draw_effects
from powersim.figures.lead import draw_lead
from powersim.figures.map import draw_map
from powersim.figures.network import draw_network
from powersim.figures.overview import draw_all_effects, draw_overview, draw_pairing
from powersim.figures.press import Draw, FigureFiles, print_all
from powersim.figures.saving import FORMATS, SCREEN
from powersim.figures.style import Drawing
from powersim.files.page import GENERATOR, PAGE_MARK
from powersim.files.plain import plain
from powersim.files.writing import write

EVENTS = 16
"""Events that get a figure of their own: those that branches change most."""

INDEX = "index.html"
SECTIONS = {
    "": "At a glance", "effects": "Effects, with intervals, by theory", "paths": "How each outcome goes",
    "events": "When events first happen", "alignment": "Who stands with whom",
}  # fmt: skip
STYLE = (
    "body{font:16px/1.45 sans-serif;max-width:1400px;margin:2em auto;padding:0 1em;color:#222}"
    "img{width:100%;height:auto}figure{margin:2.5em 0}figcaption{color:#666;font-size:14px}"
    "nav a{display:block;color:#0072B2;text-decoration:none;margin:.2em 0}h2{margin-top:2.5em}"
    "@media(max-width:46rem){body{margin:1em auto;overflow-wrap:anywhere}h1{font-size:1.4em}nav a{margin:.6em 0}"
    "figure{margin:2em 0;overflow-x:auto}img{width:52rem;max-width:none}"
    "figure::before{content:'Wider than this screen: move it sideways';display:block;position:sticky;left:0;"
    "width:max-content;color:#666;font-size:14px}"
    "figcaption{position:sticky;left:0;max-width:calc(100vw - 2em)}}"
)


def write_figures(
    results: xr.Dataset,
    directory: Path,
    outcomes: Sequence[str] | None = None,
    formats: Sequence[str] = FORMATS,
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
    notice: Callable[[str], None] | None = None,
    *,
    brief: bool = False,
    style: str = SCREEN,
    given: Sequence[Effect] = (),
) -> list[Path]:
    """Draw every figure that `results` allow into `directory`; returns the files written, index.html last.

    `outcomes` limits the figures of single outcomes (default: all). brief: only what is to be seen first. style: one of
    `saving.STYLES`. given: effects in worlds that went as the record says, to set beside the others. `progress` is told
    each figure's name. The same results give the same bytes, however many `processes` draw (see `press.print_all`, also
    for `notice`). KeyError for an unknown outcome.
    """
    study = Study.read(results)
    after = [name for name, what in study.outcomes.items() if not study.precedes(what)]
    names = (after or list(study.outcomes)) if outcomes is None else [study.outcome(n).name for n in outcomes]
    subject = Subject.read(results, given)
    wanted = first(subject) if brief else draws(subject, names)
    shown = print_all(subject, wanted, directory, formats, progress, processes, notice, style)
    page = write(directory / INDEX, plain(index(study, shown, formats[0])), PAGE_MARK)
    return [*(file for each in shown for file in each.files), page]


@dataclass(frozen=True)
class Subject:
    """What figures are drawn from, read once.

    Effects are of all runs; what shows single runs is drawn from the first `results.SAMPLE` that keep their paths.
    """

    whole: xr.Dataset
    everything: Study
    rows: list[Effect]
    results: xr.Dataset  # sample of `whole`
    study: Study
    parted: dict[str, NDArray[np.bool_]]  # by branch: where it has left the reference, (theory, turn)
    events: list[str]
    given: Sequence[Effect] = ()

    @classmethod
    def read(cls, whole: xr.Dataset, given: Sequence[Effect] = ()) -> Subject:
        """Read what the figures have in common; results of ordinary size are read altogether."""
        if whole.nbytes <= ROOM:
            whole = whole.compute()
        everything, results = Study.read(whole), sample(whole)
        parted = {b: diverged(results, a, b) for a, b in everything.pairs()}
        return cls(
            whole,
            everything,
            effects(whole),
            results,
            Study.read(results),
            parted,
            telling_events(results),
            given,
        )


def first(of: Subject) -> list[Draw[Subject]]:
    """What draws the figures to see first: those over all outcomes, or paths where there is only one branch."""
    if of.study.pairs():
        return [_dates if series(of.everything) else _lead, _overview, _all_effects]
    return [partial(_paths, outcome=name) for name in of.study.headline]


def draws(of: Subject, outcomes: Sequence[str], most: int = EVENTS) -> list[Draw[Subject]]:
    """What draws each figure, in the order of the page; call it inside `style.styled`. most: figures of events."""
    pairs, events = of.study.pairs(), of.events
    found: list[Draw[Subject]] = []
    if pairs:
        found += first(of)
    if events:
        found.append(_events)
    if "arms" in of.whole and bool((of.whole["arms"] > 0).any()):
        found.append(_arms)
    if pairs:
        found += [_pairing, *(partial(_effects, outcome=name) for name in outcomes)]
    found += [partial(_paths, outcome=name) for name in outcomes]
    moved = [e for e in events if not pairs or changed(of.results, e)]
    found += [partial(_event, event=event) for event in moved[:most]]
    if "alignment" in of.whole:
        if mapped(of.everything, [str(code) for code in of.whole["actor"].values]):
            found.append(_map)
        found.append(_network)
        found += [partial(_alignment, branch=branch.name) for branch in of.study.main]
    return found


def _lead(of: Subject) -> Drawing:
    return draw_lead(of.results, of.rows, of.study)


def _dates(of: Subject) -> Drawing:
    return draw_dates(of.rows, of.everything)


def _map(of: Subject) -> Drawing:
    return draw_map(of.whole, of.everything)


def _network(of: Subject) -> Drawing:
    return draw_network(of.whole, of.everything)


def _overview(of: Subject) -> Drawing:
    return draw_overview(of.results, of.rows, of.study, of.given)


def _all_effects(of: Subject) -> Drawing:
    return draw_all_effects(of.rows, of.study)


def _events(of: Subject) -> Drawing:
    return draw_events(of.results, of.events, of.study)


def _arms(of: Subject) -> Drawing:
    return draw_arms(of.whole, of.everything)


def _pairing(of: Subject) -> Drawing:
    return draw_pairing(of.results, of.study)


def _effects(of: Subject, outcome: str) -> Drawing:
    rows = [row for row in of.rows if row.outcome == outcome]
    return draw_effects(of.study.outcome(outcome), rows, of.study)


def _paths(of: Subject, outcome: str) -> Drawing:
    return draw_paths(of.results, outcome, of.study, of.parted)


def _event(of: Subject, event: str) -> Drawing:
    return draw_event(of.results, event, of.study)


def _alignment(of: Subject, branch: str) -> Drawing:
    return draw_alignment(of.whole, branch, of.everything)


def index(study: Study, shown: Sequence[FigureFiles], ending: str) -> str:
    """A page with every figure under its finding, in sections."""
    parts = [
        "<!doctype html>", '<html lang="en">', '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">', GENERATOR,
        f"<title>{escape(study.title or 'powersim')}</title>", f"<style>{STYLE}</style>",
        f"<h1>{escape(study.title or 'Results')}</h1>", f"<p>{escape(study.question)}</p>",
    ]  # fmt: skip
    branches = "".join(
        f"<li><b>{escape(b.name)}</b>: {escape(b.title)}</li>" for b in study.branches.values()
    )
    parts.append(f"<p>Branches, compared with <b>{escape(study.reference)}</b>:</p><ul>{branches}</ul>")
    for folder, heading in SECTIONS.items():
        found = [s for s in shown if s.name.rpartition("/")[0] == folder]
        if not found:
            continue
        links = "".join(f'<a href="#{escape(s.name)}">{escape(s.finding)}</a>' for s in found)
        parts.append(f"<h2>{escape(heading)}</h2><nav>{links}</nav>")
        for s in found:
            image = f'<img loading="lazy" src="{escape(s.name)}.{ending}" alt="{escape(s.finding)}">'
            text = f"<figcaption>{escape(s.caption)}</figcaption>"
            parts.append(f'<figure id="{escape(s.name)}">{image}{text}</figure>')
    return "\n".join(parts) + "\n"
