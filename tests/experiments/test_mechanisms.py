"""Mechanisms switched off change the flagship, beyond luck."""

from __future__ import annotations

import pytest
from experiments.mechanisms.measure import AGREES, DISAGREES, found, verdict
from experiments.mechanisms.measures import ON_THE_FLAGSHIP

from powersim.world.params import MECHANISMS

BY_NAME = {measure.mechanism: measure for measure in ON_THE_FLAGSHIP}


def test_every_mechanism_is_measured() -> None:
    assert set(BY_NAME) == set(MECHANISMS)


@pytest.mark.parametrize(
    "name", ["exchange", "own_policy", "compliance", "crisis", "sanctions", "alignment", "guarantees"]
)
def test_a_mechanism_that_is_switched_off_moves_its_outcome_as_expected(name: str) -> None:
    assert found(BY_NAME[name], runs=12, seed=2009).verdict == AGREES


def test_an_effect_against_the_expectation_is_called_so() -> None:
    assert verdict("fall", on=1.0, effect=0.5, error=0.1) == DISAGREES
