"""The record of base rates is what the public data say, to the last digit; needs the data folder."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML


@pytest.fixture
def base_rates(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import a module of the experiment by name."""
    monkeypatch.syspath_prepend(str(root))
    return lambda name: importlib.import_module(f"experiments.base_rates.{name}")


@pytest.mark.slow
@pytest.mark.data
def test_the_record_file_is_what_the_data_give(root: Path, data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "experiments.base_rates", "--check"],
        cwd=root,
        env={"POWERSIM_DATA": str(data.resolve()), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "equal"


@pytest.mark.slow
def test_without_data_the_command_says_so_and_writes_nothing(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "experiments.base_rates"],
        cwd=root,
        env={"POWERSIM_DATA": str(tmp_path / "nowhere"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "set POWERSIM_DATA" in done.stderr


@pytest.mark.data
def test_the_wars_are_those_that_everybody_knows(base_rates: Any, data: Path) -> None:
    conflict, place = base_rates("conflict"), base_rates("data")
    wars = conflict.ucdp_wars(data)
    assert place.distinct(wars) == 3
    assert place.counted(wars)["GEO-RUS"] == 1
    assert place.counted(wars)["IRQ-USA"] == 2
    assert "RUS-UKR" not in wars  # nothing after 2013 enters


@pytest.mark.data
def test_flows_known_from_the_register_start_when_they_did(base_rates: Any, data: Path) -> None:
    exchange = base_rates("exchange")
    flows = exchange.deliveries(data)
    assert min(flows["ISR>RUS"]) == 2009
    assert exchange.flow_starts({"ISR>RUS": flows["ISR>RUS"]}, 2) == {
        "ISR>RUS": 2
    }  # 2009, and 2013 after 2010
    assert exchange.flow_starts({"RUS>IRN": flows["RUS>IRN"]}, 2) == {}  # every year since 1990


def test_coded_freezes_are_cut_at_the_end_of_the_record(base_rates: Any) -> None:
    freezes = [{"began": "2003Q4", "ended": "2004Q3"}, {"began": "2010Q3"}]
    assert base_rates("estimate").freeze_lengths(freezes, 2013) == [(3, True), (14, False)]


def test_the_layout_of_the_file_reads_back_as_what_was_written(base_rates: Any) -> None:
    found = {
        "years": [1990, 2013],
        "entry": {
            "value": 1.5,
            "definition": " ".join(['words: with "marks"'] * 20),
            "counts": {f"A{k}-B": k for k in range(60)},
        },
        "flag": True,
    }
    lines = base_rates("__main__").render(found)
    assert max(map(len, lines)) <= 110
    assert YAML(typ="safe", pure=True).load("\n".join(lines)) == found
