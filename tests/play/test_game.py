"""A player's decisions are laid where the rules decide, and change nothing but what they are about."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import powersim as ps
from powersim import _seals as seals
from powersim.compile.jit import interpreted
from powersim.play.game import Game
from powersim.rules.bargaining import pair_surplus
from powersim.sim.history import simulate
from powersim.study.games import Play, Telling
from powersim.world import chronicle as c
from powersim.world import columns as col
from powersim.world import draws

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def study() -> ps.Study:
    return ps.Study(SCENARIOS / "two_powers.yaml", branches=["keep"], theories=["spiral"], seed=7)


def same(game: Play) -> bool:
    """Whether a game is the model's own history, to the last bit."""
    played = game.history
    own = simulate(game.plan.cases(game.plan.theories[0], game.run)[0], game.plan.seed, game.run)
    columns = own.values.shape[1]
    return (
        played.values[:, :columns].tobytes() == own.values.tobytes()
        and played.log.tobytes() == own.log.tobytes()
        and played.alignment.tobytes() == own.alignment.tobytes()
        and played.delivered.tobytes() == own.delivered.tobytes()
    )


def rows(game: Play, kind: int, actor: str | None = None) -> np.ndarray:
    """Rows of a kind in the chronicle, of one actor if it is named."""
    log = game.history.log
    mine = actor is None or log[:, col.ACTOR] == game.labels.actor(actor)
    return log[(log[:, col.KIND] == kind) & mine]


@pytest.mark.parametrize("actor", ["EAST", "WEST", "ALLY"])
def test_who_decides_nothing_has_the_history_of_that_seed_and_run_to_the_last_bit(study, actor):
    for run in range(3):
        assert same(study.play(actor, lambda briefing: None, run=run))


def test_so_has_who_decides_nothing_in_a_world_without_luck_and_in_one_with_programmes():
    assert same(ps.Study(SCENARIOS / "classroom.yaml").play("UP", lambda briefing: ps.Decisions()))
    programme = ps.Study(SCENARIOS / "iran_programme_2002.yaml")
    assert same(programme.play("ISR", lambda briefing: None, run=1))


def test_the_worth_of_an_offer_is_that_for_which_the_rules_sign_it(study):
    seen = 0
    for run in range(6):
        game = study.play("EAST", run=run)
        while not game.over:
            offers = game.engine.desk.offers
            for (row, _), parcel in zip(game.table.found(game.labels.actor("EAST")), game.briefing().offers):
                if len(parcel.parties) == 2:
                    seen += 1
                    worth = interpreted(pair_surplus)(*parcel.worth.values())
                    assert worth == pytest.approx(offers.surplus[row], abs=2e-9)
                    assert set(parcel.pays) == set(parcel.parties)
            game.decide()
    assert seen > 3


def test_what_is_declined_is_not_signed_and_nothing_differs_before(study):
    def decline(briefing):
        return ps.Decisions(decline=[parcel.number for parcel in briefing.offers])

    signed = [len(rows(study.play("EAST", lambda b: None, run=run), c.GAIN, "EAST")) for run in range(6)]
    game = study.play("EAST", decline, run=int(np.argmax(signed)))
    assert max(signed) > 0
    assert len(rows(game, c.GAIN, "EAST")) == 0
    own = simulate(game.plan.cases("spiral", game.run)[0], 7, game.run).log
    first = own[(own[:, col.KIND] == c.GAIN) & (own[:, col.ACTOR] == game.labels.actor("EAST"))][0, col.TURN]
    before = [log[log[:, col.TURN] < first] for log in (own, game.history.log)]
    assert before[0].tobytes() == before[1].tobytes()


def test_a_possible_package_is_signed_as_often_as_it_says(study):
    chances, signed = [], []
    for run in range(25):
        game = study.play("EAST", run=run)
        game.decide()
        for package in game.briefing().possible:
            chances.append(package.chance)
            found = int(game.engine.desk.offers.found[0])
            game.table.propose(package, game.labels.actor("EAST"))
            signed.append(int(game.engine.desk.offers.found[0]) - found)
    assert len(chances) > 20
    assert 0 < sum(signed) < len(signed)
    assert abs(np.mean(signed) - np.mean(chances)) < 3 * np.sqrt(0.25 / len(signed))


