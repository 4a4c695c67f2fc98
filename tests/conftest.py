"""Settings that every test shares: reproducible searches, no display, the data that may be absent."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import matplotlib
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    import xarray as xr

matplotlib.use("Agg")
gc.set_threshold(100_000, 20, 100)  # as in a command (`powersim.cli.main`), whichever test comes first
if "PYTEST_XDIST_WORKER" in os.environ:
    # A worker loads it anyway, with all test files; it then looks at every caller in every module that is loaded.
    importlib.import_module("mesa")

ROOT = Path(__file__).resolve().parents[1]

# The same examples each time, and no deadline: the first call compiles rules, and shared machines stutter.
settings.register_profile(
    "fixed", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
# HYPOTHESIS_PROFILE=explore looks for new counterexamples.
settings.register_profile("explore", settings.get_profile("fixed"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


LONGEST = (
    "app/test_browser", "given/test_sampler", "scenarios/test_corrupted", "given/test_origin",
    "fuzz/test_damaged_stores", "cli/test_guard", "fuzz/test_options", "study/test_face",
    "engines/test_engines_agree", "cli/test_process", "cli/test_store", "figures/test_figures",
    "given/test_forecast", "cli/test_survival", "report/test_page", "world/test_judging", "rules/test_jit",
    "why/test_why", "experiments/test_missile_defense_2009", "scenarios/test_quick", "test_tutorial",
    "cli/test_what_check_allows", "cli/test_cluster", "experiments/test_replications", "cli/test_kept",
    "scenarios/test_library", "cli/test_until", "scenarios/test_order", "cli/test_running",
    "fuzz/test_damaged_places", "sensitivity/test_assumptions", "cli/test_sensitivity",
    "world/test_estimated_by_odds", "world/test_packages", "cli/test_writers", "test_wheel", "test_site",
)  # fmt: skip
"""Files that take longest: they come first, so that no worker is left with one of them when the others are done."""


FEWER = 3
"""Without the slow tests, one in so many of the examples that a property is given with them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, the others in their order (with xdist: --dist loadfile --no-loadscope-reorder).

    Where slow tests are left out, properties are tried on fewer examples.
    """
    if "not slow" in config.option.markexpr and "HYPOTHESIS_PROFILE" not in os.environ:
        for test in {item.obj for item in items if isinstance(item, pytest.Function)}:
            own = getattr(test, "_hypothesis_internal_use_settings", None)  # what `settings` itself sets
            if own is not None:
                test._hypothesis_internal_use_settings = settings(
                    own, max_examples=-(-own.max_examples // FEWER)
                )
    first = {ROOT / "tests" / f"{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))


def pytest_collection_finish() -> None:
    """What is loaded and collected stays to the end: collections of garbage need not look at it."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _nobody_pulls_the_plug() -> Iterator[None]:
    """Nothing is forced onto the disk: the order of what is written stays, and workers do not wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of published datasets; a test that asks for it is skipped where it is absent."""
    folder = Path(os.environ.get("POWERSIM_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the published datasets are not here; POWERSIM_DATA may name their folder")
    return folder


def _beside(name: str) -> ModuleType:
    """A module that lies beside this file; with importlib's import mode no folder of tests is on the path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def planted() -> ModuleType:
    """Planted scenarios, in which only one part can carry the effect."""
    return _beside("planted")


@pytest.fixture(scope="session")
def make() -> Callable[..., xr.Dataset]:
    """Makes results up whose true effects are known."""
    build: Callable[..., xr.Dataset] = _beside("made_up").build
    return build


@pytest.fixture(scope="session")
def results(make: Callable[..., xr.Dataset]) -> xr.Dataset:
    """Three branches, two theories, four outcomes, forty runs."""
    return make(branches=3, theories=2, outcomes=4, runs=40)


@pytest.fixture
def scenario_two(root: Path) -> dict[str, Any]:
    """The small scenario that comes with the project, two of its branches, as plain data."""
    from powersim.scenario.read.merge import read_chain

    document = read_chain(root / "scenarios" / "two_powers.yaml", "two_powers.yaml").data()
    assert isinstance(document, dict)
    return document | {"branches": {name: document["branches"][name] for name in ("keep", "give_up")}}
