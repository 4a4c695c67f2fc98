"""What `check` and the documents allow, `run` does: every kind of outcome, summary, verb, leg and event, end to end."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import xarray as xr

from powersim.effects.results import Kind
from powersim.scenario.read.merge import read_chain
from powersim.scenario.schema.branch import DOES, FORBIDDEN, LEGS, VERBS
from powersim.scenario.schema.scenario import SUMMARIES
from powersim.world.quantities import QUANTITIES, Argument

Powersim = Callable[..., Any]

DATES = [f"{year}Q{quarter}" for year in (2000, 2001) for quarter in (1, 2, 3, 4)]
FIRST, SINCE, LAST = "2000Q2", "2000Q3", "2001Q3"
FLOW, PAIR = ["guns", "COR", "DAN"], ["ARD", "COR"]

ASKED: dict[Argument, Any] = {
    "issue": "shield", "event": "engagers", "stock": ["COR", "guns"], "pair": PAIR, "sanctions": PAIR,
    "pledge": ["ARD", "BEL"], "dispute": ["COR", "DAN"], "strike": PAIR, "proxy": ["COR", "ARD"], "flow": FLOW,
    "actor": "ARD",
}  # fmt: skip
OF: dict[str, Any] = {kind.name: ASKED[kind.of] for kind in QUANTITIES.values()}
HOW: dict[str, dict[str, Any]] = {
    "at": {"at": LAST}, "mean": {"mean": [FIRST, LAST]}, "max": {"max": [FIRST, LAST]}, "min": {"min": [FIRST, LAST]},
    "ever": {"ever": LAST, "above": 0.3},
}  # fmt: skip
LEG: dict[str, dict[str, Any]] = {
    "move": {"move": "shield", "to": 0}, "refrain": {"refrain": "programme"}, "give": {"give": FLOW},
    "freeze": {"freeze": FLOW}, "relief": {"relief": PAIR, "to": 0.1}, "pledge": {"pledge": ["ARD", "BEL"], "to": 0.5},
}  # fmt: skip
FORBID: dict[str, Any] = {
    "event": "shift", "flow": FLOW, "sanctions": {"by": "NORTH", "on": "COR"}, "raise": "shield",
    "lower": ["shield", "programme"], "pledge": ["ARD", "BEL"], "war": ["COR", "DAN"],
}  # fmt: skip
VERB: dict[str, list[dict[str, Any]]] = {
    "set": [{"set": {"shield": 0.4}, "date": SINCE, "read_as": how} for how in ("act", "nature")],
    "hold": [{"hold": ["shield", "climate"], "from": SINCE}, {"hold": "pressure", "from": SINCE, "to": LAST}],
    "path": [
        {"path": {"shield": {SINCE: 0.2, LAST: 0.6}}, "between": between} for between in ("step", "linear")
    ],
    "forbid": [{"forbid": {kind: what}} for kind, what in FORBID.items()],
    "sanctions": [{"sanctions": {"NORTH>DAN": 0.5}, "date": SINCE, "to": LAST}],
    "pledge": [{"pledge": {"COR>DAN": 0.4}, "date": SINCE}],
    "stock": [{"stock": {"DAN": {"guns": 2}, "BEL": {"science": 0.5}}, "date": SINCE}],
    "offer": [
        *({"offer": [leg], "date": SINCE, "parties": PAIR} for leg in LEG.values()),
        {"offer": list(LEG.values()), "date": SINCE, "if_refused": "free", "if_accepted": "hold_0"},
    ],
}  # fmt: skip
DOING: dict[str, dict[str, Any]] = {
    "engagers": {"engagers": {"ARD": 0.9}}, "shift": {"shift": {"shield": -0.1}}, "set": {"set": {"council": 0.5}},
    "ideal": {"ideal": {"shield": {"ARD": -0.1}}}, "salience": {"salience": {"shield": {"NORTH": 0.1}}},
    "alignment": {"alignment": {"ARD-COR": 0.1}}, "stock": {"stock": {"COR": {"guns": -0.2}}},
    "sanctions": {"sanctions": {"NORTH>COR": 0}}, "holds": {"holds": {"DAN": {"guns": 1.5}}},
}  # fmt: skip
HEADLINES = [f"issue_{kind}" for kind in ("max", "min", "mean", "ever")]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A scenario that has all of it, and otherwise every key of the grammar."""
    document = read_chain(root / "tests" / "scenarios" / "valid" / "everything.yaml").data()
    assert isinstance(document, dict)
    named = {
        f"{verb}_{k}": {"do": [action]} for verb, actions in VERB.items() for k, action in enumerate(actions)
    }
    outcomes = {f"{kind}_{how}": {"of": {kind: of}, **HOW[how]} for kind, of in OF.items() for how in HOW}
    outcomes["issue_below"] = {"of": {"issue": "shield"}, "ever": LAST, "below": 0.05}
    hypothesis = {
        "id": "h", "claim": "Setting it moves its highest", "outcome": "issue_max", "branches": ["set_0", "free"],
        "sign": "+", "size": 0.1,
    }  # fmt: skip
    del document["evidence"]  # of events and a branch that are not in it
    document |= {
        "calendar": {"start": DATES[0], "end": DATES[-1], "turn": "quarter"},
        "intervention": SINCE,
        "events": [{"id": kind, "date": FIRST, **does} for kind, does in DOING.items()],
        "branches": {"free": {}, **named},
        "outcomes": {name: outcomes[name] for name in (*HEADLINES, *outcomes)},
        "hypotheses": [hypothesis],
        "record": {},
        "mechanisms": {},
        "theories": {"one": {"rho": 1}},
    }
    path = tmp_path_factory.mktemp("everything") / "everything.yaml"
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_the_tables_of_this_file_have_every_kind_that_the_grammar_has() -> None:
    for known, here in (
        (SUMMARIES, HOW), (LEGS, LEG), (FORBIDDEN, FORBID), (VERBS, VERB), (DOES, DOING),
    ):  # fmt: skip
        assert set(known) == set(here)
    assert set(get_args(Kind)) == set(SUMMARIES)  # what the analysis makes of paths


