"""From a built scenario, which is arrays, to countries and things, which are objects."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plain_mesa.country import Clause, Country, Interest
from plain_mesa.things import (
    DOWN,
    UP,
    Control,
    Dispute,
    Effect,
    Event,
    Flow,
    Formula,
    Good,
    Issue,
    Proxy,
    Strike,
    above,
    clip,
)
from powersim.world import deeds
from powersim.world import expression as code
from powersim.world.case import Case

if TYPE_CHECKING:
    from plain_mesa.model import World

ISSUES = ("lever", "flow", "know_how", "sanctions", "front", "strike")
CONTROLS = ("lever", "sanction", "pledge")
MODES = ("any", "all", "sum")
EFFECTS = ("guarantee", "power", "reach", "threat", "trade", "shift", "embargo")
GOODS = ("rival", "know_how")
MOST = 1e30  # no formula leaves this range


class Setting:
    """The numbers of a case; refuses what the plain model does not have."""

    def __init__(self, case: Case) -> None:
        if case.branch.offer_turn >= 0:
            raise ValueError(
                "the plain Mesa model has no offers of a branch; choose a branch without `offer:`"
            )
        self.s: Any = case.setup
        self.branch: Any = case.branch
        self.turns = case.turns

    def formula(self, world: World, row: int) -> Formula | None:
        """An expression of the scenario; None where there is none."""
        if row < 0:
            return None
        terms = list(zip(self.s.expr_op[row], self.s.expr_a[row], self.s.expr_b[row], strict=True))
        return lambda positions: evaluate(world, terms, positions or {})


def furnish(world: World, setting: Setting) -> None:
    """Put everything into the world."""
    s = setting.s
    world.goods = [
        Good(
            GOODS[s.good_kind[g]], float(s.good_power[g]), float(s.good_air_defence[g]), float(s.good_war_use[g]),
            float(s.good_war_power[g]), bool(s.good_strike[g] > 0.0), int(s.good_delivery[g]),
            float(s.good_quantum[g]), float(s.good_rent[g]),
        )
        for g in range(len(s.good_kind))
    ]  # fmt: skip
    world.issues = [
        Issue(
            str(k), ISSUES[s.issue_kind[k]], float(s.x0[k]), float(s.bind_full[k]), float(s.bind_contract[k])
        )
        for k in range(len(s.x0))
    ]
    world.countries = [Country(world, str(i), int(key)) for i, key in enumerate(s.actor_key)]
    for i, country in enumerate(world.countries):
        settle(world, s, i, country)
    add_effects(world, s)
    add_controls(world, setting)
    add_flows(world, setting)
    add_conflicts(world, setting)
    add_interests(world, setting)
    add_events(world, setting)


def settle(world: World, s: Any, i: int, country: Country) -> None:
    """A country's numbers, alone and with every other."""
    country.power = country.power_then = float(s.power0[i])
    country.economy = country.economy_then = float(s.economy0[i])
    country.growth, country.patience = float(s.growth[i]), float(s.patience[i])
    country.engagers = country.engagers_home = float(s.engagers0[i])
    country.w_security, country.w_economy = float(s.w_security[i]), float(s.w_economy[i])
    country.w_friends, country.w_autonomy = float(s.w_friends[i]), float(s.w_autonomy[i])
    country.bandwidth = int(s.bandwidth[i])
    for g, good in enumerate(world.goods):
        country.stock[good], country.production[good] = float(s.stock0[i, g]), float(s.production[i, g])
        country.ceiling[good] = float(s.ceiling[i, g])
    for j, other in enumerate(world.countries):
        if other is not country:
            country.alignment[other] = country.alignment_then[other] = float(s.alignment0[i, j])
            country.resolve[other] = country.resolve_then[other] = float(s.resolve0[i, j])
            country.trust[other] = country.trust_then[other] = float(s.trust0[i, j])
            country.reach_then[other], country.trade_then[other] = float(s.reach[i, j]), float(s.trade[i, j])
            country.gains[other] = country.dealt[other] = country.hurt[other] = 0.0


def add_effects(world: World, s: Any) -> None:
    """What issues do to the world."""
    for k, issue in enumerate(world.issues):
        for e in range(s.effect_start[k], s.effect_start[k + 1]):
            other = world.countries[s.effect_j[e]] if s.effect_j[e] >= 0 else None
            good = world.goods[s.effect_good[e]] if s.effect_good[e] >= 0 else None
            kind, country = EFFECTS[s.effect_kind[e]], world.countries[s.effect_i[e]]
            issue.effects.append(Effect(kind, country, other, good, float(s.effect_size[e])))


