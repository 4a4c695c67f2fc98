"""Questions about planted scenarios, answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from powersim.run.opened import LoadedScenario
from powersim.scenario.load import from_data
from powersim.why.explain import explain
from powersim.why.worlds import answer, open_kept, question


@pytest.fixture(scope="session")
def why() -> Callable[..., Any]:
    """What `why` says about the first outcome of a document; the same question is answered once."""

    @cache
    def answered(written: str, runs: int) -> Any:
        document = json.loads(written)
        opened = LoadedScenario("planted.yaml", from_data(document), document, {})
        wanted = question(opened, None, list(document["branches"]), None, 1)
        kept = open_kept(wanted, None, resume=False)
        answer(wanted, kept, runs, threads=2)
        return explain(wanted, kept)[0]

    def asked(document: dict[str, Any], runs: int = 2) -> Any:
        return answered(json.dumps(document), runs)

    return asked
