"""An imagined world is derived where it differs from the one imagined before: the same bits as from nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powersim.compile.jit import interpreted
from powersim.scenario.arrays.build import Built
from powersim.testing import documents
from powersim.world.deals import imagine, imagine_afresh
from powersim.world.derive import derive, refresh_readings
from worlds import Play, built


def assert_imagined_as_derived(play: Play, seed: int, moves: int, plain: bool = False) -> int:
    """Imagine `moves` worlds one after another, each a random step from the last; how many differed from it."""
    draw, world = np.random.default_rng(seed), play.world
    g, w, desk = play.packed
    aside = play.twin()
    step, whole, packed_whole = play.desk.imagined, aside.derived, aside.packed[2].derived
    rules = (imagine_afresh, imagine, refresh_readings, derive)
    afresh, on, read, anew = map(interpreted, rules) if plain else rules
    afresh(g, w, desk)
    differed = 0
    for _ in range(moves):
        before = step.S.copy()
        moved = draw.random(world.pos.size) < 0.1
        world.pos[moved] = draw.random(moved.sum())
        given_out = draw.random(world.ordered.size) < 0.1
        world.ordered[given_out] = draw.random(given_out.sum())
        on(g, w, desk)
        read(g.s, w)
        anew(g, w, packed_whole)
        for name in (
            "M",
            "guarantee",
            "offence",
            "reach",
            "trade",
            "sanctions",
            "weight",
            "sway",
            "help",
            "fear",
            "feared",
            "f",
            "h",
            "S",
            "E",
            "burden",
        ):
            assert getattr(step, name).tobytes() == getattr(whole, name).tobytes(), name
        differed += int((before != step.S).any())
    return differed


@settings(max_examples=15)
@given(document=documents(), seed=st.integers(0, 10_000))
def test_an_imagined_world_is_what_follows_from_its_state(document: dict[str, Any], seed: int) -> None:
    play = Play(built(document).case("", "one", 1, 0))
    play.step()
    assert_imagined_as_derived(play, seed, 6, plain=True)  # in small worlds that is quicker than to compile


@pytest.mark.slow
def test_in_the_flagship_imagined_worlds_differ_and_are_what_follows_from_their_state(
    flagship: Built,
) -> None:
    play = Play(flagship.case("keep", "spiral", 2009, 0), 2009)
    for _ in range(8):
        play.step()
    assert assert_imagined_as_derived(play, 1, 40) > 20
