"""Resolving actors, issues, goods and what lies between actors."""

from __future__ import annotations

import math

from powersim.scenario import resolved as r
from powersim.scenario.resolve.document import Resolver
from powersim.scenario.schema.issue import Effect, Interest, Issue, Rule
from powersim.scenario.schema.numbers import Number
from powersim.scenario.schema.world import Actor, Good

WEIGHTS = (
    ("security", "w_security"),
    ("economy", "w_economy"),
    ("friends", "chi"),
    ("autonomy", "w_autonomy"),
)
MIDDLE = 0.5  # an ideal that an expression replaces before anybody looks at it


def actors(of: Resolver) -> tuple[r.Actor, ...]:
    """Actors by code."""
    return tuple(_actor(of, code, actor) for code, actor in sorted(of.document.actors.items()))


def _actor(of: Resolver, code: str, actor: Actor) -> r.Actor:
    at = f"actors.{code}"
    weights = {}
    for key, parameter in WEIGHTS:
        own: Number | None = getattr(actor.weights, key)
        common: Number | None = getattr(of.document.weights, key)
        weights[key] = of.num(
            f"{at}.weights.{key}", own or common, parameter=parameter, written="" if own else f"weights.{key}"
        )
    return r.Actor(
        code,
        actor.name or code,
        of.num(f"{at}.power", actor.power),
        of.num(f"{at}.economy", actor.economy),
        of.num(f"{at}.growth", actor.growth),
        of.num(f"{at}.engagers", actor.engagers, parameter="engagers_start"),
        of.num(f"{at}.bandwidth", actor.bandwidth, parameter="bandwidth"),
        of.num(f"{at}.patience", actor.patience, parameter="discount"),
        weights["security"],
        weights["economy"],
        weights["friends"],
        weights["autonomy"],
        actor.source or "",
    )


def issues(of: Resolver) -> tuple[r.Issue, ...]:
    """Issues by id."""
    return tuple(_issue(of, name, issue) for name, issue in sorted(of.document.issues.items()))


def _issue(of: Resolver, name: str, issue: Issue) -> r.Issue:
    at, binds = f"issues.{name}", issue.binds
    levers: dict[str, object] = {}
    if issue.control is not None:
        levers = {
            "raisers": _rule(of, issue.control.raise_),
            "lowerers": _rule(of, issue.control.lower),
            "speed": of.num(f"{at}.speed", issue.speed, parameter="lever_speed"),
            "step": of.num(f"{at}.step", issue.step, parameter="lever_step"),
            "programme": (issue.know_how.actor, issue.know_how.good) if issue.know_how else None,
        }
    if issue.weighted is not None:
        levers = {
            "voices": _voices(of, at, issue),
            "speed": of.num(f"{at}.speed", issue.speed, parameter="lever_speed"),
            "step": of.num(f"{at}.step", issue.step, parameter="lever_step"),
        }
    if binds is not None:
        levers = {
            "flow": binds.flow or binds.know_how,
            "full": of.num(f"{at}.binds.full", binds.full, 1.0),
            "contract": of.num(f"{at}.binds.contract", binds.contract, 0.0),
            "senders": tuple(of.facts.expand(binds.by or [])),
            "target": binds.sanctions or "",
            "pair": binds.front or binds.strike,
        }
    return r.Issue(
        id=name,
        title=issue.title or name.replace("_", " "),
        shows=binds.kind if binds is not None else "lever" if issue.control is not None else "weighted",
        start=_start(of, at, issue),
        effects=tuple(
            sorted(_effects(of, at, issue.effects), key=lambda e: (e.kind, e.first, e.second, e.good))
        ),
        interests=tuple(
            _interest(of, at, actor, party, issue.interests[party])
            for actor, party in of.by_actor(issue.interests).items()
        ),
        scale={
            float(point): text for point, text in sorted(issue.scale.items(), key=lambda item: float(item[0]))
        },
        source=issue.source or "",
        **levers,  # type: ignore[arg-type]
    )


