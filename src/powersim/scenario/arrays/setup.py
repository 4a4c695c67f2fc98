"""A resolved scenario as the arrays of `powersim.world.state.Setup`, and which cells priors and parameters fill."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from powersim.scenario.arrays.index import Index
from powersim.scenario.expr import Expression, Name
from powersim.scenario.priors import name_key
from powersim.scenario.resolved import Clause, ControlRule, Deed, Formula, Num, Scenario
from powersim.world import expression as code
from powersim.world import state as w
from powersim.world.deeds import DEEDS, PLACES

SHOWS = {
    "lever": w.LEVER,
    "weighted": w.LEVER,
    "flow": w.FLOW_STOCK,
    "know_how": w.KNOW_HOW,
    "sanctions": w.SANCTION_LEVEL,
    "front": w.FRONT,
    "strike": w.STRIKE_LEVEL,
}
MODES = {"any": w.ANY, "all": w.ALL, "sum": w.SUM}
EFFECTS = {
    "guarantee": w.GUARANTEE,
    "power": w.POWER,
    "reach": w.REACH,
    "threat": w.THREAT,
    "trade": w.TRADE,
    "shift": w.SHIFT,
    "embargo": w.EMBARGO,
}
NONE = -1
NEVER = 2.0  # pads milestones: no position reaches it


class Arrays:
    """The arrays of a setup under construction."""

    def __init__(self, scenario: Scenario, index: Index) -> None:
        self.s, self.index = scenario, index
        self.cells: dict[str, Any] = {}
        self.priors: list[tuple[Num, str, w.Ints]] = []  # number, array, flat indices
        self.links: list[tuple[str, str, w.Ints]] = []  # parameter, array, flat indices
        self.rows: list[list[tuple[int, float, int]]] = []
        self.offsets: list[tuple[Num, int, int]] = []  # number, expression, step

    def new(self, name: str, *shape: int, fill: float = 0, kind: Any = np.float64) -> None:
        """An array of one value."""
        self.cells[name] = np.full(shape, fill, kind)

    def ints(self, name: str, values: list[int]) -> None:
        """A list of indices or kinds."""
        self.cells[name] = np.array(values, np.int64)

    def keys(self, name: str, names: list[str]) -> None:
        """The random draws' keys of a list of names."""
        self.cells[name] = np.array([name_key(text) for text in names], np.uint64)

    def put(self, name: str, place: int | tuple[int, ...], num: Num) -> None:
        """A number into a cell, with a note if a prior or parameter fills it."""
        array = self.cells[name]
        if not num.parameter and num.prior is None:
            array[place] = num.value
            return
        flat = np.ravel_multi_index(place if isinstance(place, tuple) else (place,), array.shape)
        self.fill(name, np.array([flat], np.int64), num)

    def fill(self, name: str, flat: w.Ints, num: Num) -> None:
        """A number into cells at flat indices, with a note if a prior or parameter fills them."""
        self.cells[name].reshape(-1)[flat] = num.value
        if num.parameter:
            self.links.append((num.parameter, name, flat))
        elif num.prior is not None:
            self.priors.append((num, name, flat))

    def column(self, name: str, numbers: list[Num], kind: Any = np.float64) -> None:
        """A list of numbers."""
        self.new(name, len(numbers), kind=kind)
        for place, num in enumerate(numbers):
            self.put(name, place, num)

    def expression(self, formula: Formula | Expression | None) -> int:
        """The row of an expression, -1 for none. A number is an expression of one constant."""
        if formula is None:
            return NONE
        parsed = formula.expression if isinstance(formula, Formula) else formula
        rows = parsed.compiled(self._place, self._wars) if parsed is not None else []
        if isinstance(formula, Formula) and (parsed is None or formula.number.prior is not None):
            self.offsets.append((formula.number, len(self.rows), len(rows)))
            rows.append((code.CONST, formula.number.value, 0))
            if parsed is not None:
                rows.append((code.ADD, 0.0, 0))
        self.rows.append(rows)
        return len(self.rows) - 1

    def _place(self, name: Name) -> int:
        tables = {"actor": self.index.actors, "issue": self.index.issues, "good": self.index.goods}
        return tables[name.kind][name.name]

    def _wars(self, a: str, b: str) -> list[int]:
        return self.index.between(a, b)

    def setup(self) -> w.Setup:
        """All arrays."""
        for part in (_actors, _pairs, _issues, _interests, _controls, _effects, _goods, _conflicts, _events):
            part(self)
        length = max((len(row) for row in self.rows), default=0) + 1
        for name, kind in (("expr_op", np.int64), ("expr_a", np.float64), ("expr_b", np.int64)):
            self.new(name, len(self.rows), length, fill=code.END if name == "expr_op" else 0, kind=kind)
        for x, row in enumerate(self.rows):
            for step, (op, a, b) in enumerate(row):
                self.cells["expr_op"][x, step] = op
                self.cells["expr_a"][x, step] = a
                self.cells["expr_b"][x, step] = b
        for num, x, step in self.offsets:
            self.put("expr_a", (x, step), num)
        return w.Setup(**self.cells)


