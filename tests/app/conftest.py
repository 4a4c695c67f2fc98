"""A study to be watched."""

from __future__ import annotations

import pytest

import powersim as ps
from powersim.app.asked import Choices
from powersim.app.table import Table
from powersim.app.watching import Watched, watched

SOURCE = "two_powers"


@pytest.fixture(scope="session")
def table() -> Table:
    document = ps.Study(SOURCE).opened.document
    return Table(ps.Study, document, SOURCE, Choices(("keep", "give_up"), "deterrence", 1, 7), 24)


@pytest.fixture(scope="session")
def shown(table: Table) -> Watched:
    return watched(table.open(table.first), table.first)
