"""The package that is found is the best in its menu, whatever the menu: brute force over every subset."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from bazaar import (
    FEW,
    FREE,
    LEVERS_APART,
    SIDES_OF_FEW,
    Bazaar,
    Worths,
    desk,
    gains,
    lay,
    outcomes,
    picks,
    subsets,
    tables,
    two,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from powersim.rules.bargaining import pair_surplus, sign_probability
from powersim.rules.patience import patience_weight
from powersim.world.exchange import weight
from powersim.world.packages import (
    admissible,
    best_of_many,
    consider,
    hopeless,
)
from powersim.world.state import LEAST


@pytest.fixture(scope="module")
def plain() -> Bazaar:
    """Without payments and transaction costs."""
    return desk(payments=0.0, **FREE)


@pytest.fixture(scope="module")
def paying() -> Bazaar:
    """With payments up to a fifth of the smaller economy, some of which is lost on the way, and with costs."""
    return desk(payment_cap=0.2, payment_taken=0.2, payment_efficiency=0.8)


@pytest.mark.parametrize("name", ["plain", "paying"])
@settings(max_examples=60)
@given(worth=tables(FEW))
def test_no_package_and_no_payment_would_serve_the_pair_better(
    name: str, worth: Worths, plain: Bazaar, paying: Bazaar
) -> None:
    found = plain if name == "plain" else paying
    s = found.play.case.setup
    weight = patience_weight(s.patience[0], s.patience[1])
    mask = two(found, LEVERS_APART, worth)
    options = [(a, b) for a, b in outcomes(found, LEVERS_APART, worth) if a > LEAST and b > LEAST]
    values = [weight * math.log(a) + (1.0 - weight) * math.log(b) for a, b in options]
    if mask == 0:
        assert options == []
        return
    gi, gj = found.agenda.gain[:2]
    assert weight * math.log(gi) + (1.0 - weight) * math.log(gj) >= max(values, default=-math.inf) - 1e-8


@pytest.mark.parametrize("name", ["plain", "paying"])
@settings(max_examples=60)
@given(worth=tables(FEW))
def test_a_package_is_undominated_in_its_menu(
    name: str, worth: Worths, plain: Bazaar, paying: Bazaar
) -> None:
    found = plain if name == "plain" else paying
    if two(found, SIDES_OF_FEW, worth) == 0:
        return
    gi, gj = found.agenda.gain[:2]
    assert not any(a > gi + 1e-8 and b > gj + 1e-8 for a, b in outcomes(found, SIDES_OF_FEW, worth))


@settings(max_examples=60)
@given(worth=tables(FEW))
def test_a_package_never_holds_two_legs_about_one_thing(worth: Worths, plain: Bazaar) -> None:
    mask = two(plain, SIDES_OF_FEW, worth)
    things = [SIDES_OF_FEW[b] // 3 for b in range(len(worth)) if (mask >> b) & 1]
    assert len(things) == len(set(things))


@settings(max_examples=60)
@given(worth=tables(FEW), scale=st.floats(0.01, 100.0))
def test_the_scale_of_a_utility_does_not_change_the_package(
    worth: Worths, scale: float, plain: Bazaar
) -> None:
    """Without payments and costs; a tie may go either way, so the Nash product decides."""
    mask = two(plain, SIDES_OF_FEW, worth)
    before = plain.agenda.gain[:2].copy()
    again = two(plain, SIDES_OF_FEW, worth * np.array([scale, 1.0]))
    after = plain.agenda.gain[:2] / np.array([scale, 1.0])
    assume((before > 1e-6).all())  # a gain below LEAST counts as none, on any scale
    assert again == mask or np.log(after).sum() == pytest.approx(np.log(before).sum(), abs=1e-6)


@settings(max_examples=60)
@given(wants=st.lists(gains, min_size=1, max_size=FEW), ratio=st.floats(0.05, 20.0))
def test_opposed_tastes_with_proportional_saliences_find_no_package(
    wants: list[float], ratio: float, plain: Bazaar
) -> None:
    worth = np.array([[gain, -ratio * gain] for gain in wants])
    assert two(plain, LEVERS_APART, worth) == 0


def test_money_makes_a_deal_of_opposed_tastes_where_one_side_cares_more(paying: Bazaar) -> None:
    worth = np.array([[0.5, -0.02]])
    assert two(paying, LEVERS_APART, worth) == 1
    assert (paying.agenda.gain[:2] > 0.0).all()
    assert paying.agenda.pay[0] < 0.0 < paying.agenda.pay[1]


@settings(max_examples=60)
@given(worth=tables(FEW))
def test_what_is_paid_is_what_arrives_and_what_is_lost(worth: Worths, paying: Bazaar) -> None:
    if two(paying, LEVERS_APART, worth) == 0:
        return
    p, w = paying.play.case.params, paying.play.world
    paid, got = sorted(paying.agenda.pay[:2])
    assert got == pytest.approx(-p.payment_efficiency * paid, abs=1e-15)
    assert -paid <= p.payment_cap * min(w.economy[:2]) + 1e-15


@settings(max_examples=40)
@given(worth=tables(FEW), patience=st.floats(0.5, 0.99), more=st.floats(0.0, 0.9))
def test_patience_never_costs_its_owner_anything(worth: Worths, patience: float, more: float) -> None:
    found = patient()
    case = found.play.case
    gained = []
    for own in (patience, patience + more * (0.99 - patience)):
        case.setup.patience[0] = own
        mask = two(found, LEVERS_APART, worth)
        gained.append(found.agenda.gain[0] if mask else 0.0)
    assert gained[1] >= gained[0] - 1e-7


@cache  # not where the file is collected, which every worker does
def patient() -> Bazaar:
    """A desk whose owners' patience is changed."""
    return desk(payments=0.0, **FREE)


