"""The report of a folder of results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from powersim.errors import PowersimError
from powersim.files.page import PAGE_MARK
from powersim.files.writing import check_target, write
from powersim.report.page import assemble
from powersim.run.facts import read_facts
from powersim.run.work import dataset
from powersim.sim import held, provenance
from powersim.sim.manifest import RESULTS, StoreError

PAGE = "report.html"


def write_report(
    folder: Path,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
    notice: Callable[[str], None] | None = None,
) -> Path:
    """Write the page of the results in `folder`, by default beside them; returns its path.

    `progress` and `notice` are told what `figures.press.print_all` tells them. The same results give the same bytes,
    however many `processes` draw (see `figures.pool` for what they ask for).
    PowersimError when the folder holds no results of `powersim compare` or `run`.
    """
    named, folder = folder, folder.resolve()
    if not (folder / RESULTS).is_dir():
        raise PowersimError(
            f"{named}: holds no results ({RESULTS} is missing); allowed: the folder of a study, e.g. made by "
            "powersim compare scenarios/missile_defense_2009.yaml --out out/study"
        )
    if not (folder / provenance.FILE).is_file():
        raise PowersimError(
            f"{named / provenance.FILE}: is missing; it says what the results beside it are of; allowed: the file "
            "that came with them, or the command that made them again, into another folder"
        )
    path = check_target(out or named / PAGE, PAGE_MARK)
    facts = read_facts(folder / provenance.FILE).plain()
    runs = _runs(folder, facts)
    data = dataset(folder, runs)
    if not data.sizes["outcome"]:
        raise PowersimError(
            f"{named}: results of a scenario without outcomes; allowed: at least one, e.g. "
            "outcomes: {sale: {of: {issue: sale}, at: 2014Q4}}"
        )
    page = assemble(data, folder, {**facts, "runs": runs}, progress, processes, notice, named).html()
    return write(path, page, PAGE_MARK)


def _runs(folder: Path, facts: Mapping[str, Any]) -> int:
    """Runs of the results. StoreError if their record of provenance is that of others."""
    identity = held.root(folder).identity
    told = {**facts, **facts["versions"]}
    different = [
        key for key in ("seed", "theories", "sampling", "powersim", "rules") if told.get(key) != identity[key]
    ]
    if different:
        raise StoreError(
            f"{folder.name}/{provenance.FILE}: is not of the results beside it (another {', '.join(different)}); "
            "allowed: the file that came with them"
        )
    return held.reported_runs(folder)