def pairs(game, other):
    """Packages of two steps between EAST and another, as EAST would propose them."""
    for one, two in combinations([leg.name for leg in game.briefing().menu(other)], 2):
        if one.rsplit(" ", 1)[0] != two.rsplit(" ", 1)[0]:
            yield ps.Proposal(other, (one, two))


def test_a_proposal_of_ones_own_becomes_a_deal_that_binds_and_one_that_costs_the_other_never_does(study):
    signed = 0
    for run in range(12):
        game = study.play("EAST", run=run)
        game.decide()
        offers = [game.proposed("EAST", each) for each in pairs(game, "WEST")]
        likely, lost = max(offers, key=lambda o: o.chance), min(offers, key=lambda o: min(o.worth.values()))
        assert lost.chance == 0.0
        chosen = likely if likely.chance > 0.3 else lost
        before = len(rows(game, c.SIGNED, "EAST"))
        game.decide(
            ps.Decisions(
                decline=[parcel.number for parcel in game.briefing().offers],
                propose=[ps.Proposal("WEST", chosen.legs)],
            )
        )
        new = len(rows(game, c.SIGNED, "EAST")) - before
        assert new <= (chosen is likely)
        if new:
            signed += 1
            (deal,) = game.briefing().deals
            assert deal.parties == ("EAST", "WEST")
            assert deal.says == chosen.says
            assert deal.worth > 0.0
    assert signed > 0


def test_what_the_proposer_pays_the_other_is_paid(study):
    game = study.play("EAST", run=1)
    game.decide()
    for other in ("ALLY", "WEST"):  # one comes before EAST in the order of codes, one after it
        legs = (game.briefing().menu(other)[0].name,)
        gift, nothing, taken = (
            game.proposed("EAST", ps.Proposal(other, legs, pay)) for pay in (0.00005, 0.0, -0.00005)
        )
        assert gift.pays["EAST"] == -0.00005 < 0.0 < gift.pays[other]
        assert taken.pays[other] == -0.00005 < 0.0 < taken.pays["EAST"]
        assert gift.worth["EAST"] < nothing.worth["EAST"] < taken.worth["EAST"]
        assert taken.worth[other] < nothing.worth[other] < gift.worth[other]


def test_a_target_leads_own_policy_from_the_next_turn_on(study):
    def more(briefing):
        return ps.Decisions(decline=[parcel.number for parcel in briefing.offers], policy={"rockets": 1.0})

    played, own = (study.play("EAST", bot, run=2) for bot in (more, lambda briefing: None))
    place = list(played.plan.scenario.outcomes).index("rockets")
    assert played.history.values[-1, place] == pytest.approx(1.0)
    assert own.history.values[-1, place] < 0.9


def fronts(order):
    """A bot that gives one order to its fronts."""
    return lambda briefing: ps.Decisions(fronts={front.name: order for front in briefing.fronts})


def test_a_challenger_presses_and_stands_down(study):
    quiet, loud = (
        [study.play("EAST", fronts(order), run=run) for run in range(3)] for order in ("stand down", "press")
    )
    assert sum(len(rows(game, c.CRISIS)) for game in quiet) == 0
    assert sum(len(rows(game, c.CRISIS)) for game in loud) > 8


def test_a_target_yields_and_refuses_wherever_the_rules_leave_it_a_chance(study):
    plan = study.play("EAST").plan
    found = {}
    for order in ("yield", "refuse"):
        wars = terms = hopeless = 0
        for run in range(5):
            game, lucks = Game(plan, ("ALLY", "EAST"), run, Telling(plan)), []
            go_by = game.engine.go_by
            game.engine.go_by = lambda luck, go_by=go_by, lucks=lucks: (lucks.append(luck), go_by(luck))
            game.play({"ALLY": fronts(order), "EAST": fronts("press")})
            wars, terms = wars + len(rows(game, c.WAR)), terms + len(rows(game, c.TERMS))
            wars -= len(rows(game, c.PREVENTIVE))
            hopeless += sum(
                int((luck.answer[luck.point == draws.CRISIS_WAR, 1] == -np.inf).sum()) for luck in lucks
            )
        found[order] = wars, terms, hopeless
    assert found["yield"][0] == found["yield"][2] < found["yield"][1]
    assert found["refuse"][1] == found["refuse"][2]
    assert found["refuse"][0] > 3


