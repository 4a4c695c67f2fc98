"""Conditioning a study on what happened: the worlds of every theory, what is to be said of them, their histories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from powersim.effects.outcomes import summarise
from powersim.effects.paired import Effect, Pair, PairedStatistics
from powersim.effects.results import ALL, Floats
from powersim.effects.weighted import averaged, weighted
from powersim.errors import PowersimError, Stopped, whole
from powersim.files.table import mark, write_table
from powersim.files.writing import check_folder, check_target, subfolder
from powersim.given.islands import Hands, computed
from powersim.given.knowledge import Known, known, shares
from powersim.given.lots import Lot
from powersim.given.sampler import VERSION, Island
from powersim.given.tuning import KINDS
from powersim.run.condense import summary_of
from powersim.run.opened import one_of
from powersim.run.plan import Plan
from powersim.run.possible import COUPLINGS, FOLDER, SAME, Possible, Worlds, identity_of
from powersim.run.possible import MARK as WORLDS_MARK
from powersim.run.work import COMPILED
from powersim.scenario.canonical import checksum
from powersim.sim.cluster import Say
from powersim.sim.manifest import DamagedError

ISLANDS = 4
WORLDS = 256
MOVES = 14  # of every world after a step
LEAST = 50.0
"""Effective number of worlds below which no answer is given."""
FILE = "diagnostics.csv"


@dataclass(frozen=True)
class Diagnostic:
    """How well the worlds of a theory stand for all that went as the record says; a row of diagnostics.csv.

    log_evidence, error: log of the probability of the evidence, and its Monte Carlo error, from islands. ess: effective
    number of worlds. distinct: different draws. recent, turn, block, nudge: moves accepted, 0..1; nan: none was made.
    levels: steps, the mean of islands. r_hat: whether islands agree, 1 = they do (`Lot.r_hat`).
    """

    theory: str
    given: str
    evidence: int
    worlds: int
    ess: float
    distinct: int
    log_evidence: float
    error: float
    recent: float
    turn: float
    block: float
    nudge: float
    levels: float
    histories: int
    r_hat: float


COLUMNS = [field.name for field in fields(Diagnostic)]


@dataclass(frozen=True)
class Asked:
    """A plan and until when it is conditioned, with how many worlds under each theory, on how many islands.

    moves: of every world after a step of the sampler; None: `MOVES`. coupling: which
    luck branches share once they have parted, one of `COUPLINGS`.
    """

    plan: Plan
    date: str | None
    worlds: int = WORLDS
    moves: int | None = None
    islands: int = ISLANDS
    coupling: str = SAME

    def __post_init__(self) -> None:
        whole("worlds", self.worlds, int(2 * LEAST))
        one_of("coupling", self.coupling, COUPLINGS)

    @cached_property
    def known(self) -> Known:
        """What is known."""
        return known(self.plan, self.date)

    @property
    def sweeps(self) -> int:
        """Moves of every world after a step."""
        return MOVES if self.moves is None else self.moves

    @property
    def label(self) -> str:
        """The date, as the calendar has it."""
        return self.plan.scenario.calendar.label(self.known.until)

    def identity(self, theory: str) -> dict[str, Any]:
        """What worlds under a theory must have in common to be taken for those that are asked for."""
        plan = self.plan
        own = {key: value for key, value in plan.identity().items() if key in ("scenario", "seed", "rules")}
        return {
            **own, "checksum": checksum(plan.scenario), "under": theory, "until": self.known.until,
            "worlds": self.worlds, "moves": self.sweeps, "islands": self.islands,
            "sampler": VERSION,
        }  # fmt: skip


@dataclass(frozen=True)
class Conditioned:
    """Worlds of every theory that went as the record says. threads: that replay them."""

    asked: Asked
    lots: dict[str, Lot]
    threads: int

    @cached_property
    def values(self) -> dict[str, Floats]:
        """Histories under the branches of the plan, by theory (branch, N, T, O), as results have them."""
        asked = self.asked
        factual = None if asked.coupling == SAME else asked.known.branch
        with ThreadPoolExecutor(self.threads, thread_name_prefix="given") as pool:
            return {
                theory: replayed(asked.plan, lot.worlds, pool, factual) for theory, lot in self.lots.items()
            }

    def diagnostics(self) -> list[Diagnostic]:
        """A row for each theory."""
        return [diagnostic(self.asked, theory, lot) for theory, lot in self.lots.items()]

    @cached_property
    def posterior(self) -> dict[str, float]:
        """Probability of each theory, all alike before."""
        logs = np.array([lot.log_evidence for lot in self.lots.values()])
        return dict(zip(self.lots, shares(logs).tolist(), strict=True))

    def summaries(self, theory: str, outcome: str) -> Floats:
        """An outcome's summary (branch, N)."""
        scenario = self.asked.plan.scenario
        place = list(scenario.outcomes).index(outcome)
        path = self.values[theory][..., place].astype(np.float64)
        return summarise(path, summary_of(scenario.outcomes[outcome]), tuple(range(path.shape[-1])))

    def effects(self, pairs: Sequence[Pair], *, by_evidence: bool = False) -> list[Effect]:
        """Effects in these worlds, by theory and over them: each alike, or `by_evidence`."""
        plan, rows = self.asked.plan, []
        weights = list(self.posterior.values()) if by_evidence else [1.0 / len(self.lots)] * len(self.lots)
        for name in plan.scenario.outcomes:
            for pair in pairs:
                parts = [self._effect(theory, name, pair) for theory in self.lots]
                named = dict(zip(self.lots, parts, strict=True))
                if len(parts) > 1:
                    named[ALL] = averaged(parts, np.array(weights))
                rows += [_row(name, theory, pair, part, self.asked.label) for theory, part in named.items()]
        return rows

    def _effect(self, theory: str, name: str, pair: Pair) -> PairedStatistics:
        worlds, labels = self.lots[theory].worlds, self.asked.plan.labels
        a, b = (labels.index(branch) for branch in pair)
        found, whole = self.summaries(theory, name), self.values[theory]
        binary = self.asked.plan.scenario.outcomes[name].summary == "ever"
        parted = bool((whole[a] != whole[b]).any())
        return weighted(
            found[a], found[b], worlds.weight, worlds.same.astype(np.float64), binary=binary, diverged=parted,
            thin=self.lots[theory].thin,
        )  # fmt: skip


