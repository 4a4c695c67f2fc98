"""Every figure is drawn, whatever the study's shape, with the same bytes each time and text that can be read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.image import imread
from matplotlib.lines import Line2D

from powersim.effects.findings import plain_words
from powersim.effects.paired import effects
from powersim.effects.results import Study
from powersim.figures.alignment import blocs, draw_alignment
from powersim.figures.arms import draw_arms
from powersim.figures.events import telling_events
from powersim.figures.forest import draw_effects
from powersim.figures.gallery import Subject, draws, write_figures
from powersim.figures.lead import draw_lead
from powersim.figures.overview import draw_overview
from powersim.figures.saving import save
from powersim.figures.style import BRANCHES, looks, shorten, styled, wrap

SLACK = 2  # pixels by which hinted letters may differ from measured ones


def some(results):
    """The same results with fewer events, actors and flows, for speed."""
    few = slice(0, 6)
    return results.sel(event=["drones RUS"]).isel(actor=few, actor2=few, flow=slice(0, 5))


def everything(results):
    """All figures of some results."""
    subject = Subject.read(results)
    with styled():
        for draw in draws(subject, list(subject.study.outcomes)):
            yield draw(subject)


def boxes(figure, texts):
    renderer = figure.canvas.get_renderer()
    shown = [t for t in texts if t.get_visible() and t.get_text().strip()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in shown]


def labels(axes):
    """Labels of an axes' axis and of those of its ticks that are within view."""
    for axis in (axes.xaxis, axes.yaxis):
        yield axis.label
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


def overlap(a, b) -> bool:
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    high = min(a.y1, b.y1) - max(a.y0, b.y0)
    return wide > SLACK and high > SLACK


@pytest.mark.parametrize(
    "shape",
    [
        {"branches": 3, "theories": 2, "outcomes": 2, "runs": 20},
        pytest.param({"branches": 8, "theories": 4, "outcomes": 1, "runs": 8}, marks=pytest.mark.slow),
        pytest.param(
            {"branches": 1, "theories": 1, "outcomes": 1, "runs": 12, "years": 4}, marks=pytest.mark.slow
        ),
        pytest.param(
            {"branches": 2, "theories": 1, "outcomes": 1, "runs": 1, "years": 1}, marks=pytest.mark.slow
        ),
    ],
)
def test_figures_are_titled_by_findings_and_no_text_leaves_them_or_lies_on_another(make, shape):
    for drawing in everything(some(make(**shape))):
        figure = drawing.figure
        assert drawing.finding.startswith(figure.texts[0].get_text())
        figure.draw_without_rendering()
        width, height = figure.bbox.width, figure.bbox.height
        own = boxes(figure, figure.texts)
        found = [*own, *boxes(figure, (label for axes in figure.axes for label in labels(axes)))]
        for text, box in found:
            inside = (
                box.x0 > -SLACK and box.y0 > -SLACK and box.x1 < width + SLACK and box.y1 < height + SLACK
            )
            assert inside, f"{drawing.name}: {text!r} leaves the figure"
        for k, (one, a) in enumerate(own):
            for other, b in found[k + 1 :]:
                assert not overlap(a, b), f"{drawing.name}: {one!r} lies on {other!r}"


@pytest.mark.slow
def test_all_figures_are_written_in_both_formats_with_an_index(make, tmp_path):
    told: list[str] = []
    results = some(make(branches=2, theories=1, outcomes=3, runs=10))
    written = write_figures(results, tmp_path, ["war_ukraine"], progress=told.append)
    assert written[-1] == tmp_path / "index.html"
    names = {p.relative_to(tmp_path).as_posix() for p in written}
    for name in ("lead", "overview", "effects", "events", "arms", "pairing", "paths/war-ukraine", "effects/war-ukraine",
                 "alignment/keep"):  # fmt: skip
        assert {f"{name}.png", f"{name}.svg"} <= names
        assert name in told
    assert not any("iran-missiles" in name for name in names)
    assert all(p.is_file() for p in written)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    for path in written[:-1]:
        if path.suffix == ".png":
            assert f'src="{path.relative_to(tmp_path).as_posix()}"' in page


