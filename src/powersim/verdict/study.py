"""Verdicts on a scenario's hypotheses: places in the space of assumptions, several lucks at each, one rule for all.

A place is a draw of every uncertain number (`Built.uniforms(seed, place, theory)`); its lucks are runs that share the
place and differ in nothing but luck. Each (branch, theory, place, luck) is computed once for all hypotheses. Places are
kept one by one in ``DIR/verdict/places``, so that a study that was interrupted goes on where it was.
"""

from __future__ import annotations

import io
import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim import _seals as seals
from powersim.effects.odds import better
from powersim.effects.outcomes import summarise
from powersim.effects.results import COUNTED, Floats
from powersim.errors import Argument, PowersimError, whole
from powersim.files.writing import ANY, Mark, check_folder, write, write_atomically
from powersim.run.condense import summary_of, with_odds
from powersim.run.opened import Chosen, LoadedScenario, listed, own_name, unknown_name
from powersim.run.plan import Design, seed_of
from powersim.run.work import Progress
from powersim.scenario.canonical import checksum
from powersim.scenario.resolved import Hypothesis
from powersim.sim import provenance
from powersim.sim.ensemble import Together
from powersim.sim.manifest import DamagedError, content
from powersim.world.case import Case

NAME = "verdict"
PLACES, IDENTITY = "places", "identity.json"
IDENTITY_MARK: Mark = re.compile(rb'\A\{\s*"scenario"')
DRAWS, LUCKS = 25, 40
FORMAT = 2  # of places
STRIDE = 2**12
"""Lucks that a place has room for: its runs are numbered from place x STRIDE, however many are asked for."""
MOST_DRAWS = 2**20
AHEAD = 8  # places in work at once


@dataclass(frozen=True)
class Trial(Design):
    """What will be computed: hypotheses, the branches that they need, theories, seed and design."""

    hypotheses: tuple[Hypothesis, ...]
    draws: int
    lucks: int

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every pair of branches that is compared."""
        found = [pair for h in self.hypotheses if h.outcome for pair in (h.branches, h.reference) if pair]
        return tuple(dict.fromkeys(found))

    @cached_property
    def branches(self) -> tuple[str, ...]:
        """Branches that are run, as the author lists them."""
        needed = {name for pair in self.pairs for name in pair}
        return tuple(name for name in self.opened.branches if name in needed)

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that are kept, as the author lists them."""
        needed = {name for h in self.hypotheses for name in (h.outcome, h.along, h.given)}
        return tuple(name for name in self.opened.outcomes if name in needed)

    @property
    def histories(self) -> int:
        """How many histories that makes."""
        return self.draws * self.lucks * len(self.theories) * len(self.branches)

    def cases(self, place: int, theory: str) -> list[Case]:
        """The inputs of a place under a theory, for every branch."""
        at = self.built.uniforms(self.seed, place, own_name(theory))
        case = self.built.case("", own_name(theory), at=at)
        return [case._replace(branch=self.built.branch(own_name(name))) for name in self.branches]

    def identity(self) -> dict[str, Any]:
        """What places must have in common to belong together: not the wording of hypotheses, nor their rules."""
        versions = provenance.versions()
        bare = replace(self.scenario, hypotheses=())
        return {
            "scenario": f"{self.scenario.name} sha256:{checksum(bare)[:16]}",
            "branches": list(self.branches), "theories": list(self.theories), "outcomes": list(self.outcomes),
            "pairs": [list(pair) for pair in self.pairs], "seed": self.seed, "lucks": self.lucks,
            "powersim": versions["powersim"], "rules": versions["rules"], "format": FORMAT,
        }  # fmt: skip

    @cached_property
    def key(self) -> bytes:
        """What the checksums of this trial's places are made with."""
        return seals.key(self.identity())


@dataclass(frozen=True)
class Runs:
    """What was computed. values: (branch, outcome, theory, place, luck). parted: (pair, theory, place), first turn at
    which anything watched differs in any luck, or the number of turns. odds: as values, NaN for outcomes without.
    """

    trial: Trial
    values: Floats
    parted: NDArray[np.int64]
    odds: Floats

    def of(self, branch: str, outcome: str) -> Floats:
        """One outcome's summary in one branch (theory, place, luck)."""
        return np.asarray(self.values[self.trial.branches.index(branch), self.trial.outcomes.index(outcome)])

    def measured(self, outcome: str) -> tuple[Floats, str]:
        """What an outcome is estimated with (branch, theory, place, luck), and the name of the estimator."""
        place = self.trial.outcomes.index(outcome)
        counted, odds = self.values[:, place], self.odds[:, place]
        return better(counted, odds) if odds.size else (counted, COUNTED)

    def diverged(self, pair: tuple[str, str], outcome: str) -> NDArray[np.bool_]:
        """Whether two branches differ anywhere by the end of an outcome's summary (theory, place)."""
        last = self.trial.scenario.outcomes[outcome].last
        return np.asarray(self.parted[self.trial.pairs.index(pair)] <= last)