def test_whatever_check_allows_compare_runs_and_summarises(powersim: Powersim, written: Path) -> None:
    assert powersim("check", written).code == 0
    out = written.parent / "out"
    done = powersim("compare", written, "--runs", 2, "--out", out, "--figures", "none")
    assert (done.code, "Traceback" in done.err) == (0, False), done.err
    assert "at its highest over 2000Q2–2001Q3" in done.out
    assert "at its lowest over 2000Q2–2001Q3" in done.out
    with xr.open_zarr(out / "results") as data:
        data = data.load()
    window = slice(DATES.index(FIRST), DATES.index(LAST) + 1)
    made = {
        "at": lambda path: path[..., window.stop - 1], "mean": lambda path: path[..., window].mean(-1),
        "max": lambda path: path[..., window].max(-1), "min": lambda path: path[..., window].min(-1),
        "ever": lambda path: (path[..., : window.stop] > 0.3).any(-1),
    }  # fmt: skip
    for kind in QUANTITIES:
        for how, make in made.items():
            path = data["value"].sel(outcome=f"{kind}_{how}").transpose(..., "turn").values.astype(np.float64)
            kept = data["summary"].sel(outcome=f"{kind}_{how}").values
            np.testing.assert_allclose(kept, make(path), rtol=1e-6, err_msg=f"{kind} {how}")
    rows = list(csv.DictReader((out / "effects.csv").read_text("utf-8").splitlines()))
    assert {row["outcome"] for row in rows} == {str(name) for name in data["outcome"].values}
    assert all(np.isfinite(float(row["effect"])) for row in rows)


@pytest.mark.slow
def test_both_engines_give_the_same_highest_and_lowest(powersim: Powersim, written: Path) -> None:
    compiled, mesa = (
        powersim("run", written, "--branch", "offer_6", "--runs", 1, "--engine", engine)
        for engine in ("compiled", "mesa")
    )
    assert compiled.code == mesa.code == 0
    assert compiled.out == mesa.out
    assert "at its highest" in compiled.out