def add_controls(world: World, setting: Setting) -> None:
    """Levers, sanctions, pledges, and what the branch lays down of them."""
    s, branch, turns = setting.s, setting.branch, range(setting.turns)
    for c in range(len(s.control_key)):
        raisers = [a for i, a in enumerate(world.countries) if s.raisers[c, i]]
        lowerers = [a for i, a in enumerate(world.countries) if s.lowerers[c, i]]
        start = float(s.control_start[c])
        control = Control(
            place=c,
            key=int(s.control_key[c]),
            kind=CONTROLS[s.control_kind[c]],
            issue=world.issues[s.control_issue[c]] if s.control_issue[c] >= 0 else None,
            weight=float(s.control_weight[c]),
            sender=world.countries[s.control_from[c]] if s.control_from[c] >= 0 else None,
            target=world.countries[s.control_to[c]] if s.control_to[c] >= 0 else None,
            position=start,
            speed=float(s.speed[c]),
            step=float(s.step[c]),
            mode={UP: MODES[s.raise_mode[c]], DOWN: MODES[s.lower_mode[c]]},
            movers={UP: raisers, DOWN: lowerers},
            controllers=[a for a in world.countries if a in raisers or a in lowerers],
            programme=(world.countries[s.programme_actor[c]], world.goods[s.programme_good[c]])
            if s.programme_actor[c] >= 0
            else None,
            laid_down=[None if math.isnan(branch.path[t, c]) else float(branch.path[t, c]) for t in turns],
            held=[bool(branch.hold[t, c]) for t in turns],
            read_as_act=[bool(branch.act[t, c]) for t in turns],
            forbidden={
                UP: [bool(branch.no_raise[t, c]) for t in turns],
                DOWN: [bool(branch.no_lower[t, c]) for t in turns],
            },
            ahead=start,
            aim=start,
        )
        world.controls.append(control)
        if control.issue is not None:
            control.issue.controls.append(control)
    at = [(world.countries[i], world.goods[g]) for i, g in branch.stock_at]
    world.stocks_laid_down = [
        [(*at[z], float(units)) for z, units in enumerate(branch.stock[t]) if not math.isnan(units)]
        for t in turns
    ]


def add_flows(world: World, setting: Setting) -> None:
    """Who may supply whom."""
    s, branch = setting.s, setting.branch
    for f in range(len(s.flow_key)):
        flow = Flow(
            place=f,
            key=int(s.flow_key[f]),
            good=world.goods[s.flow_good[f]],
            giver=world.countries[s.flow_from[f]],
            taker=world.countries[s.flow_to[f]],
            issue=world.issues[s.flow_issue[f]] if s.flow_issue[f] >= 0 else None,
            forbidden=[bool(branch.no_flow[t, f]) for t in range(setting.turns)],
        )
        world.flows.append(flow)
    for k, issue in enumerate(world.issues):
        if issue.kind in ("flow", "know_how") and s.bind[k] >= 0:
            issue.flow = world.flows[s.bind[k]]
            issue.flow.delivered = issue.position * issue.full


def add_conflicts(world: World, setting: Setting) -> None:
    """Fronts, strikes on programmes, violence through others."""
    s, countries, issues = setting.s, world.countries, world.issues
    for v in range(len(s.dispute_key)):
        over = [issues[k] for k in s.over_issue[s.over_start[v] : s.over_start[v + 1]]]
        costs = {"challenger": s.cost_challenger[v], "target": s.cost_target[v], "helpers": s.cost_helpers[v]}
        world.disputes.append(
            Dispute(
                key=int(s.dispute_key[v]),
                front=issues[s.dispute_issue[v]],
                over=over,
                challenger=countries[s.challenger[v]],
                target=countries[s.target[v]],
                hazard=float(s.hazard[v]),
                costs={side: float(cost) for side, cost in costs.items() if cost >= 0.0},
                no_war=[bool(setting.branch.no_war[t, v]) for t in range(setting.turns)],
            )
        )
    for b in range(len(s.strike_key)):
        strike = Strike(
            key=int(s.strike_key[b]),
            by=countries[s.striker[b]],
            on=countries[s.struck[b]],
            programme=world.controls[s.strike_control[b]],
            shield=world.goods[s.strike_good[b]] if s.strike_good[b] >= 0 else None,
            issue=issues[s.strike_issue[b]] if s.strike_issue[b] >= 0 else None,
            milestones=[float(mark) for mark in s.milestones[b] if mark <= 1.0],
        )
        world.strikes.append(strike)
    for k, issue in enumerate(issues):
        if issue.kind == "strike" and s.bind[k] >= 0:
            issue.strike = world.strikes[s.bind[k]]
    for b in range(len(s.proxy_key)):
        by, on, issue = countries[s.proxy_by[b]], countries[s.proxy_on[b]], issues[s.proxy_issue[b]]
        hazard, burden = float(s.proxy_hazard[b]), float(s.proxy_burden[b])
        world.proxies.append(Proxy(int(s.proxy_key[b]), by, on, issue, hazard, burden))


def add_interests(world: World, setting: Setting) -> None:
    """Who wants what, and what of it hangs on the world."""
    s = setting.s
    for i, country in enumerate(world.countries):
        for k, issue in enumerate(world.issues):
            hard = float(s.ideal_hard[i, k]), float(s.salience_hard[i, k])
            eager = float(s.ideal_eng[i, k]), float(s.salience_eng[i, k])
            if any(hard) or any(eager):
                country.interests[issue] = Interest(hard, eager)
    for v in range(len(s.clause_actor)):
        country, issue = world.countries[s.clause_actor[v]], world.issues[s.clause_issue[v]]
        clause = Clause(
            issue,
            setting.formula(world, int(s.clause_if[v])),
            setting.formula(world, int(s.clause_ideal[v])),
            setting.formula(world, int(s.clause_salience[v])),
        )
        country.clauses.append(clause)
        interest = country.interests.setdefault(issue, Interest((0.0, 0.0), (0.0, 0.0)))
        interest.clause_of_salience |= clause.salience is not None


