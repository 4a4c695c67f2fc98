"""What a folder of results says about itself, and tables that other programs read back to the same numbers."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from powersim.run import export, work
from powersim.sim import layout as layouts

RUNS = 5
EACH = ["run", "theory", "branch"]


@pytest.fixture
def out(powersim, scenario, once, tmp_path):
    """A folder with the results of five runs."""
    if not once.exists():
        asked = ["compare", scenario, "--runs", RUNS, "--seed", 3, "--figures", "none", "--out", once]
        assert powersim(*asked).code == 0
    return shutil.copytree(once, tmp_path / "out")


def read(file):
    return {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".dta": pd.read_stata}[file.suffix](file)


def same_as(array: xr.DataArray, frame: pd.DataFrame, column: str, keys: list[str]) -> None:
    """Whether a long table holds an array, whatever the order of its rows."""
    frame = frame.astype(dict.fromkeys((k for k in keys if k not in ("run", "turn")), "str"))
    labelled = array.transpose(*keys)
    expected = pd.MultiIndex.from_product([labelled[k].values for k in keys], names=keys)
    found = frame.set_index(keys)[column].reindex(expected)
    assert len(frame) == labelled.size
    assert np.array_equal(found.to_numpy(labelled.dtype), labelled.values.ravel(), equal_nan=True)


@pytest.mark.slow
def test_effects_are_computed_without_dask_which_takes_a_third_of_a_second_to_load(out):
    code = (
        "import sys; from powersim.study.results import Results; found = Results.open(sys.argv[1]);"
        "assert found.rows; found.estimators; print('dask.array' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(out)], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize("ending", ["csv", "parquet", pytest.param("dta", marks=pytest.mark.slow)])
def test_long_tables_hold_the_arrays_to_the_last_bit(powersim, out, tmp_path, monkeypatch, ending):
    monkeypatch.setattr(export, "ROWS", 300)  # several blocks
    data = work.dataset(out, RUNS)
    for table, more in {
        "values": ["outcome", "turn"], "summaries": ["outcome"], "events": ["event"], "counts": ["statistic"],
        "departures": [],
    }.items():  # fmt: skip
        file = tmp_path / f"{table}.{ending}"
        assert powersim("results", out, "--export", file).code == 0
        name = export.TABLES[table]
        same_as(data[name], read(file), name, [*EACH, *more])
    dates = read(tmp_path / f"values.{ending}").drop_duplicates("turn").set_index("turn")["date"]
    assert list(dates.sort_index()) == list(data["date"].values)


def test_effects_are_exported_as_compare_wrote_them(powersim, out, tmp_path):
    for name in ("effects.csv", "effects.parquet"):
        assert powersim("results", out, "--export", tmp_path / name).code == 0
    assert (tmp_path / "effects.csv").read_bytes() == (out / "effects.csv").read_bytes()
    exact, written = read(tmp_path / "effects.parquet"), read(tmp_path / "effects.csv")
    assert list(exact.columns) == list(written.columns)
    assert np.allclose(exact["effect"], written["effect"], rtol=1e-8)


def test_netcdf_holds_the_whole_dataset(powersim, out, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "ROWS", 300)
    assert powersim("results", out, "--export", tmp_path / "results.nc").code == 0
    ours = work.dataset(out, RUNS).load()
    with xr.open_dataset(tmp_path / "results.nc", engine="h5netcdf") as theirs:
        assert set(theirs.variables) == set(ours.variables)
        for name, variable in ours.variables.items():
            assert theirs[name].dims == variable.dims
            if variable.dtype.kind == "f":
                assert np.array_equal(theirs[name].values, variable.values, equal_nan=True)
            else:
                assert list(theirs[name].values) == list(variable.values)
        assert theirs.attrs["outcomes"] == ours.attrs["outcomes"]


def test_only_the_outcomes_asked_for(powersim, out, tmp_path):
    names = [str(name) for name in work.dataset(out, RUNS)["outcome"].values]
    assert powersim("results", out, "--export", tmp_path / "values.csv", "--outcomes", names[1]).code == 0
    assert set(read(tmp_path / "values.csv")["outcome"]) == {names[1]}


def test_only_runs_that_are_complete_and_paths_that_are_kept_are_exported(
    powersim, scenario, tmp_path, monkeypatch
):
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 2)
    fill = work.fill
    monkeypatch.setattr(work, "fill", lambda plan, store, runs, **more: fill(plan, store, 4, **more))
    powersim("compare", scenario, "--runs", 9, "--paths", 3, "--figures", "none", "--out", tmp_path / "part")
    said = powersim("results", tmp_path / "part").out
    assert "4 of 9; whole paths of the first 3" in said
    assert "--runs 9 --out" in said
    assert "--resume" in said
    for name in ("values.csv", "summaries.csv"):
        powersim("results", tmp_path / "part", "--export", tmp_path / name)
    assert set(read(tmp_path / "values.csv")["run"]) == {0, 1, 2}
    assert set(read(tmp_path / "summaries.csv")["run"]) == {0, 1, 2, 3}
    monkeypatch.setattr(work, "fill", fill)
    more = ["--runs", 9, "--figures", "none", "--out", tmp_path / "part", "--resume"]
    assert powersim("compare", tmp_path / "part" / "provenance.json", *more).code == 0
    assert "9 of 9" in powersim("results", tmp_path / "part").out


def test_a_folder_says_what_it_holds(powersim, out):
    said = powersim("results", out)
    assert said.code == 0
    for text in (
        "free, keep",
        "deterrence, spiral",
        "5 of 5",
        "effects.csv",
        "MB in",
        "seed",
        "rules sha256:",
        f"complete; more runs: powersim compare {out / 'provenance.json'} --runs N --out {out} --resume",
    ):
        assert text in said.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("effects.xlsx", "found .xlsx; allowed: .csv, .parquet, .dta, .nc"),
        ("valves.csv", "did you mean values?"),
        ("effects", "found no ending"),
    ],
)
def test_an_export_that_cannot_be_is_refused(powersim, out, tmp_path, name, said):
    result = powersim("results", out, "--export", tmp_path / name)
    assert result.code == 2
    assert said in result.err


def test_an_export_overwrites_nothing(powersim, out):
    result = powersim("results", out, "--export", out / "effects.csv")
    assert result.code == 2
    assert "is there already" in result.err


@pytest.mark.parametrize(("name", "module"), [("values.parquet", "pyarrow"), ("results.nc", "h5netcdf")])
def test_without_the_extra_the_error_names_it(powersim, out, tmp_path, monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    result = powersim("results", out, "--export", tmp_path / name)
    assert result.code == 2
    assert "powersim[export]" in result.err
    assert not (tmp_path / name).exists()


def test_a_folder_without_results_is_named(powersim, tmp_path):
    result = powersim("results", tmp_path)
    assert result.code == 2
    assert "holds no results" in result.err
