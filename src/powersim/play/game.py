"""A history with players: led from stop to stop, decided, taken back, written down.

A player decides once a turn, after own policies have moved and offers have been found and before anything is signed,
and once before the first turn. Its decisions are laid where the rules decide: an offer is passed over, a package is
added, a target stands in for a vote (`World.policy`), a draw is settled (`world.draws`). Nothing else is touched, so
whoever decides nothing has the history that the seed and run have anyway, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from powersim.compile.jit import interpreted
from powersim.errors import PowersimError
from powersim.play.briefing import Briefing
from powersim.play.decisions import KEEP, YES, Bot, Decisions, Proposal, check
from powersim.play.table import Offer, Table, Words
from powersim.play.views import View
from powersim.run.opened import own_name
from powersim.run.plan import Plan
from powersim.sim.labels import Labels
from powersim.sim.run import Engine, History
from powersim.sim.states import ROWS, Path, kept
from powersim.world import draws
from powersim.world import quantities as watched
from powersim.world.case import Case, Watch
from powersim.world.draws import AS_GIVEN, NO, Luck
from powersim.world.draws import YES as SETTLED_YES
from powersim.world.promises import leg_key
from powersim.world.start import LOG_ROWS

LAST = 1.0 - 2.0**-53
"""The largest uniform: with it nobody reneges."""


class Game:
    """Run `run` of the first branch of a plan under its first theory, with players for some actors.

    actors: their codes. words: what rows of the chronicle and legs are called. detail: room for a chronicle in detail,
    in rows; 0: it is not in detail. The game stands at its opening. PowersimError for an actor that there is not.
    """

    def __init__(self, plan: Plan, actors: Sequence[str], run: int, words: Words, detail: int = 0) -> None:
        self.plan, self.run, self.words = plan, run, words
        self.labels = labelled(plan)
        self.actors, self.detail = tuple(actors), detail
        rows = [self.labels.actor(code) for code in self.actors]
        self.case = watching(plan.cases(plan.theories[0], run)[0], rows)
        self.decided: list[dict[str, Decisions]] = []
        """What was decided, stop by stop."""
        self._open()

    def _open(self) -> None:
        scenario = self.plan.scenario
        rows = self.detail or LOG_ROWS
        self.engine = Engine(self.case, self.plan.seed, self.run, log_rows=rows, detail=self.detail > 0)
        self._free: Luck = self.engine.given.luck
        flows = [f"{good} {a}>{b}" for good, a, b in scenario.flows]
        self.table = Table(self.engine, self.labels, flows, self.words)
        fronts = [f"{d.challenger}>{d.target}: {d.issue}" for d in scenario.disputes]
        strikes = [f"{s.by}>{s.on}: {s.programme}" for s in scenario.strikes]
        self.views = {
            code: View(self.engine, self.labels, self.table, fronts, strikes, code) for code in self.actors
        }
        self._fronts, self._strikes = fronts, strikes
        self._rows: dict[str, list[int]] = {}
        self._brief()

    @property
    def stop(self) -> int:
        """How often has been decided: 0 at the opening."""
        return len(self.decided)

    @property
    def over(self) -> bool:
        """Whether the history has come to its end."""
        return self.stop > self.case.turns

    @property
    def date(self) -> str:
        """The date of the turn that is on."""
        return self.labels.dates[min(self.stop, self.case.turns) - 1] if self.stop else "opening"

    @property
    def history(self) -> History:
        """What has happened so far, as `simulate` gives it; outcomes of the scenario come first among its values."""
        return self.engine.history()

    def briefing(self, actor: str | None = None) -> Briefing:
        """What a player is told now, by default the first. PowersimError when the game is over."""
        if self.over:
            raise PowersimError("the game is over: nothing is left to decide; `undo` takes turns back")
        return self._briefings[self.actors[0] if actor is None else actor]

    def news(self) -> list[tuple[str, bool]]:
        """What has happened since the last briefing of the first player, and whether it took part."""
        view, log = self.views[self.actors[0]], self.engine.world.log
        told = self.words.happened(log[: view.seen().rows], view.last.rows if view.last else 0)
        return [(text, view.actor in who) for text, who in told]

    def decide(
        self,
        decided: Decisions | Mapping[str, Decisions | None] | None = None,
        answer: Callable[[str, Briefing], Decisions | None] | None = None,
    ) -> None:
        """Carry out what the players decide and go on to the next stop, or to the end.

        decided: of the only player, or by actor. answer: asks a player what it thinks of proposals to it; without, a
        player signs what pays it, as everybody does. PowersimError for what cannot be decided, before anything is.
        """
        if self.over:
            self.briefing()
        given = decided if isinstance(decided, Mapping) else {self.actors[0]: decided}
        checked = {code: check(given.get(code), self._briefings[code]) for code in self.actors}
        self._carry_out(checked, answer)
        self.decided.append(checked)
        self._advance()

    def play(self, bots: Mapping[str, Bot]) -> None:
        """Let bots play to the end; a player without one decides nothing."""

        def answer(code: str, briefing: Briefing) -> Decisions | None:
            return bots[code](briefing) if code in bots else None

        while not self.over:
            asked = {code: bot(self._briefings[code]) for code, bot in bots.items()}
            self.decide(asked, answer)

    def undo(self, date: str | None = None) -> None:
        """Take back what was decided from a date on, by default the last decision; "opening" is the first.

        PowersimError for a date at which nothing was decided.
        """
        dates = ["opening", *self.labels.dates][: self.stop]
        if not dates or (date is not None and date not in dates):
            raise PowersimError(
                f"undo: found {date or 'nothing decided'}; allowed: {', '.join(dates) or 'nothing yet'}"
            )
        kept = self.decided[: len(dates) - 1 if date is None else dates.index(date)]
        self.replay(kept)

    def replay(self, decided: Sequence[Mapping[str, Decisions]]) -> None:
        """Begin again and decide as it was decided. PowersimError for decisions that do not fit this history."""
        whole = [dict(each) for each in decided]
        self.decided = []
        self._open()
        try:
            for each in whole:
                self.decide(each)
        except KeyboardInterrupt:
            self.decided = whole  # what is saved then is all of it
            raise

    def path(self) -> Path:
        """What has happened, played again for a chronicle in detail, with the world at the opening and now."""
        detail = ROWS
        while True:
            again = Game(self.plan, self.actors, self.run, self.words, detail)
            first = kept(again.engine.world)
            again.replay(self.decided)
            found = again.history
            if not found.lost:
                return Path((first, kept(again.engine.world)), found.values, found.log)
            detail *= 2

    # from stop to stop

    def _advance(self) -> None:
        if self.over:
            self.engine.to(self.case.turns)
            self.engine.go_by(self._free)
            return
        for view in self.views.values():
            view.last = view.seen()
        turn = self.stop - 1
        if turn:
            self.engine.to(turn)
            self.engine.go_by(self._free)  # what was settled was of that turn
        self.engine.to(turn, "own_policy")
        p = self.case.params
        self.engine.imagine(p._replace(talk=1.0, conference=1.0, sign_tau=0.0))  # everybody talks, all agree
        possible = {
            code: [offer for _, offer in self.table.found(view.row)] for code, view in self.views.items()
        }
        self.engine.to(turn, "offers")
        self._brief(possible)

    def _brief(self, possible: Mapping[str, Sequence[Offer]] | None = None) -> None:
        self._briefings: dict[str, Briefing] = {}
        for code, view in self.views.items():
            found = list(self.table.found(view.row)) if self.stop else []
            self._rows[code] = [row for row, _ in found]
            ready = [replace(offer, ready=True) for _, offer in found]
            there = {(offer.parties, frozenset(offer.legs)) for offer in ready}
            could = [
                each
                for each in (possible or {}).get(code, ())
                if (each.parties, frozenset(each.legs)) not in there
            ]
            could = [replace(each, number=number) for number, each in enumerate(could, start=1)]
            self._briefings[code] = view.briefing(self.stop, ready, could)

    # what was decided, where the rules decide

    def _carry_out(
        self, decided: Mapping[str, Decisions], answer: Callable[[str, Briefing], Decisions | None] | None
    ) -> None:
        settled: list[tuple[int, tuple[Any, Any, Any], int, float]] = []
        for code, each in decided.items():
            i = self.views[code].row
            for number in each.decline:
                self.table.decline(self._rows[code][number - 1])
            settled += self._orders(code, each)
            self.engine.world.policy[:, i] = np.nan
            for name, target in each.policy.items():
                self.engine.world.policy[self.labels.control(name), i] = target
        for code, each in decided.items():
            for proposal in each.propose:
                offer = self.proposed(code, proposal)
                if all(self._agrees(other, offer, answer) for other in offer.parties if other != code):
                    self.table.propose(offer, self.views[code].row)
        if settled:
            self.engine.go_by(_with(self._free, self.engine.turns, settled))

    def proposed(self, code: str, proposal: int | Proposal) -> Offer:
        """A player's proposal, priced: with its worth to both, and the chance that it is signed."""
        if isinstance(proposal, int):
            return self._briefings[code].possible[proposal - 1]
        me, other = self.labels.actor(code), self.labels.actor(proposal.to)
        parties, pay = [me, other], proposal.pay
        legs = [self.table.leg(name) for name in proposal.legs]
        first = sorted(parties)
        if pay is not None and first[0] != me:
            pay = -pay
        return self.table.priced(0, first, legs, self.table.received(first, legs, pay), None)

    def _agrees(
        self, code: str, offer: Offer, answer: Callable[[str, Briefing], Decisions | None] | None
    ) -> bool:
        """Whether another player, if there is one, lets a proposal be signed."""
        if answer is None or code not in self.views:
            return True
        asked = replace(
            self._briefings[code], offers=(replace(offer, number=1, ready=True),), possible=(), answering=True
        )
        return 1 not in check(answer(code, asked), asked).decline

    def _orders(self, code: str, decided: Decisions) -> list[tuple[int, tuple[Any, Any, Any], int, float]]:
        """Draws that a player's orders settle: decision point, whom it is about, what comes out."""
        s, w = self.case.setup, self.engine.world
        found = []
        for name, order in decided.fronts.items():
            v = self._fronts.index(name)
            mine = s.challenger[v] == self.views[code].row
            who = (s.actor_key[s.challenger[v]], s.actor_key[s.target[v]], s.dispute_key[v])
            point = draws.CRISIS if mine else draws.CRISIS_WAR
            found.append((point, who, SETTLED_YES if YES[order] else NO, np.nan))
        for name, order in decided.strikes.items():
            b = self._strikes.index(name)
            who = (s.actor_key[s.striker[b]], s.actor_key[s.struck[b]], s.strike_key[b])
            found.append((draws.STRIKE_DECISION, who, SETTLED_YES if YES[order] else NO, np.nan))
        slots, i = self.views[code].slots(), self.views[code].row
        for number, order in decided.deals.items():
            v = slots[number - 1]
            other = w.deal_party[v, 1] if w.deal_party[v, 0] == i else w.deal_party[v, 0]
            who = (s.actor_key[i], s.actor_key[other], interpreted(leg_key)(s, int(w.deal_leg[v, 0])))
            found.append((draws.RENEGE, who, AS_GIVEN, LAST if order == KEEP else 0.0))
        return found


