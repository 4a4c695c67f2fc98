"""Two processes that compile for each other, and what becomes of it where one of them cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

LOWERED = """
import shutil, time
from powersim.compile import another, parts, second
from powersim.rules.callee import callee
assert jit.in_parts()  # which is tried on small functions
here, run = [], parts.OpenPart.run_pass
parts.OpenPart.run_pass = lambda self, state: (here.append(state.func_id.func_name), run(self, state))[1]

def second_first(exchange, rules, types):
    while exchange.there() and not any(exchange.folder.iterdir()):
        time.sleep(0.001)

second.Exchange.ahead = second_first
{different}
with another.another() as other, second.lowering(other, [callee], 1.0, whole=callee):
    print(caller(1.0), here)
print(callee(1.0), sum(callee.stats.cache_hits.values()), parts.shared)
"""
FAR = 'another.BEGIN = another.BEGIN.replace(\'second.lower\', """{}; second.lower""")'
TROUBLES = {
    "it cannot begin": ("another.BEGIN = 'raise SystemExit(1)'", 0),
    "it does nothing": ("another.BEGIN = 'print(1)'", 0),
    "it dies at work": (FAR.format("second.Exchange.give = exit"), 0),
    "it is stuck": (
        "second.PATIENCE = 0.1; second.Exchange.made = lambda self, file: self.folder / 'never'",
        1,
    ),
    "it is stopped": (
        "second.PATIENCE = 0.1\n"
        "second.Exchange.ahead = lambda *of: (second_first(*of), other.process.send_signal(19))",
        0,
    ),
    "it cannot hand on": (FAR.format("second.Exchange.made = lambda *_: second.Path('/none/none')"), 1),
    "what comes is of no use": ("second.register = None", 1),
    "the folder is gone": ("second.Exchange.ahead = lambda self, *_: shutil.rmtree(self.folder)", 1),
    "no folder": ("another.tempfile.tempdir = '/nowhere'", 0),
    "no process": ("another.subprocess.Popen = lambda *_, **__: open('/nowhere')", 0),
}
"""What is wrong with the second process or the way to it, and how often its machine code is used nevertheless."""


@pytest.mark.slow
def test_a_part_that_another_process_has_lowered_is_linked(small: Path, ask: Callable[..., str]) -> None:
    assert ask(LOWERED.format(different="")) == "4.0 []\n2.0 1 None"
    assert ask() == "4.0 False 1"


@pytest.mark.slow
@pytest.mark.parametrize("trouble", TROUBLES)
def test_where_nothing_comes_from_the_second_process_this_one_lowers_its_parts(
    small: Path, ask: Callable[..., str], trouble: str
) -> None:
    different, hits = TROUBLES[trouble]
    assert ask(LOWERED.format(different=different)) == f"4.0 ['callee']\n2.0 {hits} None"
    assert ask() == "4.0 False 1"


@pytest.mark.slow
def test_the_second_process_takes_nothing_from_where_the_user_stands(
    small: Path, ask: Callable[..., str]
) -> None:
    (small / "here").mkdir()
    (small / "here" / "pickle.py").write_text("open('ran', 'w')")
    patch = f"import os; os.chdir({str(small / 'here')!r})\n"
    assert ask(LOWERED.format(different=""), patch=patch) == "4.0 []\n2.0 1 None"
    assert not (small / "here" / "ran").exists()
