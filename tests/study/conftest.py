"""Questions about planted scenarios, answered."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from powersim.run.opened import Opened
from powersim.scenario.load import from_data
from powersim.scenario.read.merge import read_chain
from powersim.why.explain import explain
from powersim.why.worlds import answer, open_kept, question


@pytest.fixture(scope="session")
def planted() -> ModuleType:
    """The module of planted scenarios, which lies beside this file."""
    spec = importlib.util.spec_from_file_location("planted", Path(__file__).with_name("planted.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def scenario_two(root: Path) -> dict[str, Any]:
    """The small scenario that comes with the project, as plain data."""
    document = read_chain(root / "scenarios" / "two_powers.yaml", "two_powers.yaml").data()
    assert isinstance(document, dict)
    return document | {"branches": {name: document["branches"][name] for name in ("keep", "give_up")}}


@pytest.fixture
def why() -> Callable[..., Any]:
    """What `why` says about the first outcome of a document."""

    def asked(document: dict[str, Any], runs: int = 3) -> Any:
        opened = Opened("planted.yaml", from_data(document), document, {})
        wanted = question(opened, None, ",".join(document["branches"]), None, 1)
        kept = open_kept(wanted, None, resume=False)
        answer(wanted, kept, runs, threads=2)
        return explain(wanted, kept)[0]

    return asked