def fill(found: Bazaar, worth: Worths) -> None:
    """A menu in which party 0 gives the legs that cost it, party 1 the others."""
    found.menu.live[:] = 0
    found.menu.gives[:] = 0
    found.menu.must[:] = 0
    for place, leg in enumerate(LEVERS_APART[: len(worth)]):
        giver = 0 if worth[place, 0] < 0.0 else 1
        found.menu.live[leg] = 1
        found.menu.gain[leg, :2] = worth[place]
        found.menu.gives[leg, giver] = found.menu.must[leg, giver] = 1
        found.menu.needed[leg] = 1


def agenda_of(found: Bazaar, room: int) -> set[int]:
    """What a pair puts on its agenda, the menu being filled."""
    g, _, desk = found.play.packed
    found.agenda.party[:2] = (0, 1)
    found.agenda.parties[0], found.agenda.legs[0] = 2, 0
    for r in np.flatnonzero(found.menu.live):
        if admissible(desk, r):
            consider(g, desk, r, room)
    return {int(r) for r in found.agenda.leg[: found.agenda.legs[0]]}


@settings(max_examples=60)
@given(worth=tables(4))
def test_a_short_menu_is_on_the_table_whole(worth: Worths, plain: Bazaar) -> None:
    fill(plain, worth)
    worthless = {LEVERS_APART[k] for k in range(len(worth)) if worth[k].max() <= 0.0}
    assert agenda_of(plain, 4) == set(LEVERS_APART[: len(worth)]) - worthless


@settings(max_examples=60)
@given(
    wants=st.lists(
        st.tuples(st.integers(1, 100), st.integers(1, 100), st.booleans()), min_size=1, max_size=12
    ),
    scale=st.floats(0.01, 100.0),
)
def test_the_scale_of_a_utility_does_not_change_the_agenda_of_a_pair(
    wants: list[tuple[int, int, bool]], scale: float, plain: Bazaar
) -> None:
    """Where each leg pleases one side and costs the other, however long the menu."""
    worth = np.array([[a / 500, -b / 500] if first else [-b / 500, a / 500] for a, b, first in wants])
    ratios = [-row.max() / row.min() for row in worth]
    assume(all(abs(a - b) > 1e-6 for a, b in itertools.combinations(ratios, 2)))  # ties go by place
    fill(plain, worth)
    before = agenda_of(plain, 3)
    fill(plain, worth * np.array([scale, 1.0]))
    assert agenda_of(plain, 3) == before


@settings(max_examples=60)
@given(worth=tables(6, parties=4))
def test_a_package_of_many_is_the_best_of_all_and_leaves_nobody_out(worth: Worths, plain: Bazaar) -> None:
    g, w, desk = plain.play.packed
    count = lay(plain, LEVERS_APART, worth)
    mask = best_of_many(g, w, desk.agenda, 0)
    sums = [worth[list(chosen)].sum(axis=0) for chosen in subsets(plain, LEVERS_APART, count)]
    pleasing = [row for row in sums if (row > LEAST).all()]
    if mask == 0:
        assert pleasing == []
        return
    gained = plain.agenda.gain[:4]
    assert (gained > 0.0).all()
    assert np.log(gained).sum() >= max(np.log(row).sum() for row in pleasing) - 1e-8
    assert not any((row > gained + 1e-9).all() for row in sums)


@settings(max_examples=60)
@given(worth=tables(6, parties=4))
def test_no_party_of_many_loses_after_payments_and_nobody_prints_money(worth: Worths, paying: Bazaar) -> None:
    g, w, desk = paying.play.packed
    lay(paying, LEVERS_APART, worth)
    if best_of_many(g, w, desk.agenda, 0) == 0:
        return
    pay, case = paying.agenda.pay[:4], paying.play.case
    assert (paying.agenda.gain[:4] > 0.0).all()
    assert pay[pay > 0].sum() == pytest.approx(
        -case.params.payment_efficiency * pay[pay < 0].sum(), abs=1e-12
    )
    assert (np.abs(pay) <= case.params.payment_cap * paying.play.world.economy[:4] + 1e-15).all()


