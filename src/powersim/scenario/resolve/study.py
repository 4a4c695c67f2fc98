"""Resolving events, outcomes and hypotheses, and the scenario as a whole."""

from __future__ import annotations

from powersim.scenario import resolved as r
from powersim.scenario.evidence import Evidence, Fact
from powersim.scenario.expr import parse
from powersim.scenario.pairs import Pairs
from powersim.scenario.resolve import world
from powersim.scenario.resolve.branch import branches
from powersim.scenario.resolve.document import Resolver
from powersim.scenario.schema.branch import Event
from powersim.scenario.schema.evidence import FactEntry
from powersim.scenario.schema.hypothesis import Hypothesis
from powersim.world.deeds import DEEDS

EVER_THRESHOLD = 0.5  # of a quantity that is 0 or 1


def scenario(of: Resolver, fixed: frozenset[str]) -> r.Scenario:
    """The resolved scenario; `fixed` are parameters that the user has set and theories leave alone."""
    d, pairs = of.document, tables(of)
    return r.Scenario(
        name=d.name,
        title=d.title or d.name,
        question=d.question or "",
        calendar=of.calendar,
        intervention=None if d.intervention is None else of.turn(d.intervention, 0),
        actors=world.actors(of),
        issues=world.issues(of),
        goods=world.goods(of),
        flows=tuple(sorted(of.facts.flows)),
        instruments=world.instruments(of),
        pledges=tuple(sorted(of.facts.pledges)),
        disputes=world.disputes(of),
        strikes=world.strikes(of),
        proxies=world.proxies(of),
        alignment=pairs["alignment"],
        resolve=pairs["resolve"],
        trust=pairs["trust"],
        trade=pairs["trade"],
        reach=pairs["reach"],
        events=_events(of),
        observed=tuple(sorted((e.id, of.turn(e.date, 0)) for e in d.events if e.use == "observed")),
        branches=branches(of),
        theories=of.theories(fixed),
        parameters=of.parameters(),
        mechanisms=of.mechanisms(),
        outcomes=_outcomes(of),
        hypotheses=_hypotheses(of),
        record={
            issue: {of.turn(date, 0): number.value for date, number in path.items()}
            for issue, path in sorted(d.record.items())
        },
        evidence=_evidence(of),
        parameters_set=tuple(sorted(d.parameters)),
        fixed=fixed,
    )


def numbers(of: Resolver) -> None:
    """Resolve every number, so that `of.unmatched` is known, of a document that may refer to nothing here and there."""
    world.actors(of), world.issues(of), world.goods(of)
    world.instruments(of), world.disputes(of), world.proxies(of)
    tables(of), _events(of), of.theories(frozenset()), of.parameters(), _evidence(of)


def tables(of: Resolver) -> dict[str, Pairs]:
    """The numbers of every pair of actors."""
    d = of.document
    return {
        "alignment": of.pairs("alignment", d.alignment, "-"),
        "resolve": of.pairs("beliefs.resolve", d.beliefs.resolve, ">", "resolve_start"),
        "trust": of.pairs("beliefs.trust", d.beliefs.trust, ">", "trust_start"),
        "trade": of.pairs("trade", d.trade, ">"),
        "reach": of.pairs("reach", d.reach, ">", "reach_start"),
    }


def _events(of: Resolver) -> tuple[r.Event, ...]:
    events = (event for event in of.document.events if event.use == "exogenous")
    return tuple(sorted((_event(of, event) for event in events), key=lambda event: event.id))


def _event(of: Resolver, event: Event) -> r.Event:
    at = f"events.{event.id}"
    return r.Event(
        event.id,
        event.title or event.id.replace("_", " "),
        -1 if event.date is None else of.turn(event.date, 0),
        of.num(f"{at}.probability", event.probability, 1.0),
        of.turn(event.from_, 0),
        of.last_turn(event.to),
        of.num(f"{at}.hazard", event.hazard),
        None if event.hazard_from is None else parse(event.hazard_from),
        event.after or "",
        tuple(sorted(_deeds(of, at, event), key=lambda deed: (deed.kind, deed.first, deed.second))),
        event.source or "",
    )


