"""Results that do not depend on who computed them, when, or whether they were interrupted."""

from __future__ import annotations

import json
import shutil
from functools import cache

import numpy as np
import pytest
import xarray as xr

import powersim as ps
from powersim.effects.paired import diverged, effects
from powersim.run import work
from powersim.scenario.template import template
from powersim.sim import ensemble as ensembles
from powersim.sim import layout as layouts
from powersim.sim import progress
from powersim.sim import store as stores


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of four runs, so that a few runs make several."""
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 4)


def files(folder):
    """Every file below a folder with its bytes."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Folders of the study with so many runs, in chunks of so many, on one worker: each is computed once."""
    folder = tmp_path_factory.mktemp("kept")
    scenario = folder / "border.yaml"
    scenario.write_text(template(), "utf-8")

    @cache
    def made(runs, chunk=4):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(layouts, "CHUNK_RUNS", chunk)
            out = folder / f"{runs} {chunk}"
            ps.Study(scenario, seed=3).compare(runs=runs, out=out, workers=1)
            return out

    return made


@pytest.fixture
def two_runs(kept, tmp_path):
    """A copy of the study with two runs, to be treated badly."""
    return shutil.copytree(kept(2, 50), tmp_path / "out")


def study(powersim, scenario, out, runs, *more):
    return powersim(
        "compare", scenario, "--runs", runs, "--seed", 3, "--figures", "none", "--out", out, *more
    )


def same(one, other):
    """Whether effects and stores agree byte for byte; provenance tells when and how long."""
    first, second = files(one), files(other)
    first.pop("provenance.json")
    second.pop("provenance.json")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_results_do_not_depend_on_the_number_of_workers(powersim, scenario, tmp_path, small_chunks, kept):
    study(powersim, scenario, tmp_path / "three", 10, "--workers", 3)
    same(kept(10), tmp_path / "three")


def test_results_do_not_depend_on_the_size_of_chunks(kept):
    large, small = kept(10, 50), kept(10)
    with xr.open_zarr(large / "results") as a, xr.open_zarr(small / "results") as b:
        assert np.array_equal(a["value"].values, b["value"].values)
        assert np.allclose(a["alignment"].values, b["alignment"].values, rtol=0, atol=1e-14)
    assert (large / "effects.csv").read_bytes() == (small / "effects.csv").read_bytes()