def _with(free: Luck, turn: int, settled: Sequence[tuple[int, tuple[Any, Any, Any], int, float]]) -> Luck:
    """Luck in which some draws of a turn are settled."""
    since = np.zeros(turn + 2, np.int64)
    since[turn + 1] = len(settled)
    point, who, what, value = zip(*settled, strict=True)
    return Luck(
        free.seed, free.keys, since, np.array(point, np.int64), np.array(who, np.uint64), np.array(what, np.int64),
        np.array(value, np.float64), np.full((len(settled), 2), np.nan),
    )  # fmt: skip


def watching(case: Case, rows: Sequence[int]) -> Case:
    """The case with the utilities of some actors watched behind all else."""
    count, (kind, a, b) = len(rows), case.watch
    return case._replace(
        watch=Watch(
            np.append(kind, np.full(count, watched.UTILITY, np.int64)),
            np.append(a, np.array(rows, np.int64)),
            np.append(b, np.full(count, -1, np.int64)),
        )
    )


def labelled(plan: Plan) -> Labels:
    """What the rows of a plan's world are called."""
    scenario, index = plan.scenario, plan.built.index
    under = ", ".join(filter(None, (own_name(plan.branches[0]), own_name(plan.theories[0]))))
    return Labels(
        f"{scenario.name}: {under}" if under else scenario.name,
        tuple(index.actors),
        tuple(index.issues),
        tuple(index.goods),
        index.controls,
        tuple(scenario.outcomes),
        tuple(scenario.calendar.labels()),
    )
