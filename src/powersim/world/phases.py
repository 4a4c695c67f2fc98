"""The phases of a turn in their order: written here once, for the turn, for whoever looks on, and for the documents.

Choices of a phase are computed from the state at its start and then resolved together.
"""

from __future__ import annotations

from typing import NamedTuple


class Phase(NamedTuple):
    """A phase: its name, what it does, and the mechanisms that it serves: where it reads their switch."""

    name: str
    what: str
    mechanisms: tuple[str, ...] = ()


PHASES: tuple[Phase, ...] = (
    Phase(
        "events",
        "Deals whose time is over lapse. What the model does not explain happens (an election, an uprising; what it "
        "should explain never enters). Ideals and saliences follow factions, events and conditions on the world.",
        ("calendar",),
    ),
    Phase(
        "branch",
        "A branch's offer is accepted or refused; its path is laid down.",
        ("exchange",),
    ),
    Phase(
        "growth",
        "Economies and capabilities grow, goods are produced, budgets answer threats, know-how spreads, "
        "proxies attack.",
        ("drift", "budgets", "technology", "proxies"),
    ),
    Phase(
        "own_policy",
        "Whoever controls a lever, a sanction or a pledge and is not bound by a deal moves it a little towards its own "
        "best. Where own policies would lead is also what bargaining is measured against: nobody is paid for what it "
        "would do anyway, and to refrain has a price.",
        ("own_policy", "sanctions", "pledges", "technology"),
    ),
    Phase(
        "offers",
        "Pairs that talk, and larger sets around a leg that a pair cannot settle, look for their best package of "
        "steps, goods, know-how, restraint, pledges and payments: Nash product over a menu of legs.",
        ("exchange", "coalitions", "payments", "pledges"),
    ),
    Phase(
        "deals",
        "Offers are matched in descending surplus, judged again exactly as earlier deals have left the world, and "
        "signed.",
        ("exchange",),
    ),
    Phase(
        "delivery",
        "What is due is delivered, unless it is frozen or embargoed or its supplier keeps it back.",
        ("compliance",),
    ),
    Phase(
        "compliance",
        "Each party to an open deal weighs what breaking it now gains against what the relationship is worth.",
        ("compliance",),
    ),
    Phase(
        "strikes",
        "Programmes may be struck, once per milestone that they pass.",
        ("programme_strike",),
    ),
    Phase(
        "crises",
        "Over a front a crisis may arise, with a demand that is met, deterred or refused.",
        ("crisis", "commitment", "sanctions", "resolve", "war"),
    ),
    Phase(
        "wars",
        "Wars go on, battle by battle, with stocks used up and a settlement when the gap in beliefs no longer pays for "
        "the fighting.",
        ("war", "city_strikes"),
    ),
    Phase(
        "signals",
        "Beliefs about resolve and trust move by what was done without being paid for, and relax towards their priors.",
        ("resolve", "trust", "current_calculus"),
    ),
    Phase(
        "alignment",
        "Who stands with whom moves with interests, deeds, threats, company, isolation and joint efforts.",
        ("alignment", "balance", "threat", "guarantees", "isolation", "joint_efforts", "harm"),
    ),
    Phase(
        "home",
        "Factions gain or lose by how diplomacy went.",
        ("home",),
    ),
    Phase(
        "record",
        "What is carried into the next turn is put on a fine grid; the outcomes that a study watches are written down.",
    ),
)  # fmt: skip


def number_of(name: str) -> int:
    """The place of a phase in the turn. Raises KeyError for a name that no phase has."""
    return {phase.name: number for number, phase in enumerate(PHASES)}[name]
