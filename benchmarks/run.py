"""Measure speed, scaling, memory and start-up, and write benchmarks/results.md and results.csv: `make bench`.

Ratios compare measurements of the same run of this script, and come first. Each measurement has a process of its own
(see probe.py), and the machine should have nothing else to do. Sections can be named (`run.py plain given`), and all of
them tried in little time (`run.py --small`): then what is measured is printed, and nothing is written.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import worlds

HERE = Path(__file__).resolve().parent
TWO_POWERS = HERE.parent / "scenarios" / "two_powers.yaml"
FLAGSHIP = HERE.parent / "scenarios" / "missile_defense_2009.yaml"
CASE = ["--branch", "replace", "--theory", "spiral"]
STUDY = ["--branch", "keep,cancel"]  # under all theories
GIVEN = ["--branch", "keep", "--theory", "spiral"]
CHOSEN = (("2009Q2", "changes", 256), ("2013Q4", "end", 384))
"""Until when, where paths are evidence, and how many worlds; what an answer takes stands in docs/given.md."""
MANY_WORLDS = 10_000
ACTORS = (15, 50, 150, 195)
LEVERS = (1, 3, 9)  # of each of 15 actors
YEARS = 5
SCENARIO_SEED = 7
STUDY_RUNS = 100
MEMORY_RUNS = (100, 1000, 4000)
ALONE = {"OPENBLAS_NUM_THREADS": "1"}  # as the command line has it
BUSY = 0.3  # load per core above which times are not to be trusted
PLAIN = ((15, 16), (50, 1))  # actors and years of the random scenarios that a plain Mesa model computes too
RATIOS = ("times", "%")  # units of ratios
PAIRS = 3  # interleaved pairs of compiled and interpreted measurements


SMALL = False
"""Whether every measurement is only tried."""


def few(full: int, small: int = 1) -> int:
    """How often, or how many."""
    return small if SMALL else full


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    topic: str
    case: str
    quantity: str
    value: str
    unit: str


def probe(*arguments: str, **environment: str) -> dict[str, Any]:
    """A measurement in a fresh process."""
    return probes(1, *arguments, **environment)[0]


def probes(count: int, *arguments: str, **environment: str) -> list[dict[str, Any]]:
    """The same measurement in so many processes at once."""
    command = [sys.executable, str(HERE / "probe.py"), *arguments]
    started = [
        subprocess.Popen(
            command, env={**os.environ, **ALONE, **environment}, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    printed = [process.communicate()[0] for process in started]
    for process in started:
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
    return [json.loads(text) for text in printed]


def powersim(*arguments: str, **environment: str) -> float:
    """Seconds that a command takes from start to end."""
    command = [sys.executable, "-c", "from powersim.cli import main; main()", *arguments]
    begun = time.perf_counter()
    subprocess.run(command, env={**os.environ, **environment}, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> str:
    """What was measured on; not whose or which machine it is."""
    model = platform.machine()
    about = Path("/proc/cpuinfo")
    if about.is_file():
        names = [
            line.partition(":")[2].strip() for line in about.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    memory = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0.0
    )
    return (
        f"{cores()} cores ({model}), {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}, "
        f"numba {version('numba')}, numpy {version('numpy')}, powersim {version('powersim')}"
    )


def company() -> str:
    """A warning if the machine was doing other things."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load < BUSY * cores():
        return ""
    return f" Other work was running (load {load:.1f}): times are too long and the efficiency of threads is too low."


