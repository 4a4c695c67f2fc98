"""All figures of a study, as PNG and SVG, with a page that shows them by what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path

import xarray as xr

from powersim.analysis.compare import diverged, effects
from powersim.analysis.plot_alignment import draw_alignment
from powersim.analysis.plot_arms import draw_arms
from powersim.analysis.plot_effects import draw_effects
from powersim.analysis.plot_events import changed, draw_event, draw_events, telling_events
from powersim.analysis.plot_overview import draw_all_effects, draw_overview, draw_pairing
from powersim.analysis.plot_paths import draw_paths
from powersim.analysis.results import Study, sample
from powersim.analysis.style import Drawing, save, styled

FORMATS = ("png", "svg")
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
)


def write_figures(
    results: xr.Dataset,
    directory: Path,
    outcomes: Sequence[str] | None = None,
    formats: Sequence[str] = FORMATS,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Draw every figure that `results` allow into `directory`; returns the files written, index.html last.

    `outcomes` limits the figures of single outcomes (default: all). `progress` is told each figure's name. The same
    results give the same bytes. KeyError for an unknown outcome.
    """
    study = Study.read(results)
    names = list(study.outcomes) if outcomes is None else [study.outcome(n).name for n in outcomes]
    written: list[Path] = []
    shown: list[tuple[str, str, str]] = []
    with styled():
        for drawing in drawings(results, study, names):
            if progress is not None:
                progress(drawing.name)
            written += save(drawing, directory, formats)
            shown.append((drawing.name, drawing.finding, drawing.caption))
    page = directory / INDEX
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(index(study, shown, formats[0]), encoding="utf-8")
    return [*written, page]


def drawings(results: xr.Dataset, study: Study, outcomes: Sequence[str]) -> Iterator[Drawing]:
    """The figures one by one, so that only one is held in memory; call inside `style.styled`.

    Effects are of all runs; what shows single runs is drawn from the first `results.SAMPLE` that keep their paths.
    """
    pairs = study.pairs()
    rows = effects(results)
    whole, everything = results, study
    results = sample(results)
    study = Study.read(results)
    parted = {b: diverged(results, a, b) for a, b in pairs}
    if pairs:
        yield draw_overview(results, rows, study)
        yield draw_all_effects(rows, study)
    events = telling_events(results)
    if events:
        yield draw_events(results, events, study)
    if "arms" in results and bool((results["arms"] > 0).any()):
        yield draw_arms(whole, everything)
    if pairs:
        yield draw_pairing(results, study)
        for name in outcomes:
            yield draw_effects(study.outcome(name), [r for r in rows if r.outcome == name], study)
    for name in outcomes:
        yield draw_paths(results, name, study, parted)
    moved = [e for e in events if not pairs or changed(results, e)]
    for event in moved[:EVENTS]:
        yield draw_event(results, event, study)
    if "alignment" in results:
        for branch in study.main:
            yield draw_alignment(whole, branch.name, everything)


def index(study: Study, shown: Sequence[tuple[str, str, str]], ending: str) -> str:
    """A page with every figure under its finding, in sections; `shown` holds names, findings and captions."""
    parts = [
        "<!doctype html>", '<html lang="en">', '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(study.title or 'powersim')}</title>", f"<style>{STYLE}</style>",
        f"<h1>{escape(study.title or 'Results')}</h1>", f"<p>{escape(study.question)}</p>",
    ]  # fmt: skip
    branches = "".join(
        f"<li><b>{escape(b.name)}</b>: {escape(b.title)}</li>" for b in study.branches.values()
    )
    parts.append(f"<p>Branches, compared with <b>{escape(study.reference)}</b>:</p><ul>{branches}</ul>")
    for folder, heading in SECTIONS.items():
        found = [s for s in shown if s[0].rpartition("/")[0] == folder]
        if not found:
            continue
        links = "".join(f'<a href="#{escape(name)}">{escape(finding)}</a>' for name, finding, _ in found)
        parts.append(f"<h2>{escape(heading)}</h2><nav>{links}</nav>")
        for name, finding, caption in found:
            image = f'<img loading="lazy" src="{escape(name)}.{ending}" alt="{escape(finding)}">'
            text = f"<figcaption>{escape(caption)}</figcaption>"
            parts.append(f'<figure id="{escape(name)}">{image}{text}</figure>')
    return "\n".join(parts) + "\n"
