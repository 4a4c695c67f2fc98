"""Channels: a history held at its own paths is itself; held at its sibling's, it shows no effect through them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.errors import PowersimError
from powersim.scenario.arrays.build import Built, build
from powersim.scenario.load import from_data
from powersim.sim import model as mesa_engine
from powersim.sim.history import History, simulate
from powersim.testing import builds
from powersim.world.case import Case
from powersim.world.channels import CHANNELS, Held, Paths
from powersim.world.params import MECHANISMS

SEED = 3
SETS = list(chain.from_iterable(combinations(CHANNELS, size) for size in range(len(CHANNELS) + 1)))


def bits(found: History) -> list[bytes]:
    return [
        getattr(found, part).tobytes() for part in ("values", "alignment", "log", "delivered", "happened")
    ]


def paths_of(found: History) -> Paths:
    assert found.paths is not None
    return found.paths


def written(paths: Paths) -> list[bytes]:
    return [array.tobytes() for array in paths]


def in_place(case: Case, run: int, channels: Collection[str]) -> None:
    """Replay a history with channels held at its own paths: every byte, of what it leaves and of its paths."""
    once = simulate(case, SEED, run, keep=True)
    assert bits(once) == bits(simulate(case, SEED, run))
    again = simulate(case, SEED, run, keep=True, held=Held(paths_of(once), channels))
    assert bits(again) == bits(once)
    assert written(paths_of(again)) == written(paths_of(once))


@pytest.mark.parametrize("channels", SETS, ids="+".join)
def test_the_flagship_held_at_its_own_paths_is_itself(flagship: Built, channels: tuple[str, ...]) -> None:
    place = SETS.index(channels)
    branch = list(flagship.scenario.branches)[place % len(flagship.scenario.branches)]
    in_place(flagship.case(branch, "deterrence", SEED, place), place, channels)


@settings(max_examples=20)
@given(builds(mechanisms=True), st.sets(st.sampled_from(CHANNELS)), st.integers(0, 99))
def test_any_history_held_at_its_own_paths_is_itself(built: Built, channels: set[str], run: int) -> None:
    for branch in ("", *built.scenario.branches):
        in_place(built.case(branch, "one", SEED, run), run, channels)


@pytest.mark.parametrize("channels", [(), ("threat",), ("exchange", "trust"), CHANNELS], ids="+".join)
def test_mesa_holds_channels_as_the_ensemble_does(flagship: Built, channels: tuple[str, ...]) -> None:
    sibling = simulate(flagship.case("cancel", "spiral", SEED, 1), SEED, 1, keep=True)
    case, held = flagship.case("keep", "spiral", SEED, 1), Held(paths_of(sibling), channels)
    one = simulate(case, SEED, 1, keep=True, held=held)
    other = mesa_engine.simulate(case, SEED, 1, keep=True, held=held)
    assert bits(one) == bits(other)
    assert written(paths_of(one)) == written(paths_of(other))


def test_a_sibling_is_nobody_else_before_it_departs(flagship: Built) -> None:
    one, other = (
        paths_of(simulate(flagship.case(branch, "", SEED, 0), SEED, 0, keep=True))
        for branch in ("keep", "cancel")
    )
    since = flagship.scenario.intervention
    assert since is not None
    for name in ("resolve", "trust", "alignment", "fear", "feared"):
        a, b = getattr(one, name), getattr(other, name)
        assert a[:since].tobytes() == b[:since].tobytes()
        assert a[since:].tobytes() != b[since:].tobytes(), name


# Planted worlds: what is laid down on one lever can reach the outcome through one channel alone.

PLANTED: dict[str, Any] = {
    "powersim": 1,
    "name": "planted",
    "calendar": {"start": "2000Q1", "end": "2003Q4", "turn": "quarter"},
    "intervention": "2000Q3",
    "actors": {
        "AAA": {"power": 0.25, "economy": 0.25},
        "BBB": {"power": 0.15, "economy": 0.1},
        "CCC": {"power": 0.05, "economy": 0.05},
    },
    "issues": {
        "site": {
            "start": 0.5,
            "control": "AAA",
            "effects": [],
            "interests": {"AAA": [1.0, 0.5], "BBB": [0.0, 0.5]},
        },
        "loans": {"start": 0.2, "control": "AAA", "interests": {"BBB": [1.0, 0.6], "AAA": [0.1, 0.1]}},
        "rockets": {
            "start": 0.6,
            "control": "BBB",
            "interests": {"BBB": {"ideal": "site", "salience": 0.1}, "AAA": [0.0, 0.6]},
        },
        "district": {
            "binds": {"front": ["BBB", "CCC"]},
            "start": 0.1,
            "interests": {"BBB": [1.0, 0.6], "CCC": [0.0, 1.0]},
        },
    },
    "disputes": [{"issue": "district", "challenger": "BBB", "target": "CCC", "hazard": 0.9}],
    "alignment": {"AAA-CCC": 0.8, "AAA-BBB": -0.2, "BBB-CCC": -0.3},
    "beliefs": {"resolve": {"default": 0.6}, "trust": {"default": 0.4}},
    "reach": {"default": 0.7},
    "parameters": {
        "rho": 1.5, "tau": 1.5, "talk": 1.0, "sign_tau": 0.0001, "cost_per_leg": 0.0001, "c_a": 0.0, "c_a_spread": 0.05,
        "w_levers": 1.0,
    },
    "branches": {
        "up": {"do": [{"path": {"site": {"2000Q3": 1.0}}, "to": "2003Q4", "read_as": "act"}]},
        "down": {"do": [{"path": {"site": {"2000Q3": 0.0}}, "to": "2003Q4", "read_as": "act"}]},
    },
    "outcomes": {
        "power": {"of": {"power": "BBB"}},
        "district": {"of": {"issue": "district"}},
        "rockets": {"of": {"issue": "rockets"}},
        "loans": {"of": {"issue": "loans"}},
    },
}  # fmt: skip

# channel: mechanisms that are on, effects of the lever, outcomes, further channels on the same way
ON_THE_WAY: dict[str, tuple[set[str], list[dict[str, Any]], set[str], set[str]]] = {
    "threat": (
        {"drift", "budgets", "threat"},
        [{"threat": ["AAA", "BBB"], "size": 1.0}],
        {"power"},
        set(),
    ),
    "trust": ({"drift", "budgets", "threat", "trust"}, [], {"power"}, {"threat"}),
    "alignment": ({"drift", "budgets", "threat", "alignment"}, [], {"power"}, {"threat"}),
    "resolve": ({"resolve", "crisis"}, [], {"district"}, set()),
    "exchange": ({"exchange", "payments"}, [], {"rockets", "loans"}, set()),
}


def planted(on: set[str], effects: list[dict[str, Any]]) -> Built:
    """The planted world with these mechanisms on, all others off, and these effects of the lever."""
    site = PLANTED["issues"]["site"] | {"effects": effects}
    document = PLANTED | {
        "issues": PLANTED["issues"] | {"site": site},
        "mechanisms": {name: name in on for name in MECHANISMS},
    }
    return build(from_data(document))


def effects(built: Built, run: int, channels: Collection[str]) -> dict[str, float]:
    """Largest difference of every outcome over time, channels held at the sibling's path."""
    down = simulate(built.case("down", "", SEED, run), SEED, run, keep=True)
    held = Held(paths_of(down), channels)
    up = simulate(built.case("up", "", SEED, run), SEED, run, held=held)
    gaps = np.abs(up.values - down.values).max(axis=0)
    return dict(zip(built.scenario.outcomes, gaps.tolist(), strict=True))


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_effect_that_one_channel_carries_is_gone_to_the_last_bit_when_it_is_held(channel: str) -> None:
    on, of_site, outcomes, behind = ON_THE_WAY[channel]
    built = planted(on, of_site)
    seen: set[str] = set()
    for run in range(10):
        free = effects(built, run, ())
        seen |= {name for name, gap in free.items() if gap > 1e-4}
        for other in CHANNELS:
            held = effects(built, run, (other,))
            if other == channel or other in behind:
                assert set(held.values()) == {0.0}
            else:
                assert held == free
        assert set(effects(built, run, CHANNELS).values()) == {0.0}
    assert seen == outcomes


