"""The report of a folder of results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from powersim.analysis.report.page import assemble
from powersim.errors import PowersimError
from powersim.sim import provenance
from powersim.sim.files import write_atomically
from powersim.sim.store import RESULTS
from powersim.study.work import dataset

PAGE = "report.html"


def write_report(
    folder: Path,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
    notice: Callable[[str], None] | None = None,
) -> Path:
    """Write the page of the results in `folder`, by default beside them; returns its path.

    `progress` and `notice` are told what `analysis.press.print_all` tells them. The same results give the same bytes,
    however many `processes` draw (see `analysis.pool` for what they ask for).
    PowersimError when the folder holds no results of `powersim compare` or `run`.
    """
    folder = folder.resolve()
    if not (folder / RESULTS).is_dir() or not (folder / provenance.FILE).is_file():
        raise PowersimError(
            f"{folder.name}: holds no results; allowed: the folder of a study, e.g. made by "
            "powersim compare scenarios/missile_defense_2009.yaml --out out/study"
        )
    facts = provenance.read(folder / provenance.FILE)
    data = dataset(folder, int(facts.get("runs") or 0))
    if not data.sizes["outcome"]:
        raise PowersimError(
            f"{folder.name}: results of a scenario without outcomes; allowed: at least one, e.g. "
            "outcomes: {sale: {of: {issue: sale}, at: 2014Q4}}"
        )
    page = assemble(data, folder, facts, progress, processes, notice).html()
    path = out or folder / PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, page.encode())
    return path
