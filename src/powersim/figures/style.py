"""The look of every figure: colours, headings, legends, axes placed in inches.

Figures are built with matplotlib's objects, never pyplot's state, and laid out by measured text, so that headings wrap
and nothing overlaps. Colours are Okabe and Ito's, which stay apart for the colour-blind; yardstick branches are grey.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextToPath
from matplotlib.ticker import MaxNLocator

from powersim.effects.results import Study
from powersim.figures import letters

WIDTH = 12.5  # inches: fills a laptop's window at 110 dots per inch
DPI = 110
INK, SOFT, FAINT = "#222222", "#666666", "#DDDDDD"
BLUE, VERMILLION = "#0072B2", "#D55E00"
BRANCHES = (BLUE, VERMILLION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
YARDSTICK = "#8C8C8C"
DASHES = ("--", ":", "-.")
MORE_DASHES = ((4, 1, 1, 1, 1, 1), (7, 2), (1, 3.5), (3, 1, 3, 3), (1, 1, 1, 1, 1, 4))
"""Lengths of lines and gaps in line widths, for more branches than colours and the usual dashes tell apart."""
MARKERS = ("o", "s", "^", "v", "P", "X", "<", ">")
POOLED = "D"
DIVERGING = LinearSegmentedColormap.from_list("powersim", [VERMILLION, "#F2C9AE", "#FFFFFF", "#A9CDE3", BLUE])
TITLE, TEXT, SMALL = 13.0, 9.5, 8.5  # points
HINTING = 1.04  # letters set on pixels are a little wider than their outlines
HEADING = "heading"
"""What titles and captions are called in a figure: journals print their own."""
LINE = 1.45  # height of a line of text, in font sizes

STYLE: dict[str, Any] = {
    "font.family": letters.FONT,
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a user's title is a dollar sign
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "powersim",
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and set anew
    "pdf.fonttype": 42,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw and save inside this: matplotlib's defaults plus ours, whatever the user's settings are.

    Letters that no font has are no reason for warnings here: they are in `Drawing.boxes`.
    """
    with matplotlib.style.context(["default", STYLE]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", letters.LACKING.pattern)
        yield


@dataclass(frozen=True)
class Look:
    """How a branch or a theory appears wherever it appears."""

    colour: str
    dash: Any = "-"
    marker: str = "o"
    hollow: bool = False
    band: bool = False  # as a legend key: a filled box instead of a line


@dataclass(frozen=True)
class Drawing:
    """A finished figure: its file name without ending, its finding and what is drawn.

    boxes: once it is saved, the letters that no installed font has.
    """

    name: str
    figure: Figure
    finding: str
    caption: str
    boxes: set[str] = field(default_factory=set)


@dataclass
class Sheet:
    """A figure measured in inches: `top` is where the body starts, counted from the bottom."""

    figure: Figure
    width: float
    height: float
    top: float
    cells: list[Axes] = field(default_factory=list)

    def axes(self, left: float, bottom: float, width: float, height: float, **options: Any) -> Axes:
        """Axes at a place given in inches."""
        place = (left / self.width, bottom / self.height, width / self.width, height / self.height)
        cell = self.figure.add_axes(place, **options)
        self.cells.append(cell)
        return cell

    def text(self, x: float, y: float, text: str, **options: Any) -> None:
        """Text at a place given in inches."""
        self.figure.text(x / self.width, y / self.height, text, **options)


def looks(study: Study) -> dict[str, Look]:
    """A look for every branch: the reference black, the others in Okabe and Ito's colours, yardsticks grey."""
    found = {study.reference: Look(INK)}
    for i, branch in enumerate(study.others(yardstick=False)):
        found[branch.name] = Look(
            BRANCHES[i % len(BRANCHES)], _dash(i // len(BRANCHES)), MARKERS[i % len(MARKERS)]
        )
    for i, branch in enumerate(study.others(yardstick=True)):
        few = len(study.others(yardstick=True)) <= len(DASHES)
        found[branch.name] = Look(
            YARDSTICK, DASHES[i] if few else ":", MARKERS[i % len(MARKERS)], hollow=True
        )
    return found


def _dash(again: int) -> Any:
    """The line of a colour that is used for the `again`-th time, from 0: none comes twice."""
    if again <= len(DASHES):
        return ("-", *DASHES)[again]
    more = again - len(DASHES) - 1
    if more < len(MORE_DASHES):
        return (0, MORE_DASHES[more])
    return (0, (5, 1.5) + (1, 1) * (more - len(MORE_DASHES) + 3))


def branch_keys(study: Study) -> list[tuple[str, Look]]:
    """Legend of lines: the main branches, then the yardsticks, as one when they are too many to tell apart."""
    found = looks(study)
    keys = [(words(b.name), replace(found[b.name], marker="")) for b in study.main]
    yardsticks = study.others(yardstick=True)
    if len(yardsticks) > len(DASHES):
        return [*keys, ("yardsticks", replace(found[yardsticks[0].name], marker=""))]
    return keys + [(words(b.name), replace(found[b.name], marker="")) for b in yardsticks]


def measure(text: str, size: float, weight: str = "normal") -> float:
    """Width of one line of text in inches."""
    # Nothing is drawn together across a space, and most words come again.
    parts = text.split(" ")
    width = sum(_word(part, weight) for part in parts) + (len(parts) - 1) * _word(" ", weight)
    return HINTING * width * size / 72


@lru_cache(maxsize=8192)
def _word(text: str, weight: str) -> float:
    """Width of a text in font sizes."""
    font = FontProperties(family=letters.families(text), size=TextToPath.FONT_SCALE, weight=weight)
    with nullcontext() if text.isascii() else letters.heard():
        width, _, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return float(width) / TextToPath.FONT_SCALE


def wrap(text: str, width: float, size: float, weight: str = "normal") -> list[str]:
    """Lines of `text` no wider than `width` inches; a single longer word stands alone."""
    lines: list[str] = []
    for word in text.split(" "):  # a no-break space holds
        parts = [word] if word.isascii() else letters.PARTS.findall(word)
        for place, part in enumerate(parts):
            longer = f"{lines[-1]}{'' if place else ' '}{part}" if lines else part
            if lines and measure(longer, size, weight) <= width:
                lines[-1] = longer
            else:
                lines.append(part)
    return lines


def shorten(text: str, width: float, size: float) -> str:
    """`text`, cut with an ellipsis to fit `width` inches."""
    if measure(text, size) <= width:
        return text
    while text and measure(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def sheet(
    title: str,
    caption: str,
    body: float,
    legend: Sequence[tuple[str, Look]] = (),
    width: float = WIDTH,
) -> Sheet:
    """A figure with heading, caption and legend above a body of `body` inches (margins for tick labels included)."""
    margin, step = 0.25, 1 / 72
    titles = wrap(title, width - 2 * margin, TITLE, "bold")
    captions = wrap(caption, width - 2 * margin, TEXT)
    keys = _legend_rows(legend, width - 2 * margin)
    title_step, text_step = TITLE * LINE * step, TEXT * LINE * step
    heading = margin / 2 + len(titles) * title_step + len(captions) * text_step + 0.08 + len(keys) * 0.24
    height = heading + body
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    made = Sheet(figure, width, height, body)
    y = height - margin / 2
    for line in titles:
        made.text(margin, y, line, size=TITLE, weight="bold", va="top", gid=HEADING)
        y -= title_step
    for line in captions:
        made.text(margin, y, line, size=TEXT, color=SOFT, va="top", gid=HEADING)
        y -= text_step
    for row in keys:
        y -= 0.24
        _draw_keys(made, row, margin, y + 0.08)
    return made


def _legend_rows(legend: Sequence[tuple[str, Look]], width: float) -> list[list[tuple[str, Look]]]:
    rows: list[list[tuple[str, Look]]] = []
    used = width + 1
    for label, look in legend:
        needed = 0.6 + measure(label, TEXT)
        if used + needed > width:
            rows.append([])
            used = 0.0
        rows[-1].append((label, look))
        used += needed
    return rows


def _draw_keys(made: Sheet, row: Sequence[tuple[str, Look]], x: float, y: float) -> None:
    inches = made.figure.dpi_scale_trans
    for label, look in row:
        if look.band:
            patch = Rectangle((x, y - 0.055), 0.3, 0.11, transform=inches, color=look.colour, lw=0)
            made.figure.add_artist(patch)
        else:
            face = "white" if look.hollow else look.colour
            line = Line2D(
                [x, x + 0.15, x + 0.3], [y, y, y], color=look.colour, ls=look.dash, marker=look.marker,
                markevery=[1], mfc=face, mec=look.colour, ms=5, transform=inches,
            )  # fmt: skip
            made.figure.add_artist(line)
        made.text(x + 0.36, y, label, size=TEXT, va="center_baseline")
        x += 0.6 + measure(label, TEXT)


def stairs(axes: Axes, turns: Sequence[int], values: Any, **options: Any) -> None:
    """A path in steps: what a turn ends with holds until the next, the last one for a turn."""
    axes.step([*turns, turns[-1] + 1], [*values, values[-1]], where="post", **options)


def steps_between(axes: Axes, turns: Sequence[int], low: Any, high: Any, **options: Any) -> None:
    """The band between two paths, in steps."""
    ends = [*low, low[-1]], [*high, high[-1]]
    axes.fill_between([*turns, turns[-1] + 1], *ends, step="post", lw=0, **options)


def value_ticks(axes: Axes, *, percent: bool) -> None:
    """Few round values with lines behind what is drawn, in percent if they are shares."""
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    if percent:
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
    axes.grid(axis="y", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5, pad=2)


def year_ticks(axes: Axes, study: Study, width: float, end: int | None = None) -> None:
    """Mark years on a time axis `width` inches wide; dates themselves when there are fewer than three years.

    end: how many turns it shows, by default all.
    """
    date_ticks(axes, study.dates[:end], study.turns[:end], width)


def date_ticks(axes: Axes, dates: Sequence[str], turns: Sequence[int], width: float) -> None:
    """The same for turns and their dates."""
    starts = [i for i, d in enumerate(dates) if i == 0 or d[:4] != dates[i - 1][:4]]
    if len(starts) < 3:
        room = max(1, int(width / (measure(dates[0], SMALL) + 0.15)))
        step = max(1, -(-len(dates) // room))
        # A label at the right end would meet the next panel's first.
        shown = list(range(0, max(1, int(0.9 * len(dates))), step))
        labels = [dates[i] for i in shown]
    else:
        room = max(2, int(width / 0.5))
        step = next((s for s in (1, 2, 3, 4, 5, 10, 20, 25, 50) if -(-len(starts) // s) <= room), 100)
        shown = starts[::step]
        labels = [dates[i][:4] for i in shown]
    axes.set_xticks([turns[i] for i in shown], labels)
    axes.set_xlim(turns[0], turns[-1] + 1)


def mark_intervention(axes: Axes, since: int | None) -> None:
    """A thin vertical line at the turn from which a branch may differ."""
    if since is not None:
        axes.axvline(since, color=SOFT, lw=0.9, ls=(0, (2, 2)), zorder=1)


def mark_interventions(axes: Axes, study: Study) -> None:
    """The same where several branches are drawn: at each turn from which one of them may differ from the reference."""
    for since in study.interventions:
        mark_intervention(axes, since)


def interventions_told(study: Study) -> str:
    """What these lines are, for a caption; nothing without any."""
    if not study.interventions:
        return ""
    return f"Dotted upright: the intervention{'s' if len(study.interventions) > 1 else ''}."


def across_zero(axes: Axes, ends: Sequence[float], least: float) -> None:
    """A bare scale of differences for rows of intervals: zero is in it and marked; `least` is its room without any."""
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = 0.05 * (high - low) or least
    axes.set_xlim(low - room, high + room)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=INK, lw=0.9)
    axes.grid(axis="x", color=FAINT, lw=0.6)
    axes.set_axisbelow(True)


def slug(name: str) -> str:
    """A safe file name: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"


def words(name: str) -> str:
    """A branch's or a theory's name for readers."""
    return name.replace("_", " ")