@pytest.mark.parametrize("after", [5, *(pytest.param(after, marks=pytest.mark.slow) for after in (1, 9))])
def test_an_interrupted_run_goes_on_to_the_same_bytes(
    powersim, scenario, tmp_path, small_chunks, monkeypatch, kept, after
):
    calls = []
    write = stores.Store.write

    def interrupted(self, chunk, condensed):
        if chunk.start + chunk.runs > after:
            raise KeyboardInterrupt
        calls.append(chunk.start)
        write(self, chunk, condensed)

    monkeypatch.setattr(stores.Store, "write", interrupted)
    result = study(powersim, scenario, tmp_path / "cut", 10)
    assert result.code == 130
    assert f"stopped after {after // 4 * 4} of 10 runs" in result.err
    assert "--resume" in result.err
    with xr.open_zarr(tmp_path / "cut" / "results") as data:
        whole = np.isfinite(data["value"].values).all(axis=(0, 1, 3, 4))
    assert whole.tolist() == [run < after // 4 * 4 for run in range(10)]
    monkeypatch.setattr(stores.Store, "write", write)
    assert study(powersim, scenario, tmp_path / "cut", 10, "--resume").code == 0
    same(kept(10), tmp_path / "cut")


def test_a_killed_run_goes_on_to_the_same_bytes(
    powersim, scenario, tmp_path, small_chunks, monkeypatch, kept
):
    """A kill leaves results of a chunk that the record of progress does not know of yet."""
    monkeypatch.setattr(progress.Progress, "write", lambda *_: (_ for _ in ()).throw(MemoryError))
    assert "there is not enough memory" in study(powersim, scenario, tmp_path / "cut", 10).err
    monkeypatch.undo()
    monkeypatch.setattr(layouts, "CHUNK_RUNS", 4)
    assert not (tmp_path / "cut" / "progress.npz").exists()
    assert study(powersim, scenario, tmp_path / "cut", 10, "--resume").code == 0
    same(kept(10), tmp_path / "cut")


@pytest.mark.parametrize("first", [3, *(pytest.param(first, marks=pytest.mark.slow) for first in (4, 6, 8))])
def test_more_runs_later_are_the_same_as_all_at_once(powersim, scenario, tmp_path, small_chunks, kept, first):
    study(powersim, scenario, tmp_path / "grown", first)
    study(powersim, scenario, tmp_path / "grown", 9, "--resume")
    same(kept(9), tmp_path / "grown")


def test_effects_do_not_depend_on_how_many_paths_are_kept(powersim, scenario, tmp_path, small_chunks, kept):
    study(powersim, scenario, tmp_path / "few", 6, "--paths", 3)
    study(powersim, scenario, tmp_path / "few", 10, "--resume")
    effects = [(folder / "effects.csv").read_bytes() for folder in (kept(10), tmp_path / "few")]
    assert effects[0] == effects[1]
    with xr.open_zarr(kept(10) / "results") as a, xr.open_zarr(tmp_path / "few" / "results") as b:
        assert np.array_equal(a["value"].values[:, :, :3], b["value"].values[:, :, :3])
        assert np.isnan(b["value"].values[:, :, 3:]).all()
        for name in ("summary", "departed", "first", "counts"):
            assert np.array_equal(a[name].values, b[name].values, equal_nan=True)
    refused = study(powersim, scenario, tmp_path / "few", 10, "--paths", 5, "--resume")
    assert refused.code == 2
    assert "paths: there 3, now 5" in refused.err


def test_summaries_kept_are_those_of_the_paths(kept):
    data = work.dataset(kept(10), 10)
    bare = data.drop_vars(["summary", "departed"])
    assert effects(data) == effects(bare)
    for branch in data["branch"].values[1:]:
        assert (diverged(data, "free", branch) == diverged(bare, "free", branch)).all()
    assert np.isnan(data["departed"].sel(branch="free").values).all()
    assert np.isfinite(data["departed"].values).any()


def test_resuming_what_is_complete_computes_nothing(powersim, scenario, tmp_path, monkeypatch):
    done = study(powersim, scenario, tmp_path / "out", 3)

    def never(*_):
        raise AssertionError("a history was computed")

    monkeypatch.setattr(work, "together", lambda *_: never)
    again = study(powersim, scenario, tmp_path / "out", 3, "--resume")
    assert again.out == done.out


def test_resume_without_a_count_takes_that_of_the_store(powersim, scenario, two_runs):
    result = powersim("compare", scenario, "--seed", 3, "--figures", "none", "--out", two_runs, "--resume")
    assert "2 runs of each branch" in result.out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--seed", "4"], "seed: there 3, now 4"),
        (["--set", "rho=0.1"], "scenario"),
        (["--branches", "free,keep"], "branches"),
        (["--theories", "spiral"], "theories: there deterrence, spiral, now spiral"),
    ],
)
def test_a_store_of_another_study_is_refused_and_left_alone(powersim, scenario, two_runs, change, said):
    before = files(two_runs)
    for more in ([], ["--resume"]):
        result = study(powersim, scenario, two_runs, 2, *change, *more)
        assert result.code == 2
        assert said in result.err
        assert "never overwritten" in result.err
    assert files(two_runs) == before


def test_a_store_of_another_version_is_refused(powersim, scenario, two_runs, monkeypatch):
    monkeypatch.setattr("powersim.sim.provenance.rules_checksum", lambda: "sha256:other")
    result = study(powersim, scenario, two_runs, 2, "--resume")
    assert result.code == 2
    assert "rules: there sha256:" in result.err


def test_a_store_of_the_format_before_is_read_but_not_gone_on_with(powersim, scenario, tmp_path, monkeypatch):
    out = tmp_path / "out"
    with monkeypatch.context() as before:
        before.setattr(work, "FORMAT", 4)
        study(powersim, scenario, out, 2)
    assert powersim("results", out).code == 0
    refused = study(powersim, scenario, out, 2, "--resume")
    assert refused.code == 2
    assert "format: there 4, now 5" in refused.err