def test_the_same_results_give_the_same_bytes(make, tmp_path):
    results = some(make(branches=2, theories=1, outcomes=1, runs=10))
    study = Study.read(results)

    def drawn(where):
        with styled():
            rows = effects(results)
            made = [draw_overview(results, rows, study), draw_alignment(results, "keep", study)]
            return [path.read_bytes() for d in made for path in save(d, where, ("png", "svg"))]

    assert drawn(tmp_path / "one") == drawn(tmp_path / "two")


def test_svg_files_bear_no_date_and_parse(results, tmp_path):
    with styled():
        (path,) = save(draw_arms(results), tmp_path, ("svg",))
    text = path.read_text(encoding="utf-8")
    assert "<dc:date>" not in text
    assert ET.fromstring(text).tag.endswith("svg")


def test_an_svg_has_its_text_as_text_and_says_what_it_shows(results, tmp_path):
    with styled():
        drawing = draw_arms(results)
        (path,) = save(drawing, tmp_path, ("svg",))
    root = ET.fromstring(path.read_text(encoding="utf-8"))
    name = "{http://www.w3.org/2000/svg}"
    assert [root.find(f"{name}title").text, root.find(f"{name}desc").text] == [
        drawing.finding,
        drawing.caption,
    ]
    assert any("deliveries a run" in (text.text or "") for text in root.iter(f"{name}text"))


@pytest.mark.slow
def test_on_paper_a_figure_has_no_title_and_three_hundred_dots_an_inch(results, tmp_path):
    with styled():
        on_screen, on_paper = draw_arms(results), draw_arms(results)
        files = save(on_screen, tmp_path, ("png",)) + save(
            on_paper, tmp_path / "paper", ("png", "pdf"), "paper"
        )
    screen, paper = (imread(path).shape for path in files[:2])
    assert paper[1] == pytest.approx(screen[1] * 300 / 110, abs=3)
    assert paper[0] / paper[1] < screen[0] / screen[1]
    headings = [text for text in on_paper.figure.texts if text.get_gid() == "heading"]
    assert headings
    assert not any(text.get_visible() for text in headings)
    assert all(text.get_visible() for text in on_screen.figure.texts)


def test_the_lead_is_about_the_first_outcome_and_names_every_branch_in_full(make):
    results = make(branches=3, theories=2, outcomes=2, runs=20)
    study = Study.read(results)
    with styled():
        drawing = draw_lead(results, effects(results), study)
    first = study.outcome(study.headline[0])
    assert drawing.finding.startswith(first.title)
    text = " ".join(t.get_text() for t in drawing.figure.texts)
    assert all(branch.title in text for branch in study.main)
    ends = {line.get_ydata()[-1] for line in drawing.figure.axes[0].lines if len(line.get_xdata()) > 2}
    assert len(ends) == len(study.main)


def test_the_plain_sentence_says_levels_of_a_clear_effect_and_no_more(make):
    study = Study.read(make(branches=2, theories=1, outcomes=1, runs=5))
    (what,) = study.outcomes.values()
    row = next(r for r in effects(make(branches=2, theories=1, outcomes=1, runs=5)))
    clear = replace(row, mean_a=0.10, mean_b=0.30, effect=0.2, ci_low=0.1, ci_high=0.3)
    a, b = (f"“{study.branches[name].title}”" for name in (row.branch_a, row.branch_b))
    assert plain_words(what, [clear], study, binary=True).endswith(f"30% of histories with {b}, 10% with {a}")
    unclear = replace(clear, ci_low=-0.1)
    assert plain_words(what, [unclear], study, binary=True).endswith(
        "no branch makes a difference beyond chance"
    )
    same = replace(clear, effect=0.0, ci_low=0.0, ci_high=0.0)
    assert plain_words(what, [same], study, binary=True).endswith(
        "the same in every history, whatever the branch"
    )


