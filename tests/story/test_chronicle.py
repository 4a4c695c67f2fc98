"""The tables of `tell` hold what happened: they add up to the history's own books, and filters divide them."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from powersim.run.opened import open_scenario
from powersim.run.plan import plan
from powersim.sim.history import simulate
from powersim.story import kinds, tables
from powersim.story.recording import chronicles
from powersim.story.selection import Selection, select
from powersim.story.telling import followed, told
from powersim.world import chronicle as c
from powersim.world.turn import GRID

ROOT = Path(__file__).parents[2]
WAR_RUN = 2  # of `replace` under `deterrence`, seed 1


@pytest.fixture(scope="module")
def flagship():
    """Two branches of the flagship under one theory."""
    return plan(
        open_scenario(ROOT / "scenarios" / "missile_defense_2009.yaml"), ["keep", "cancel"], "deterrence"
    )


@pytest.fixture(scope="module", params=[0, WAR_RUN])
def history(request, flagship):
    """A run with its states, and its events."""
    found = followed(flagship, "keep", "deterrence", request.param, every=True)
    return found, told(flagship, "keep", "deterrence", request.param, found)


@pytest.fixture(scope="module")
def base(flagship, tmp_path_factory):
    """The tables of three runs of both branches, in SQLite."""
    file = tmp_path_factory.mktemp("tables") / "chronicle.sqlite"
    with tables.writing(file, "sqlite") as add:
        for each in chronicles(flagship, range(3)):
            add(each)
    connection = sqlite3.connect(file)
    yield connection
    connection.close()


def test_followed_turn_by_turn_it_is_the_same_history(flagship, history):
    found, events = history
    case = flagship.cases("deterrence", events.run)[0]
    plain = simulate(case, flagship.seed, events.run)
    assert found.values.tobytes() == plain.values.tobytes()
    assert len(found.states) == case.turns + 1


@pytest.mark.parametrize("kind", sorted(kinds.DRIFTS))
def test_the_changes_of_a_series_sum_to_its_end_minus_its_start(history, kind):
    found, events = history
    name = {c.BELIEF_RESOLVE: "resolve", c.BELIEF_TRUST: "trust", c.ALIGNMENT_MOVED: "alignment"}.get(
        kind, "engagers"
    )
    start, end = (getattr(found.states[place], name) for place in (0, -1))
    total = np.zeros_like(start)
    rows = 0
    for event in events.events:
        if event.kind in (kind, kinds.DRIFTS[kind]):
            rows += 1
            total[event.actor if event.other < 0 else (event.actor, event.other)] += event.gain
    assert rows
    if name == "alignment":
        total += total.T
    np.testing.assert_allclose(total, end - start, atol=rows / GRID, rtol=0)


def test_every_change_of_belief_says_what_caused_it(history):
    _, events = history
    beliefs = [event for event in events.events if event.kind in kinds.BELIEFS]
    assert beliefs
    for belief in beliefs:
        deed = events.events[belief.cause]
        assert belief.cause >= 0
        assert deed.turn == belief.turn
        assert belief.other in (deed.actor, deed.other)


def test_gains_of_the_deals_are_those_of_the_world(history):
    """What the table says that a deal is worth is what the world's own book of open deals has."""
    found, events = history
    booked, told_gain = 0.0, 0.0
    for turn, state in enumerate(found.states[1:]):
        signed = {e.deal for e in events.events if e.kind == c.SIGNED and e.turn == turn}
        if signed:
            fresh = (state.deal_on > 0) & (state.deal_until == state.deal_until[state.deal_on > 0].max())
            assert fresh.sum() == len(signed)
            booked += float(state.deal_gain[fresh].sum())
            told_gain += sum(e.gain for e in events.events if e.kind == c.GAIN and e.deal in signed)
    assert told_gain == pytest.approx(booked, rel=1e-12)
    assert told_gain > 0


@pytest.mark.slow
def test_battles_are_those_of_the_wars(flagship):
    """A war's forts move by one a battle, and no battle is outside a war."""
    fought = 0
    for run in range(12):
        found = followed(flagship, "keep", "deterrence", run, every=True)
        events = told(flagship, "keep", "deterrence", run, found).events
        for v in {e.thing for e in events if e.kind == c.BATTLE}:
            battles = [e for e in events if e.kind == c.BATTLE and e.thing == v]
            turns = {e.turn for e in battles}
            at_war = [t for t in range(len(found.states) - 1) if _war_in(found.states, t, v)]
            assert turns <= set(at_war)
            wars = [e for e in events if e.kind == c.WAR and e.thing == v]
            assert len(wars) == found.states[-1].wars[v]
            fought += len(battles)
        assert sum(e.kind == c.CRISIS for e in events) == found.states[-1].crises.sum()
    assert fought