def start_up() -> list[Row]:
    """How long one waits before anything happens."""
    topic = "start-up"
    version_time = statistics.median(powersim("--version") for _ in range(few(5)))
    check_time = statistics.median(powersim("check", str(FLAGSHIP)) for _ in range(few(3)))
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as cache:
        one = ["run", str(FLAGSHIP), *CASE, "--runs", "1", "--quiet"]
        kept = {} if SMALL else {"POWERSIM_CACHE_DIR": cache}  # tried in small, nothing is compiled anew
        cold, warm = (powersim(*one, **kept) for _ in range(2))
    probe("histories", str(FLAGSHIP), *CASE)  # from here on nothing waits for the compiler
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as out:
        asked = ["compare", str(FLAGSHIP), "--runs", str(few(100, 2)), "--quiet"]
        two = [*asked, "--branches", "keep,cancel"]
        drawn = powersim(*two, "--out", f"{out}/results")
        bare, every = powersim(*two), powersim(*asked)
    return [
        Row(topic, "powersim --version", "wall time", f"{version_time:.2f}", "s"),
        Row(topic, "powersim check, flagship", "wall time", f"{check_time:.2f}", "s"),
        Row(topic, "powersim run, 1 run, nothing compiled yet", "wall time", f"{cold:.1f}", "s"),
        Row(topic, "the same, compiled before", "wall time", f"{warm:.1f}", "s"),
        Row(topic, "compare: 2 branches, 4 theories, 100 runs", "wall time", f"{bare:.1f}", "s"),
        Row(topic, "the same with store, CSV and figures", "wall time", f"{drawn:.1f}", "s"),
        Row(topic, "compare: 13 branches, 4 theories, 100 runs", "wall time", f"{every:.1f}", "s"),
    ]


def compiled_to_interpreted() -> list[Row]:
    """The same histories on one core, rules compiled and not; the bytes that come out are compared too."""
    ratios, compiled_ms, interpreted_ms, same = [], [], [], True
    runs = ["--runs", str(few(2))]
    for _ in range(few(PAIRS)):
        fast = probe("histories", str(FLAGSHIP), *CASE, *runs, "--repeats", str(few(15)))
        slow = probe("histories", str(FLAGSHIP), *CASE, *runs, POWERSIM_JIT="0")
        ratios.append(slow["seconds"] / fast["seconds"])
        compiled_ms.append(1e3 * fast["seconds"] / fast["turns"])
        interpreted_ms.append(1e3 * slow["seconds"] / slow["turns"])
        same &= fast["checksum"] == slow["checksum"]
    topic, case = "compiled rules, one core", f"flagship, {fast['actors']} actors, {fast['issues']} issues"
    return [
        Row(topic, case, "compiled", f"{statistics.median(compiled_ms):.3f}", "ms/turn"),
        Row(topic, case, "interpreted", f"{statistics.median(interpreted_ms):.1f}", "ms/turn"),
        Row(topic, case, "interpreted / compiled", f"{statistics.median(ratios):.0f}", "times"),
        Row(topic, case, "same bytes", "yes" if same else "NO", ""),
    ]