def test_titles_of_users_are_text_not_markup(make, tmp_path):
    results = make(branches=1, theories=1, outcomes=1, runs=5)[["value"]]
    name = str(results["outcome"].values[0])
    results.attrs["outcomes"] = results.attrs["outcomes"].replace(
        "Russia-Iran alignment", "<b>$ of A & B_c$</b>"
    )
    write_figures(results, tmp_path, [name], ("png",))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<b>$" not in page
    assert "&lt;b&gt;$ of A &amp; B_c$&lt;/b&gt;" in page


def test_results_without_arms_events_and_alignment_still_have_figures(make, tmp_path):
    bare = make(branches=2, theories=1, outcomes=3, runs=5)[["value"]]
    names = {p.name for p in write_figures(bare, tmp_path, ["war_ukraine"], ("png",))}
    assert names == {
        "lead.png",
        "overview.png",
        "effects.png",
        "pairing.png",
        "war-ukraine.png",
        "index.html",
    }


def test_one_branch_has_no_effects_to_draw(make):
    results = make(branches=1, theories=1, outcomes=1, runs=5)
    study = Study.read(results)
    with styled(), pytest.raises(ValueError, match="a comparison needs at least two branches"):
        draw_effects(study.outcomes["russia_iran_alignment"], [], study)
    with styled(), pytest.raises(ValueError, match="a comparison needs at least two branches"):
        draw_overview(results, [], study)


def test_an_unknown_outcome_is_refused_before_anything_is_drawn(results, tmp_path):
    with pytest.raises(KeyError, match="no outcome 'peace'"):
        write_figures(results, tmp_path / "figures", ["peace"])
    assert not (tmp_path / "figures").exists()


def test_branches_look_different_and_yardsticks_are_grey(make):
    study = Study.read(make(branches=8, theories=1, outcomes=1, runs=2))
    found = looks(study)
    main = [found[b.name] for b in study.main]
    assert len({look.colour for look in main}) == len(main)
    assert {found[b.name].colour for b in study.others(yardstick=True)}.isdisjoint(BRANCHES)
    assert len({(look.colour, look.dash, look.marker) for look in found.values()}) == len(found)


def test_calendar_events_get_no_figure(results):
    first = results["first"].copy()
    first.loc[{"event": "drones RUS"}] = 12.0
    first.loc[{"event": "war RUS-UKR"}] = np.nan
    events = telling_events(results.assign(first=first))
    assert "drones RUS" not in events
    assert "war RUS-UKR" not in events
    assert "strike ISR-IRN" in events


def test_blocs_put_friends_together():
    camp = np.array([1.0, -1.0, 0.9, -0.8, 1.1])
    order = blocs(np.outer(camp, camp))
    signs = [camp[i] > 0 for i in order]
    assert sum(a != b for a, b in pairwise(signs)) == 1


def test_wrapped_lines_fit_and_keep_every_word():
    text = "Cancelling lowers the alignment of Russia and Iran in every theory but one, and by less than a yardstick"
    lines = wrap(text, 2.0, 10)
    assert " ".join(lines) == text
    assert len(lines) > 2
    assert shorten(text, 2.0, 10).endswith("…")
    assert shorten("short", 2.0, 10) == "short"


def test_two_hundred_branches_have_as_many_lines(make):
    study = Study.read(make(branches=2, theories=1, outcomes=1, runs=2))
    like = study.branches["cancel"]
    many = {f"b{k}": replace(like, name=f"b{k}") for k in range(200)}
    found = looks(replace(study, branches={study.reference: study.branches[study.reference], **many}))
    assert len({(look.colour, look.dash) for look in found.values()}) == len(found)
    for look in found.values():
        Line2D([0, 1], [0, 1], ls=look.dash)  # matplotlib can draw it
