"""What a folder of results holds, in lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from powersim._words import counted
from powersim.sim import held

if TYPE_CHECKING:
    from powersim.study.results import Results

SHOWN = 8  # names of a list before "and so many more"


def about(folder: Path, of: Results) -> list[tuple[str, str]]:
    """What a folder of results holds, and how to go on: labels and texts."""
    known = held.root(folder)
    identity, room = known.identity, known.room
    data, found, done = of.data, of.provenance, of.runs
    paths = identity.get("paths", "all")
    lines = [
        ("question", str(data.attrs.get("question", ""))),
        ("scenario", identity["scenario"]),
        ("branches", _some(identity["branches"])),
        ("theories", _some(identity["theories"])),
        ("outcomes", _some([str(name) for name in data["outcome"].values])),
        ("turns", f"{data['date'].values[0]} to {data['date'].values[-1]}"),
        ("runs", f"{done} of {room}" + ("" if paths == "all" else f"; whole paths of the first {paths}")),
        ("seed", str(identity["seed"])),
        ("priors", str(data.attrs.get("priors", ""))),
        ("sampling", str(identity.get("sampling", "independent"))),
        ("versions", ", ".join(f"{k} {v}" for k, v in found.get("versions", {}).items())
         or f"powersim {identity['powersim']}, rules {identity['rules']}"),
        ("computed by", str(found.get("command", ""))),
        ("on disk", _size(folder)),
        ("beside them", ", ".join(_beside(folder))),
        ("to go on", _how(folder, found, done, room)),
    ]  # fmt: skip
    return [(label, text) for label, text in lines if text]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{len(names)}: {', '.join(names[:SHOWN])}{more}"


def _size(folder: Path) -> str:
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return f"{sum(sizes) / 1e6:.1f} MB in {counted(len(sizes), 'file')}"


def _beside(folder: Path) -> list[str]:
    """Effects, figures, and the sections that other studies left."""
    from powersim.figures.section import FILE, read_section

    held = [name for name in ("effects.csv", "figures", "report.html") if (folder / name).exists()]
    for file in sorted(folder.glob(f"*/{FILE}")):
        title = read_section(file).title
        held.append(f"{file.parent.name} ({title})" if title else file.parent.name)
    return held


def _how(folder: Path, found: dict[str, Any], done: int, room: int) -> str:
    """As a command: what goes on is the study that provenance.json holds."""
    command = str(found.get("command", "")).split()[1:2] or ["compare"]
    runs = "N" if done >= room else room
    again = f"powersim {command[0]} {folder / 'provenance.json'} --runs {runs} --out {folder} --resume"
    if done >= room:
        return f"complete; more runs: {again}"
    return again if found else "give the command that was stopped again, and have it resume"
