"""Who stands with whom as a map: every country by its alignment with one of two actors, before and at the end."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from powersim.effects import findings
from powersim.effects.results import Floats, Study
from powersim.figures.alignment import matrix
from powersim.figures.atlas import CREDIT, Map, Shape, mapped, named
from powersim.figures.style import DIVERGING, FAINT, INK, SMALL, SOFT, TEXT, Drawing, Sheet, measure, sheet

LEFT, GAP, HEAD, BELOW, SCALE = 0.25, 0.3, 0.34, 0.12, 0.5  # inches
ROW, BOX = 0.2, 0.11
SMALLEST = 0.1  # side of a country that a name does not hide
GRID = 400  # steps across a map
SELF = INK  # whose alignment it is
SEA = "#F4F7FA"


def shade(value: float) -> str:
    """The colour of an alignment, -1..1."""
    return to_hex(DIVERGING((value + 1) / 2))


def poles(mean: Floats, on_map: list[int]) -> tuple[int, int]:
    """The actor on the map that has most to do with others, and its opponent on it that has most to do with others."""
    ties = np.abs(np.nan_to_num(mean)).sum(axis=1) - np.abs(np.nan_to_num(np.diag(mean)))
    one = max(on_map, key=lambda k: (round(float(ties[k]), 9), -k))
    other = min((k for k in on_map if k != one), key=lambda k: (round(float(mean[one, k] * ties[k]), 9), k))
    return one, other


def draw_map(results: xr.Dataset, study: Study | None = None) -> Drawing:
    """The reference's alignments on a map. ValueError where there is none, see `atlas.mapped`."""
    study = study or Study.read(results)
    actors = [str(a) for a in results["actor"].values]
    dates = [str(s) for s in results["snapshot"].values]
    found = mapped(study, actors)
    if found is None:
        raise ValueError("these actors have no countries on a map of today")
    means = [matrix(results, study.reference, k, study.runs).over_theories().mean[0] for k in (0, -1)]
    names = [named(study, code) for code in actors]
    ends = poles(means[0], sorted(found.own))
    finding = _finding(means, ends, names, dates, study)
    caption = (
        f"Mean alignment over runs and theories in {findings.quoted(study.reference)}, from −1 (vermillion, hostile) "
        "to +1 (blue, allied), with the actor in black. Actors that are no country, or too small for a name, stand "
        f"below each map. {CREDIT}"
    )
    width = (12.5 - 2 * LEFT - GAP) / 2
    high = width * found.height / found.width
    shown = [fitting(found, names, width)]
    below = ROW * _lines(_rest(names, shown[0]), names, width)
    body = 2 * (HEAD + high + below + BELOW) + SCALE
    made = sheet(finding, caption, body)
    for i, who in enumerate(ends):
        top = made.top - i * (HEAD + high + below + BELOW)
        for j, mean in enumerate(means):
            left = LEFT + j * (width + GAP)
            made.text(left, top - 0.2, f"with {names[who]}, {dates[-j]}", size=TEXT, weight="bold")
            axes = made.axes(left, top - HEAD - high, width, high)
            _draw(axes, found, mean[who], who)
            for k in shown[0]:
                _name(axes, found, k, names[k])
            _chips(
                made, names, _rest(names, shown[0]), mean[who], who, (left, top - HEAD - high - 0.16), width
            )
    _scale(made)
    return Drawing("alignment/map", made.figure, finding, caption)


def _draw(axes: Axes, found: Map, row: Floats, who: int) -> None:
    axes.set_xlim(0, found.width)
    axes.set_ylim(0, found.height)
    axes.set_facecolor(SEA)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    for shape in found.land:
        axes.add_patch(_patch(found, shape, FAINT))
    for k, shape in found.own.items():
        axes.add_patch(_patch(found, shape, SELF if k == who else shade(float(np.nan_to_num(row[k])))))


def _patch(found: Map, shape: Shape, colour: str) -> PathPatch:
    step = found.width / GRID
    parts = []
    for ring in shape:
        points = np.rint(ring / step)
        points = points[np.any(points != np.roll(points, 1, axis=0), axis=1)] * step
        if len(points) > 2:
            parts.append(np.concatenate([points, points[:1]]))
    codes = [[Path.MOVETO, *[Path.LINETO] * (len(ring) - 2), Path.CLOSEPOLY] for ring in parts]
    line = "white" if colour == FAINT else SOFT
    path = Path(np.concatenate(parts), np.concatenate(codes)) if parts else Path(np.zeros((0, 2)))
    return PathPatch(path, fc=colour, ec=line, lw=0.4)