def _war_in(states, turn, v):
    before, after = states[turn], states[turn + 1]
    return before.war_on[v] or after.war_on[v] or after.wars[v] > before.wars[v]


@pytest.mark.parametrize("by", ["topics", "mechanisms", "dates"])
def test_filters_divide_the_events(history, by):
    _, found = history
    events = list(found.events)
    last = len(found.names.dates) - 1
    wanted = {
        "topics": [Selection(topics=frozenset({topic})) for topic in c.TOPICS],
        "mechanisms": [
            Selection(mechanisms=frozenset({name}))
            for name in {kind.mechanism for kind in kinds.KIND.values()}
        ],
        "dates": [Selection(last=9), Selection(first=10, last=last)],
    }[by]
    parts = [select(events, each) for each in wanted]
    assert sum(map(len, parts)) == len(events)
    assert Counter(event.seq for part in parts for event in part) == Counter(event.seq for event in events)


def test_a_package_is_chosen_whole(history):
    _, found = history
    chosen = select(found.events, Selection(actors=frozenset({0})))
    deals = {event.deal for event in chosen if event.kind == c.SIGNED}
    assert deals
    parts = (c.SIGNED, c.LEG, c.GAIN)
    for deal in deals:
        assert [e for e in chosen if e.deal == deal and e.kind in parts] == [
            e for e in found.events if e.deal == deal and e.kind in parts
        ]
    assert all(
        0 in (e.actor, e.other) for e in chosen if e.kind not in (*kinds.PACKAGES, *kinds.LEGS, *kinds.GAINS)
    )


def test_the_documented_questions_can_be_asked(base):
    document = (ROOT / "docs" / "chronicle.md").read_text("utf-8")
    questions = re.findall(r"```sql\n(.*?)```", document, re.DOTALL)
    assert len(questions) >= 5
    answers = [base.execute(question).fetchall() for question in questions]
    assert all(answers[:5])


def test_every_column_and_kind_is_documented():
    document = (ROOT / "docs" / "chronicle.md").read_text("utf-8")
    for column in (*tables.EVENTS, *tables.LEGS):
        assert f"`{column}`" in document
    for kind in kinds.KIND.values():
        value = kind.value + (f" ({kind.unit})" if kind.unit and kind.value else "")
        cells = (kind.name, kind.topic, kind.mechanism, kind.thing, value, kind.gain)
        assert f"| {' | '.join(cell or '–' for cell in cells)} |" in document


def test_legs_belong_to_packages(base):
    """Each signed deal has as many legs in the one table as the other says; no leg is an orphan."""
    off = """SELECT COUNT(*) FROM events e WHERE kind = 'signed' AND value != (SELECT COUNT(*) FROM legs l
             WHERE (l.branch, l.theory, l.run, l.deal, l.signed) = (e.branch, e.theory, e.run, e.deal, 1))"""
    assert base.execute(off).fetchone() == (0,)
    orphans = """SELECT COUNT(*) FROM legs l WHERE NOT EXISTS (SELECT 1 FROM events e
                 WHERE (e.branch, e.theory, e.run, e.deal) = (l.branch, l.theory, l.run, l.deal)
                 AND e.topic IN ('deal', 'offer'))"""
    assert base.execute(orphans).fetchone() == (0,)


def test_parquet_and_csv_hold_the_same_rows(flagship, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    (each,) = chronicles(plan(flagship.opened, "keep", "deterrence"), [WAR_RUN])
    for kind in ("parquet", "csv"):
        with tables.writing(tmp_path / f"a.{kind}", kind) as add:
            add(each)
    for table, name in (("events", "a"), ("legs", "a_legs")):
        rows = [dict(zip(tables.TABLES[table], row, strict=True)) for row in tables.rows(each, table)]
        assert pq.read_table(tmp_path / f"{name}.parquet").to_pylist() == rows
        assert len((tmp_path / f"{name}.csv").read_text("utf-8").splitlines()) == len(rows) + 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.csv",
        "a.parquet",
        "a_legs.csv",
        "a_legs.parquet",
    ]


def test_a_table_is_whole_or_not_there(tmp_path):
    with pytest.raises(KeyboardInterrupt, match="enough"), tables.writing(tmp_path / "a.sqlite", "sqlite"):
        raise KeyboardInterrupt("enough")
    assert not list(tmp_path.iterdir())