def test_what_no_channel_carries_is_left_when_all_are_held() -> None:
    """The rockets follow the site by own policy, which is no channel."""
    built = planted({"own_policy", "drift", "budgets", "threat", "trust", "resolve"}, [])
    left = [effects(built, run, CHANNELS) for run in range(5)]
    assert all(gaps["rockets"] > 0.1 for gaps in left)
    assert all(gaps["power"] == 0.0 for gaps in left)


def test_a_held_deal_that_cannot_be_done_here_is_left_out() -> None:
    """The sibling trades rockets for loans; here rockets are laid down, so nothing is signed about them."""
    built = planted({"exchange", "payments"}, [])
    case = built.case("up", "", SEED, 0)
    sibling = simulate(case, SEED, 0, keep=True)
    c = built.index.controls.index("rockets")
    path = case.branch.path.copy()
    path[:, c] = 0.75
    fixed = case._replace(branch=case.branch._replace(path=path, path_refused=path))
    found = simulate(fixed, SEED, 0, keep=True, held=Held(paths_of(sibling), ["exchange"]))
    legs, there = paths_of(found).leg, paths_of(sibling).leg
    assert (there[there >= 0] // 3 == c).any()
    assert not (legs[legs >= 0] // 3 == c).any()
    rockets = list(built.scenario.outcomes).index("rockets")
    assert (found.values[:, rockets] == 0.75).all()


def test_a_channel_that_does_not_exist_is_refused(two_powers: Built) -> None:
    case = two_powers.case("keep", "", SEED, 0)
    paths = paths_of(simulate(case, SEED, 0, keep=True))
    with pytest.raises(PowersimError, match="found channel 'fear'; allowed: resolve, trust, threat"):
        simulate(case, SEED, 0, held=Held(paths, ["fear"]))


def test_paths_of_another_world_are_refused(two_powers: Built, flagship: Built) -> None:
    paths = paths_of(simulate(two_powers.case("keep", "", SEED, 0), SEED, 0, keep=True))
    with pytest.raises(
        PowersimError, match=r"found paths of .* allowed: those of another branch of the same run"
    ):
        simulate(flagship.case("keep", "", SEED, 0), SEED, 0, held=Held(paths))


HELD = """
import hashlib, json, sys
from powersim.compile import jit
from powersim.scenario.arrays.build import build
from powersim.scenario.load import load
from powersim.sim.history import simulate
from powersim.world.channels import Held

file, wanted = sys.argv[1], sys.argv[2] == "1"
assert jit.ENABLED == wanted
built = build(load(file))
sibling = simulate(built.case("give_up", "spiral", 3, 0), 3, 0, keep=True)
answers = []
for channels in (["threat"], ["exchange", "resolve"], ["trust", "alignment"]):
    found = simulate(built.case("keep", "spiral", 3, 0), 3, 0, keep=True, held=Held(sibling.paths, channels))
    parts = [found.values, found.log, *found.paths]
    answers.append([hashlib.sha256(part.tobytes()).hexdigest() for part in parts])
json.dump(answers, sys.stdout)
"""


@pytest.mark.slow
def test_interpreted_rules_hold_channels_to_the_same_bits(
    two_powers_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HELD, str(two_powers_file), "0"],
        env={**os.environ, "POWERSIM_JIT": "0"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    monkeypatch.setattr(sys, "argv", ["-c", str(two_powers_file), "1"])
    exec(HELD, {})  # noqa: S102
    assert json.loads(done.stdout) == json.loads(capsys.readouterr().out)
