"""A chronicle's rows as sentences."""

from __future__ import annotations

import numpy as np
import pytest

from powersim.story import kinds as spec
from powersim.story.events import read
from powersim.story.frame import About, closing, opening
from powersim.story.phrases import Control, Flow, Names
from powersim.story.selection import Selection, select
from powersim.story.story import MAIN, tell
from powersim.world import chronicle as kinds
from powersim.world.chronicle import TOPICS
from powersim.world.state import C_LEVER, C_PLEDGE, C_SANCTION

NAMES = Names(
    dates=("2009Q1", "2009Q2", "2009Q3"),
    codes=("IRN", "RUS", "UKR", "USA"),
    actors=("Iran", "Russia", "Ukraine", "United States"),
    issues=("Missile defence", "Territory"),
    controls=(
        Control(C_LEVER, "Missile defence", scale=((0.0, "no site"), (0.25, "ships"), (1.0, "full"))),
        Control(C_SANCTION, "United States towards Iran", 3, 0),
        Control(C_PLEDGE, "Russia towards Iran", 1, 0),
    ),
    flows=(Flow("S-300", 1, 0),),
    disputes=("Territory",),
    events=("an election",),
    goods=("shells",),
)
CONTROLS = len(NAMES.controls)
GIVE_S300, FREEZE_S300 = 3 * CONTROLS, 3 * CONTROLS + 1


def row(kind, actor=-1, other=-1, thing=-1, value=0.0, gain=0.0, deal=-1, turn=0):
    return [turn, kind, actor, other, thing, value, gain, deal]


def lines(*rows):
    """Every sentence with its details."""
    return [(entry.text, *entry.details) for entry in tell(read(np.array(rows, dtype=float), NAMES), NAMES)]


def test_an_empty_chronicle_tells_nothing():
    assert tell(read(np.empty((0, 8)), NAMES), NAMES) == []


def test_a_deal_says_who_gives_what_and_what_each_gains():
    told = lines(
        row(kinds.SIGNED, 1, 3, 2, 2, deal=5),
        row(kinds.LEG, 3, thing=0, value=0.25, deal=5),
        row(kinds.LEG, 1, thing=FREEZE_S300, value=2, deal=5),
        row(kinds.GAIN, 1, value=0.001, gain=0.02, deal=5),
        row(kinds.GAIN, 3, value=-0.0015, gain=0.03, deal=5),
    )
    assert told == [
        (
            "Russia and United States sign a deal",
            "United States lowers Missile defence to 0.25 (ships)",
            "Russia freezes the order of S-300 for Iran",
            "United States pays 0.15% of world GDP",
            "worth a turn: Russia +0.020, United States +0.030",
        )
    ]


def test_three_parties_are_listed():
    told = lines(
        row(kinds.SIGNED, 0, 1, 3, 1, deal=0), *(row(kinds.GAIN, i, gain=0.1, deal=0) for i in (0, 1, 3))
    )
    assert told[0][0] == "Iran, Russia and United States sign a deal"


@pytest.mark.parametrize(
    ("thing", "actor", "said"),
    [
        (0, 3, "United States lowers Missile defence to 0.25 (ships)"),
        (1, 3, "United States leaves Missile defence at 0.25 (ships)"),
        (2, 3, "United States raises Missile defence to 0.25 (ships)"),
        (3, 3, "United States eases sanctions on Iran to 0.25"),
        (4, 3, "United States holds sanctions on Iran at 0.25"),
        (5, -1, "United States tightens sanctions on Iran to 0.25"),
        (6, 1, "Russia cuts its pledge to Iran to 0.25"),
        (8, -1, "Russia raises its pledge to Iran to 0.25"),
        (GIVE_S300, -1, "Russia gives 0.25 of S-300 to Iran"),
        (0, -1, "who controls it lowers Missile defence to 0.25 (ships)"),
    ],
)
def test_every_kind_of_leg_has_its_sentence(thing, actor, said):
    told = lines(row(kinds.SIGNED, 1, 3, deal=0), row(kinds.LEG, actor, thing=thing, value=0.25, deal=0))
    assert told[0][1] == said


def test_a_breach_names_the_deal_that_it_breaks():
    told = lines(
        row(kinds.SIGNED, 1, 3, deal=4),
        row(kinds.BREACH, 1, 3, value=0.4, gain=0.1, deal=4, turn=2),
        row(kinds.BREACH, 1, 3, value=0.4, gain=0.1, deal=9, turn=2),
    )
    assert told[1][0] == "Russia breaks the deal of 2009Q1 with United States"
    assert told[1][1] == "breaking it was worth 0.400 to Russia, keeping it 0.100"
    assert told[2][0] == "Russia breaks an order with United States"


def test_deals_in_the_same_place_are_told_apart():
    told = lines(
        row(kinds.SIGNED, 1, 3, deal=0),
        row(kinds.LAPSED, 1, 3, deal=0, turn=1),
        row(kinds.SIGNED, 0, 1, deal=0, turn=1),
        row(kinds.LAPSED, 0, 1, deal=0, turn=2),
    )
    assert [line[0] for line in told[1::2]] == [
        "The deal of 2009Q1 between Russia and United States runs out",
        "The deal of 2009Q2 between Iran and Russia runs out",
    ]


