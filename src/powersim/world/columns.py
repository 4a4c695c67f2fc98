"""Columns of a chronicle: what stands where in a row of `World.log`."""

from __future__ import annotations

TURN, KIND, ACTOR, OTHER, THING, VALUE, GAIN, DEAL = range(8)
"""When, which kind of `world.chronicle`, who, towards whom, about what, two numbers, and the deal's place."""
