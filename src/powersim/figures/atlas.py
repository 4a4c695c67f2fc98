"""Outlines of countries: which actors have one, and how they are laid on a page.

The file `world.json` says where its outlines are from, under which licence, and what was changed. They are those of
the states of `SINCE` and after: a study that begins earlier has no map, since its states had other borders.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from powersim.effects.results import Floats, Study

SINCE = 1992  # the first year after the Soviet Union
LEAST = 0.5  # share of the actors that must be on a map
MAIN = 0.1  # a part of a country that is less than this share of its largest sets no frame
MARGIN = 0.04
CREDIT = "Outlines: Natural Earth."

Shape = list[Floats]  # rings (points, 2)


@dataclass(frozen=True)
class Map:
    """A map of the actors that have outlines: `own` by place on the axis of actors, `land` all others.

    Points (x to the right, y upwards) lie in a frame of `width` to `height`; anchors: where names go, and how much
    room there is, the side of a square of the size of the country's largest part.
    """

    own: dict[int, Shape]
    land: list[Shape]
    anchors: dict[int, tuple[float, float, float]]
    width: float
    height: float


@cache
def world() -> dict[str, Any]:
    """The file of outlines as it stands."""
    found: dict[str, Any] = json.loads(files("powersim.figures").joinpath("world.json").read_text("utf-8"))
    return found


def named(study: Study, code: str) -> str:
    """An actor's name: as the scenario has it, else that of the country, else the code."""
    country = world()["countries"].get(code)
    return study.actors.get(code) or (str(country["name"]) if country else code)


def mapped(study: Study, actors: Sequence[str]) -> Map | None:
    """The map of a study; None where its states had other borders, or too few actors are countries.

    Codes of actors are read as those of countries (ISO 3166-1 alpha-3).
    """
    year = study.dates[0][:4]
    countries = world()["countries"]
    places = {code: k for k, code in enumerate(actors) if code in countries}
    if not year.isdigit() or int(year) < SINCE or len(places) < LEAST * len(actors) or len(places) < 2:
        return None
    frame = np.concatenate([_main(_rings(countries[code]["rings"])) for code in places])
    centre = (frame[:, 0].min() + frame[:, 0].max()) / 2
    points = equal_earth(frame, centre)
    low, high = points.min(axis=0), points.max(axis=0)
    room = MARGIN * (high - low).max()
    low, high = low - room, high + room

    def laid(rings: Any) -> Shape:
        laid_out = [equal_earth(ring, centre) - low for ring in _rings(rings)]
        return [ring for ring in laid_out if _touches(ring, high - low)]

    shapes = {code: laid(country["rings"]) for code, country in countries.items()}
    rest = [shape for code, shape in shapes.items() if shape and code not in places]
    own = {k: shapes[code] for code, k in places.items()}
    width, height = map(float, high - low)
    anchors = {k: _anchor(shape) for k, shape in own.items()}
    return Map(own, [*rest, laid(world()["others"])], anchors, width, height)


def equal_earth(degrees: Floats, centre: float) -> Floats:
    """Longitudes and latitudes (points, 2) on a plane on which areas are true, around a longitude.

    Source: Savric, Patterson and Jenny 2019, International Journal of Geographical Information Science 33:454.
    """
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    lon, lat = np.radians(degrees[:, 0] - centre), np.radians(degrees[:, 1])
    t = np.arcsin(np.sqrt(3) / 2 * np.sin(lat))
    slope = 9 * a4 * t**8 + 7 * a3 * t**6 + 3 * a2 * t**2 + a1
    x = 2 * np.sqrt(3) * lon * np.cos(t) / (3 * slope)
    y = a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
    return np.stack([x, y], axis=1)


def area(ring: Floats) -> float:
    """The area within a closed line (points, 2)."""
    x, y = ring.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _rings(steps: Any) -> Shape:
    """Rings in degrees from steps in tenths of a degree."""
    return [np.cumsum(np.array(ring, np.float64).reshape(-1, 2), axis=0) / 10 for ring in steps]


def _main(rings: Shape) -> Floats:
    """The points of a country's larger parts."""
    sizes = [area(ring) for ring in rings]
    return np.concatenate(
        [ring for ring, size in zip(rings, sizes, strict=True) if size >= MAIN * max(sizes)]
    )


def _touches(ring: Floats, frame: Floats) -> bool:
    return bool((ring.max(axis=0) > 0).all() and (ring.min(axis=0) < frame).all())


def _anchor(rings: Shape) -> tuple[float, float, float]:
    """The centre of gravity of the largest part, and the side of a square as large."""
    ring = max(rings, key=area)
    (x, y), (p, q) = ring.T, np.roll(ring, -1, axis=0).T
    cross = x * q - p * y
    return (
        float(((x + p) * cross).sum() / (3 * cross.sum())),
        float(((y + q) * cross).sum() / (3 * cross.sum())),
        float(np.sqrt(area(ring))),
    )
