"""Worlds that evidence has chosen: what can be worked out exactly comes out, and what must not matter does not."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from distributed import LocalCluster

from powersim.errors import PowersimError
from powersim.given import conditioning
from powersim.given.conditioning import Asked, Conditioned, condition
from powersim.given.knowledge import known, without
from powersim.given.moves import State, Task, keys_of
from powersim.given.sampler import island
from powersim.given.tuning import PARTS
from powersim.run.opened import open_source
from powersim.run.plan import Plan, plan
from powersim.run.possible import Possible

WORLDS, MOVES, SURE = 240, 2, {"error": 0.2, "discrepancy": 0.0, "miss": 0.05}
FAR = 4.0  # standard errors


@pytest.fixture(scope="module")
def chance(planted: ModuleType) -> Callable[..., Plan]:
    """A plan of events by chance, and what is known of them."""

    def make(*events: dict[str, Any], evidence: dict[str, Any] | None = None, **parts: Any) -> Plan:
        said = {} if evidence is None else {"evidence": SURE | evidence}
        return plan(open_source(planted.by_chance(*events, **parts, **said), {}))

    return make


def seen(of: Conditioned, theory: str, outcome: str, branch: int) -> float:
    return float(of.lots[theory].worlds.weight @ of.summaries(theory, outcome)[branch])


UNSURE = {"value": 0.5, "prior": {"uniform": [0.2, 0.8]}, "source": "assumed"}
DEED: tuple[dict[str, Any], ...] = (
    {"id": "spark", "year": 2002, "chance": UNSURE, "sets": 0.8},
    {"id": "effect", "year": 2004, "chance": 0.5, "of": "min(1, l_cause * 0.6 + l_spark)"},
)


def fact(**what: Any) -> dict[str, Any]:
    return {"source": "made up", **what}


@pytest.mark.parametrize("worlds", [100, pytest.param(WORLDS, marks=pytest.mark.slow)])
def test_an_event_that_is_imposed_is_paid_for_and_teaches_its_chance(
    chance: Callable[..., Plan], worlds: int
) -> None:
    """With as few worlds as there may be, chance moves what is found further."""
    far = FAR * math.sqrt(WORLDS / worlds)
    of = chance(*DEED, evidence={"events": [fact(event="spark", at="2002")]})
    found = condition(Asked(of, "2003", worlds, MOVES), threads=1)
    (theory,) = of.theories
    lot = found.lots[theory]
    assert lot.log_evidence == pytest.approx(math.log(0.5), abs=far * 0.03)  # the mean chance
    place = of.built.paths("").index("events.spark.hazard")
    p = 0.2 + 0.6 * lot.worlds.place[:, place]
    assert float(lot.worlds.weight @ p) == pytest.approx((0.25 + 0.03) / 0.5, abs=far * 0.015)  # E p^2 / E p
    assert (found.values[theory][0, :, -1, 0] >= 0).all()
    # in all these worlds the spark came, so the chances of the effect are those of min(1, .6 c + .8)
    for branch, expected in ((0, 0.5), (1, 0.4)):
        assert seen(found, theory, "effect", branch) == pytest.approx(expected, abs=far * 0.035)


@pytest.mark.slow
def test_a_coded_path_gives_the_posterior_of_two_states_and_the_evidence_of_two_theories(
    chance: Callable[..., Plan],
) -> None:
    of = chance(
        *DEED,
        theories={"open": {}, "closed": {"mechanisms": {"calendar": False}}},
        record={"l_spark": {"2003": 0.55}},
        evidence={"paths": "changes"},
    )
    found = condition(Asked(of, "2003", WORLDS, MOVES), threads=1)
    (came, stayed) = (
        math.exp(-0.5 * ((0.55 - x) / 0.2) ** 2) / (0.2 * math.sqrt(2 * math.pi)) for x in (0.8, 0.0)
    )
    evidence = 0.5 * came + 0.5 * stayed
    posterior = 0.5 * came / evidence
    assert found.lots["open"].log_evidence == pytest.approx(math.log(evidence), abs=0.1)
    assert found.lots["closed"].log_evidence == pytest.approx(math.log(stayed), abs=1e-9)
    assert found.posterior["open"] == pytest.approx(evidence / (evidence + stayed), abs=0.01)
    exact = [posterior * 0.5 + (1 - posterior) * 0.5 * 0.6, posterior * 0.4]
    for branch in (0, 1):
        assert seen(found, "open", "effect", branch) == pytest.approx(exact[branch], abs=FAR * 0.035)


@pytest.mark.slow
def test_a_discrepancy_that_has_a_prior_is_averaged_over_it(chance: Callable[..., Plan]) -> None:
    """One that is small goes with worlds that hit, a large one with any."""
    prior = {"value": 0.3, "prior": {"uniform": [0.02, 0.8]}, "source": "assumed"}
    of = chance(
        *DEED,
        record={"l_spark": {"2003": 0.78}},
        evidence={"paths": "changes", "error": 0.05, "discrepancy": prior},
    )
    found = condition(Asked(of, "2003", WORLDS, MOVES), threads=1)
    (theory,) = of.theories
    lot = found.lots[theory]
    what = found.asked.known
    sd = what.discrepancy((np.arange(32) + 0.5) / 32)
    spread = np.sqrt(sd**2 + 0.05**2)
    came, stayed = (
        np.exp(-0.5 * ((0.78 - x) / spread) ** 2) / (spread * math.sqrt(2.0 * math.pi)) for x in (0.8, 0.0)
    )
    evidence = 0.5 * came + 0.5 * stayed
    assert lot.log_evidence == pytest.approx(math.log(evidence.mean()), abs=0.15)
    assert seen(found, theory, "effect", 1) == pytest.approx(
        0.4 * came.sum() / (came + stayed).sum(), abs=FAR * 0.035
    )
    assert float(lot.worlds.weight @ lot.extra[:, 0]) == pytest.approx(
        float(evidence @ (np.arange(32) + 0.5)) / 32 / evidence.sum(), abs=FAR * 0.03
    )


def test_no_evidence_leaves_the_prior(chance: Callable[..., Plan]) -> None:
    of = chance(*DEED, evidence={})
    (theory,) = of.theories
    found = condition(Asked(of, "2003", WORLDS, MOVES), threads=1)
    assert found.lots[theory].log_evidence == 0.0
    assert found.diagnostics()[0].ess == pytest.approx(WORLDS)
    assert seen(found, theory, "effect", 1) == pytest.approx(0.5 * 0.4, abs=FAR * 0.03)


@pytest.mark.slow
def test_evidence_that_nobody_could_miss_changes_nothing(chance: Callable[..., Plan]) -> None:
    certain = [fact(event="never", happened=False, to="2003"), fact(event="always", at="2001")]
    extra: tuple[dict[str, Any], ...] = (
        {"id": "never", "year": 2003, "chance": 0.5, "of": "0"},
        {"id": "always", "year": 2001, "chance": 1.0},
    )
    with_, alone = (
        condition(Asked(chance(*DEED, *extra, evidence={"events": told}), "2003", WORLDS, MOVES), threads=1)
        for told in (certain, [])
    )
    (theory,) = with_.lots
    assert with_.lots[theory].log_evidence == 0.0
    assert with_.posterior == alone.posterior
    assert seen(with_, theory, "effect", 0) == pytest.approx(seen(alone, theory, "effect", 0), abs=FAR * 0.04)


def bytes_of(of: Conditioned) -> list[bytes]:
    lots = [lot.worlds for lot in of.lots.values()]
    return [
        getattr(worlds, name).tobytes() for worlds in lots for name in ("place", "keys", "weight", "uniforms")
    ]


TOLD = [fact(event="spark", at="2002"), fact(event="effect", happened=False, to="2006")]


@pytest.fixture(scope="module")
def told(chance: Callable[..., Plan], tmp_path_factory: pytest.TempPathFactory) -> tuple[Conditioned, Path]:
    """Worlds that were told of two events, and the folder that keeps them."""
    out = tmp_path_factory.mktemp("told")
    return condition(Asked(chance(*DEED, evidence={"events": TOLD}), "2006", 100, MOVES), out, threads=1), out


def test_the_order_of_evidence_and_the_number_of_threads_change_no_byte(
    chance: Callable[..., Plan], told: tuple[Conditioned, Path]
) -> None:
    first, reversed_ = told[0], chance(*DEED, evidence={"events": TOLD[::-1]})
    other = condition(Asked(reversed_, "2006", 100, MOVES), threads=4)
    assert bytes_of(first) == bytes_of(other)
    (theory,) = first.lots
    assert np.array_equal(first.values[theory], other.values[theory])


@pytest.mark.slow
def test_a_cluster_gives_the_bytes_of_threads(told: tuple[Conditioned, Path]) -> None:
    here = told[0]
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        there = condition(here.asked, threads=1, engine="dask", scheduler=cluster.scheduler_address)
    assert bytes_of(there) == bytes_of(here)
    (theory,) = here.lots
    assert np.array_equal(here.values[theory], there.values[theory])
    assert here.diagnostics() == there.diagnostics()


LASTING = {"value": 0.2, "prior": {"uniform": [0.1, 0.4]}, "lasts": 3, "source": "assumed"}


@pytest.mark.parametrize("discrepancy", [0.0, LASTING], ids=["none", "lasting"])
def test_a_world_that_goes_on_and_whose_recent_luck_moves_stands_where_a_history_from_the_start_does(
    chance: Callable[..., Plan], discrepancy: object
) -> None:
    stated = {"paths": "changes", "events": TOLD[1:], "discrepancy": discrepancy}
    of = chance(*DEED, record={"l_spark": {"2003": 0.55}}, evidence=stated)
    task = Task(of, of.theories[0], known(of, "2006"), 1, 1)
    rng = np.random.default_rng(1)
    outcomes: set[bool] = set()
    for _ in range(10):
        state = task.begun(rng.random(len(of.built.paths(""))), keys_of(rng, of.built.turns))
        for place in range(len(task.known.dates)):
            aim = task.aim(place, 0.5)
            turns = aim.last + 1 - aim.first
            keys, end = keys_of(rng, 2 * turns).reshape(2, turns, -1), task.aim(place, 1.0)
            gains = task.gains(state, end, keys)
            other, state = (task.forward(state, aim, own) for own in keys)
            same_as(task.weigh(other, aim), other)
            assert gains == [
                -math.inf if one.log == -math.inf else end.gain(*end.of(one.sums)) for one in (other, state)
            ]
            back = task.back(aim)
            anew = [(at, keys_of(rng, 1)[0], np.arange(PARTS)) for at in sorted({back, aim.first, aim.last})]
            state, well = task.walk(state, aim, anew, [-0.2] * len(anew))
            outcomes |= set(well)
            same_as(task.weigh(state, aim), state)
    assert outcomes == {True, False}


def same_as(again: State, state: State) -> None:
    assert state.log == again.log
    if state.log == -math.inf:
        return
    assert np.array_equal(state.sums, again.sums)
    assert np.array_equal(state.answer, again.answer, equal_nan=True)
    assert state.past is not None
    assert again.past is not None
    assert state.past.memory.tobytes() == again.past.memory.tobytes()


def test_where_a_scenario_begins_is_no_evidence(chance: Callable[..., Plan]) -> None:
    record = {"l_spark": {"2000": 0.0, "2004": 0.8}}
    of = chance(*DEED, record=record, evidence={"paths": "changes"})
    assert known(of, "2006").turn.tolist() == [1, 2, 3, 4, 5, 6]


def test_by_years_a_path_is_known_when_a_year_ends_and_on_the_date(scenario_two: dict[str, Any]) -> None:
    """In which quarter it moved is no evidence."""
    stated = {"error": 0.1, "discrepancy": 0.1, "miss": 0.1, "paths": "years"}
    scenario = scenario_two | {"evidence": stated, "record": {"rockets": {"2000Q1": 0.2, "2001Q2": 0.5}}}
    of = plan(open_source(scenario, {}))
    labels = of.scenario.calendar.labels()
    what = known(of, "2002Q2")
    assert [labels[t] for t in what.turn] == ["2000Q4", "2001Q4", "2002Q2"]
    assert what.value.tolist() == [0.2, 0.5, 0.5]
    assert what.dates == tuple(what.turn.tolist())


def test_at_the_end_a_path_is_known_on_the_date_alone(scenario_two: dict[str, Any]) -> None:
    """How it got there is no evidence; dated events have their dates."""
    told = [{"no_war": ["EAST", "ALLY"], "to": "2001Q1", "source": "made up"}]
    stated = {"error": 0.1, "discrepancy": 0.1, "miss": 0.1, "paths": "end", "events": told}
    scenario = scenario_two | {"evidence": stated, "record": {"rockets": {"2000Q1": 0.2, "2001Q2": 0.5}}}
    of = plan(open_source(scenario, {}))
    for date, where in (("2001Q1", 0.2), ("2002Q2", 0.5)):
        what = known(of, date)
        assert [of.scenario.calendar.label(t) for t in what.turn] == [date]
        assert what.value.tolist() == [where]
    assert [of.scenario.calendar.label(t) for t in what.dates] == ["2001Q1", "2002Q2"]


@pytest.mark.slow
def test_a_turn_of_a_path_that_hardly_any_world_takes_is_looked_for(chance: Callable[..., Plan]) -> None:
    """All worlds that lack it weigh alike: that few of them count would not show it."""
    rare = {"id": "spark", "year": 2002, "chance": 0.01, "sets": 0.8}
    stated = {"paths": "changes", "error": 0.05}
    of = chance(rare, DEED[1], record={"l_spark": {"2002": 0.8}}, evidence=stated)
    task = Task(of, of.theories[0], known(of, "2002"), 25, 1)
    found = [island(task, number) for number in range(4)]
    hit = -math.log(0.05 * math.sqrt(2 * math.pi))
    for one in found:
        assert one.terms.sum(axis=1) == pytest.approx(hit)
    assert np.mean([math.exp(one.log_evidence - hit) for one in found]) == pytest.approx(0.01, rel=0.5)


@pytest.mark.slow
def test_luck_after_branches_part_can_be_drawn_anew(chance: Callable[..., Plan]) -> None:
    """Another coupling moves no mean of a branch by itself; but what came after the decision is no longer shared."""
    of = chance(*DEED, evidence={"events": [fact(event="spark", at="2002")]})
    same, fresh = (
        condition(Asked(of, "2003", 200, MOVES, coupling=how), threads=1) for how in ("same", "fresh")
    )
    (theory,) = of.theories
    assert bytes_of(same) == bytes_of(fresh)
    assert np.array_equal(same.values[theory][0], fresh.values[theory][0])
    # without the cause the spark is as likely as its chance, p, which was learnt from its coming: E p^2 / E p
    spark = (0.25 + 0.03) / 0.5
    assert seen(fresh, theory, "effect", 1) == pytest.approx(0.5 * 0.8 * spark, abs=FAR * 0.04)
    assert seen(same, theory, "effect", 1) == pytest.approx(0.4, abs=FAR * 0.04)


def test_what_was_computed_is_found_again(told: tuple[Conditioned, Path], tmp_path: Path) -> None:
    whole, asked = told[0], told[0].asked
    shutil.copytree(told[1], tmp_path, dirs_exist_ok=True)
    (tmp_path / "given" / f"{asked.plan.theories[0] or 'plain'}.2.npz").unlink()
    again = condition(asked, tmp_path, threads=1, resume=True)
    assert bytes_of(again) == bytes_of(whole)
    other = Asked(asked.plan, "2003", 100, MOVES)
    with pytest.raises(PowersimError, match=r"another study \(another until\)"):
        condition(other, tmp_path, threads=1, resume=True)


def test_every_world_replayed_is_what_it_was_chosen_for(told: tuple[Conditioned, Path]) -> None:
    found, of = told[0], told[0].asked.plan
    (theory,) = of.theories
    assert (found.summaries(theory, "effect")[0] == 0).all()
    worlds = found.lots[theory].worlds
    one: Possible = worlds[17]
    assert np.array_equal(one.histories(of)[1].values.astype(np.float32), found.values[theory][1, 17])


@pytest.mark.slow
def test_an_impossible_event_is_named(chance: Callable[..., Plan]) -> None:
    of = chance({"id": "effect", "year": 2004, "chance": 0.5, "of": "l_cause"}, evidence={
        "branch": "without", "events": [fact(event="effect", at="2004")]})  # fmt: skip
    with pytest.raises(PowersimError, match=r"can have what happened by 2004 \(event: effect\)"):
        condition(Asked(of, "2005", 100, 1), threads=1)


def test_an_impossible_event_that_is_not_over_is_named(chance: Callable[..., Plan]) -> None:
    sure = {"id": "effect", "year": 2002, "chance": 1.0}
    denied = {"events": [fact(event="effect", happened=False, to="2006")], "paths": "changes"}
    of = chance(
        sure, {"id": "spark", "year": 2003, "chance": 0.5}, evidence=denied, record={"l_spark": {"2003": 1.0}}
    )
    with pytest.raises(PowersimError, match=r"by 2003 \(event: effect, happened: false\)"):
        island(Task(of, of.theories[0], known(of, "2006"), 4, 1), 0)


def test_where_no_number_is_uncertain_luck_alone_moves(planted: ModuleType) -> None:
    stated = SURE | {"paths": "changes"}
    document = planted.by_chance(*DEED, record={"l_spark": {"2003": 0.8}}, evidence=stated, priors="off")
    of = plan(open_source(document, {}))
    assert not of.built.paths("")
    found = island(Task(of, of.theories[0], known(of, "2003"), 100, 1), 0)
    missed = 0.5 * (1.0 + math.exp(-0.5 * (0.8 / 0.2) ** 2)) / (0.2 * math.sqrt(2.0 * math.pi))
    assert found.log_evidence == pytest.approx(math.log(missed), abs=FAR * 0.1)
    assert found.accepted[:2].sum() > 0 == found.made[2:].sum()


def test_too_few_worlds_are_refused(chance: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    of = chance(*DEED, evidence={"events": TOLD})
    with pytest.raises(PowersimError, match=r"worlds: found 60; allowed: a whole number from 100"):
        Asked(of, "2006", 60)
    asked = Asked(of, "2006", 100, moves=0)
    monkeypatch.setattr(conditioning, "LEAST", 101.0)
    with pytest.raises(
        PowersimError, match=r"worlds count, and below 101 nothing is answered.*take more worlds"
    ):
        condition(asked, threads=1)


def test_points_of_a_path_are_its_changes_and_once_a_year_but_not_where_it_is_laid_down(root: Path) -> None:
    of = plan(open_source(root / "scenarios" / "missile_defense_2009.yaml", {}))
    what = known(of, "2013Q4")
    issue = of.built.index.issues["iran_enrichment"]
    own = what.column == list(zip(what.watch.kind, what.watch.a, strict=True)).index((0, issue))
    label = of.scenario.calendar.label
    assert [label(t) for t in what.turn[own]] == [
        "2008Q1", "2008Q4", "2009Q4", "2010Q1", "2011Q1", "2011Q3", "2012Q3", "2013Q3",
    ]  # fmt: skip
    assert of.built.index.issues["missile_defense_europe"] not in what.watch.a[what.watch.kind == 0]
    assert known(of, "2013Q4").settled.size > 0 == without(what).settled.size
    assert {check.said for check in what.checks} >= {"war: [RUS, GEO]", "event: yanukovych"}
    assert not {check.said for check in what.checks} & {"war: [RUS, UKR]", "delivered: [drones, IRN, RUS]"}


@pytest.mark.parametrize(("date", "later"), [("2016Q4", False), ("2017Q1", True)])
def test_what_was_kept_back_needs_a_later_date(root: Path, date: str, later: bool) -> None:
    of = plan(open_source(root / "scenarios" / "missile_defense_2009.yaml", {}))
    stated = of.scenario.evidence
    assert stated is not None
    assert any(check.fact in stated.withheld for check in known(of, date).checks) == later


def test_where_a_scenario_begins_is_evidence_of_a_start_that_is_not_certain(planted: ModuleType) -> None:
    document = planted.by_chance(
        *DEED, record={"l_spark": {"2000": 0.0, "2004": 0.8}}, evidence=SURE | {"paths": "changes"}
    )
    document["issues"]["l_spark"]["start"] = {
        "value": 0.1,
        "prior": {"uniform": [0.0, 0.2]},
        "source": "made up",
    }
    assert known(plan(open_source(document, {})), "2003").turn.tolist() == [0, 1, 2, 3]
