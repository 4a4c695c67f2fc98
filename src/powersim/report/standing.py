"""Who stands with whom, date by date: a map and a network whose date, branch and point of view can be chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from powersim.effects.results import Study
from powersim.figures.alignment import matrix
from powersim.figures.atlas import CREDIT, Map, Shape, mapped, named
from powersim.figures.map import fitting, poles, shade
from powersim.figures.network import LEAST, places_of
from powersim.figures.style import words

WIDE = 2000  # units of the map's width: half a pixel on a page
INCHES = 12.2  # its width on the page
BRANCHES = 6
LONG = 20  # letters of a name beyond which a network has the code


@dataclass(frozen=True)
class Outline:
    """The map as SVG: height in units of `WIDE`, all other land as a path, actors by place, names where they fit."""

    height: int
    land: str
    own: Sequence[tuple[int, str]]
    names: Sequence[tuple[str, int, int]]


@dataclass(frozen=True)
class Standing:
    """The panel: names, branches and dates to choose from, the first point of view, the map if there is one."""

    actors: Sequence[str]
    short: Sequence[str]  # the same, or codes where names are long
    branches: Sequence[str]
    dates: Sequence[str]
    first: int
    outline: Outline | None
    credit: str
    data: str


def standing(results: xr.Dataset, study: Study) -> Standing | None:
    """The panel of a study; None without alignments, or with one date alone."""
    if "alignment" not in results or results.sizes["snapshot"] < 2:
        return None
    codes = [str(a) for a in results["actor"].values]
    names = [named(study, code) for code in codes]
    shown = [b.name for b in study.main[:BRANCHES]]
    places = places_of(results, study, shown)
    reach = max(float(np.abs(place).max()) for row in places for _, place in row) or 1.0
    upper = np.triu_indices(len(codes), 1)

    def whole(values: Any) -> list[int]:
        return [int(v) for v in np.rint(100 * np.asarray(values)).ravel()]

    data = {
        "least": LEAST,
        "shades": [shade(v) for v in np.linspace(-1, 1, 41)],
        "alignment": [[whole(mean[upper]) for mean, _ in row] for row in places],
        "places": [[whole(place / reach) for _, place in row] for row in places],
    }
    found = mapped(study, codes)
    mean = matrix(results, study.reference, 0, study.runs).over_theories().mean[0]
    return Standing(
        names,
        [name if len(name) <= LONG else code for name, code in zip(names, codes, strict=True)],
        [words(name) for name in shown],
        [str(s) for s in results["snapshot"].values],
        poles(mean, sorted(found.own) if found else list(range(len(codes))))[0],
        None if found is None else _outline(found, names),
        CREDIT,
        json.dumps(data, separators=(",", ":")),
    )


def _outline(found: Map, names: list[str]) -> Outline:
    scale = WIDE / found.width
    top = found.height * scale
    named_on = [
        (names[k], round(found.anchors[k][0] * scale), round(top - found.anchors[k][1] * scale))
        for k in fitting(found, names, INCHES)
    ]
    own = [(k, _path(shape, scale, top)) for k, shape in found.own.items()]
    return Outline(round(top), "".join(_path(shape, scale, top) for shape in found.land), own, named_on)


def _path(shape: Shape, scale: float, top: float) -> str:
    """Rings as a path: the first point, then steps in whole units."""
    parts = []
    for ring in shape:
        points = np.rint(np.stack([ring[:, 0] * scale, top - ring[:, 1] * scale], axis=1)).astype(int)
        steps = np.diff(points, axis=0)
        steps = steps[np.any(steps != 0, axis=1)]
        if len(steps) > 1:
            (x, y), rest = points[0], " ".join(f"{p} {q}" for p, q in steps)
            parts.append(f"M{x} {y}l{rest}z".replace(" -", "-"))
    return "".join(parts)
