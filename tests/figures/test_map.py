"""Alignment as a map: true areas, names that do not touch, and no map of states that had other borders."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from powersim.effects.results import Study
from powersim.figures import atlas
from powersim.figures.gallery import Subject, draws
from powersim.figures.map import draw_map, poles, shade
from powersim.figures.style import INK, styled
from powersim.report.standing import standing

SQUARE_KM = 6371.0**2


@pytest.fixture(scope="module")
def drawn(make):
    with styled():
        drawing = draw_map(make())
    drawing.figure.canvas.draw()
    return drawing


def test_the_outlines_say_where_they_are_from_and_are_small():
    path = atlas.files("powersim.figures").joinpath("world.json")
    assert len(path.read_bytes()) < 150_000
    assert "Natural Earth" in atlas.world()["source"]
    assert "public domain" in atlas.world()["licence"]
    assert len(atlas.world()["countries"]) > 170


@pytest.mark.parametrize(
    ("code", "size"), [("IRN", 1.648e6), ("POL", 3.13e5), ("RUS", 17.1e6), ("USA", 9.5e6)]
)
def test_areas_are_true(code, size):
    """Thousands of square kilometres as statistics have them, within what so few points allow."""
    rings = atlas._rings(atlas.world()["countries"][code]["rings"])
    found = SQUARE_KM * sum(atlas.area(atlas.equal_earth(ring, 60.0)) for ring in rings)
    assert found == pytest.approx(size, rel=0.06)


def test_no_outline_jumps_across_the_map():
    for code, country in atlas.world()["countries"].items():
        for ring in atlas._rings(country["rings"]):
            assert np.abs(np.diff(ring[:, 0])).max() < 30, code


@pytest.mark.slow
def test_names_stand_on_the_map_or_below_it_once_each_and_touch_nothing(drawn, make):
    names = [atlas.named(Study.read(make()), str(code)) for code in make()["actor"].values]
    assert {"Iran", "United States", "EU3"} <= set(names)
    maps = drawn.figure.axes[:4]
    below = [text.get_text() for text in drawn.figure.texts]
    for axes in maps:
        on_it = [text.get_text() for text in axes.texts]
        assert "EU3" not in on_it
        assert sorted([*on_it, *sorted({t for t in below if t in names})]) == sorted(names)
        for a, b in combinations([text.get_window_extent() for text in axes.texts], 2):
            assert not a.overlaps(b)


def test_colours_are_alignments_and_the_actor_itself_is_black(drawn, make):
    results, study = make(), Study.read(make())
    codes = [str(code) for code in results["actor"].values]
    mean = np.asarray(results["alignment"].sel(branch=study.reference).isel(snapshot=-1).mean("theory"))
    who, _ = poles(
        np.asarray(results["alignment"].sel(branch=study.reference).isel(snapshot=0).mean("theory")),
        [k for k, code in enumerate(codes) if code in atlas.world()["countries"]],
    )
    faces = {to_hex(patch.get_facecolor()) for patch in drawn.figure.axes[1].patches}
    assert to_hex(INK) in faces
    assert all(
        shade(mean[who, k]) in faces for k, code in enumerate(codes) if code not in ("EU3", codes[who])
    )


def test_states_of_other_borders_and_actors_that_are_no_countries_have_no_map(make):
    results = make()
    past = results.assign_coords(date=("turn", [f"{int(d[:4]) - 93}{d[4:]}" for d in results["date"].values]))
    made_up = {"actor": [f"X{k}" for k in range(15)], "actor2": [f"X{k}" for k in range(15)]}
    for without in (past, results.assign_coords(made_up)):
        study = Study.read(without)
        assert atlas.mapped(study, [str(code) for code in without["actor"].values]) is None
        with pytest.raises(ValueError, match="no countries"):
            draw_map(without)
        assert not [d for d in draws(Subject.read(without), []) if getattr(d, "__name__", "") == "_map"]
        panel = standing(without, study)
        assert panel is not None
        assert panel.outline is None


def test_the_panel_of_the_report_has_every_actor_and_every_date(make):
    results = make()
    panel = standing(results, Study.read(results))
    assert panel is not None
    assert panel.outline is not None
    assert len(panel.outline.own) == 14  # all but a bloc
    assert len(panel.actors) == results.sizes["actor"]
    assert list(panel.dates) == [str(s) for s in results["snapshot"].values]
    assert len(panel.outline.land) < 60_000