def _start(of: Resolver, at: str, issue: Issue) -> r.Num:
    """Where an issue stands at first: as written, or the mean of its members' positions."""
    if issue.weighted is None:
        return of.num(f"{at}.start", issue.start, 0.0)
    return r.Num(f"{at}.start", math.fsum(v.weight * v.position.value for v in _voices(of, at, issue)))


def _voices(of: Resolver, at: str, issue: Issue) -> tuple[r.Voice, ...]:
    """Members of a weighted mean by code; their weights are made to add to 1."""
    voices = sorted((issue.weighted or {}).items())
    total = math.fsum(voice.weight.value for _, voice in voices)
    start = of.num(f"{at}.start", issue.start, 0.0)
    return tuple(
        r.Voice(
            code,
            voice.weight.value / total,
            start if voice.position is None else of.num(f"{at}.weighted.{code}.position", voice.position),
        )
        for code, voice in voices
    )


def _rule(of: Resolver, rule: Rule) -> r.ControlRule:
    return r.ControlRule(rule.kind, tuple(of.facts.expand(rule.members)))


def _effects(of: Resolver, at: str, effects: list[Effect]) -> list[r.Effect]:
    out: list[r.Effect] = []
    for effect in effects:
        kind = effect.kind
        if effect.embargo is not None:
            for good in effect.embargo.good:
                for a, b in of.facts.pairs(effect.embargo.from_, effect.embargo.to):
                    if (good, a, b) in of.facts.flows:
                        above = of.num(f"{at}.effects.embargo.{good}.{a}>{b}", effect.above)
                        out.append(r.Effect(kind, a, b, good, above))
        elif effect.power is not None and effect.size is not None:
            for actor in of.facts.expand([effect.power]):
                out.append(r.Effect(kind, actor, "", "", of.size(f"{at}.effects.power.{actor}", effect.size)))
        elif effect.size is not None:
            pair = effect.guarantee or effect.threat or effect.reach or effect.trade or effect.shift
            assert pair is not None
            for a, b in of.facts.pairs([pair[0]], [pair[1]]):
                out.append(r.Effect(kind, a, b, "", of.size(f"{at}.effects.{kind}.{a}>{b}", effect.size)))
    return out


def _interest(of: Resolver, at: str, actor: str, party: str, interest: Interest) -> r.Interest:
    path, written = f"{at}.interests.{actor}", f"{at}.interests.{party}"
    ideal = of.formula(f"{path}.ideal", interest.ideal, f"{written}.ideal")
    salience = of.formula(f"{path}.salience", interest.salience, f"{written}.salience")
    clauses: list[r.Clause] = []
    if ideal.expression is not None or salience.expression is not None:
        clauses.append(
            r.Clause(None, ideal if ideal.expression else None, salience if salience.expression else None)
        )
    for index, when in enumerate(interest.when):
        where = f"when.{index}"
        wanted = [
            of.formula(f"{path}.{where}.{key}", value, f"{written}.{where}.{key}")
            if value is not None
            else None
            for key, value in (("ideal", when.ideal), ("salience", when.salience))
        ]
        clauses.append(r.Clause(when.condition(), wanted[0], wanted[1]))
    engagers = interest.engagers
    other_ideal, other_salience = (engagers.ideal, engagers.salience) if engagers else (None, None)
    own_ideal = ideal.number if ideal.expression is None else r.Num(f"{path}.ideal", MIDDLE)
    own_salience = salience.number if salience.expression is None else r.Num(f"{path}.salience", 0.0)
    return r.Interest(
        actor,
        own_ideal,
        own_salience,
        of.num(f"{path}.engagers.ideal", other_ideal, written=f"{written}.engagers.ideal")
        if other_ideal
        else own_ideal,
        of.num(f"{path}.engagers.salience", other_salience, written=f"{written}.engagers.salience")
        if other_salience
        else own_salience,
        tuple(clauses),
    )