def _row(name: str, theory: str, pair: Pair, p: PairedStatistics, date: str) -> Effect:
    numbers = (p.mean_a, p.mean_b, p.effect, p.low, p.high, p.p_superior)
    a, b, effect, low, high, superior = (float(number) for number in numbers)
    return Effect(name, theory, *pair, a, b, effect, low, high, superior, int(p.runs), given=date)


def diagnostic(asked: Asked, theory: str, lot: Lot) -> Diagnostic:
    """What is to be said of the worlds of a theory."""
    made = np.sum([one.made for one in lot.islands], axis=0)
    accepted = np.sum([one.accepted for one in lot.islands], axis=0)
    accepted = np.divide(accepted, made, out=np.full(len(KINDS), np.nan), where=made > 0)
    moves = dict(zip(KINDS, accepted.tolist(), strict=True))
    return Diagnostic(
        theory, asked.label, asked.known.size, len(lot.worlds), lot.ess, lot.worlds.distinct,
        lot.log_evidence, lot.error, **moves, levels=float(np.mean([one.levels for one in lot.islands])),
        histories=sum(one.histories for one in lot.islands), r_hat=lot.r_hat,
    )  # fmt: skip


def condition(
    asked: Asked,
    folder: Path | None = None,
    *,
    resume: bool = False,
    threads: int | None = None,
    tick: Callable[[], None] | None = None,
    engine: str | None = None,
    scheduler: str | None = None,
    say: Say | None = None,
) -> Conditioned:
    """Sample the worlds, or find them in the folder: whoever computes, the same.

    tick: called after every island. engine, scheduler, say: who samples, as in `run.work.fill`.
    PowersimError if nothing fits the evidence, or too few worlds stand for all; Stopped if the user ends it.
    """
    plan, where = asked.plan, None if folder is None else subfolder(folder, FOLDER)
    by = Hands(threads, engine or COMPILED, scheduler, say)
    size = [len(part) for part in np.array_split(np.arange(asked.worlds), asked.islands)]
    rank = {theory: place for place, theory in enumerate(sorted(plan.scenario.theories) or plan.theories)}
    tasks = [
        (theory, size[number], rank.get(theory, 0) * 1000 + number)
        for theory in plan.theories
        for number in range(asked.islands)
    ]
    paths = [
        None if where is None else _path(where, theory, place % asked.islands)
        for place, (theory, _, _) in enumerate(tasks)
    ]
    made = _there(asked, paths, [theory for theory, _, _ in tasks], resume=resume, say=say)
    for _ in made:
        if tick is not None:
            tick()
    missing = [place for place in range(len(tasks)) if place not in made]
    todo = [tasks[place] for place in missing]
    try:
        with closing(computed(plan, asked.known, asked.sweeps, todo, by)) as found:
            for place, one in zip(missing, found if missing else (), strict=True):
                made[place] = one
                if (path := paths[place]) is not None:
                    _keep(path, asked, tasks[place][0], one)
                if tick is not None:
                    tick()
    except KeyboardInterrupt:
        raise Stopped(len(made), len(tasks), "islands", folder) from None
    lots = {
        theory: Lot(tuple(made[place * asked.islands + number] for number in range(asked.islands)))
        for place, theory in enumerate(plan.theories)
    }
    if folder is not None:
        rows = [diagnostic(asked, theory, lot) for theory, lot in lots.items()]
        write_table(folder / FOLDER / FILE, COLUMNS, map(astuple, rows))
    for theory, lot in lots.items():
        refuse(asked, theory, lot)
    return Conditioned(asked, lots, by.count)


