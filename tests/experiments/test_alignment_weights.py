"""What draws two states together: effects planted in made-up pairs are found, files are read as they are meant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from experiments.alignment_weights.estimate import fit
from experiments.alignment_weights.panel import PAIRS, PLACE, YEARS, N, isolation, joint_disputes
from experiments.base_rates.data import ACTORS, FIRST


def symmetric(rng: np.random.Generator) -> np.ndarray:
    """Draws from 0..1 for every pair and year, zero in half of the cells, alike both ways."""
    table = np.zeros((N, N, YEARS))
    for i, j in PAIRS:
        table[i, j] = table[j, i] = rng.random(YEARS) * (rng.random(YEARS) < 0.5)
    return table


def test_planted_effects_lie_in_their_intervals() -> None:
    rng = np.random.default_rng(3)
    isolated, joint = symmetric(rng), symmetric(rng)
    score = np.zeros((N, N, YEARS))
    for t in range(1, YEARS):
        target = 0.8 * isolated[:, :, t - 1] - 0.4 * joint[:, :, t - 1]
        score[:, :, t] = score[:, :, t - 1] + 0.5 * (target - score[:, :, t - 1])
        score[:, :, t] += rng.normal(0.0, 0.02, (N, N))
    found = fit(score, isolated, joint)
    assert found.pairs == (len(PAIRS), len(PAIRS))
    assert (found.error > 0.0).all()
    assert np.abs(found.effect - [0.8, -0.4]).max() < 0.05


def write(place: Path, name: str, *lines: str) -> None:
    (place / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_isolation_counts_common_senders_by_their_economies(tmp_path: Path) -> None:
    write(tmp_path, "worldbank_gdp_current_usd_slice.csv", "iso3,year,gdp_current_usd", f"USA,{FIRST},15e12")
    write(
        tmp_path,
        "gsdb_v4_dyadyear_slice.csv",
        "target_iso3,sender,year,trade,arms,financial",
        f"IRN,USA,{FIRST},1,1,1",
        f"SYR,USA,{FIRST},1,0,0",
        f"PRK,CHN,{FIRST},1,1,1",
    )
    found = isolation(tmp_path, True)[:, :, 0]
    i, s, p = (PLACE[code] for code in ("IRN", "SYR", "PRK"))
    others = 15e12 + (len(ACTORS) - 2) * 15e9
    assert found[i, s] == pytest.approx(np.sqrt(1.0 / 3.0) * 15e12 / others)
    assert found[i, s] == found[s, i]
    assert found[i, p] == 0.0


def test_who_stands_on_one_side_is_joined_and_who_fights_is_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        "cow_mid_v5_dyads_slice.csv",
        "dispnum,year,iso3_a,sidea1,iso3_b,sidea2",
        f"1,{FIRST},USA,1,IRQ,0",
        f"1,{FIRST},SAU,1,IRQ,0",
    )
    found = joint_disputes(tmp_path)[:, :, 0]
    usa, saudi, iraq = (PLACE[code] for code in ("USA", "SAU", "IRQ"))
    assert found[usa, saudi] == found[saudi, usa] == 1.0
    assert not found[:, iraq].any()
