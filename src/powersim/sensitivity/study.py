"""A study of assumptions: ordinary runs, designs in the space of assumptions, what they say, step by step.

Luck is one more factor: points of a design that share their luck differ by assumptions alone, and what a change of luck
does is measured by the same index as what a change of assumptions does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from powersim.effects.limits import t_interval
from powersim.rules.level import beyond
from powersim.run.space import HIGH, LOW, LUCK, THEORY, Space
from powersim.scenario.resolved import Outcome
from powersim.sensitivity import indices as sensitivity
from powersim.sensitivity.discovery import Discovery, discover
from powersim.sensitivity.indices import Elementary, Grid, Indices, Regression, Screening, Shares
from powersim.sensitivity.points import Evaluator, Points
from powersim.world.state import Floats

METHODS = ("given-data", "morris", "sobol", "all")
RUNS = 2000
"""Ordinary runs; the sizes of designs follow from them."""
LEAST = 100
TOP = 10
"""Single assumptions looked at closely."""
BARS, MOST_BARS = 8, 16
"""Bars of the tornado: more than the least only where more assumptions are found."""
PAIRS = 5
"""Assumptions whose pairs are tested for interaction."""
GRID = 7
"""Values along each side of a map."""
DESIGN_RUNS = 1 << 24
"""Runs from here on lend their luck to designs; ordinary runs have lower numbers."""


@dataclass(frozen=True)
class Request:
    """What is asked: the outcome, how many ordinary runs, which methods, maps, and from which effect on it counts."""

    outcome: Outcome
    runs: int
    methods: frozenset[str]
    maps: tuple[tuple[str, str], ...]
    threshold: float

    @property
    def base(self) -> int:
        """Base sample of Saltelli's design: a power of two near an eighth of the runs."""
        return 1 << max(3, round(float(np.log2(max(self.runs / 8, 1)))))

    @property
    def trajectories(self) -> int:
        """Morris' trajectories."""
        return max(4, self.runs // 100)

    @property
    def paired(self) -> int:
        """Runs at each end of a prior in the tornado."""
        return max(10, self.runs // 8)

    @property
    def in_cell(self) -> int:
        """Runs in each cell of a map."""
        return max(5, self.runs // 20)


@dataclass(frozen=True)
class End:
    """Mean effect with an assumption at an end of its prior and the others drawn, with its 95 % interval."""

    value: float
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class Mean:
    """Mean effect under a theory with its 95 % interval."""

    theory: str
    effect: float
    low: float
    high: float


@dataclass(frozen=True)
class Bar:
    """A bar of the tornado: both ends, and the difference high less low within runs with its 95 % interval."""

    column: int
    bottom: End
    top: End
    swing: float
    swing_low: float
    swing_high: float


@dataclass(frozen=True)
class Pair:
    """Mean effect by thirds of two assumptions (3, 3), its half-widths, p of their interaction, adjusted for pairs."""

    first: int
    second: int
    means: Floats
    halves: Floats
    p: float
    q: float


@dataclass
class Findings:
    """What was found: from ordinary runs, with their values (runs, P) and effects (runs), and from designs."""

    asked: Request
    values: Floats
    effects: Floats
    screening: Screening
    leading: NDArray[np.int64]
    spectral: tuple[Floats, Floats, float]
    shares: Shares
    pairs: list[Pair]
    regression: Regression | None = None
    regressed: tuple[int, ...] = ()
    theories: list[Mean] = field(default_factory=list)
    discovery: Discovery | None = None
    bars: list[Bar] = field(default_factory=list)
    morris: Elementary | None = None
    blocks: Indices | None = None
    singles: Indices | None = None
    maps: list[Grid] = field(default_factory=list)

    @property
    def counted(self) -> NDArray[np.bool_]:
        """The runs whose effect is above the threshold asked for."""
        return np.asarray(beyond(self.effects, self.asked.threshold))


def steps(space: Space, asked: Request) -> int:
    """How many points a study computes."""
    top = min(TOP, sum(each.path != THEORY for each in space.all))
    total = 2 * asked.runs + min(BARS, top) * 2 * asked.paired
    if "morris" in asked.methods:
        total += asked.trajectories * (len(set(_groups(space))) + 1)
    if "sobol" in asked.methods:
        total += asked.base * (len(set(_blocks(space))) + 2) + asked.base * (
            len(set(_singles(space, range(top)))) + 2
        )
    cells = sum(len(space.line(a, GRID).at) * len(space.line(b, GRID).at) for a, b in asked.maps)
    return total + cells * asked.in_cell


def carry_out(evaluator: Evaluator, asked: Request) -> Findings:
    """Compute and analyse everything that is asked."""
    space, seed = evaluator.space, evaluator.space.plan.seed
    u, runs = space.ordinary(0, asked.runs)
    effects = evaluator.effects("runs", Points(u, runs))
    values = space.values(u)
    screening = sensitivity.screen(values, effects, seed)
    ordered = [k for k in screening.order() if space.all[k].path != THEORY]  # it has no low and no high end
    leading = np.array(ordered[:TOP], np.int64)
    found = Findings(
        asked=asked,
        values=values,
        effects=effects,
        screening=screening,
        leading=leading,
        spectral=sensitivity.spectral(values[:, leading], effects, seed),
        shares=sensitivity.shares(effects, evaluator.effects("luck", Points(u, np.roll(runs, -1))), seed),
        pairs=_pairs(u, effects, leading[:PAIRS]),
    )
    if len(space.plan.theories) > 1:
        under = np.array([space.theory(row) for row in u])
        found.theories = [Mean(name, *_mean(effects[under == name])) for name in space.plan.theories]
    found.discovery = discover(values, found.counted, seed)
    walked = [k for k in ordered[:MOST_BARS] if k in leading[:BARS] or screening.found[k]]
    found.bars = _tornado(evaluator, asked, np.array(walked, np.int64))
    # what leaves every run as it is, with the same luck, is not read: the screening found it by chance
    unread = [bar.column for bar in found.bars if bar.swing == bar.swing_low == bar.swing_high == 0]
    found.screening = sensitivity.without(screening, unread)
    found.regressed = tuple(int(k) for k in ordered if found.screening.found[k])
    if 0 < len(found.regressed) < asked.runs / 4:
        found.regression = sensitivity.regress(values[:, found.regressed], effects, seed)
    if "morris" in asked.methods:
        found.morris = _morris(evaluator, asked)
    if "sobol" in asked.methods:
        found.blocks = _sobol(evaluator, asked, "blocks", _blocks(space))
        found.singles = _sobol(evaluator, asked, "singles", _singles(space, leading))
    found.maps = [_map(evaluator, asked, names) for names in asked.maps]
    return found


def _groups(space: Space) -> list[str]:
    """The fine group of every column of Morris' design; the last column is luck."""
    return [*(each.group for each in space.all), LUCK]


def _blocks(space: Space) -> list[str]:
    """The block of every column of Sobol's design over blocks."""
    return [*(each.block for each in space.all), LUCK]


def _singles(space: Space, leading: Sequence[int] | NDArray[np.int64]) -> list[str]:
    """Leading assumptions alone, the others together, and luck."""
    alone = set(map(int, leading))
    return [*(each.path if k in alone else OTHERS for k, each in enumerate(space.all)), LUCK]


OTHERS = "all other assumptions"


def _pairs(u: Floats, effects: Floats, leading: NDArray[np.int64]) -> list[Pair]:
    tested = [
        (int(a), int(b), *sensitivity.interaction(u[:, a], u[:, b], effects))
        for a, b in combinations(leading, 2)
    ]
    if not tested:
        return []
    adjusted = stats.false_discovery_control([each[-1] for each in tested])
    return [Pair(*each, float(q)) for each, q in zip(tested, adjusted, strict=True)]


def _tornado(evaluator: Evaluator, asked: Request, leading: NDArray[np.int64]) -> list[Bar]:
    """Both ends of every leading prior over the same runs: their luck and all else that they draw."""
    space = evaluator.space
    u, runs = space.ordinary(0, asked.paired)
    bars = []
    for column in leading:
        ends = []
        for name, place in (("low", LOW), ("high", HIGH)):
            moved = u.copy()
            moved[:, column] = place
            ends.append(
                evaluator.effects(f"tornado-{space.all[column].path[:40]}-{name}", Points(moved, runs))
            )
        swing, low, high = _mean(ends[1] - ends[0])
        values = space.ends(int(column))
        made = [End(value, *_mean(effects)) for value, effects in zip(values, ends, strict=True)]
        bars.append(Bar(int(column), made[0], made[1], swing, low, high))
    return sorted(bars, key=lambda bar: -abs(bar.swing))


def _morris(evaluator: Evaluator, asked: Request) -> Elementary:
    """Every trajectory has lucks of its own, so that luck is a group beside the others."""
    space, seed = evaluator.space, evaluator.space.plan.seed
    groups = _groups(space)
    design = sensitivity.morris_design(groups, asked.trajectories, seed)
    trajectory = np.arange(len(design)) // (len(set(groups)) + 1)
    level = np.round(design[:, -1] * (sensitivity.LEVELS - 1)).astype(np.int64)
    runs = DESIGN_RUNS + trajectory * sensitivity.LEVELS + level
    u = LOW + (HIGH - LOW) * design[:, :-1]
    return sensitivity.morris_indices(groups, design, evaluator.effects("morris", Points(u, runs)), seed)


def _sobol(evaluator: Evaluator, asked: Request, name: str, groups: list[str]) -> Indices:
    """Within a row of Saltelli's design luck is common to all points but those in which it is changed itself."""
    seed = evaluator.space.plan.seed
    design = sensitivity.sobol_design(groups, asked.base, seed)
    runs = DESIGN_RUNS + (design[:, -1] * DESIGN_RUNS).astype(np.int64)
    effects = evaluator.effects(f"sobol-{name}", Points(design[:, :-1], runs))
    return sensitivity.sobol_indices(groups, effects, seed)


def _map(evaluator: Evaluator, asked: Request, names: tuple[str, str]) -> Grid:
    """The same runs in every cell: what they draw for the two assumptions is replaced."""
    space = evaluator.space
    u, runs = space.ordinary(0, asked.in_cell)
    across, up = (space.line(name, GRID) for name in names)
    shape = (len(up.at), len(across.at))
    effect, low, high = np.empty(shape), np.empty(shape), np.empty(shape)
    for i, j in np.ndindex(shape):
        moved, fixed = u.copy(), {}
        for line, at in ((across, j), (up, i)):
            if line.column is None:
                fixed[line.name] = float(line.at[at])
            else:
                moved[:, line.column] = line.at[at]
        where = f"map-{names[0][:30]}-{names[1][:30]}-{j}-{i}"
        effect[i, j], low[i, j], high[i, j] = _mean(evaluator.effects(where, Points(moved, runs, fixed)))
    return Grid((across.name, up.name), (across.shown, up.shown), effect, low, high, asked.in_cell)


def _mean(effects: Floats) -> tuple[float, float, float]:
    low, high = t_interval(effects)
    return float(effects.mean()), float(low), float(high)