def goods(of: Resolver) -> tuple[r.Good, ...]:
    """Goods by id."""
    return tuple(_good(of, name, good) for name, good in sorted(of.document.goods.items()))


def _good(of: Resolver, name: str, good: Good) -> r.Good:
    at = f"goods.{name}"
    stock = {actor: of.num(f"{at}.stock.{actor}", number) for actor, number in sorted(good.stock.items())}
    ceiling = {
        actor: of.num(f"{at}.ceiling.{actor}", number) for actor, number in sorted(good.ceiling.items())
    }
    quantum = "rival_quantum" if good.kind == "rival" else "transfer_share"
    return r.Good(
        name,
        good.title or name.replace("_", " "),
        good.kind,
        of.num(f"{at}.power", good.power),
        of.num(f"{at}.war_use", good.war_use),
        of.num(f"{at}.war_power", good.war_power),
        of.num(f"{at}.air_defence", good.air_defence),
        bool(good.strike),
        of.num(f"{at}.delivery", good.delivery, parameter="delivery_time"),
        of.num(f"{at}.quantum", good.quantum, parameter=quantum),
        of.num(f"{at}.rent", good.rent),
        stock,
        {
            actor: of.num(f"{at}.production.{actor}", number)
            for actor, number in sorted(good.production.items())
        },
        stock | ceiling,  # production stops at the starting stock unless a ceiling says otherwise
        good.source or "",
    )


def instruments(of: Resolver) -> tuple[r.Instrument, ...]:
    """Sanctions by sender and target."""
    out: list[r.Instrument] = []
    for entry in of.document.sanctions:
        starts = of.by_actor(entry.start)
        for a, b in of.facts.pairs(entry.by, entry.on):
            at = f"sanctions.{a}>{b}"
            shared = f"sanctions.{'+'.join(sorted(entry.by))}>{starts.get(b, '')}.start"
            out.append(
                r.Instrument(
                    a,
                    b,
                    of.num(f"{at}.start", entry.start.get(starts.get(b, "")), written=shared),
                    of.num(f"{at}.speed", entry.speed, parameter="sanction_speed"),
                    of.num(f"{at}.step", entry.step, parameter="sanction_step"),
                )
            )
    return tuple(sorted(out, key=lambda item: (item.sender, item.target)))


def disputes(of: Resolver) -> tuple[r.Dispute, ...]:
    """Disputes by challenger, target and issue."""
    found: list[r.Dispute] = []
    for d in of.document.disputes:
        at = f"disputes.{d.challenger}>{d.target}.{d.issue}"
        given = {"challenger": d.costs.challenger, "target": d.costs.target, "helpers": d.costs.helpers}
        costs = {
            who: of.num(f"{at}.costs.{who}", number) for who, number in given.items() if number is not None
        }
        hazard = of.num(f"{at}.hazard", d.hazard)
        found.append(r.Dispute(d.issue, d.challenger, d.target, hazard, tuple(sorted(d.over)), costs))
    return tuple(sorted(found, key=lambda d: (d.challenger, d.target, d.issue)))


def strikes(of: Resolver) -> tuple[r.Strike, ...]:
    """Strikes by striker, target and programme."""
    found = (
        r.Strike(s.by, s.on, s.programme, tuple(s.milestones), s.air_defence or "")
        for s in of.document.strikes
    )
    return tuple(sorted(found, key=lambda s: (s.by, s.on, s.programme)))


def proxies(of: Resolver) -> tuple[r.Proxy, ...]:
    """Proxies by patron, target and issue."""
    found: list[r.Proxy] = []
    for entry in of.document.proxies:
        at = f"proxies.{entry.by}>{entry.on}.{entry.issue}"
        hazard, burden = of.num(f"{at}.hazard", entry.hazard), of.num(f"{at}.burden", entry.burden)
        found.append(r.Proxy(entry.by, entry.on, entry.issue, hazard, burden))
    return tuple(sorted(found, key=lambda p: (p.by, p.on, p.issue)))