def fitting(found: Map, names: list[str], width: float) -> list[int]:
    """Whose names fit on the map, `width` inches wide, without touching another."""
    scale = width / found.width
    boxes: list[tuple[float, float, float, float]] = []
    fits = []
    for k in sorted(found.anchors, key=lambda k: -found.anchors[k][2]):
        x, y, side = (v * scale for v in found.anchors[k])
        half, tall = measure(names[k], SMALL - 1) / 2 + 0.02, 0.075
        box = (x - half, y - tall, x + half, y + tall)
        inside = box[0] > 0 and box[2] < width
        apart = all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in boxes)
        if side > SMALLEST and inside and apart:
            boxes.append(box)
            fits.append(k)
    return fits


def _name(axes: Axes, found: Map, k: int, name: str) -> None:
    x, y, _ = found.anchors[k]
    halo = [withStroke(linewidth=2, foreground="white")]
    axes.text(x, y, name, size=SMALL - 1, ha="center", va="center", path_effects=halo)


def _rest(names: list[str], shown: list[int]) -> list[int]:
    return [k for k in range(len(names)) if k not in shown]


def _flow(rest: list[int], names: list[str], width: float) -> list[tuple[int, int, float]]:
    """Where names below a map go: actor, line, inches from its left."""
    placed: list[tuple[int, int, float]] = []
    line, x = 0, 0.0
    for k in rest:
        wide = 0.3 + measure(names[k], SMALL - 1)
        if x and x + wide > width:
            line, x = line + 1, 0.0
        placed.append((k, line, x))
        x += wide
    return placed


def _lines(rest: list[int], names: list[str], width: float) -> int:
    return 1 + max((line for _, line, _ in _flow(rest, names, width)), default=-1)


def _chips(
    made: Sheet,
    names: list[str],
    rest: list[int],
    row: Floats,
    who: int,
    at: tuple[float, float],
    width: float,
) -> None:
    inches = made.figure.dpi_scale_trans
    for k, line, x in _flow(rest, names, width):
        left, middle = at[0] + x, at[1] - line * ROW
        colour = SELF if k == who else shade(float(np.nan_to_num(row[k])))
        made.figure.add_artist(
            Rectangle((left, middle - BOX / 2), BOX, BOX, transform=inches, fc=colour, ec=SOFT, lw=0.4)
        )
        made.text(left + BOX + 0.05, middle, names[k], size=SMALL - 1, va="center_baseline")


def _scale(made: Sheet) -> None:
    axes = made.axes(LEFT + 0.35, 0.28, 3.0, 0.1)
    axes.imshow(np.linspace(-1, 1, 101)[None], cmap=DIVERGING, aspect="auto", extent=(-1, 1, 0, 1))
    axes.set_yticks([])
    axes.set_xticks([-1, 0, 1], ["−1 hostile", "0", "+1 allied"], size=SMALL - 1)
    axes.tick_params(length=2, pad=1.5)


def _finding(
    means: list[Floats], ends: tuple[int, int], names: list[str], dates: list[str], study: Study
) -> str:
    """Who has moved most towards, or away from, either of the two."""
    moved = means[1] - means[0]
    who, whom = max(
        ((one, k) for one in ends for k in range(len(names)) if k != one),
        key=lambda pair: round(abs(float(moved[pair])), 9),
    )
    size = float(moved[who, whom])
    if not size:
        return f"{findings.quoted(study.reference)}: nobody moves from {dates[0]} to {dates[-1]}"
    few = f"; {findings.TOO_FEW}" if study.runs < 2 else ""
    way = "closer to" if size > 0 else "further from"
    shown = findings.number(size, findings.decimals([size]), sign=True)
    return (
        f"{findings.quoted(study.reference)}: from {dates[0]} to {dates[-1]} {names[whom]} moves most, {way} "
        f"{names[who]} ({shown} on a scale from −1 to 1{few})"
    )
