"""The report of a folder of results."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from powersim.analysis.report.page import assemble
from powersim.errors import PowersimError
from powersim.files.page import PAGE_MARK
from powersim.files.writing import check_target, write
from powersim.sim import provenance
from powersim.sim.store import RESULTS
from powersim.study.facts import read_facts
from powersim.study.work import dataset

PAGE = "report.html"


def write_report(
    folder: Path,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
) -> Path:
    """Write the page of the results in `folder`, by default beside them; returns its path.

    The same results give the same bytes, however many `processes` draw (see `analysis.pool` for what they ask for).
    PowersimError when the folder holds no results of `powersim compare` or `run`.
    """
    folder = folder.resolve()
    if not (folder / RESULTS).is_dir() or not (folder / provenance.FILE).is_file():
        raise PowersimError(
            f"{folder.name}: holds no results; allowed: the folder of a study, e.g. made by "
            "powersim compare scenarios/missile_defense_2009.yaml --out out/study"
        )
    path = check_target(out or folder / PAGE, PAGE_MARK)
    facts = read_facts(folder / provenance.FILE).plain()
    data = dataset(folder, int(facts.get("runs") or 0))
    page = assemble(data, folder, facts, progress, processes).html()
    return write(path, page, PAGE_MARK)