def test_a_store_of_an_older_format_is_refused_by_every_command(powersim, scenario, two_runs):
    out = two_runs
    root = out / "results" / "zarr.json"
    found = json.loads(root.read_text("utf-8"))
    attributes = found["attributes"]
    del attributes["checksum"], attributes["files"]
    attributes["identity"] = json.dumps({**json.loads(attributes["identity"]), "format": 2})
    root.write_text(json.dumps(found), "utf-8")
    (out / "checksums").unlink()
    before = files(out)
    resumed = study(powersim, scenario, out, 2, "--resume")
    for result in (resumed, powersim("results", out), powersim("report", out)):
        assert result.code == 2
        assert "results of another version of powersim" in result.err
    assert files(out) == before


def test_a_store_is_not_continued_by_accident(powersim, scenario, two_runs):
    before = files(two_runs)
    result = study(powersim, scenario, two_runs, 2)
    assert result.code == 2
    assert "add --resume to go on" in result.err
    assert files(two_runs) == before


def test_something_else_called_results_is_refused(powersim, scenario, tmp_path):
    (tmp_path / "out" / "results").mkdir(parents=True)
    (tmp_path / "out" / "results" / "notes.txt").write_text("mine", "utf-8")
    for more in ([], ["--resume"]):
        result = study(powersim, scenario, tmp_path / "out", 2, *more)
        assert result.code == 2
        assert "not a store" in result.err
    assert (tmp_path / "out" / "results" / "notes.txt").read_text("utf-8") == "mine"


def test_a_damaged_record_of_progress_is_named_and_made_anew(powersim, scenario, two_runs, kept):
    (two_runs / "progress.npz").write_bytes(b"PK\x03\x04 torn")
    result = study(powersim, scenario, two_runs, 2, "--resume")
    assert result.code == 0
    assert "progress.npz: is damaged" in result.err
    same(kept(2, 50), two_runs)


def test_a_full_disk_is_reported_and_the_run_can_go_on(
    powersim, scenario, tmp_path, small_chunks, monkeypatch, kept
):
    put = progress.write_atomically

    def full(path, content):
        if len(written) == 1:
            raise OSError(28, "No space left on device", str(path))
        written.append(path)
        return put(path, content)

    written: list[object] = []
    monkeypatch.setattr(progress, "write_atomically", full)
    result = study(powersim, scenario, tmp_path / "cut", 10)
    assert result.code == 2
    assert "No space left on device" in result.err
    monkeypatch.setattr(progress, "write_atomically", put)
    assert study(powersim, scenario, tmp_path / "cut", 10, "--resume").code == 0
    same(kept(10), tmp_path / "cut")


def test_provenance_recreates_the_study(powersim, scenario, tmp_path):
    asked = ["--branches", "keep,treaty", "--theories", "spiral", "--set", "rho=0.2"]
    study(powersim, scenario, tmp_path / "first", 4, *asked)
    scenario.unlink()
    kept = tmp_path / "first" / "provenance.json"
    result = powersim("compare", kept, "--figures", "none", "--out", tmp_path / "again")
    assert result.code == 0
    same(tmp_path / "first", tmp_path / "again")
    facts = [
        json.loads((tmp_path / name / "provenance.json").read_text("utf-8")) for name in ("first", "again")
    ]
    for key in ("branches", "theories", "runs", "seed", "overrides", "scenario"):
        assert facts[0][key] == facts[1][key]


def test_a_study_recorded_with_other_rules_is_computed_again_with_a_warning(powersim, scenario, tmp_path):
    study(powersim, scenario, tmp_path / "first", 2)
    kept = tmp_path / "first" / "provenance.json"
    facts = json.loads(kept.read_text("utf-8"))
    facts["versions"]["rules"] = "sha256:older"
    kept.write_text(json.dumps(facts), "utf-8")
    result = powersim("compare", kept)
    assert result.code == 0
    assert "recorded with another version of rules: results may differ" in result.err


def test_a_sweep_is_recreated_too(powersim, scenario, tmp_path):
    study(powersim, scenario, tmp_path / "first", 2, "--branches", "free,treaty", "--sweep", "2008Q4..2009Q2")
    kept = tmp_path / "first" / "provenance.json"
    powersim("compare", kept, "--figures", "none", "--out", tmp_path / "again")
    same(tmp_path / "first", tmp_path / "again")


