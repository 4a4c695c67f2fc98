"""What an effect comes to in a word, and in a mark for each theory: the same on a terminal and in a report."""

from __future__ import annotations

from collections.abc import Sequence

from powersim.effects.paired import Effect
from powersim.effects.results import ALL, Study

SAME, TOO_FEW = "the same", "too few runs"
MARKS = {
    "higher": "+", "likelier": "+", "lower": "−", "less likely": "−", "not clear": "·", SAME: "0", TOO_FEW: "?",
    "no runs": "?",
}  # fmt: skip
"""What stands for the effect under one theory."""


def word(effect: Effect, binary: bool) -> str:
    """What an effect comes to: its interval decides."""
    if effect.runs == 0:
        return "no runs"
    if effect.nothing:
        return SAME
    if not effect.known:
        return TOO_FEW
    if effect.ci_low > 0:
        return "likelier" if binary else "higher"
    if effect.ci_high < 0:
        return "less likely" if binary else "lower"
    return "not clear"


def key(effects: Sequence[Effect], study: Study, outcomes: Sequence[str]) -> str:
    """What the marks stand for, those that are there; nothing under one theory."""
    if len(study.theories) < 2:
        return ""
    of = [r for r in effects if r.outcome in outcomes and r.theory != ALL]
    there = {MARKS[word(r, study.outcome(r.outcome).summary.kind == "ever")] for r in of}
    said = {"+": "higher", "−": "lower", "·": "not clear", "0": SAME, "?": TOO_FEW}
    return f"by theory: {', '.join(study.theories)}; " + ", ".join(
        f"{mark} {text}" for mark, text in said.items() if mark in there
    )
