"""What docs/testing.md says is tested has a test of that name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLAIMED = sorted(set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "testing.md").read_text("utf-8"))))
DEFINED = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
}


def test_the_page_names_tests() -> None:
    assert len(CLAIMED) > 30


@pytest.mark.parametrize("name", CLAIMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    assert name in DEFINED
