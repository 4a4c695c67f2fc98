"""Made-up results whose true effects are known, in the form that a study writes."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

MAIN = ["keep", "cancel", "replace", "trade", "free"]
YARDSTICKS = ["no_nato_shift", "no_2014_sanctions", "no_syrian_uprising"]
TITLES = {
    "keep": "Keep the European sites",
    "cancel": "Cancel outright",
    "replace": "Replace by EPAA (what happened)",
    "trade": "Trade for Russian restraint",
    "free": "Actors decide",
    "no_nato_shift": "No NATO shift",
    "no_2014_sanctions": "No 2014 sanctions",
    "no_syrian_uprising": "No Syrian uprising",
}
THEORIES = ["deterrence", "spiral", "current-calculus", "balance-of-threat", "null"]
OUTCOMES = {
    "russia_iran_alignment": ("Russia-Iran alignment", "alignment, -1..1", -1, 1, "at"),
    "iran_missiles": ("Iranian missile programme", "share of full scale", 0, 1, "mean"),
    "war_ukraine": ("War between Russia and Ukraine", "", 0, 1, "ever"),
    "s300_delivered": ("S-300 delivered to Iran", "battalions", 0, 5, "at"),
    "munitions_need": ("Russian need for munitions", "share of peak need", 0, 1, "ever"),
    "us_gulf_posture": ("US posture in the Gulf and Iraq", "share of 2007 surge", 0, 1, "mean"),
}
EVENTS = ["war RUS-UKR", "war RUS-GEO", "s300 delivered", "strike ISR-IRN", "drones RUS", "nuclear test IRN"]
ACTORS = [
    "USA", "RUS", "IRN", "ISR", "UKR", "GEO", "POL", "CZE",
    "EU3", "TUR", "SYR", "SAU", "CHN", "PRK", "IRQ",
]  # fmt: skip
FLOWS = [
    "s300: RUS to IRN", "s300: RUS to SYR", "drones: IRN to RUS", "drones: ISR to GEO", "drones: TUR to UKR",
    "missile_technology: PRK to IRN", "missile_technology: IRN to PRK", "munitions: PRK to RUS",
    "munitions: USA to UKR", "advisers: IRN to SYR", "advisers: IRN to IRQ", "jets: RUS to IRN",
]  # fmt: skip


def build(
    branches: int = 8, theories: int = 4, outcomes: int = 6, runs: int = 120, years: int = 16, seed: int = 1
) -> xr.Dataset:
    """Results of `branches` x `theories` x `runs`: branches share luck, and drift apart from 2009Q3 on."""
    rng = np.random.default_rng(seed)
    names = (MAIN + YARDSTICKS)[:branches] if branches > 1 else ["replace"]
    theory_names, turns = THEORIES[:theories], 4 * years
    dates = [f"{2007 + t // 4}Q{t % 4 + 1}" for t in range(turns)]
    labels = [*OUTCOMES, *(f"extra_{i}" for i in range(outcomes))][:outcomes]
    described, values = {}, np.empty((len(names), theories, runs, turns, outcomes), np.float32)
    after = np.clip(np.arange(turns) - 10, 0, None) / turns
    for k, label in enumerate(labels):
        title, unit, low, high, kind = OUTCOMES.get(label, (label.replace("_", " "), "index", 0, 1, "at"))
        turns_of = {"at": [turns - 1], "mean": [turns // 5, turns - 1], "ever": [0, turns - 1]}[kind]
        described[label] = {
            "title": title, "unit": unit, "low": low, "high": high,
            "summary": {"kind": kind, "turns": turns_of, "threshold": 0.5 if "war" in label else 0.7},
        }  # fmt: skip
        shared = np.cumsum(rng.normal(0, 0.03, (theories, runs, turns)), axis=-1)
        for b, name in enumerate(names):
            own = np.cumsum(rng.normal(0, 0.02, (theories, runs, turns)) * (after > 0), axis=-1)
            size = 0 if name == "replace" else ((7 * b + 3 * k) % 11 - 5) / 25
            size = size * (1 + 0.4 * np.arange(theories))
            path = 0.35 + 0.02 * k + shared + own * 0.5 + size[:, None, None] * after
            if label.startswith("war"):
                path = np.maximum.accumulate(path > 0.55, axis=-1)
            elif label == "s300_delivered":
                path = np.round(np.clip(path * 5, 0, 5) * 2) / 2
            values[b, :, :, :, k] = np.clip(path, low, high)
    return _dataset(rng, names, theory_names, labels, values, dates, described)


def _dataset(rng, names, theories, labels, values, dates, described):
    actors, events = np.array(ACTORS), EVENTS
    shape = (len(names), len(theories), 2, len(actors), len(actors))
    camp = np.array([1, -1, -1, 1, 0.4, 0.6, 1, 0.8, 0.9, 0.4, -1, 0.5, -0.4, -0.7, 0.1])
    noise = rng.normal(0, 0.08, shape)
    noise[:, :, 0] = noise[:1, :, 0]
    alignment = np.clip(0.6 * np.outer(camp, camp) + (noise + np.swapaxes(noise, -1, -2)) / 2, -1, 1)
    chance = np.linspace(0.05, 0.7, len(events))
    first = np.where(
        rng.random((len(names), len(theories), values.shape[2], len(events))) < chance,
        rng.integers(values.shape[3] // 8, values.shape[3], (1, len(theories), values.shape[2], len(events))),
        np.nan,
    )
    arms = np.abs(rng.normal(0, 1, (len(names), len(theories), len(FLOWS)))) * np.linspace(0.2, 2, len(FLOWS))
    per = ("branch", "theory")
    return xr.Dataset(
        {
            "value": ((*per, "run", "turn", "outcome"), values),
            "alignment": ((*per, "snapshot", "actor", "actor2"), alignment),
            "alignment_sd": ((*per, "snapshot", "actor", "actor2"), np.full(shape, 0.15)),
            "arms": ((*per, "flow"), arms),
            "arms_sd": ((*per, "flow"), arms * 0.8),
            "first": ((*per, "run", "event"), first),
        },
        coords={
            "branch": names, "theory": theories, "run": np.arange(values.shape[2]),
            "turn": np.arange(values.shape[3]), "date": ("turn", dates), "outcome": labels,
            "snapshot": ["2009Q2", dates[-1]], "actor": ACTORS, "actor2": ACTORS,
            "flow": FLOWS, "event": events,
        },
        attrs={
            "title": "Keep, cancel or replace missile defence in Europe, 2009",
            "question": "What would keeping, cancelling or replacing the 2009 plan have changed?",
            "intervention": "2009Q3", "reference": "replace", "seed": 1, "outcomes": json.dumps(described),
            "branches": json.dumps({n: {"title": TITLES[n], "yardstick": n in YARDSTICKS} for n in names}),
        },
    )  # fmt: skip
