"""A decision has no effect before its date, and a branch that decides nothing has none at all: not a bit."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from powersim.scenario.arrays.build import Built
from powersim.sim.history import History, simulate
from worlds import Play, built, lively_documents, same, state

SEED = 11


def history(made: Built, branch: str, theory: str = "", run: int = 0) -> History:
    """One history of a branch."""
    return simulate(made.case(branch, theory, SEED, run), SEED, run)


@settings(max_examples=15)
@given(document=lively_documents(turns=(4, 12)))
def test_a_branch_that_changes_nothing_has_an_effect_of_exactly_zero(document: dict[str, Any]) -> None:
    made = built(document)
    for theory in ("", "one"):
        a, b = history(made, "free", theory), history(made, "twin", theory)
        assert a.values.tobytes() == b.values.tobytes()
        assert a.alignment.tobytes() == b.alignment.tobytes()
        assert a.log.tobytes() == b.log.tobytes()


@settings(max_examples=15)
@given(document=lively_documents(turns=(4, 12)))
def test_nothing_differs_before_a_branch_departs(document: dict[str, Any]) -> None:
    made = built(document)
    since = made.scenario.intervention
    assert since is not None
    a, b = Play(made.case("free", "", SEED, 0), SEED), Play(made.case("other", "", SEED, 0), SEED)
    for _ in range(since):
        assert a.step().tobytes() == b.step().tobytes()
        assert same(state(a), state(b)) == []