@pytest.mark.parametrize(
    "command",
    [
        ["why", "--outcome", "issue_max,power_min", "--branches", "free,set_0", "--runs", "2"],
        ["verdict", "--draws", "2", "--lucks", "2"],
        ["tell", "--branch", "offer_6"],
        ["tell", "--diff", "free,offer_6"],
        ["list", "outcomes"],
        ["explain", "issue_max"],
        ["results"],
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_every_other_command_takes_it_too(powersim: Powersim, written: Path, command: list[str]) -> None:
    name, *options = command
    subject = [options.pop(0), written] if name in ("list", "explain") else [written]
    if name == "results":
        subject = [written.parent / "short"]
        assert powersim("run", written, "--runs", 1, "--out", subject[0]).code == 0
        options = ["--export", written.parent / "summaries.csv"]
    done = powersim(name, *subject, *options)
    assert (done.code, "Traceback" in done.err) == (0, False), done.err


@pytest.mark.slow
def test_an_effect_on_the_highest_hangs_on_assumptions_too(powersim: Powersim, written: Path) -> None:
    done = powersim(
        "sensitivity", written, "--outcome", "issue_max", "--branches", "free,set_0", "--runs", 100,
        "--method", "given-data",
    )  # fmt: skip
    assert (done.code, "Traceback" in done.err) == (0, False), done.err


@pytest.mark.slow
def test_figures_and_the_report_show_highest_and_lowest(powersim: Powersim, written: Path) -> None:
    document = json.loads(written.read_text("utf-8"))
    few = {name: document["outcomes"][name] for name in ("issue_max", "issue_min")}
    short = written.with_name("short.yaml")
    short.write_text(json.dumps(document | {"outcomes": few, "hypotheses": []}), "utf-8")
    out = written.parent / "two"
    assert (
        powersim(
            "compare", short, "--branches", "free,set_0", "--runs", 2, "--out", out, "--figures", "none"
        ).code
        == 0
    )
    assert powersim("report", out).code == 0
    page = (out / "report.html").read_text("utf-8")
    for part in (
        "at its highest over 2000Q2–2001Q3",
        "at its lowest over 2000Q2–2001Q3",
        "figure-paths-issue-max",
    ):
        assert part in page


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["run", "--runs", "1"], 0, "1 run, seed 1"),
        (["compare", "--runs", "1"], 0, "no outcomes"),
        (["tell"], 0, "It ends in 2001Q4"),
        (["tell", "--diff", "free,set_0"], 0, "free and set_0 in run 0"),
        (["tell", "--diff", "free,set_0", "--section", "DIR"], 0, ""),
        (
            ["tell", "--diff", "free,set_0", "--runs", "0..1", "--section", "DIR"],
            2,
            "has no outcome by which to choose",
        ),
        (["why"], 2, "has no outcome to explain"),
        (["verdict"], 2, "states no hypotheses"),
        (["sensitivity"], 2, "has no outcomes"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_scenario_without_outcomes_is_allowed_and_each_command_knows_what_to_do(
    powersim: Powersim, written: Path, command: list[str], code: int, said: str
) -> None:
    document = json.loads(written.read_text("utf-8"))
    bare = written.with_name("bare.yaml")
    bare.write_text(json.dumps(document | {"outcomes": {}, "hypotheses": []}), "utf-8")
    folder = str(written.with_name("bare"))
    name, *options = command
    done = powersim(name, bare, *(folder if option == "DIR" else option for option in options))
    assert done.code == code, done.err
    assert said in (done.out if code == 0 else done.err)


def test_a_report_on_results_without_outcomes_is_refused_in_words(powersim: Powersim, written: Path) -> None:
    document = json.loads(written.read_text("utf-8"))
    bare, out = written.with_name("bare.yaml"), written.with_name("bare_out")
    bare.write_text(json.dumps(document | {"outcomes": {}, "hypotheses": []}), "utf-8")
    assert powersim("run", bare, "--runs", 1, "--out", out).code == 0
    refused = powersim("report", out)
    assert refused.code == 2
    assert "without outcomes" in refused.err
