"""Promises hold as long as the relationship is worth more than breaking them (the S-300 in miniature)."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.compile.jit import interpreted
from powersim.rules.compliance import annuity, continuation_value
from powersim.scenario.arrays.build import Built
from powersim.world import chronicle as ch
from powersim.world import columns as col
from powersim.world.case import Case
from powersim.world.derive import derive
from powersim.world.gains import relationship
from powersim.world.promises import _undone, comply
from powersim.world.state import FREEZE, GIVE, LEAST
from worlds import MINIATURE, Play, built, lively_documents, of_kind


@given(gain=st.floats(-10.0, 0.0), delta=st.floats(0.0, 1.0), left=st.integers(0, 80))
def test_who_does_not_gain_in_a_turn_does_not_over_several(gain: float, delta: float, left: int) -> None:
    assert gain * annuity(delta, left) <= LEAST  # so `comply` need not ask


# A relationship that is worth nothing: no floor, no trade at stake, no memory of gains, an end in sight, and nobody
# who takes back what he gave.
WORTHLESS = {"relation_floor": 0.0, "relation_trade": 0.0, "relation_memory": 0.999, "reset_hazard": 0.5,
             "renege_rate": 1.0, "tau_c": 0.0, "counter_loss": 0.0}  # fmt: skip
PRECIOUS = {
    "relation_floor": 0.5,
    "relation_trade": 1.0,
    "reset_hazard": 0.0,
    "renege_rate": 1.0,
    "tau_c": 0.0,
}


def set_to(case: Case, values: dict[str, float]) -> Case:
    """A case with some parameters replaced."""
    return case._replace(params=case.params._replace(**values))


def freezes(values: dict[str, float], runs: int = 12) -> tuple[list[int], list[int]]:
    """How long freezes lasted that were broken, and those that ran their term."""
    broken: list[int] = []
    kept: list[int] = []
    for run in range(runs):
        play = Play(set_to(built(MINIATURE).case("", "", 3, run), values), 3, run)
        freeze = 3 * len(play.world.pos) + 1
        began: dict[float, int] = {}
        for turn, rows in enumerate(play.steps()):
            for row in rows:
                if row[col.KIND] == ch.LEG and row[col.THING] == freeze:
                    began[row[col.DEAL]] = turn
                elif row[col.KIND] in (ch.BREACH, ch.LAPSED) and row[col.DEAL] in began:
                    (broken if row[col.KIND] == ch.BREACH else kept).append(turn - began.pop(row[col.DEAL]))
    return broken, kept


def test_restraint_whose_price_was_paid_lasts_while_the_relationship_is_precious() -> None:
    broken, kept = freezes(PRECIOUS)
    assert broken == []
    assert set(kept) == {MINIATURE["parameters"]["deal_length"]}


def test_without_a_future_every_withheld_leg_that_tempts_is_revoked_within_a_quarter() -> None:
    broken, kept = freezes(WORTHLESS)
    assert kept == []
    assert len(broken) > 0
    assert max(broken) <= 1


@settings(max_examples=12)
@given(document=lively_documents(turns=(6, 10)))
def test_no_promise_outlives_the_gain_of_breaking_it_beyond_the_worth_of_the_relationship(
    document: dict[str, Any],
) -> None:
    """After compliance without noise no open deal tempts anybody by more than its relationships are worth."""
    case = set_to(built(document).case("", "", 1, 0), WORTHLESS)
    play = Play(case)
    _, w, desk = play.packed
    for _ in play.steps():
        after, turn = play.twin(), play.turns_played
        given, world, aside = after.packed
        interpreted(derive)(given, world, aside.derived)
        interpreted(comply)(given, world, aside, turn)
        for v in np.flatnonzero(after.world.deal_on):
            left = int(after.world.deal_until[v]) - turn
            interpreted(_undone)(given, world, aside, v)
            parties = [int(i) for i in after.world.deal_party[v] if i >= 0]
            for place, i in enumerate(parties):
                per_turn = (
                    after.desk.sums.total[i] - case.params.counter_loss * after.world.deal_pay[v, place]
                )
                pi = per_turn * interpreted(annuity)(case.setup.patience[i], left)
                others = [j for j in parties if j != i]
                sigma = sum(interpreted(relationship)(given, w, desk.derived, i, j) for j in others)
                worth = interpreted(continuation_value)(
                    sigma, case.setup.patience[i], case.params.reset_hazard
                )
                assert left <= 0 or pi <= max(LEAST, worth + 1e-9)


def test_the_more_relationships_are_worth_the_fewer_promises_are_broken(flagship: Built) -> None:
    seen = {"precious": 0, "worthless": 0}
    for run in range(6):
        case = flagship.case("replace", "", 3, run)
        for name, values in (("precious", PRECIOUS), ("worthless", WORTHLESS)):
            rows = np.concatenate(list(Play(set_to(case, values), 3, run).steps()))
            seen[name] += len(of_kind(rows, ch.BREACH))
    assert 5 * seen["precious"] < seen["worthless"]


@settings(max_examples=15)
@given(document=lively_documents(turns=(6, 8)))
def test_who_breaks_a_promise_is_trusted_less_by_those_it_wronged(document: dict[str, Any]) -> None:
    """Less than if the breach had gone unread, where reassurance counts (tau = 1)."""
    play = Play(built(document).case("", "other", 1, 0))
    while play.turns_played < play.case.turns:
        unread = play.twin(breach_signal=0.0)
        unread.step()
        for row in of_kind(play.step(), ch.BREACH):
            breaker, wronged = int(row[col.ACTOR]), int(row[col.OTHER])
            told, untold = (p.world.trust[wronged, breaker] for p in (play, unread))
            assert told < untold or untold <= play.case.params.belief_floor + 1e-9


def with_an_order(values: dict[str, float]) -> Play:
    """The miniature without negotiations: SEL owes BUY a delivery, due in turn 2, for which it will still be paid."""
    play = Play(set_to(built(MINIATURE).case("", "", 1, 0, off=["exchange"]), values))
    w = play.world
    w.ordered[0], w.due[0], w.price[0] = 1.0, 2, 0.3
    return play


def freeze_it(play: Play, until: int) -> None:
    """SEL has promised RIV not to deliver before a turn, and got nothing that it could lose."""
    w, code = play.world, {"BUY": 0, "RIV": 1, "SEL": 2}
    w.deal_on[0], w.deal_until[0], w.frozen_until[0] = 1, until, until
    w.deal_party[0, :2] = code["RIV"], code["SEL"]
    w.deal_leg[0, 0], w.deal_giver[0, 0] = 3 * len(w.pos) + FREEZE, code["SEL"]


def turns_of(play: Play, kind: int) -> list[int]:
    """Turns in which something happened, over the whole history."""
    return [turn for turn, rows in enumerate(play.steps()) if len(of_kind(rows, kind))]


def test_a_delayed_leg_is_performed_when_it_is_due_and_not_before() -> None:
    assert turns_of(with_an_order(PRECIOUS), ch.DELIVERY) == [2]


def test_a_suspended_leg_waits_for_the_end_of_the_freeze() -> None:
    play = with_an_order(PRECIOUS)
    freeze_it(play, 6)
    assert turns_of(play, ch.DELIVERY) == [6]
    again = with_an_order(PRECIOUS)
    freeze_it(again, 6)
    assert turns_of(again, ch.WITHHELD) == [2]


def test_a_revoked_leg_is_performed_at_once_after_the_promise_to_suspend_it_is_broken() -> None:
    play = with_an_order(WORTHLESS)
    freeze_it(play, 7)
    broken = turns_of(play, ch.BREACH)
    again = with_an_order(WORTHLESS)
    freeze_it(again, 7)
    assert broken == [0]
    assert turns_of(again, ch.DELIVERY) == [2]  # by then due
    late = with_an_order(PRECIOUS)  # kept until the relationship has become worthless, then revoked
    freeze_it(late, 9)
    for _ in range(4):
        assert len(of_kind(late.step(), ch.BREACH)) == 0
    later = late.twin(**WORTHLESS)
    assert len(of_kind(later.step(), ch.BREACH)) == 1
    assert len(of_kind(later.step(), ch.DELIVERY)) == 1


def test_delayed_suspended_and_revoked_legs_all_occur_in_the_flagship(flagship: Built) -> None:
    seen = dict.fromkeys(("delayed", "suspended", "revoked"), 0)
    for run in range(8):
        play = Play(flagship.case("replace", "", 3, run), 3, run)
        controls = len(play.world.pos)
        ordered: dict[int, int] = {}
        frozen: dict[int, int] = {}  # deal -> flow
        for turn, rows in enumerate(play.steps()):
            for row in rows:
                kind, leg, deal = int(row[col.KIND]), int(row[col.THING]) - 3 * controls, int(row[col.DEAL])
                if kind == ch.LEG and leg >= 0 and leg % 2 == GIVE:
                    ordered[leg // 2] = turn
                elif kind == ch.LEG and leg >= 0:
                    frozen[deal] = leg // 2
                elif kind == ch.WITHHELD:
                    seen["suspended"] += play.world.frozen_until[int(row[col.THING])] > turn
                elif kind == ch.BREACH:
                    seen["revoked"] += deal in frozen
                elif kind == ch.DELIVERY and int(row[col.THING]) in ordered:
                    seen["delayed"] += turn > ordered.pop(int(row[col.THING]))
    assert all(seen.values()), seen