def check_folder_of(folder: Path) -> None:
    """PowersimError, before anything is computed, if something of others is where worlds or their table will be."""
    where = check_folder(folder, FOLDER)
    check_target(where / FILE, mark(COLUMNS))
    for path in where.glob("*.npz"):
        check_target(path, WORLDS_MARK)


def _path(where: Path, theory: str, number: int) -> Path:
    return where / f"{theory or 'plain'}.{number}.npz"


def _there(
    asked: Asked, paths: Sequence[Path | None], theories: Sequence[str], *, resume: bool, say: Say | None
) -> dict[int, Island]:
    """Islands that are kept, by their place, if they are to be gone on with; those of another study are refused."""
    found: dict[int, Island] = {}
    for place, (path, theory) in enumerate(zip(paths, theories, strict=True)):
        if path is None or not path.exists():
            continue
        try:
            kept = _kept(path, asked, theory)
        except DamagedError as error:
            if not resume:
                raise DamagedError.again(path) from error
            if say is not None:
                say(f"{path}: is damaged; computed again", False)
            continue
        if resume:
            found[place] = kept
    return found


def refuse(asked: Asked, theory: str, lot: Lot) -> None:
    """PowersimError if the worlds of a theory are effectively too few for an answer."""
    if lot.ess < LEAST:
        raise PowersimError(
            f"given {asked.label}: under {theory} {lot.ess:.1f} of {len(lot.worlds)} worlds count, and below "
            f"{LEAST:g} nothing is answered (R-hat between islands {lot.r_hat:.2f}, their evidence differs by a "
            f"factor of e to the {np.ptp([one.log_evidence for one in lot.islands]):.1f}); take more worlds, "
            "less evidence (an earlier date), or a larger error, discrepancy or miss in `evidence`"
        )


def replayed(plan: Plan, worlds: Worlds, pool: ThreadPoolExecutor, factual: str | None = None) -> Floats:
    """Histories (branch, N, T, O) of worlds under the branches of a plan; a copy is computed once.

    factual: as in `Possible.histories`.
    """

    def one(world: Possible) -> Floats:
        return np.stack([history.values for history in world.histories(plan, factual)], dtype=np.float32)

    some, back = worlds.once()
    values: Floats | None = None
    for place, found in enumerate(pool.map(one, some)):
        if values is None:
            values = np.empty((len(found), len(worlds), *found.shape[1:]), np.float32)
        values[:, np.flatnonzero(back == place)] = found[:, None]
    assert values is not None
    return values


def kept_worlds(plan: Plan, theory: str, folder: Path) -> Worlds:
    """The worlds of a theory that a study left in its folder. PowersimError if there are none."""
    where = folder / FOLDER
    first = next(iter(sorted(where.glob(f"{theory or 'plain'}.*.npz"))), None)
    if first is None:
        raise PowersimError(
            f"{folder}: holds no worlds under {theory}; allowed: the folder of a study that was given a date"
        )
    known, recorded = plan.identity(), plan.opened.recorded
    same = {
        **identity_of(first), "checksum": checksum(plan.scenario), "under": theory, "rules": known["rules"],
        "seed": plan.seed,
    }  # fmt: skip
    if "given" in recorded:
        same["until"] = list(plan.scenario.calendar.labels()).index(recorded["given"])
    if "worlds" in recorded:
        same["worlds"] = recorded["worlds"]
    read = [Worlds.read(_path(where, theory, number), same) for number in range(same["islands"])]
    logs = np.array([float(more["log_evidence"]) for _, more in read])
    return Worlds.together([worlds for worlds, _ in read], shares(logs).tolist())


def _keep(path: Path, asked: Asked, theory: str, found: Island) -> None:
    found.worlds.write(
        path, asked.identity(theory), log_evidence=np.array(found.log_evidence), extra=found.extra,
        made=found.made, accepted=found.accepted, counts=np.array([found.levels, found.histories]),
        terms=found.terms, risk=found.risk,
    )  # fmt: skip


def _kept(path: Path, asked: Asked, theory: str) -> Island:
    worlds, more = Worlds.read(path, asked.identity(theory))
    levels, histories = (int(count) for count in more["counts"])
    return Island(
        worlds, float(more["log_evidence"]), more["extra"], more["made"], more["accepted"], levels, histories,
        more["terms"], more["risk"],
    )  # fmt: skip