def _actors(t: Arrays) -> None:
    actors = t.s.actors
    t.keys("actor_key", [a.code for a in actors])
    t.column("power0", [a.power for a in actors])
    t.column("economy0", [a.economy for a in actors])
    t.column("growth", [a.growth for a in actors])
    t.column("engagers0", [a.engagers for a in actors])
    t.column("w_security", [a.security for a in actors])
    t.column("w_economy", [a.economy_weight for a in actors])
    t.column("w_friends", [a.friends for a in actors])
    t.column("w_autonomy", [a.autonomy for a in actors])
    t.column("patience", [a.patience for a in actors])
    t.column("bandwidth", [a.bandwidth for a in actors], np.int64)


def _pairs(t: Arrays) -> None:
    n = len(t.s.actors)
    tables = (
        ("alignment0", t.s.alignment, 0.0),
        ("resolve0", t.s.resolve, 0.5),
        ("trust0", t.s.trust, 0.5),
        ("trade", t.s.trade, 0.0),
        ("reach", t.s.reach, 1.0),
    )
    for name, table, own in tables:  # `own`: what an actor is to itself; no rule asks
        t.new(name, n, n, fill=own)
        usual = ~np.eye(n, dtype=np.bool_)
        for (a, b), num in table.own.items():
            i, j = t.index.actors[a], t.index.actors[b]
            for place in ((i, j), (j, i)) if name == "alignment0" else ((i, j),):
                t.put(name, place, num)
                usual[place] = False
        t.fill(name, np.flatnonzero(usual), table.usual)


def _issues(t: Arrays) -> None:
    issues = t.s.issues
    t.keys("issue_key", [issue.id for issue in issues])
    t.ints("issue_kind", [SHOWS[issue.shows] for issue in issues])
    t.column("x0", [issue.start for issue in issues])
    t.ints("bind", [_bind(t, k) for k in range(len(issues))])
    one, zero = Num("", 1.0), Num("", 0.0)
    t.column("bind_full", [issue.full or one for issue in issues])
    t.column("bind_contract", [issue.contract or zero for issue in issues])
    starts = {(item.sender, item.target): item.start.value for item in t.s.instruments}
    for k, issue in enumerate(issues):
        if issue.shows == "sanctions":
            # Rounded once: what `sum` makes of these depends on Python's version.
            total = math.fsum(starts[a, issue.target] for a in issue.senders)
            t.cells["x0"][k] = total / len(issue.senders)


def _bind(t: Arrays, k: int) -> int:
    """What a reading shows: a flow, a dispute, a strike, a sanctions' target; -1 for a lever."""
    issue = t.s.issues[k]
    if issue.flow is not None:
        return t.index.flows[issue.flow]
    if issue.shows == "sanctions":
        return t.index.actors[issue.target]
    if issue.shows == "front" and issue.pair is not None:
        return t.index.disputes[(*issue.pair, issue.id)]
    if issue.shows == "strike":
        return next(place for (by, on, _), place in t.index.strikes.items() if (by, on) == issue.pair)
    return NONE


def _interests(t: Arrays) -> None:
    n, kk = len(t.s.actors), len(t.s.issues)
    for name in ("ideal_hard", "ideal_eng", "salience_hard", "salience_eng"):
        t.new(name, n, kk, fill=0.5 if name.startswith("ideal") else 0.0)
    clauses: list[tuple[int, int, Clause]] = []
    for k, issue in enumerate(t.s.issues):
        for interest in issue.interests:
            at = (t.index.actors[interest.actor], k)
            t.put("ideal_hard", at, interest.ideal)
            t.put("ideal_eng", at, interest.engagers_ideal)
            t.put("salience_hard", at, interest.salience)
            t.put("salience_eng", at, interest.engagers_salience)
            clauses += [(*at, clause) for clause in interest.clauses]
    clauses.sort(key=lambda item: item[:2])  # stable: within an interest later clauses win
    t.ints("clause_actor", [actor for actor, _, _ in clauses])
    t.ints("clause_issue", [issue for _, issue, _ in clauses])
    t.ints("clause_if", [t.expression(clause.condition) for _, _, clause in clauses])
    t.ints("clause_ideal", [t.expression(clause.ideal) for _, _, clause in clauses])
    t.ints("clause_salience", [t.expression(clause.salience) for _, _, clause in clauses])


