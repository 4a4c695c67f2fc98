"""Possible worlds: a draw of every uncertain number, a key of luck for every turn, and single draws that are settled.

A run of a study is a possible world whose draw and whose keys are one number. Worlds that evidence has chosen are not:
each part came by itself. All three together are a history under every branch; they are small, so they are kept, and
a world can be told, replayed, and found again in the folder of the study.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from powersim import _seals as seals
from powersim.errors import Argument, PowersimError
from powersim.files.writing import Mark, write
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.sim.forks import parting, simulate_branches
from powersim.sim.manifest import DamagedError
from powersim.sim.run import History
from powersim.world.case import Case, Watch
from powersim.world.draws import AS_GIVEN, Luck, luck_of
from powersim.world.state import Floats, Ints

Keys = NDArray[np.uint64]
FOLDER = "given"  # of worlds, in that of a study
MORE = "more_"
MARK: Mark = re.compile(rb"\APK\x03\x04.{26}about\.npy", re.DOTALL)
"""What tells worlds that were kept: an archive whose first part says what they are of."""
SAME, FRESH = "same", "fresh"
COUPLINGS = (SAME, FRESH)
"""Which luck branches share once they have parted: the same at the same decision, or none."""


@dataclass(frozen=True)
class Settled:
    """Draws that are settled beforehand, F of them, sorted by turn: where each is asked, and what is said of it.

    turn, point, what (F): `what` is one of NO, YES (the decision comes out so) and AS_GIVEN. who (F, 3): keys.
    """

    turn: Ints
    point: Ints
    who: Keys
    what: Ints

    @classmethod
    def nothing(cls) -> Settled:
        """No draw."""
        none: Ints = np.zeros(0, np.int64)
        who: Keys = np.zeros((0, 3), np.uint64)
        return cls(none, none, who, none)

    @property
    def size(self) -> int:
        """How many."""
        return len(self.turn)

    def luck(self, seed: int, keys: Keys, given: Floats | None = None) -> Luck:
        """Luck with these draws settled: as they are told to come out, or with uniforms (F) that are given.

        A uniform that is not a number was never asked for, and is left to chance. keys (T, S): by turn and share.
        """
        free = luck_of(seed, np.ascontiguousarray(keys))
        asked = np.ones(self.size, np.bool_) if given is None else np.isfinite(given)
        if not asked.any():
            return free
        turn = self.turn[asked]
        value = np.full(len(turn), np.nan) if given is None else given[asked]
        return Luck(
            free.seed,
            free.keys,
            np.searchsorted(turn, np.arange(int(turn.max()) + 2)).astype(np.int64),
            np.ascontiguousarray(self.point[asked]),
            np.ascontiguousarray(self.who[asked]),
            self.what[asked] if given is None else np.full(len(turn), AS_GIVEN, np.int64),
            value,
            np.full((len(turn), 2), np.nan),
        )


@dataclass(frozen=True)
class Possible:
    """One world under a theory.

    place (P): its uniforms in the space of assumptions, see `Built.uniforms`. keys (T, S): luck by turn and share of
    its draws. uniforms (F): of the settled draws, NaN = never asked for.
    """

    theory: str
    seed: int
    place: Floats
    keys: Keys
    settled: Settled
    uniforms: Floats

    @classmethod
    def of_run(cls, plan: Plan, theory: str, run: int) -> Possible:
        """The world that run `run` of a study is."""
        keys = np.full((plan.built.turns, 1), run, np.uint64)
        place = plan.sampler.place(run, own_name(theory))
        return cls(theory, plan.seed, place, keys, Settled.nothing(), np.zeros(0))

    @property
    def luck(self) -> Luck:
        """Its luck, the same under every branch."""
        return self.settled.luck(self.seed, self.keys, self.uniforms)

    def cases(self, plan: Plan) -> list[Case]:
        """Its inputs under every branch of a plan: they differ in their branch alone."""
        return plan.cases_at(self.theory, self.place)

    def histories(self, plan: Plan, factual: str | None = None, watch: Watch | None = None) -> list[History]:
        """Its history under every branch of a plan: where branches do not part it is computed once.

        factual: the branch that happened, where every other has luck of its own from the turn at which it parts.
        watch: what is recorded; by default what the plan asks for.
        """
        cases = self.cases(plan)
        if watch is not None:
            cases = [case._replace(watch=watch) for case in cases]
        if factual is None:
            return simulate_branches(cases, self.seed, 0, chance=self.luck)
        chances = [
            self.renewed(name, turn).luck
            for name, turn in zip(plan.labels, partings(plan, factual, cases), strict=True)
        ]
        pairs = zip(cases, chances, strict=True)
        return [simulate_branches([case], self.seed, 0, chance=luck)[0] for case, luck in pairs]

    def renewed(self, name: str, since: int) -> Possible:
        """The same world with other luck from a turn on, its own for every name; what was settled there is not."""
        said = name.encode() + self.place.tobytes() + self.keys.tobytes()
        rng = np.random.default_rng([self.seed, *hashlib.sha256(said).digest()])
        keys, uniforms = self.keys.copy(), self.uniforms.copy()
        keys[since:] = rng.integers(0, 2**32, keys[since:].shape, dtype=np.uint64)
        uniforms[self.settled.turn >= since] = np.nan
        return replace(self, keys=keys, uniforms=uniforms)


def partings(plan: Plan, factual: str, cases: Sequence[Case]) -> list[int]:
    """The turn from which the history of each case may differ from that of the branch that happened."""
    happened = plan.built.branch(own_name(factual))
    return [parting(happened, case.branch, case.setup) for case in cases]


@dataclass(frozen=True)
class Numbered:
    """A world among those that evidence has chosen under a theory.

    number: its own, of `count`. weight: its share of them all, 0..1. past: turns that went as the record says.
    happened: the branch that did.
    """

    world: Possible
    number: int
    count: int
    weight: float
    past: int
    happened: str


@dataclass(frozen=True)
class Worlds:
    """N worlds under one theory, with a weight each (they sum to 1); shapes as in `Possible`, worlds first.

    past: turns that were conditioned on what happened; later luck came by itself.
    """

    theory: str
    seed: int
    place: Floats
    keys: Keys
    settled: Settled
    uniforms: Floats
    weight: Floats
    past: int

    def __len__(self) -> int:
        return len(self.weight)

    def __getitem__(self, number: int) -> Possible:
        if not 0 <= number < len(self):
            raise PowersimError(
                f"world {number}: there is none; allowed: a whole number from 0 to {len(self) - 1}"
            )
        return Possible(
            self.theory, self.seed, self.place[number], self.keys[number], self.settled, self.uniforms[number]
        )

    @property
    def distinct(self) -> int:
        """How many different draws of the uncertain numbers there are."""
        return len(np.unique(self.place, axis=0)) if self.place.size else int(len(self) > 0)

    @property
    def same(self) -> Ints:
        """Worlds (N) by number; worlds with the same draw and the same past are one."""
        whole = np.concatenate([self.place, _flat(self.keys[:, : self.past])], axis=1)
        return np.unique(whole, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)

    def once(self) -> tuple[list[Possible], Ints]:
        """The worlds without their copies, and which of them each of the N is, to compute a copy once."""
        whole = np.concatenate([self.place, _flat(self.keys)], axis=1)
        _, first, back = np.unique(whole, axis=0, return_index=True, return_inverse=True)
        return [self[int(number)] for number in first], back.reshape(-1).astype(np.int64)

    @property
    def ess(self) -> float:
        """Effective number of worlds: 1 over the sum of squared weights, copies counted as one (Kish 1965)."""
        return float(1.0 / (np.bincount(self.same, self.weight) ** 2).sum())

    def write(self, path: Path, identity: Mapping[str, Any], **more: Any) -> Path:
        """Keep them in a file, with what they are worlds of; `more` arrays beside them."""
        room = io.BytesIO()
        s = self.settled
        said = json.dumps({"theory": self.theory, "seed": self.seed, **identity}, sort_keys=True)
        beside = {MORE + name: array for name, array in more.items()}
        np.savez_compressed(
            room, about=np.array(said), place=self.place, keys=self.keys, turn=s.turn, point=s.point, who=s.who,
            what=s.what, uniforms=self.uniforms, weight=self.weight, past=np.array(self.past), **beside,
        )  # fmt: skip
        return write(path, seals.seal(room.getvalue(), path.name), MARK)

    @classmethod
    def read(cls, path: Path, identity: Mapping[str, Any]) -> tuple[Worlds, dict[str, Floats]]:
        """Worlds that were kept, and what beside them. PowersimError: none, damaged, or of something else."""
        with np.load(io.BytesIO(_whole(path)), allow_pickle=False) as found:
            about = json.loads(str(found["about"]))
            wanted = json.loads(json.dumps(dict(identity)))
            other = [key for key in wanted if about.get(key) != wanted[key]]
            if other:
                raise PowersimError(
                    f"{path}: holds worlds of another study (another {', '.join(other)}), which are never overwritten; "
                    "name another folder"
                )
            settled = Settled(found["turn"], found["point"], found["who"], found["what"])
            worlds = cls(
                about["theory"], about["seed"], found["place"], found["keys"], settled, found["uniforms"],
                found["weight"], int(found["past"]),
            )  # fmt: skip
            return worlds, {name[len(MORE) :]: found[name] for name in found.files if name.startswith(MORE)}

    @classmethod
    def together(cls, parts: Sequence[Worlds], weights: Sequence[float]) -> Worlds:
        """Several lots as one, each with its share of the weight."""
        whole = np.asarray(weights) / np.sum(weights)
        names = ("place", "keys", "uniforms")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        weight = np.concatenate([w * part.weight for w, part in zip(whole, parts, strict=True)])
        first = parts[0]
        return cls(first.theory, first.seed, settled=first.settled, weight=weight, past=first.past, **joined)


def identity_of(path: Path) -> dict[str, Any]:
    """What worlds that were kept are worlds of. PowersimError: none, or damaged."""
    with np.load(io.BytesIO(_whole(path)), allow_pickle=False) as found:
        about: dict[str, Any] = json.loads(str(found["about"]))
    return about


def _whole(path: Path) -> bytes:
    """What was sealed in a file."""
    if not path.is_file():
        raise PowersimError(f"{path}: no such file; allowed: a folder in which `given` left its worlds")
    whole = seals.unseal(path.read_bytes(), path.name)
    if whole is None:
        raise DamagedError(
            f"{path}: is damaged; go on with its study by ", Argument("resume", True), " to compute it again"
        )
    return whole


def _flat(keys: Keys) -> Floats:
    """Keys of N worlds in rows."""
    return keys.reshape(len(keys), -1).astype(np.float64)
