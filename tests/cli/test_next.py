"""What a command says to give next: about the same histories and the same question."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

Powersim = Callable[..., Any]
LAID = ("--seed", "2009", "--set", "actors.EAST.power=0.05", "--set", "title=East and West")
SPIRAL = ("--theories", "spiral", *LAID)


def following(powersim: Powersim, *words: object) -> list[str]:
    """The command that is named in the last line."""
    said = powersim(*words)
    assert said.code == 0, said.err
    return shlex.split(said.err.splitlines()[-1].removeprefix("next: powersim "))


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (
            ("tell", "two_powers", "--run", "7", "--branch", "give_up", "--theory", "spiral", *LAID),
            ("tell", "two_powers", "--run", "7", "--diff", "keep,give_up", "--theory", "spiral", *LAID),
        ),
        (
            ("tell", "two_powers", "--diff", "keep,give_up", "--theory", "spiral", *LAID, "--no-priors"),
            ("compare", "two_powers", "--branches", "keep,give_up", "--theories", "spiral", *LAID, "--no-priors"),
        ),
        (
            ("tell", "two_powers", "--theory", "spiral,deterrence", "--format", "csv", *LAID),
            ("tell", "two_powers", "--branch", "keep", "--theory", "spiral", "--run", "0", *LAID),
        ),
        (
            ("run", "two_powers", "--runs", "2", "--theory", "spiral", *LAID),
            ("tell", "two_powers", "--branch", "keep", "--theory", "spiral", *LAID),
        ),
        (
            ("compare", "two_powers", "--branches", "keep,give_up", "--runs", "2", "--theories", "spiral", *LAID),
            ("why", "two_powers", "--branches", "keep,give_up", "--theories", "spiral", *LAID),
        ),
        (
            ("why", "two_powers", "--outcome", "war", "--runs", "1", "--theories", "spiral", *LAID),
            ("sensitivity", "two_powers", "--branches", "keep,give_up", "--outcome", "war", *SPIRAL),
        ),
        (
            ("why", "two_powers", "--outcome", "war", "--runs", "1", "--set", "priors=off"),
            ("tell", "two_powers", "--diff", "keep,give_up", "--set", "priors=off"),
        ),
        (("check", "two_powers", "--set", "rho=0.3"), ("compare", "two_powers", "--set", "rho=0.3")),
        (
            ("compare", "two_powers", "--branches", "keep,give_up", "--runs", "2", "--no-priors"),
            ("why", "two_powers", "--branches", "keep,give_up", "--set", "priors=off"),
        ),
    ],
)  # fmt: skip
def test_the_next_command_is_about_the_same_histories(
    powersim: Powersim, asked: tuple[str, ...], named: tuple[str, ...]
) -> None:
    assert following(powersim, *asked) == list(named)


def test_what_was_left_out_is_left_out_of_the_next_command(powersim: Powersim) -> None:
    assert following(powersim, "tell", "two_powers") == shlex.split(
        "tell two_powers --run 0 --diff keep,give_up"
    )