def plain() -> list[Row]:
    """The whole turn as a plain Mesa model, and compiled: processor time on one core, the same world by turns."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as folder:
        cases: list[tuple[str, Path, list[str], int, int]] = [
            ("flagship, 15 actors", FLAGSHIP, CASE, 1, 10),
            ("two-powers, 3 actors", TWO_POWERS, ["--branch", "free", "--theory", "spiral"], 50, 200),
        ]
        for count, years in PLAIN[: few(len(PLAIN))]:
            path = Path(folder) / f"plain{count}.yaml"
            worlds.write(path, count, few(years), SCENARIO_SEED)
            cases.append((f"random, {count} actors", path, ["--branch", "free"], 1, 10))
        for case, path, asked, theirs, ours in cases:
            rows += beside_plain(case, [str(path), *asked], few(theirs), few(ours))
    return rows


def beside_plain(case: str, asked: list[str], theirs: int, ours: int) -> list[Row]:
    """Rows of one world; `theirs`, `ours`: histories of the plain model and of powersim in a measurement."""
    ratios, fast_ms, slow_ms = [], [], []
    for _ in range(few(PAIRS)):
        slow = probe("mesa", *asked, "--runs", str(theirs))
        fast = probe("histories", *asked, "--runs", str(ours), "--repeats", "5")
        fast_ms.append(1e3 * fast["processor"] / fast["turns"])
        slow_ms.append(1e3 * slow["processor"] / slow["turns"])
        ratios.append(slow_ms[-1] / fast_ms[-1])
    same = slow["differs"] or f"{slow['difference']:.0e}"
    topic = "the whole turn as a plain Mesa model, one core"
    return [
        Row(topic, case, "plain Mesa / powersim", f"{statistics.median(ratios):.0f}", "times"),
        Row(topic, case, "plain Mesa, batch_run", f"{statistics.median(slow_ms):.2f}", "ms/turn"),
        Row(topic, case, "powersim", f"{statistics.median(fast_ms):.3f}", "ms/turn"),
        Row(topic, case, "largest difference of any state, the same luck", same, ""),
    ]


def parallel() -> list[Row]:
    """The same study on more and more threads, and as often side by side: what the machine has to give. Best of 2."""
    counts = sorted({1, 2, *(n for n in (4, 8, 16, 32, 64) if n < cores()), cores()})
    rows, single = [], 0.0
    for threads in [n for n in counts if n <= cores()]:
        asked = ["--runs", str(few(STUDY_RUNS)), "--threads", str(threads)]
        times = [probe("study", str(FLAGSHIP), *STUDY, *asked) for _ in range(few(2))]
        rate = max(found["histories"] / found["seconds"] for found in times)
        single = single or rate
        case = f"flagship, 2 branches, {threads} thread{'s' if threads > 1 else ''}"
        rows.append(Row("threads", case, "histories", f"{rate:.0f}", "1/s"))
        if threads > 1:
            share = rate / (threads * single)
            rows.append(Row("threads", case, "efficiency against one thread", f"{100 * share:.0f}", "%"))
            alone = [*asked[:-1], "1"]
            side = [probes(threads, "study", str(FLAGSHIP), *STUDY, *alone) for _ in range(few(2))]
            most = max(sum(found["histories"] / found["seconds"] for found in times) for times in side)
            case = f"flagship, 2 branches, {threads} processes of one thread"
            rows.append(Row("threads", case, "histories", f"{most:.0f}", "1/s"))
            rows.append(Row("threads", case, "threads / processes", f"{100 * rate / most:.0f}", "%"))
    return rows


def actors() -> list[Row]:
    """Random scenarios of the same texture and growing size."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as folder:
        for count in ACTORS[: few(len(ACTORS))]:
            path = Path(folder) / f"random{count}.yaml"
            worlds.write(path, count, YEARS, SCENARIO_SEED)
            found = probe("histories", str(path), "--runs", "3", "--repeats", "3")
            per_turn = found["seconds"] / found["turns"]
            case = f"random, {count} actors, {found['issues']} issues"
            rows += [
                Row("actors", case, "compiled, one core", f"{1e3 * per_turn:.2f}", "ms/turn"),
                Row(
                    "actors",
                    case,
                    "the same per pair of actors",
                    f"{2e6 * per_turn / count / (count - 1):.2f}",
                    "us",
                ),
                Row("actors", case, "peak memory", f"{found['peak_mb']:.0f}", "MB"),
            ]
    return rows