def test_a_reputation_is_told_once_for_all_who_look_on():
    told = lines(
        *(row(kinds.BELIEF_RESOLVE, i, 3, 0, 0.5 - 0.1 * i, -0.1 * i - 0.01) for i in (0, 1, 2)),
        row(kinds.BELIEF_RESOLVE, 0, 1, 0, 0.6, 0.1),
        row(kinds.BELIEF_TRUST, 0, 1, -1, 0.6, 0.1),
    )
    assert told == [
        ("United States looks less resolved to Ukraine (0.51 to 0.30), Russia (0.51 to 0.40) and Iran (0.51 to 0.50)"
         " over Missile defence",),
        ("Russia looks more resolved to Iran (0.50 to 0.60) over Missile defence",),
        ("Russia is trusted more by Iran (0.50 to 0.60)",),
    ]  # fmt: skip


def test_a_war_is_told_from_crisis_to_peace():
    told = lines(
        row(kinds.CRISIS, 1, 2, 0, 0.8, 0.5),
        row(kinds.WAR, 1, 2, 0, 0.7),
        *(row(kinds.BATTLE, a, b, 0, 3) for a, b in ((1, 2), (1, 2), (2, 1))),
        row(kinds.CITY_STRIKE, 1, 2, 0, 0.02),
        row(kinds.BATTLE, 2, 1, 0, 3, turn=1),
        row(kinds.WAR_ENDED, 1, 2, 0, 0.3, 0.2, turn=1),
    )
    assert told == [
        ("Crisis over Territory: Russia against Ukraine", "Russia rates its odds at 80%"),
        ("Russia attacks Ukraine over Territory", "odds of a battle for Russia 70%"),
        ("War over Territory: 3 battles; Russia wins 2, Ukraine 1",),
        ("Russia strikes Ukraine's cities and power grid: 2.0% of its capability is lost",),
        ("War over Territory: one battle; Russia wins 0, Ukraine 1",),
        ("The war between Russia and Ukraine ends: the front stands at 0.30 (+0.20 since the war began)",),
    ]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (kinds.DETERRED, "is deterred (cost 0.40 of the stake)"),
        (kinds.TERMS, "Ukraine yields: now 0.20 (+0.40)"),
        (kinds.PREVENTIVE, "fears a shift towards Ukraine (0.20)"),
    ],
)
def test_a_crisis_says_how_it_ends(kind, said):
    told = lines(row(kinds.CRISIS, 1, 2, 0, 0.8), row(kind, 1, 2, 0, 0.2, 0.4), row(kinds.EVENT, thing=0))
    assert len(told) == 2
    assert said in " ".join(told[0])


def test_what_ends_another_crisis_is_not_taken_for_its_end():
    told = lines(row(kinds.CRISIS, 1, 2, 0, 0.8), row(kinds.DETERRED, 1, 2, 0, 0.2, 0.4, turn=1))
    assert told[0] == ("Crisis over Territory: Russia against Ukraine", "Russia rates its odds at 80%")


def test_small_moves_of_policy_are_told_once_they_add_up():
    told = lines(
        *(row(kinds.OWN_MOVE, 3, thing=0, value=0.04 * n, gain=0.04, turn=n % 3) for n in range(1, 6))
    )
    assert told == [("United States raises Missile defence to 0.12 of its own accord",)]


@pytest.mark.parametrize("kind", sorted(spec.KIND))
def test_every_kind_of_row_can_be_told(kind):
    told = tell(read(np.array([row(kind, 1, 2, 0, 0.5, 0.2, 0)], dtype=float), NAMES), NAMES)
    untold = {
        kinds.PRESSED,
        *spec.DRIFTS.values(),
    }  # worth telling only if it changed minds; left to the table
    assert bool(told) == (kind not in untold)
    for entry in told:
        assert entry.date == "2009Q1"
        assert entry.topic in TOPICS
        assert entry.text[0].isupper()
        assert "nan" not in entry.text


def test_a_story_can_be_narrowed_to_actors_and_topics():
    rows = [row(kinds.WAR, 1, 2, 0, 0.7), row(kinds.DELIVERY, 1, 0, 0, 2), row(kinds.ENGAGERS_MOVED, 3)]
    events = read(np.array(rows, float), NAMES)

    def topics(**asked):
        return [entry.topic for entry in tell(select(events, Selection(**asked)), NAMES)]

    assert topics() == ["war", "arms", "home"]
    assert topics(actors=frozenset({0})) == ["arms"]
    assert topics(topics=frozenset(MAIN)) == ["war", "arms"]
    assert topics(actors=frozenset({3}), topics=frozenset({"war"})) == []


def about(start, end):
    """A run whose alignments go from `start` to `end`, and nothing else."""
    facts = {"run": 0, "seed": 1, "branch": "keep", "theory": "one"}
    return About(facts, "A title", "Keep", "One", "", NAMES, (), (np.array(start), np.array(end)))


def test_who_stands_closer_at_the_end_is_told_by_how_much_and_where_it_ends():
    start, end = np.zeros((4, 4)), np.zeros((4, 4))
    start[0, 1], end[0, 1] = -0.70, -0.14  # Iran and Russia: closer, and still hostile
    start[1, 2], end[1, 2] = 0.50, 0.10
    start[0, 2], end[0, 2] = 0.30, 0.302  # no change that shows
    text = closing(about(start, end), [])
    assert (
        "Closer than at the start: Iran–Russia (+0.56, now -0.14); farther apart: Russia–Ukraine (-0.40, now +0.10)."
        in text
    )
    assert "Iran–Ukraine" not in text


def test_where_all_pairs_move_one_way_or_none_at_all_only_that_is_said():
    start, end = np.zeros((4, 4)), np.zeros((4, 4))
    assert "loser" not in closing(about(start, end), [])
    end[0, 3] = -0.2
    text = closing(about(start, end), [])
    assert "Farther apart: Iran–United States (-0.20, now -0.20)." in text
    assert "loser" not in text
    assert "United States (-0.20) stand farthest apart." in opening(about(end, end))