def _controls(t: Arrays) -> None:
    s, index = t.s, t.index
    levers = [issue for issue in s.issues if issue.shows == "lever"]
    total, n = len(index.controls), len(s.actors)
    voices = [(issue, voice) for issue in s.issues for voice in issue.voices]
    zero = Num("", 0.0)
    t.keys("control_key", list(index.controls))
    t.ints(
        "control_kind",
        [w.C_LEVER] * len(levers)
        + [w.C_SANCTION] * len(s.instruments)
        + [w.C_PLEDGE] * len(s.pledges)
        + [w.C_LEVER] * len(voices),
    )
    pairs = [(item.sender, item.target) for item in s.instruments] + list(s.pledges)
    none, spoken = [NONE] * len(levers), [NONE] * len(voices)
    t.ints("control_from", none + [index.actors[a] for a, _ in pairs] + spoken)
    t.ints("control_to", none + [index.actors[b] for _, b in pairs] + spoken)
    t.ints("control_issue", [index.issues[issue.id] for issue in levers] + [NONE] * (total - len(levers)))
    t.new("control_weight", total, fill=1.0)
    for issue, voice in voices:
        place = index.voices[issue.id, voice.actor]
        t.cells["control_issue"][place] = index.issues[issue.id]
        t.cells["control_weight"][place] = voice.weight
    for k, issue in enumerate(s.issues):
        for sender in issue.senders:
            place = index.sanctions[sender, issue.target]
            t.cells["control_issue"][place] = k
            t.cells["control_weight"][place] = 1.0 / len(issue.senders)
    speeds = [Num("", s.parameters["pledge_speed"].value, parameter="pledge_speed")] * len(s.pledges)
    steps = [Num("", s.parameters["pledge_step"].value, parameter="pledge_step")] * len(s.pledges)
    instruments = s.instruments
    t.column(
        "control_start",
        [issue.start for issue in levers]
        + [i.start for i in instruments]
        + [zero] * len(s.pledges)
        + [voice.position for _, voice in voices],
    )
    speeds += [issue.speed or zero for issue, _ in voices]
    steps += [issue.step or zero for issue, _ in voices]
    t.column("speed", [issue.speed or zero for issue in levers] + [i.speed for i in instruments] + speeds)
    t.column("step", [issue.step or zero for issue in levers] + [i.step for i in instruments] + steps)
    for name in ("raise_mode", "lower_mode"):
        t.new(name, total, fill=w.ANY, kind=np.int64)
    for name in ("raisers", "lowerers"):
        t.new(name, total, n, kind=np.uint8)
    for name in ("programme_actor", "programme_good"):
        t.new(name, total, fill=NONE, kind=np.int64)
    for c, issue in enumerate(levers):
        _rule(t, "raise_mode", "raisers", c, issue.raisers)
        _rule(t, "lower_mode", "lowerers", c, issue.lowerers)
        if issue.programme is not None:
            t.cells["programme_actor"][c] = index.actors[issue.programme[0]]
            t.cells["programme_good"][c] = index.goods[issue.programme[1]]
    for c, (a, _) in enumerate(pairs, len(levers)):
        t.cells["raisers"][c, index.actors[a]] = 1
        t.cells["lowerers"][c, index.actors[a]] = 1
    for issue, voice in voices:
        for name in ("raisers", "lowerers"):
            t.cells[name][index.voices[issue.id, voice.actor], index.actors[voice.actor]] = 1


def _rule(t: Arrays, mode: str, members: str, c: int, rule: ControlRule | None) -> None:
    if rule is not None:
        t.cells[mode][c] = MODES[rule.kind]
        for actor in rule.members:
            t.cells[members][c, t.index.actors[actor]] = 1


def _effects(t: Arrays) -> None:
    index = t.index
    effects = [effect for issue in t.s.issues for effect in issue.effects]
    counts = [len(issue.effects) for issue in t.s.issues]
    t.ints("effect_start", [sum(counts[:k]) for k in range(len(counts) + 1)])
    t.ints("effect_kind", [EFFECTS[effect.kind] for effect in effects])
    t.ints("effect_i", [index.actors[effect.first] for effect in effects])
    t.ints("effect_j", [index.actors.get(effect.second, NONE) for effect in effects])
    t.ints("effect_good", [index.goods.get(effect.good, NONE) for effect in effects])
    t.column("effect_size", [effect.size for effect in effects])