def trial(
    opened: LoadedScenario,
    hypotheses: Chosen = None,
    draws: int | None = None,
    lucks: int | None = None,
    seed: int | None = None,
) -> Trial:
    """A trial from what a user asked. `hypotheses`: ids; H1 also means its parts h1a, h1b, ...

    PowersimError where there is nothing to try, for an unknown id, and for a design that decides nothing.
    """
    everything = opened.scenario.hypotheses
    if not everything:
        raise PowersimError(
            f"{opened.name}: states no hypotheses; e.g. hypotheses: [{{id: h1, claim: Firmness keeps the peace, "
            'outcome: war, branches: [keep, give_up], sign: "-"}]'
        )
    recorded = opened.recorded
    counts = (("draws", draws, DRAWS, MOST_DRAWS), ("lucks", lucks, LUCKS, STRIDE))
    numbers = [int(recorded.get(key) or usual) if given is None else given for key, given, usual, _ in counts]
    for (argument, *_, most), number in zip(counts, numbers, strict=True):
        whole(argument, number, 2, most)
    number = seed_of(seed, recorded)
    asked = listed(hypotheses if hypotheses is not None else recorded.get("hypotheses"), "hypotheses")
    picked = _picked(asked, everything) if asked else everything
    parts = {part for h in picked for part in h.all_of}
    wanted = {h.id for h in picked} | parts
    order = [str(item["id"]) for item in opened.document.get("hypotheses", []) if isinstance(item, dict)]
    chosen = sorted(
        (h for h in everything if h.id in wanted), key=lambda h: order.index(h.id) if h.id in order else -1
    )
    return Trial(opened, opened.theories, number, tuple(chosen), numbers[0], numbers[1])


def compute(
    trial: Trial,
    simulate: Together,
    where: Path | None,
    threads: int,
    *,
    resume: bool = False,
    tick: Callable[[], None] | None = None,
) -> tuple[Runs, Progress]:
    """Compute what is not in `where` yet; a KeyboardInterrupt ends it early with the places that are done."""
    folder = None if where is None else _prepared(trial, where, resume)
    progress = Progress(trial.draws)
    blocks: list[dict[str, Any]] = []
    try:
        for place, block in enumerate(_places(trial, simulate, folder, threads, tick)):
            if folder is not None and _kept(trial, folder, place) is None:
                write_atomically(_file(folder, place), _packed(trial, place, block))
            blocks.append(block)
            progress.done = place + 1
    except KeyboardInterrupt:
        progress.stopped = True
    if not blocks:
        shape = (len(trial.branches), len(trial.outcomes), len(trial.theories), 0, trial.lucks)
        parted = np.empty((len(trial.pairs), shape[2], 0), np.int64)
        return Runs(trial, np.empty(shape), parted, np.empty(shape)), progress
    # Sums go along memory: one layout, or the last bit would tell what was read from what was computed.
    values, odds = (
        np.ascontiguousarray(np.stack([block[name] for block in blocks], axis=3))
        for name in ("values", "odds")
    )
    return Runs(trial, values, np.stack([block["parted"] for block in blocks], axis=2), odds), progress


def missing(trial: Trial, where: Path | None) -> int:
    """How often `compute` will call `tick`: theories of places that are not kept yet."""
    todo = (where is None or _kept(trial, where / NAME, place) is None for place in range(trial.draws))
    return sum(todo) * len(trial.theories)


def damaged(trial: Trial, where: Path) -> list[Path]:
    """Files of places in a folder that are damaged: `compute` makes them anew, unless they are of another trial."""
    held, identity = _identity(where / NAME / IDENTITY), trial.identity()
    if held is not None and any(held.get(key) != identity[key] for key in identity):
        return []  # nothing is wrong with them, but `compute` will refuse them
    files = {place: _file(where / NAME, place) for place in range(trial.draws)}
    return [f for place, f in files.items() if f.exists() and _kept(trial, where / NAME, place) is None]


def _picked(names: Sequence[str], known: Sequence[Hypothesis]) -> list[Hypothesis]:
    found: list[Hypothesis] = []
    for name in (part.casefold() for part in names):
        parts = [
            h for h in known
            if h.id == name or (h.id[:-1] == name and h.id[-1:].isalpha() and name[-1:].isdigit())
        ]  # fmt: skip
        if not parts:
            raise PowersimError(unknown_name(name, [h.id for h in known], "hypothesis"))
        found += parts
    return found


