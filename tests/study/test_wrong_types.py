"""What Python hands over in the wrong type is refused by the name of its argument, before anything is computed."""

from collections.abc import Callable
from typing import Any

import pytest

from powersim import Study
from powersim.errors import ArgumentError

FILE = "scenarios/two_powers.yaml"

WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "a fraction of a seed": (
        lambda: Study(FILE, seed=1.5).run(runs=2),
        "seed: found 1.5; allowed: a whole number",
    ),  # type: ignore[arg-type]
    "a truth as a seed": (lambda: Study(FILE, seed=True).run(runs=2), "seed: found True"),
    "words as a seed": (lambda: Study(FILE, seed="7").run(runs=2), "seed: found '7'"),  # type: ignore[arg-type]
    "priors in words": (lambda: Study(FILE, priors="off"), "priors: found 'off'; allowed: True or False"),  # type: ignore[arg-type]
    "a set of theories": (
        lambda: Study(FILE, theories={"a", "b"}).run(runs=2),
        "allowed: a name, or a list of names",
    ),  # type: ignore[arg-type]
    "numbers as branches": (lambda: Study(FILE, branches=[1]).run(runs=2), r"found \[1\]; allowed: a name"),  # type: ignore[list-item]
    "a list of overrides": (
        lambda: Study(FILE, overrides=["rho=1"]),
        "overrides: found .*allowed: values by key",
    ),  # type: ignore[arg-type]
    "half a run": (lambda: Study(FILE).run(runs=0.5), "runs: found 0.5; allowed: a whole number"),  # type: ignore[arg-type]
    "a number as folder": (lambda: Study(FILE).run(runs=2, out=3), "out: found 3; allowed: a folder"),  # type: ignore[arg-type]
    "workers in words": (lambda: Study(FILE).run(runs=2, workers="two"), "workers: found 'two'"),  # type: ignore[arg-type]
    "a fraction of a run to play": (
        lambda: Study(FILE).play("EAST", run=0.5),
        "run: found 0.5; allowed: a whole",
    ),  # type: ignore[arg-type]
    "a number as a saved game": (
        lambda: Study(FILE).play("EAST", resume=3),
        "resume: found 3; allowed: a file",
    ),  # type: ignore[arg-type]
    "a fraction as a run's number": (lambda: Study(FILE).tell(run=1.5), "run: found 1.5"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_type_is_refused_by_the_name_of_its_argument(what: str) -> None:
    call, said = WRONG[what]
    with pytest.raises(ArgumentError, match=said):
        call()