def test_a_deal_is_kept_and_broken_on_order(study):
    def told(order):
        return lambda briefing: ps.Decisions(deals={deal.number: order for deal in briefing.deals})

    kept = [study.play("EAST", told("keep"), run=run) for run in range(8)]
    broken = [study.play("EAST", told("break"), run=run) for run in range(8)]
    assert sum(len(rows(game, c.BREACH, "EAST")) for game in kept) == 0
    assert sum(len(rows(game, c.BREACH, "EAST")) for game in broken) > 0


def test_a_striker_holds_and_strikes_on_order():
    study = ps.Study(SCENARIOS / "iran_programme_2002.yaml")

    def told(order):
        return lambda briefing: ps.Decisions(strikes={strike.name: order for strike in briefing.strikes})

    held, struck = (study.play("ISR", told(order), run=1) for order in ("hold", "strike"))
    passed = rows(held, c.MILESTONE, "ISR")
    assert len(passed) > 0
    assert len(rows(held, c.STRIKE, "ISR")) == 0
    assert len(rows(struck, c.STRIKE, "ISR")) == len(rows(struck, c.MILESTONE, "ISR")) > 0


def test_an_order_is_of_its_turn_alone(study):
    game = study.play("EAST", run=1)
    while not game.over:
        game.decide(ps.Decisions(fronts={"EAST>ALLY: district": "press"}) if game.stop == 3 else None)
    own = simulate(game.plan.cases("spiral", 1)[0], 7, 1).log
    early = [log[log[:, col.TURN] < 2] for log in (own, game.history.log)]
    assert early[0].tobytes() == early[1].tobytes()
    assert len(rows(game, c.CRISIS)) >= 1
    assert game.engine.given.luck.since.size == 0


def test_a_saved_game_goes_on_and_what_is_taken_back_is_as_if_it_had_never_been(study, tmp_path):
    def decide(game, until):
        while game.stop < until:
            briefing = game.briefing()
            game.decide(
                ps.Decisions(
                    decline=[parcel.number for parcel in briefing.offers[1:]],
                    propose=[package.number for package in briefing.possible[:1]],
                    policy={"rockets": 0.1 * (game.stop % 7)},
                    fronts={"EAST>ALLY: district": "stand down"} if game.stop % 3 else {},
                    deals={deal.number: "keep" for deal in briefing.deals},
                )
            )

    whole = study.play("EAST", run=4)
    decide(whole, 33)
    half = study.play("EAST", run=4)
    decide(half, 12)
    file = half.save(tmp_path / "half.play.json")
    again = study.play("EAST", resume=file)
    assert again.run == 4
    assert again.stop == 12
    decide(again, 20)
    again.undo("2002Q3")
    assert again.date == "2002Q3"
    decide(again, 33)
    assert again.over
    assert again.history.log.tobytes() == whole.history.log.tobytes()
    assert again.history.values.tobytes() == whole.history.values.tobytes()
    assert not same(again)
    again.undo("opening")
    again.play({})
    assert same(again)
    with pytest.raises(ps.PowersimError, match=r"^undo: found 1999Q1; allowed: opening, 2000Q1"):
        again.undo("1999Q1")


def test_a_game_that_is_stopped_while_it_is_played_again_keeps_all_that_was_decided(study, monkeypatch):
    game = study.play("EAST", run=4)
    for _ in range(4):
        game.decide()
    decide, done = type(game).decide, []

    def stopped(self, *given):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(given)
        decide(self, *given)

    monkeypatch.setattr(type(game), "decide", stopped)
    with pytest.raises(KeyboardInterrupt):
        game.undo()
    assert game.stop == 3