def issues() -> list[Row]:
    """Random scenarios of 15 actors with more and more issues."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as folder:
        for levers in LEVERS[: few(len(LEVERS))]:
            path = Path(folder) / f"random{levers}.yaml"
            worlds.write(path, ACTORS[0], YEARS, SCENARIO_SEED, levers)
            found = probe("histories", str(path), "--runs", "3", "--repeats", "5")
            case = f"random, {ACTORS[0]} actors, {found['issues']} issues"
            per_turn = 1e3 * found["seconds"] / found["turns"]
            rows.append(Row("issues", case, "compiled, one core", f"{per_turn:.2f}", "ms/turn"))
    return rows


def memory() -> list[Row]:
    """Peak memory and pace of a study against its runs: results are streamed to disk."""
    rows = []
    for runs in MEMORY_RUNS[: few(len(MEMORY_RUNS))]:
        found = probe("study", str(FLAGSHIP), *CASE, "--runs", str(runs), "--threads", str(cores()))
        case = f"flagship, {runs} runs, 1 branch, {cores()} threads"
        pace = found["histories"] / found["seconds"]
        rows.append(Row("runs", case, "histories, store included", f"{pace:.0f}", "1/s"))
        rows.append(Row("runs", case, "peak memory", f"{found['peak_mb']:.0f}", "MB"))
    rows.append(Row("runs", "flagship, before the first run", "memory", f"{found['base_mb']:.0f}", "MB"))
    return rows


def given() -> list[Row]:
    """Worlds that went as the record says: how fast, what a replay costs, and the memory of very many."""
    topic, threads, many_worlds = "given", ["--threads", str(cores())], few(MANY_WORLDS, 400)
    rows = []
    for date, paths, count in CHOSEN[: few(len(CHOSEN))]:
        size = ["--date", date, "--worlds", str(few(count, 100)), "--moves", str(few(0))]  # 0: the default
        found = probe("given", str(FLAGSHIP), *GIVEN, *size, "--paths", paths, *threads)
        case = f"flagship to {date}, {paths} of paths, 1 theory, {few(count, 100)} worlds, {cores()} threads"
        rows += [
            Row(topic, case, "wall time", f"{found['seconds']:.0f}", "s"),
            Row(topic, case, "histories", f"{found['histories']}", ""),
            Row(topic, case, "R-hat of islands", f"{found['r_hat']:.2f}", ""),
            Row(topic, case, "effective worlds", f"{found['ess']:.0f}", ""),
            Row(
                topic,
                case,
                "effective worlds by time",
                f"{60 * found['ess'] / found['seconds']:.1f}",
                "1/min",
            ),
            Row(topic, case, "different draws", f"{found['distinct']}", ""),
            Row(topic, case, "replay under another branch / history", f"{found['replay']:.2f}", "times"),
        ]
    with tempfile.TemporaryDirectory(prefix="powersim-bench-") as folder:
        path = Path(folder) / "known.yaml"
        path.write_text(json.dumps(worlds.known(worlds.scenario(10, 2, SCENARIO_SEED))), encoding="utf-8")
        small = probe(
            "given", str(path), "--date", "2001Q2", "--worlds", str(many_worlds), "--moves", "1", *threads
        )
    many = f"random, 10 actors, 8 turns, {many_worlds} worlds, {cores()} threads"
    return [
        *rows,
        Row(topic, many, "peak memory", f"{small['peak_mb']:.0f}", "MB"),
    ]


def table(rows: list[Row]) -> list[str]:
    """Rows as Markdown."""
    return [
        "| topic | case | quantity | value | unit |",
        "| --- | --- | --- | ---: | --- |",
        *(f"| {row.topic} | {row.case} | {row.quantity} | {row.value} | {row.unit} |" for row in rows),
    ]


def text(rows: list[Row], about: str) -> str:
    """Ratios, then everything that they are ratios of."""
    ratios = [row for row in rows if row.unit in RATIOS]
    rest = [row for row in rows if row.unit not in RATIOS]
    lines = ["# Benchmarks", "", f"Made by `make bench` on {time.strftime('%Y-%m-%d')}: {about}", ""]
    for title, some in (("Ratios", ratios), ("Measurements", rest)):
        lines += [f"## {title}", "", *table(some), ""]
    return "\n".join(lines)


def write(rows: list[Row], about: str) -> None:
    """The tables as Markdown and as CSV."""
    names = [field.name for field in fields(Row)]
    with (HERE / "results.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([names, *map(astuple, rows)])
    (HERE / "results.md").write_text(text(rows, about), encoding="utf-8")


TOPICS: tuple[Callable[[], list[Row]], ...] = (
    plain, compiled_to_interpreted, parallel, actors, issues, start_up, memory, given,
)  # fmt: skip


def main() -> None:
    """Measure everything, or what is named."""
    global SMALL
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("section", nargs="*", help=", ".join(topic.__name__ for topic in TOPICS))
    parser.add_argument(
        "--small", action="store_true", help="try every measurement; the numbers mean nothing"
    )
    asked = parser.parse_args()
    chosen = [topic for topic in TOPICS if topic.__name__ in asked.section or not asked.section]
    if unknown := set(asked.section) - {topic.__name__ for topic in TOPICS}:
        parser.error(f"no section {', '.join(sorted(unknown))}")
    SMALL = asked.small
    about = f"{machine()}.{company()}"
    rows: list[Row] = []
    begun = time.perf_counter()
    for measure in chosen:
        print(f"measuring {measure.__name__.replace('_', ' ')} ...", flush=True)
        rows += measure()
    rows.append(Row("all of this", "", "wall time", f"{time.perf_counter() - begun:.0f}", "s"))
    if len(chosen) == len(TOPICS) and not SMALL:
        write(rows, about)
    print(text(rows, about))


if __name__ == "__main__":
    main()
