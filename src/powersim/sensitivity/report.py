"""Tables, figures and the section of the report that a study of assumptions leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from powersim._words import counted
from powersim.figures import letters
from powersim.figures.saving import save
from powersim.figures.section import Cell, Figure, Section, Table
from powersim.figures.style import Drawing, styled
from powersim.files.table import write_table
from powersim.files.writing import subfolder
from powersim.run.space import LUCK
from powersim.sensitivity import figures as plot_sensitivity
from powersim.sensitivity import regions as plot_regions
from powersim.sensitivity.discovery import halves
from powersim.sensitivity.figures import Index, Row, Swing
from powersim.sensitivity.indices import Indices
from powersim.sensitivity.regions import Panel
from powersim.sensitivity.words import Words, join, limits, value

NAME = "sensitivity"
ORDER = 40
SHOWN = 15
"""Lines of the figure of screening."""

Rows = tuple[list[str], list[list[Cell]]]


def write(words: Words, folder: Path, command: str, notice: Callable[[str], None] | None = None) -> Path:
    """Write CSV files, figures (PNG and SVG) and section.json into `folder`/sensitivity; the path of the section.

    `notice` is told, once, of letters that figures cannot show.
    """
    where = subfolder(folder, NAME)
    found = tables(words)
    for name, (columns, rows) in found.items():
        write_table(where / f"{name}.csv", columns, rows)
    figures = []
    boxes: set[str] = set()
    with styled():
        for drawing in drawings(words):
            save(drawing, where, ("png", "svg"))
            figures.append(Figure(drawing.name, drawing.finding, drawing.caption))
            boxes |= drawing.boxes
    letters.tell(boxes, notice)
    leading = found["screening"]
    top = [row[:9] for row in leading[1][:SHOWN]]
    section = Section(
        name=NAME,
        title="Which assumptions the effect hangs on",
        order=ORDER,
        findings=words.all(),
        figures=figures,
        tables=[
            Table(
                f"The {counted(len(top), 'assumption')} with the clearest bearing on the effect, of "
                f"{len(leading[1])}: Spearman’s rank correlation with its 95% interval, first-order share "
                "of the variance, p and p adjusted for their number.",
                leading[0][:9],
                top,
            )
        ],
        limits=limits(words.found),
        command=command,
    )
    return section.write(folder)


def tables(words: Words) -> dict[str, Rows]:
    """Every CSV file: columns and rows."""
    found = words.found
    made = {"screening": _screening(words), "tornado": _tornado(words), "interactions": _interactions(words)}
    made["rbd_fast"] = _spectral(words)
    s = found.shares
    made["luck"] = (
        ["source", "share_of_variance", "ci_low", "ci_high"],
        [
            ["assumptions alone", s.assumptions, s.assumptions_low, s.assumptions_high],
            ["luck alone", s.luck, s.luck_low, s.luck_high],
        ],
    )
    if found.theories:
        made["theories"] = (
            ["theory", "effect", "ci_low", "ci_high"],
            [[each.theory, each.effect, each.low, each.high] for each in found.theories],
        )
    if found.regression is not None:
        made["regression"] = _regression(words)
    if found.morris is not None:
        m = found.morris
        rows: list[list[Cell]] = [
            [n, *map(float, v)] for n, *v in zip(m.names, m.mu_star, m.mu_star - m.half, m.mu_star + m.half)
        ]
        made["morris"] = (
            ["group", "mu_star", "ci_low", "ci_high"],
            sorted(rows, key=lambda row: -_number(row[1])),
        )
    for name, indices in (("sobol_blocks", found.blocks), ("sobol_leading", found.singles)):
        if indices is not None:
            made[name] = _sobol(words, indices)
    for each in found.maps:
        made[f"map_{'_'.join(each.names)}"] = (
            [each.names[0], each.names[1], "effect", "ci_low", "ci_high", "runs"],
            [
                [
                    float(each.values[0][j]),
                    float(each.values[1][i]),
                    *(float(v[i, j]) for v in (each.effect, each.low, each.high)),
                    each.runs,
                ]
                for i, j in np.ndindex(each.effect.shape)
            ],
        )
    if found.discovery is not None:
        made["discovery"] = _discovery(words)
    return made


def _screening(words: Words) -> Rows:
    s, space = words.found.screening, words.space
    columns = [
        "assumption",
        "path",
        "correlation",
        "ci_low",
        "ci_high",
        "first_order",
        "p",
        "p_adjusted",
        "found",
        "group",
    ]
    rows: list[list[Cell]] = []
    for k in s.order():
        numbers = [float(v[k]) for v in (s.correlation, s.low, s.high, s.share, s.p, s.q)]
        rows.append(
            [
                space.all[k].label,
                space.all[k].path,
                *numbers,
                "yes" if s.found[k] else "no",
                space.all[k].group,
            ]
        )
    return columns, rows


def _tornado(words: Words) -> Rows:
    parts = ("", "_ci_low", "_ci_high")
    measured = [f"{name}{part}" for name in ("effect_low", "effect_high", "difference") for part in parts]
    columns = ["assumption", "path", "low", "high", *measured]
    rows: list[list[Cell]] = [
        [
            words.title(bar.column), words.space.all[bar.column].path, bar.bottom.value, bar.top.value,
            bar.bottom.effect, bar.bottom.low, bar.bottom.high, bar.top.effect, bar.top.low, bar.top.high,
            bar.swing, bar.swing_low, bar.swing_high,
        ]
        for bar in words.found.bars
    ]  # fmt: skip
    return columns, rows


def _interactions(words: Words) -> Rows:
    names = [f"{kind}_{i}{j}" for kind in ("mean", "half") for i in range(3) for j in range(3)]
    rows: list[list[Cell]] = [
        [
            words.space.all[p.first].path,
            words.space.all[p.second].path,
            p.p,
            p.q,
            *map(float, np.r_[p.means.ravel(), p.halves.ravel()]),
        ]
        for p in words.found.pairs
    ]
    return ["first", "second", "p", "p_adjusted", *names], rows


def _spectral(words: Words) -> Rows:
    first, half, noise = words.found.spectral
    rows: list[list[Cell]] = [
        [words.title(int(k)), words.space.all[k].path, float(s), float(s - h), float(s + h), noise]
        for k, s, h in zip(words.found.leading, first, half, strict=True)
    ]
    return ["assumption", "path", "first_order", "ci_low", "ci_high", "noise_level"], rows


def _regression(words: Words) -> Rows:
    r = words.found.regression
    assert r is not None
    rows: list[list[Cell]] = [
        [words.title(k), words.space.all[k].path, *(float(v[place]) for v in (r.coefficients, r.low, r.high))]
        for place, k in enumerate(words.found.regressed)
    ]
    return ["assumption", "path", "coefficient", "ci_low", "ci_high"], rows


def _sobol(words: Words, found: Indices) -> Rows:
    columns = [
        "group",
        "first_order",
        "first_ci_low",
        "first_ci_high",
        "total",
        "total_ci_low",
        "total_ci_high",
    ]
    rows: list[list[Cell]] = [
        [words.named(name), *map(float, (s, s - a, s + a, t, t - b, t + b))]
        for name, s, a, t, b in zip(
            found.names, found.first, found.first_half, found.total, found.total_half, strict=True
        )
    ]
    return columns, sorted(rows, key=lambda row: -_number(row[4]))


def _discovery(words: Words) -> Rows:
    columns = ["method", "inequalities", "confirmed", "density", "coverage", "runs_in_box", "base_rate", "p",
               "density_where_made", "coverage_where_made"]  # fmt: skip
    found = words.found.discovery
    assert found is not None
    rows: list[list[Cell]] = [
        [
            box.method, words.inequalities(box), "yes" if box in found.found else "no", box.tested.density,
            box.tested.coverage, box.tested.runs, found.base, box.p, box.made.density, box.made.coverage,
        ]
        for box in found.boxes
    ]  # fmt: skip
    return columns, rows


def drawings(words: Words) -> Iterator[Drawing]:
    """Every figure."""
    found, factor, unit = words.found, words.factor, words.unit
    of = f"{words.of_what} ({unit})"
    s = found.screening
    rows = [
        Row(
            words.space.all[k].label,
            float(s.correlation[k]),
            float(s.low[k]),
            float(s.high[k]),
            bool(s.found[k]),
        )
        for k in s.order()[:SHOWN]
    ]
    clear = [words.title(k) for k in s.order() if s.found[k]]
    every = counted(len(words.space.all), "assumption")
    finding = f"{len(clear) or 'None'} of {every} stand{'s' * (len(clear) < 2)} above chance"
    if clear:
        finding += f": {join(clear[:5])}" + (f" and {len(clear) - 5} more" if len(clear) > 5 else "")
    yield plot_sensitivity.draw_screening(rows, s.noise, len(words.space.all), finding)
    same = float(found.effects[: found.asked.paired].mean())
    yield plot_sensitivity.draw_tornado(
        _swings(words),
        same,
        of,
        first(words.tornado()),
        found.asked.paired,
        factor,
    )
    if found.pairs:
        yield plot_regions.draw_interactions(
            _panels(words), unit, words.interactions().removesuffix("."), len(found.effects), factor
        )
    if found.blocks is not None:
        yield _drawn(words, "sobol-blocks", found.blocks, words.blocks().removesuffix("."))
    if found.singles is not None:
        yield _drawn(words, "sobol-leading", found.singles, words.singles().removesuffix("."))
    if found.morris is not None:
        m = found.morris
        bars = [
            Row(n, float(v), float(v - h), float(v + h), True)
            for n, v, h in zip(m.names, m.mu_star, m.half, strict=True)
        ]
        bars.sort(key=lambda row: -row.value)
        kept = [row for place, row in enumerate(bars) if row.name == LUCK or (place < 25 and row.value > 0)]
        yield plot_sensitivity.draw_morris(
            kept, of, words.morris().removesuffix("."), found.asked.trajectories, factor
        )
    for each in found.maps:
        names = (words.named(each.names[0]), words.named(each.names[1]))
        finding = words.map(each).removesuffix(".")
        yield plot_regions.draw_map(replace(each, names=names), unit, finding, factor)
    yield from _boxes(words)


def _boxes(words: Words) -> Iterator[Drawing]:
    """The surest box, if it has two sides to draw it by."""
    found = words.found
    if found.discovery is None or not found.discovery.found or len(found.discovery.found[0].limits) < 2:
        return
    box = found.discovery.found[0]
    a, b = box.limits[:2]
    _, tested = halves(len(found.effects), words.space.plan.seed)
    x, y = found.values[tested, a.column], found.values[tested, b.column]
    yield plot_regions.draw_box(
        x,
        y,
        found.counted[tested],
        ((a.low, a.high), (b.low, b.high)),
        (words.space.all[a.column].label, words.space.all[b.column].label),
        f"Where {words.inequalities(box)}, {words.claim} in {box.tested.density:.0%} of runs, elsewhere more seldom: "
        f"in {found.discovery.base:.0%} of all",
        words.claim,
    )


def _swings(words: Words) -> list[Swing]:
    made = []
    for bar in words.found.bars:
        ends = [value(words.space, bar.column, end.value) for end in (bar.bottom, bar.top)]
        made.append(
            Swing(
                words.space.all[bar.column].label,
                (ends[0], ends[1]),
                (bar.bottom.effect, bar.top.effect),
                (bar.bottom.low, bar.top.low),
                (bar.bottom.high, bar.top.high),
                bar.swing_low > 0 or bar.swing_high < 0,
            )
        )
    return made


def _panels(words: Words) -> list[Panel]:
    """The pairs that interact most clearly."""
    pairs = sorted(words.found.pairs, key=lambda pair: pair.p)[:3]
    return [
        Panel(
            words.title(pair.first), words.title(pair.second), pair.means, pair.halves,
            f"interaction: p = {pair.p:.2g}, adjusted {pair.q:.2g}",
        )
        for pair in pairs
    ]  # fmt: skip


def _drawn(words: Words, name: str, found: Indices, finding: str) -> Drawing:
    rows = [
        Index(words.named(n), float(s), float(a), float(t), float(b), n == LUCK)
        for n, s, a, t, b in zip(
            found.names, found.first, found.first_half, found.total, found.total_half, strict=True
        )
    ]
    rows.sort(key=lambda row: (row.luck, -row.total))
    return plot_sensitivity.draw_indices(name, rows, finding, words.found.asked.base)


def first(text: str) -> str:
    """The first sentence of a paragraph."""
    return text.partition(". ")[0].removesuffix(".")


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
