"""powersim play: a game from a pipe, saved when the pipe or the player ends, and gone on with."""

from __future__ import annotations

import io
import json
import sys

import pytest

import powersim as ps
from powersim.cli import playing


@pytest.fixture
def typed(monkeypatch, tmp_path):
    """Lines that stand in for a keyboard, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def lines(*text):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in text)))

    return lines


def test_a_game_is_played_from_a_pipe_to_its_end(powersim, typed, tmp_path):
    typed("help", "menu LAW", "menu LOW", "", "show", "decline 1", "accept 1", *[""] * 8)
    result = powersim("play", "classroom", "--as", "UP", "--runs", 3, "--out", "out")
    assert result.code == 0, result.err
    assert "carry out what is decided" in result.out
    assert "actor LAW is not known; did you mean LOW" in result.out
    assert "On the table: signed unless you decline" in result.out
    assert "worth a turn: you +0.130, LOW +0.160" in result.out
    assert "Upland came off as the model would have with the same luck" in result.out
    assert (tmp_path / "out" / "play.csv").is_file()
    assert "of 3 simulated histories" in result.out
    assert "next: powersim tell classroom --game classroom-UP.play.json" in result.err


def test_a_played_game_is_told_as_it_was_played(powersim, typed, tmp_path):
    typed("front 1 press", *[""] * 40)
    powersim("play", "two_powers", "--as", "EAST", "--runs", 1, "--set", "rho=0.5")
    told = powersim("tell", "two_powers", "--game", "two_powers-EAST.play.json", "--out", "game.json")
    assert told.code == 0, told.err
    game = json.loads((tmp_path / "game.json").read_text("utf-8"))
    assert game["about"]["played"] == "EAST"
    study = ps.Study("two_powers", overrides={"rho": "0.5"})
    played = study.play("EAST", resume="two_powers-EAST.play.json")
    title, path = (one := played.tell().story.about.outcomes[0]).title, one.path
    (place,) = (n for n, each in enumerate(study.scenario.outcomes.values()) if each.title == title)
    assert path.tolist() == played.history.values[:, place].tolist()
    refused = powersim("tell", "two_powers", "--game", "two_powers-EAST.play.json", "--run", 3)
    assert refused.code == 2
    assert "--run: does nothing beside --game" in refused.err
    with pytest.raises(ps.PowersimError, match="the game is at opening: it has to come to its end first"):
        study.play("EAST").tell()


def test_who_decides_nothing_is_told_the_run_itself():
    study = ps.Study("two_powers")
    game, run = study.play("WEST", lambda briefing: None).tell().story, study.tell().story
    assert (game.entries, game.closing) == (run.entries, run.closing)


def test_declining_every_offer_costs_upland_its_tariff(powersim, typed):
    typed("", *["decline 1", ""] * 3, *[""] * 6)
    out = powersim("play", "classroom", "--as", "UP", "--runs", 2).out
    assert "Upland came off worse than the model would with the same luck" in out


def test_wrong_input_is_asked_again_with_what_is_allowed(powersim, typed):
    typed(
        "wibble", "set rockets", "set site 1", "set rockets 2", "front 2 press", "front 1 yield", "front 1 press",
        "front 1 model", "deal 1 keep", "strike 1 hold", "decline x", "propose 7", "offer WEST", "free rockets",
        "offer WEST: rockets up", "undo 1999Q1", "", "offer WEST: site lower, pay much",
        "offer WEST: site lower, pay 0.1%",
        "withdraw", "set rockets 0.5", "free rockets", "news", "undo", "quit",
    )  # fmt: skip
    result = powersim("play", "two_powers", "--as", "EAST")
    assert result.code == 0, result.err
    for said in (
        "word wibble is not known. Allowed: decline, accept",
        "set: found 'rockets'; allowed: CONTROL and a number from 0 to 1",
        "control 'site': there is none; allowed: rockets",
        "policy rockets: found 2.0; allowed: a number from 0 to 1",
        "front: found '2 press'; allowed: a number from 1 to 1, and an order",
        "EAST>ALLY: district: found 'yield'; allowed: press, stand down, model",
        "decided: EAST>ALLY: district: press",
        "deal: found '1 keep'; allowed: nothing: there is none",
        "strike: found '1 hold'; allowed: nothing: there is none",
        "decline: found 'x'; allowed: numbers of the list, e.g. decline 1",
        "possible package 7: there is none; allowed: none at present",
        "offer: found 'WEST'; allowed: ACTOR: STEP, STEP",
        "free: found 'rockets'; allowed: a control that you have set: none",
        "step of a deal with WEST 'rockets up': there is none; allowed: ",
        "undo: found 1999Q1; allowed: nothing yet",
        "pay: found 'much'; allowed: a share of world GDP, e.g. pay 0.1%",
        "proposed: with WEST: The western power lowers Missile site",
        "decided: rockets to 0.5",
    ):
        assert said in result.out, said


def test_a_pipe_that_ends_leaves_a_game_that_goes_on_to_the_same_end(powersim, typed, tmp_path):
    def script(first, last):
        return [line for n in range(first, last) for line in (f"set rockets 0.{n % 10}", "")]

    typed(*script(0, 33))
    whole = powersim("play", "two_powers", "--as", "EAST", "--run", 4, "--seed", 3, "--runs", 5)
    (tmp_path / "two_powers-EAST.play.json").rename(tmp_path / "whole.json")
    typed(*script(0, 9))
    left = powersim("play", "two_powers", "--as", "EAST", "--run", 4, "--seed", 3)
    assert left.code == 0
    assert "saved: two_powers-EAST.play.json" in left.err
    assert "next: powersim play two_powers --as EAST --resume" in left.err
    typed()
    refused = powersim("play", "two_powers", "--as", "EAST")
    assert refused.code == 2
    assert "is there already; --resume goes on with a game" in refused.err
    typed(*script(9, 20), "undo 2001Q2", *script(6, 33))
    again = powersim("play", "two_powers", "--as", "EAST", "--resume", "--runs", 5)
    assert again.code == 0, again.err
    assert again.out.splitlines()[-6:] == whole.out.splitlines()[-6:]
    files = [tmp_path / name for name in ("whole.json", "two_powers-EAST.play.json")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_interruption_saves_the_game_and_says_how_to_go_on(powersim, typed, monkeypatch):
    def lines(game):
        yield "set rockets 0.7"
        yield ""
        raise KeyboardInterrupt

    monkeypatch.setattr(playing, "_lines", lines)
    result = powersim("play", "two_powers", "--as", "EAST", "--save", "mine.play.json")
    assert result.code == 130
    assert "stopped after 1 of 33 decisions, kept in mine.play.json; add --resume to go on" in result.err


def test_no_line_ends_a_game(powersim, typed, tmp_path):
    nines, here = "9" * 5000, tmp_path / "a-file"
    here.write_text("mine")
    typed(
        f"decline {nines}", f"propose {nines}", f"front {nines} press", f"deal {nines} keep", "save a\0b", "undo a\0",
        "save /dev/null/x", "save a-file", "menu \x1b[31m", "\udcff", "offer WEST: pay nan", "set rockets nan", "quit",
    )  # fmt: skip
    result = powersim("play", "two_powers", "--as", "EAST")
    assert result.code == 0, result.err
    for said in (
        "allowed: numbers of the list",
        "no name of a file",
        "Not a directory",
        "a-file: was not written by",
    ):
        assert said in result.out, said
    assert "\x1b" not in result.out
    assert here.read_text() == "mine"
    assert (tmp_path / "two_powers-EAST.play.json").is_file()


def test_what_cannot_be_at_the_end_is_said_before_the_game(powersim, typed, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "play.csv").write_text("a,b\n1,2\n")
    (tmp_path / "link.play.json").symlink_to("elsewhere")
    for asked, said in (
        (("--workers", -1), "--workers: found -1; allowed: a whole number from 1"),
        (("--workers", 0), "--workers: found 0"),
        (("--out", "mine"), "play.csv: was not written by powersim"),
        (("--save", "link.play.json"), "link.play.json: a symbolic link, which is never written through"),
    ):
        typed("", "")
        result = powersim("play", "two_powers", "--as", "EAST", *asked)
        assert (result.code, said in result.err) == (2, True), result.err
        assert not result.out
    assert not (tmp_path / "elsewhere").exists()


def test_an_actor_that_there_is_not_and_a_file_that_is_no_game_end_with_code_2(powersim, typed, tmp_path):
    typed()
    result = powersim("play", "two_powers", "--as", "EATS")
    assert result.code == 2
    assert "actor EATS is not known; did you mean EAST? Allowed: ALLY, EAST, WEST" in result.err
    (tmp_path / "x.json").write_text("{}", "utf-8")
    result = powersim("play", "two_powers", "--as", "EAST", "--save", "x.json", "--resume")
    assert result.code == 2
    assert "missing key powersim_play" in result.err