def _deeds(of: Resolver, at: str, event: Event) -> list[r.Deed]:
    deeds: list[r.Deed] = []

    def add(kind: str, first: str, second: str, number: object, written: str) -> None:
        path = f"{at}.{kind}.{first}" + (f".{second}" if second else "")
        deeds.append(r.Deed(kind, first, second, of.num(path, number, written=f"{at}.{kind}.{written}")))  # type: ignore[arg-type]

    for kind, deed in DEEDS.items():
        table = getattr(event, kind)
        if deed.of == "actor":
            for actor, party in of.by_actor(table).items():
                add(kind, actor, "", table[party], party)
        elif deed.of == "interest":
            for issue, parties in table.items():
                for actor, party in of.by_actor(parties).items():
                    add(kind, actor, issue, parties[party], f"{party}.{issue}")
        elif deed.of == "pair":
            for key, number in table.items():
                if key != "default":
                    first, second = key.split("-")
                    for a, b in sorted(
                        {(min(pair), max(pair)) for pair in of.facts.pairs([first], [second])}
                    ):
                        add(kind, a, b, number, key)
        elif deed.of == "directed":
            for key, number in table.items():
                for a, b in of.facts.directed(key):
                    add(kind, a, b, number, key)
        elif deed.of == "stock":
            for actor, goods in table.items():
                for good, number in goods.items():
                    add(kind, actor, good, number, f"{actor}.{good}")
        else:
            for issue, number in table.items():
                add(kind, issue, "", number, issue)
    return deeds


def _outcomes(of: Resolver) -> dict[str, r.Outcome]:
    out: dict[str, r.Outcome] = {}
    for name, outcome in sorted(of.document.outcomes.items()):
        kind = outcome.of.kind
        named = getattr(outcome.of, kind)
        period = outcome.mean or outcome.max or outcome.min
        if period is not None:
            first, last = of.turn(period[0], 0), of.last_turn(period[1])
        elif outcome.ever is not None:
            first, last = 0, of.last_turn(outcome.ever)
        else:
            first = last = of.last_turn(outcome.at)
        limit = outcome.above or outcome.below
        out[name] = r.Outcome(
            name,
            outcome.title or name.replace("_", " "),
            kind,
            (named,) if isinstance(named, str) else tuple(named),
            outcome.of.over or "",
            outcome.summary,
            first,
            last,
            limit.value if limit is not None else EVER_THRESHOLD,
            outcome.below is None,
            outcome.unit or "",
        )
    return out


def _hypotheses(of: Resolver) -> tuple[r.Hypothesis, ...]:
    return tuple(sorted((_hypothesis(of, h) for h in of.document.hypotheses), key=lambda h: h.id))


def _hypothesis(of: Resolver, h: Hypothesis) -> r.Hypothesis:
    stated = of.document.verdict.model_dump()
    own = {} if h.rule is None else h.rule.model_dump(exclude_unset=True)
    return r.Hypothesis(
        id=h.id,
        claim=h.claim,
        contrary=h.contrary or "",
        recorded=h.recorded or "",
        outcome=h.outcome or "",
        branches=h.branches or (h.branch or "", h.branch or ""),
        along=h.along or "",
        given=h.given or "",
        sign=h.sign or "",
        theories=tuple(sorted(h.theories)),
        reference=h.reference,
        size=h.size,
        at_least=h.at_least or 0.0,
        rule=r.Rule(**(stated | own)),
        all_of=tuple(h.all_of or ()),
    )


def _evidence(of: Resolver) -> Evidence | None:
    stated, d = of.document.evidence, of.document
    if stated is None:
        return None
    left_out = None if stated.paths is None else set(stated.paths.without)
    back, lasts = stated.withheld, stated.discrepancy.lasts
    return Evidence(
        branch=stated.branch or next(iter(d.branches), ""),
        until=of.last_turn(stated.until),
        error=stated.error.value,
        errors={issue: number.value for issue, number in sorted(stated.errors.items())},
        discrepancy=of.num("evidence.discrepancy", stated.discrepancy),
        lasts=0.0 if lasts is None else lasts.value * 12 / of.calendar.months,
        issues=() if left_out is None else tuple(sorted(set(d.record) - left_out)),
        at="changes" if stated.paths is None else stated.paths.at,
        facts=_facts(of, stated.events, stated.miss.value),
        withheld=() if back is None else _facts(of, back.events, stated.miss.value),
        after=of.calendar.turns - 1 if back is None else of.last_turn(back.after),
    )


def _facts(of: Resolver, listed: list[FactEntry], miss: float) -> tuple[Fact, ...]:
    """Facts in an order that does not hang on that of the file."""
    found = []
    for fact in listed:
        named, once = getattr(fact, fact.kind), fact.begins or fact.at
        found.append(
            Fact(
                fact.kind,
                (named,) if isinstance(named, str) else tuple(named),
                fact.over or "",
                of.turn(once or fact.from_, 0),
                of.last_turn(once or fact.to),
                fact.happened,
                0.0 if fact.above is None else fact.above.value,
                miss if fact.miss is None else fact.miss.value,
                fact.source,
            )
        )
    return tuple(sorted(found, key=lambda fact: (fact.last, fact.first, fact.kind, fact.things, fact.over)))