def _prepared(trial: Trial, where: Path, resume: bool) -> Path:
    folder, identity = check_folder(where, NAME, PLACES).parent, trial.identity()
    path = folder / IDENTITY
    held, there = _identity(path), any((folder / PLACES).glob("*.npz"))
    changed = [] if held is None else [key for key in identity if held.get(key) != identity[key]]
    if changed:
        raise PowersimError(
            f"{folder}: holds places of another study ({', '.join(changed)} differ); name another folder"
        )
    if held is None and there and all(_kept(trial, folder, place) is None for place in range(trial.draws)):
        how = "damaged" if path.exists() else "missing"
        raise DamagedError(f"{path}: is {how}, and no place beside it is of this study; name another folder")
    if there and not resume:
        raise PowersimError(
            f"{folder}: holds places of this study; add ", Argument("resume", True), " to go on with them"
        )
    if held is None:
        # A damaged file may have lost its mark; here places beside it vouch for what it said.
        write(path, json.dumps(seals.marked(identity), indent=1) + "\n", ANY if there else IDENTITY_MARK)
    return folder


def _identity(path: Path) -> dict[str, Any] | None:
    """What the places in a folder are of, None if no file says so or it is damaged."""
    try:
        found = json.loads(content(path) or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and seals.is_whole(found) else None


def _file(folder: Path, place: int) -> Path:
    return folder / PLACES / f"{place:06d}.npz"


def _packed(trial: Trial, place: int, block: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **block)
    return seals.seal(buffer.getvalue(), place, of=trial.key)


def _places(
    trial: Trial, simulate: Together, folder: Path | None, threads: int, tick: Callable[[], None] | None
) -> Iterator[dict[str, Any]]:
    """Blocks of all places in order: read, or computed on threads with a few places in work at once."""
    summaries = [summary_of(trial.scenario.outcomes[name]) for name in trial.outcomes]
    every = list(trial.scenario.outcomes)
    columns = [every.index(name) for name in trial.outcomes]
    rare = with_odds(trial.scenario.outcomes.values())
    behind = [len(every) + rare.index(c) if c in rare else None for c in columns]
    pairs = [(trial.branches.index(a), trial.branches.index(b)) for a, b in trial.pairs]
    turns = tuple(range(trial.built.turns))

    def one(place: int, theory: str) -> tuple[Floats, NDArray[np.int64], Floats]:
        cases = trial.cases(place, theory)
        paths = np.stack([
            [history.values for history in simulate(cases, trial.seed, place * STRIDE + luck)]
            for luck in range(trial.lucks)
        ])  # fmt: skip
        kept = [summarise(paths[..., c], s, turns) for c, s in zip(columns, summaries, strict=True)]
        values = np.stack(kept).transpose(2, 0, 1)
        nothing = np.full(paths.shape[:2], np.nan)
        added = [
            nothing if c is None else paths[:, :, s.last, c] for c, s in zip(behind, summaries, strict=True)
        ]
        parted = np.array([_parted(paths[:, a], paths[:, b]) for a, b in pairs], np.int64)
        if tick is not None:
            tick()
        return values, parted, np.stack(added).transpose(2, 0, 1)

    with ThreadPoolExecutor(threads, thread_name_prefix="place") as pool:
        under_way: deque[list[Future[Any]] | dict[str, Any]] = deque()
        todo = iter(range(trial.draws))
        try:
            while True:
                for place in islice(todo, AHEAD - len(under_way)):
                    kept = None if folder is None else _kept(trial, folder, place)
                    under_way.append(kept or [pool.submit(one, place, theory) for theory in trial.theories])
                if not under_way:
                    return
                first = under_way.popleft()
                if isinstance(first, dict):
                    yield first
                else:
                    done = [future.result() for future in first]
                    yield {
                        "values": np.stack([values for values, _, _ in done], axis=2),
                        "parted": np.stack([parted for _, parted, _ in done], axis=1),
                        "odds": np.stack([odds for *_, odds in done], axis=2),
                    }
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _kept(trial: Trial, folder: Path, place: int) -> dict[str, Any] | None:
    """A place as it was computed, None if it is not there, damaged, or not of this trial."""
    whole = seals.unseal(content(_file(folder, place)) or b"", place, of=trial.key)
    if whole is None:
        return None
    with np.load(io.BytesIO(whole), allow_pickle=False) as found:
        return {name: found[name] for name in ("values", "parted", "odds")}


def _parted(a: Floats, b: Floats) -> int:
    """The first turn at which anything differs; both are (luck, turn, outcome)."""
    differ = (a != b).any(axis=(0, 2))
    return int(differ.argmax()) if differ.any() else len(differ)