@pytest.fixture(scope="module")
def fair() -> Bazaar:
    """The protocol of equal gain, without payments and transaction costs."""
    return desk(payments=0.0, equal_gain=1.0, **FREE)


@pytest.mark.parametrize("protocol", ["nash", "equal_gain"])
def test_between_equally_good_packages_luck_decides_and_not_their_place(
    protocol: str, plain: Bazaar, fair: Bazaar
) -> None:
    """Up or down by the same gains: either comes about half the time, wherever it stands on the table."""
    found = fair if protocol == "equal_gain" else plain
    alike = np.array([[0.1, 0.1], [0.1, 0.1]])
    up_first, down_first = picks(found, [2, 0], alike, 200), picks(found, [0, 2], alike, 200)
    assert {1, 2} == set(up_first)
    assert 70 < up_first.count(1) < 130
    assert [3 - mask for mask in up_first] == down_first  # the same leg, though it stands elsewhere


def test_of_packages_with_the_same_smaller_gain_equal_gain_takes_the_one_with_the_larger(
    fair: Bazaar,
) -> None:
    """The second leg pleases one side and costs nobody: it is not left lying."""
    worth = np.array([[0.1, 0.1], [0.2, 0.0]])
    assert set(picks(fair, [2, 5], worth, 50)) == {3}


@settings(max_examples=60)
@given(worth=tables(FEW))
def test_equal_gain_maximises_the_smaller_gain(worth: Worths, fair: Bazaar) -> None:
    mask = two(fair, LEVERS_APART, worth)
    sums = [worth[list(chosen)].sum(axis=0) for chosen in subsets(fair, LEVERS_APART, len(worth))]
    least = max((row.min() for row in sums), default=0.0)
    if mask == 0:
        assert least <= LEAST
    else:
        assert fair.agenda.gain[:2].min() == pytest.approx(least, abs=1e-9)


@settings(max_examples=60)
@given(worth=tables(6, parties=4))
def test_equal_gain_among_many_maximises_the_smallest_gain(worth: Worths, fair: Bazaar) -> None:
    g, w, desk = fair.play.packed
    count = lay(fair, LEVERS_APART, worth)
    mask = best_of_many(g, w, desk.agenda, 0)
    least = max(worth[list(chosen)].sum(axis=0).min() for chosen in subsets(fair, LEVERS_APART, count))
    if mask == 0:
        assert least <= LEAST
    else:
        assert fair.agenda.gain[:4].min() == pytest.approx(least, abs=1e-9)


@given(worth=tables(FEW), paid=st.booleans(), u=st.floats(0.0, 1.0, exclude_max=True))
def test_two_who_are_not_let_search_would_have_signed_nothing(
    plain: Bazaar, paying: Bazaar, worth: Worths, paid: bool, u: float
) -> None:
    found = paying if paid else plain
    g, w, desk = found.play.packed
    mask = two(found, list(range(FEW)), worth)
    chance = 0.0
    if mask > 0:
        scale = found.play.case.params.sign_tau * weight(g, desk.agenda, mask)
        chance = sign_probability(pair_surplus(*found.agenda.gain[:2]), 0.0, 0.0, scale)
    assert not hopeless(g, w, desk.agenda, chance - 1e-12)
    if hopeless(g, w, desk.agenda, u):
        assert u >= chance


@settings(max_examples=60)
@given(worth=tables(6, parties=4), paid=st.booleans(), u=st.floats(0.0, 1.0, exclude_max=True))
def test_a_conference_that_is_not_let_search_would_have_signed_nothing(
    plain: Bazaar, paying: Bazaar, worth: Worths, paid: bool, u: float
) -> None:
    found = paying if paid else plain
    g, w, desk = found.play.packed
    lay(found, LEVERS_APART, worth)
    mask, chance = best_of_many(g, w, desk.agenda, 0), 0.0
    if mask > 0:
        scale = found.play.case.params.sign_tau * weight(g, desk.agenda, mask)
        surplus = float(np.prod(found.agenda.gain[:4])) ** 0.25
        chance = sign_probability(surplus, 0.0, 0.0, scale)
    assert not hopeless(g, w, desk.agenda, chance - 1e-12)
    if hopeless(g, w, desk.agenda, u):
        assert u >= chance


def test_who_can_gain_little_is_not_let_search(plain: Bazaar) -> None:
    g, w, desk = plain.play.packed
    lay(plain, [0, 3], np.array([[0.002, -0.001], [-0.001, 0.002]]))
    assert hopeless(g, w, desk.agenda, 0.5)
    assert not hopeless(g, w, desk.agenda, 0.01)