def test_numbers_of_deals_in_a_saved_game_are_numbers(study, tmp_path):
    game = study.play("EAST")
    game.decide()
    file = game.save(tmp_path / "a.play.json")
    told = json.loads(file.read_text("utf-8"))
    for number in ("9" * 5000, "²", "-1", "x", ""):
        told["decided"] = [{"deals": {number: "keep"}}]
        file.write_text(json.dumps(seals.marked(told)), "utf-8")
        with pytest.raises(ps.PowersimError, match=r"a.play.json:1: decided\[0\].deals"):
            study.play("EAST", resume=file)


def test_a_saved_game_of_something_else_or_damaged_is_refused(study, tmp_path):
    game = study.play("EAST")
    game.decide()
    file = game.save(tmp_path / "a.play.json")
    with pytest.raises(ps.PowersimError, match=r"is a game with actor 'EAST'; found actor 'WEST'$"):
        study.play("WEST", resume=file)
    with pytest.raises(ps.PowersimError, match=r"is a game with run 0; found run 3$"):
        study.play("EAST", resume=file, run=3)
    with pytest.raises(
        ps.PowersimError, match=r"is a game of another scenario, or of the same with other numb"
    ):
        ps.Study(SCENARIOS / "two_powers.yaml", overrides={"rho": 0.3}, seed=7).play("EAST", resume=file)
    text = file.read_text("utf-8")
    file.write_text(text.replace('"run": 0', '"run": 1'), "utf-8")
    with pytest.raises(ps.PowersimError, match="is damaged, or was changed by hand"):
        study.play("EAST", resume=file)
    file.write_text(text.replace('"run": 0', '"run": "no"'), "utf-8")
    with pytest.raises(ps.PowersimError, match=r"a.play.json:\d+: game.run: found no; allowed: "):
        study.play("EAST", resume=file)


def test_what_cannot_be_decided_is_said_before_anything_is_done(study):
    game = study.play("EAST", run=0)
    for decided, message in (
        (ps.Decisions(decline=[9]), r"^offer 9: there is none; allowed: none at present"),
        (ps.Decisions(policy={"site": 0.5}), r"^control 'site': there is none; allowed: rockets$"),
        (ps.Decisions(policy={"rockets": 1.5}), r"^policy rockets: found 1.5; allowed: a number from 0 to 1"),
        (ps.Decisions(fronts={"x": "press"}), r"^front 'x': there is none; allowed: EAST>ALLY: district$"),
        (
            ps.Decisions(fronts={"EAST>ALLY: district": "yield"}),
            r"'yield': there is none; allowed: press, stand",
        ),
        (ps.Decisions(deals={1: "keep"}), r"^open deal 1: there is none; allowed: none at present$"),
        (
            ps.Decisions(propose=[ps.Proposal("EAST", ("site lower",))]),
            r"^actor 'EAST': there is none; allowed: ALLY",
        ),
        (
            ps.Decisions(propose=[ps.Proposal("WEST", ("x",))]),
            r"^step of a deal with WEST 'x': there is none",
        ),
        ({"EAST": [1]}, r"^EAST decided \[1\]; allowed: Decisions or None"),
    ):
        with pytest.raises(ps.PowersimError, match=message):
            game.decide(decided)
    assert game.stop == 0
    with pytest.raises(ps.PowersimError, match=r"^actor RUS is not known. Allowed: ALLY, EAST, WEST$"):
        study.play("RUS")
    with pytest.raises(ps.PowersimError, match=r"^the game is at opening: it has to come to its end first$"):
        game.beside(5)
    game.play({})
    with pytest.raises(ps.PowersimError, match=r"^the game is over: nothing is left to decide"):
        game.decide()


def test_a_briefing_tells_what_happened_once_and_in_the_words_of_tell(study):
    game, told = study.play("EAST", run=1), []
    while not game.over:
        told += [text for text, _ in game.briefing().happened]
        game.decide()
    told += [text for text, _ in game.news()]
    story = study.tell("keep", 1, theory="spiral").story.entries
    kinds = ("crisis", "deal", "breach", "war", "event", "arms", "strike")
    crises = [entry.text for entry in story if entry.topic in kinds]
    assert crises
    for text in crises:
        assert sum(one.split("\n")[0] == text for one in told) == crises.count(text), text