def _goods(t: Arrays) -> None:
    goods, index = t.s.goods, t.index
    t.keys("good_key", [good.id for good in goods])
    t.ints("good_kind", [w.RIVAL if good.kind == "rival" else w.KNOW_HOW_GOOD for good in goods])
    t.column("good_power", [good.power for good in goods])
    t.column("good_air_defence", [good.air_defence for good in goods])
    t.column("good_war_use", [good.war_use for good in goods])
    t.column("good_war_power", [good.war_power for good in goods])
    t.column("good_strike", [Num("", float(good.strike)) for good in goods])
    t.column("good_delivery", [good.delivery for good in goods], np.int64)
    t.column("good_quantum", [good.quantum for good in goods])
    t.column("good_rent", [good.rent for good in goods])
    for name in ("stock0", "production", "ceiling"):
        t.new(name, len(t.s.actors), len(goods))
    for g, good in enumerate(goods):
        for name, table in (
            ("stock0", good.stock),
            ("production", good.production),
            ("ceiling", good.ceiling),
        ):
            for actor, num in table.items():
                t.put(name, (index.actors[actor], g), num)
    flows = t.s.flows
    shown = {issue.flow: k for k, issue in enumerate(t.s.issues) if issue.flow is not None}
    t.keys("flow_key", [" ".join(flow) for flow in flows])
    t.ints("flow_good", [index.goods[good] for good, _, _ in flows])
    t.ints("flow_from", [index.actors[a] for _, a, _ in flows])
    t.ints("flow_to", [index.actors[b] for _, _, b in flows])
    t.ints("flow_issue", [shown.get(flow, NONE) for flow in flows])


def _conflicts(t: Arrays) -> None:
    s, index = t.s, t.index
    t.keys("dispute_key", [f"{d.challenger}>{d.target} {d.issue}" for d in s.disputes])
    t.ints("dispute_issue", [index.issues[d.issue] for d in s.disputes])
    t.ints("challenger", [index.actors[d.challenger] for d in s.disputes])
    t.ints("target", [index.actors[d.target] for d in s.disputes])
    t.column("hazard", [d.hazard for d in s.disputes])
    counts = [len(d.over) for d in s.disputes]
    t.ints("over_start", [sum(counts[:v]) for v in range(len(counts) + 1)])
    t.ints("over_issue", [index.issues[issue] for d in s.disputes for issue in d.over])
    general = Num("", NONE)  # below 0: the parameter holds
    for who in ("challenger", "target", "helpers"):
        t.column(f"cost_{who}", [d.costs.get(who, general) for d in s.disputes])
    shown = {issue.pair: k for k, issue in enumerate(s.issues) if issue.shows == "strike"}
    t.keys("strike_key", [f"{x.by}>{x.on} {x.programme}" for x in s.strikes])
    t.ints("striker", [index.actors[x.by] for x in s.strikes])
    t.ints("struck", [index.actors[x.on] for x in s.strikes])
    t.ints("strike_control", [index.levers[x.programme] for x in s.strikes])
    t.ints("strike_good", [index.goods.get(x.air_defence, NONE) for x in s.strikes])
    t.ints("strike_issue", [shown.get((x.by, x.on), NONE) for x in s.strikes])
    t.new("milestones", len(s.strikes), w.MILESTONES, fill=NEVER)
    for b, strike in enumerate(s.strikes):
        t.cells["milestones"][b, : len(strike.milestones)] = strike.milestones
    t.keys("proxy_key", [f"{x.by}>{x.on} {x.issue}" for x in s.proxies])
    t.ints("proxy_by", [index.actors[x.by] for x in s.proxies])
    t.ints("proxy_on", [index.actors[x.on] for x in s.proxies])
    t.ints("proxy_issue", [index.issues[x.issue] for x in s.proxies])
    t.column("proxy_hazard", [x.hazard for x in s.proxies])
    t.column("proxy_burden", [x.burden for x in s.proxies])


def _events(t: Arrays) -> None:
    events, index = t.s.events, t.index
    t.keys("event_key", [event.id for event in events])
    t.ints("event_turn", [event.turn for event in events])
    t.column("event_probability", [event.probability for event in events])
    t.ints("event_from", [event.first for event in events])
    t.ints("event_to", [event.last for event in events])
    t.column("event_hazard", [event.hazard for event in events])
    t.ints("event_expr", [t.expression(event.factor) for event in events])
    t.ints("event_after", [index.events.get(event.after, NONE) for event in events])
    deeds = [(e, deed) for e, event in enumerate(events) for deed in event.deeds]
    t.ints("act_event", [e for e, _ in deeds])
    t.ints("act_kind", [DEEDS[deed.kind].code for _, deed in deeds])
    for name, which in (("act_a", 0), ("act_b", 1)):
        t.ints(name, [_acted_on(t, deed, which) for _, deed in deeds])
    t.column("act_value", [deed.value for _, deed in deeds])


def _acted_on(t: Arrays, deed: Deed, which: int) -> int:
    table = PLACES[DEEDS[deed.kind].of][which]
    return getattr(t.index, table)[(deed.first, deed.second)[which]] if table else NONE
