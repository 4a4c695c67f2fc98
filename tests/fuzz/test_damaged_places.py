"""What `why`, `verdict` and `sensitivity` keep: what of it is damaged is computed again, to the same bytes."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from powersim.run import work
from powersim.run.opened import LoadedScenario, open_scenario
from powersim.run.plan import plan
from powersim.run.space import Space
from powersim.scenario.template import template
from powersim.sensitivity.points import Evaluator, Points
from powersim.sim.manifest import StoreError
from powersim.verdict import study as verdict
from powersim.why.worlds import answer, open_kept, question

TIMES = int(os.environ.get("FUZZ", "1"))


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def damage(folder: Path, luck: random.Random) -> str:
    """Damage a file of a folder; what was done."""
    there = sorted(p for p in folder.rglob("*") if p.is_file())
    file, other = luck.choice(there), luck.choice(there)
    content, place = file.read_bytes(), luck.randrange(file.stat().st_size)
    kind = luck.choice(("flip", "cut", "lengthen", "blank", "delete", "swap"))
    if kind == "delete":
        file.unlink()
    elif kind == "swap":
        file.write_bytes(other.read_bytes())
        other.write_bytes(content)
    else:
        flipped = content[:place] + bytes([content[place] ^ luck.randint(1, 255)]) + content[place + 1 :]
        made = {
            "flip": flipped,
            "cut": content[:place],
            "lengthen": content + b"!",
            "blank": bytes(len(content)),
        }
        file.write_bytes(made[kind])
    return f"{kind} {file.name}"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "border.yaml"
    path.write_text(template(), "utf-8")
    return path


def worlds(opened: LoadedScenario, folder: Path, resume: bool) -> Any:
    asked = question(opened, "territory", None, None, 3)
    kept = open_kept(asked, folder, resume=resume)
    answer(asked, kept, 2, threads=1)
    return kept.values, kept.prints


def places(opened: LoadedScenario, folder: Path, resume: bool) -> Any:
    trial = verdict.trial(opened, draws=3, lucks=2, seed=3)
    runs, _ = verdict.compute(trial, work.together(), folder, 1, resume=resume)
    return runs.values, runs.parted


def constant(case: Any, seed: int, run: int) -> Any:
    """Stands in for a history: what it is does not matter here."""
    return SimpleNamespace(values=np.full((case.turns, 1), case.params.rho))


def points(opened: LoadedScenario, folder: Path, resume: bool) -> Any:
    space = Space(plan(opened, ["keep", "free"], "spiral", 3))
    outcome = opened.scenario.outcomes["territory"]
    evaluator = Evaluator(space, outcome, constant, folder, 1)
    u = np.random.default_rng(3).random((130, len(space.all)))
    return (evaluator.effects("screening", Points(u, np.arange(130))),)


@pytest.mark.parametrize("compute", [pytest.param(worlds, marks=pytest.mark.slow), places, points])
def test_what_other_commands_keep_is_mended_to_the_same_bytes(
    scenario: Path, tmp_path: Path, compute: Callable[[LoadedScenario, Path, bool], Any]
) -> None:
    opened, luck = open_scenario(scenario), random.Random(20090917)
    other = open_scenario(scenario, {"rho": "0.2"})
    right = compute(opened, tmp_path / "whole", False)
    compute(other, tmp_path / "foreign", False)
    expected = files(tmp_path / "whole")
    for number in range(2 * TIMES if compute is worlds else 12 * TIMES):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "whole", folder)
        done = damage(folder, luck)
        found = compute(opened, folder, True)
        assert all(np.array_equal(a, b) for a, b in zip(found, right, strict=True)), done
        assert files(folder) == expected, done


def test_a_place_of_another_study_is_computed_again(scenario: Path, tmp_path: Path) -> None:
    opened, other = open_scenario(scenario), open_scenario(scenario, {"rho": "0.2"})
    for name, one in (("whole", opened), ("foreign", other)):
        places(one, tmp_path / name, False)
    expected = files(tmp_path / "whole")
    shutil.copy(tmp_path / "foreign/verdict/places/000001.npz", tmp_path / "whole/verdict/places/000001.npz")
    assert files(tmp_path / "whole") != expected
    places(opened, tmp_path / "whole", True)
    assert files(tmp_path / "whole") == expected
    shutil.copy(tmp_path / "whole/verdict/identity.json", tmp_path / "foreign/verdict/identity.json")
    places(opened, tmp_path / "foreign", True)
    assert files(tmp_path / "foreign") == expected


def test_places_that_nothing_vouches_for_are_left_alone(scenario: Path, tmp_path: Path) -> None:
    places(open_scenario(scenario, {"rho": "0.2"}), tmp_path, False)
    (tmp_path / "verdict" / "identity.json").unlink()
    before = files(tmp_path)
    with pytest.raises(
        StoreError, match=r"identity\.json: is missing, and no place beside it is of this study"
    ):
        places(open_scenario(scenario), tmp_path, True)
    assert files(tmp_path) == before