def add_events(world: World, setting: Setting) -> None:
    """What comes from outside, and what it does."""
    s = setting.s
    for e in range(len(s.event_key)):
        event = Event(
            key=int(s.event_key[e]),
            turn=int(s.event_turn[e]) if s.event_turn[e] >= 0 else None,
            probability=float(s.event_probability[e]),
            first=int(s.event_from[e]),
            last=int(s.event_to[e]),
            hazard=float(s.event_hazard[e]),
            factor=setting.formula(world, int(s.event_expr[e])),
            forbidden=bool(setting.branch.no_event[e]),
        )
        world.events.append(event)
    for e, event in enumerate(world.events):
        event.after = world.events[s.event_after[e]] if s.event_after[e] >= 0 else None
    for a in range(len(s.act_event)):
        place, value = (int(s.act_kind[a]), int(s.act_a[a]), int(s.act_b[a])), float(s.act_value[a])
        world.events[s.act_event[a]].deeds.append(deed(world, *place, value))


def deed(world: World, kind: int, a: int, b: int, value: float) -> Callable[[], None]:
    """One thing that an event does."""

    def set_engagers() -> None:
        world.countries[a].engagers = world.countries[a].engagers_home = value

    def move_issue() -> None:
        issue, here = world.issues[a], kind == deeds.SHIFT_ISSUE
        for control in issue.controls:
            if control.kind == "lever":
                control.position = clip(value + (control.position if here else 0.0))
                control.before = control.position  # nobody's act
        if issue.kind == "front":
            issue.position = clip(value + (issue.position if here else 0.0))

    def shift_interest() -> None:
        interests, issue = world.countries[a].interests, world.issues[b]
        interest = interests.setdefault(issue, Interest((0.0, 0.0), (0.0, 0.0)))
        if kind == deeds.SHIFT_IDEAL:
            interest.shift_ideal += value
        else:
            interest.shift_salience += value

    def shift_alignment() -> None:
        i, j = world.countries[a], world.countries[b]
        i.alignment[j] = j.alignment[i] = clip(i.alignment[j] + value, -0.99, 0.99)

    def change_stock() -> None:
        stock, good = world.countries[a].stock, world.goods[b]
        stock[good] = max(0.0, stock[good] + value) if kind == deeds.SHIFT_STOCK else value

    def set_sanctions() -> None:
        for control in world.controls:
            if control.kind == "sanction" and control.pair() == (world.countries[a], world.countries[b]):
                control.position = control.before = value

    return {
        deeds.SET_ENGAGERS: set_engagers,
        deeds.SHIFT_ISSUE: move_issue,
        deeds.SET_ISSUE: move_issue,
        deeds.SHIFT_IDEAL: shift_interest,
        deeds.SHIFT_SALIENCE: shift_interest,
        deeds.SHIFT_ALIGNMENT: shift_alignment,
        deeds.SHIFT_STOCK: change_stock,
        deeds.SET_STOCK: change_stock,
        deeds.SET_SANCTIONS: set_sanctions,
    }[kind]


def evaluate(world: World, terms: list[tuple[int, float, int]], positions: dict[Issue, float]) -> float:
    """The value of an expression, whose operands come before their operator."""
    stack: list[float] = []
    for what, a, b in terms:
        if what == code.END:
            break
        if what == code.CONST:
            stack.append(float(a))
        elif what == code.X:
            issue = world.issues[int(a)]
            stack.append(positions.get(issue, issue.position))
        elif what == code.STOCK:
            stack.append(world.countries[int(a)].stock[world.goods[b]])
        elif what == code.AT_WAR:
            stack.append(float(a >= 0.0 and world.disputes[int(a)].war))
        elif what == code.ALIGNED:
            one, other = world.countries[int(a)], world.countries[b]
            stack.append(one.alignment.get(other, 0.0))
        elif what == code.NEG:
            stack.append(-stack.pop())
        else:
            right, left = stack.pop(), stack.pop()
            stack.append(clip(two_sided(what, left, right), -MOST, MOST))
    return stack[0]


def two_sided(what: int, left: float, right: float) -> float:
    """An operation on two numbers."""
    if what == code.DIV:
        return left / right if right != 0.0 else 0.0
    return {
        code.ADD: lambda: left + right,
        code.SUB: lambda: left - right,
        code.MUL: lambda: left * right,
        code.MIN: lambda: min(left, right),
        code.MAX: lambda: max(left, right),
        code.LT: lambda: float(above(right, left)),
        code.LE: lambda: float(not above(left, right)),
        code.GT: lambda: float(above(left, right)),
        code.GE: lambda: float(not above(right, left)),
    }[what]()