@pytest.mark.parametrize(
    ("content", "said"),
    [("{}", "not a record of provenance"), ("[1]", "not a record"), ("{", "not JSON"),
     ("[" * 100_000, "nested too deeply"),     ('{"powersim_provenance": 1}', "missing key scenario")],
    ids=["empty", "list", "torn", "deep", "hollow"],
)  # fmt: skip
def test_a_file_that_is_no_provenance_is_refused(powersim, tmp_path, content, said):
    path = tmp_path / "provenance.json"
    path.write_text(content, "utf-8")
    result = powersim("compare", path)
    assert result.code == 2
    assert said in result.err


def test_without_a_folder_nothing_is_kept(powersim, scenario, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    assert powersim("compare", scenario, "--runs", 2).code == 0
    assert list(scratch.iterdir()) == []


def test_chunks_must_come_in_order(tmp_path):
    layout = layouts.Layout(("a",), ("t",), ("2009", "2010"), ("o",), (), ("X",), (), (), ("deals",))
    store = stores.Store.prepare(tmp_path / "s", layout, 9, {"seed": 1}, {}, resume=False)
    cells = (np.zeros((1, 1, 2, 2, 1), np.float32), np.zeros((1, 1, 2, 0), np.float32))
    chunk = layouts.Chunk(4, *cells, np.zeros((1, 1, 2, 1), np.float32), {})
    with pytest.raises(ValueError, match="run 4 written when run 0 was next"):
        store.write(
            chunk,
            layouts.CondensedRuns(
                np.zeros((1, 1, 2, 1)), np.zeros((1, 1, 2), np.float32), np.zeros((1, 1, 2, 1), np.float32)
            ),
        )


def test_a_tally_counts_kinds_and_finds_first_turns():
    rows = ([3, 1, 0, 0, 1], [2, 1, 0, 0, 0], [5, 1, 0, 0, 1], [1, 0, 0, 0, 0])
    log = np.array([[*row, 0, 0, 0] for row in rows], float)
    tally = ensembles.Tally(3, np.array([-1, 0, 2]), 4)
    counts, first = tally.count(log)
    assert counts.tolist() == [1, 3, 0]
    assert first[:2].tolist() == [2, 3]
    assert np.isnan(first[2:]).all()
    assert np.isnan(tally.count(np.empty((0, 8)))[1]).all()


def test_failed_work_is_not_swallowed(powersim, scenario, tmp_path, monkeypatch):
    def broken(cases, seed, run):
        raise RuntimeError("broken rule")

    monkeypatch.setattr(work, "together", lambda *_: broken)
    with pytest.raises(RuntimeError, match="broken rule"):
        study(powersim, scenario, tmp_path / "out", 2)
    assert not (tmp_path / "out").exists()  # nothing could be done in it


def test_both_engines_leave_the_same_bytes(powersim, scenario, tmp_path, kept):
    study(powersim, scenario, tmp_path / "mesa", 2, "--engine", "mesa")
    same(kept(2, 50), tmp_path / "mesa")
    facts = json.loads((tmp_path / "mesa" / "provenance.json").read_text("utf-8"))
    assert facts["engine"] == "mesa"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["antithetic", "latin", "sobol"])
def test_sampling_gives_the_same_bytes_whatever_the_workers_and_interruptions(
    powersim, scenario, tmp_path, small_chunks, kind
):
    study(powersim, scenario, tmp_path / "whole", 10, "--sampling", kind, "--workers", 1)
    study(powersim, scenario, tmp_path / "grown", 7, "--sampling", kind, "--workers", 3)
    refused = study(powersim, scenario, tmp_path / "grown", 10, "--resume")
    assert refused.code == 2
    assert f"sampling: there {kind}, now independent" in refused.err
    study(powersim, scenario, tmp_path / "grown", 10, "--sampling", kind, "--resume")
    same(tmp_path / "whole", tmp_path / "grown")
    kept = tmp_path / "whole" / "provenance.json"
    assert powersim("compare", kept, "--figures", "none", "--out", tmp_path / "again").code == 0
    same(tmp_path / "whole", tmp_path / "again")
