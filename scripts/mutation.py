"""Would the tests notice a wrong rule? Break the rules one small step at a time and count what survives.

    python scripts/mutation.py --sample 150 --seed 1 [--workers 2] [--only crisis war] [--out out/mutation.md]

A mutant is a copy of the project in which one comparison is flipped or moved to its boundary, one operator of
arithmetic or logic exchanged, one constant changed by 1, one min made max, or one sign or negation dropped,
in one file of src/powersim/rules or src/powersim/oracles. The tests of the rules (tests/rules, tests/theory) that
reach this file run on it, interpreted (POWERSIM_JIT=0). A mutant is killed if a test fails or does not end;
survivors are listed with the change. The sample is drawn with the seed, so a rate can be reproduced. The exit code
is 1 below --least.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from time import monotonic

ROOT = Path(__file__).resolve().parents[1]
RULES = (Path("src/powersim/rules"), Path("src/powersim/oracles"))
TESTS = (Path("tests/rules"), Path("tests/theory"))
COPIED = ("src", "tests", "experiments", "pyproject.toml")
# Tests that drive whole runs are too slow interpreted, and belong to the layers above.
REACHED = ("powersim.rules", "powersim.oracles", "powersim.compile", "powersim.errors")
PARAMETERS = "powersim.world.params"

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
# A failure need not be made small and pretty: that it fails is all that counts.
PROFILE = """
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "no_shrinking",
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""
EXTREMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}


@dataclass(frozen=True)
class Mutant:
    """One change: file, line, what stood there and what stands there now; `node` and `variant` number them."""

    file: Path
    line: int
    before: str
    after: str
    node: int
    variant: int

    def __str__(self) -> str:
        return f"{module_of(self.file)}:{self.line}: {self.before}  ->  {self.after}"

    def applied(self, original: str) -> str:
        """The whole file, mutated."""
        tree = ast.parse(original)
        target = list(within_code(tree))[self.node]
        other = list(variants(target))[self.variant]
        return ast.unparse(ast.fix_missing_locations(Swap(target, other).visit(tree))) + "\n"


def module_of(path: Path) -> str:
    """A file as what imports name it: powersim.rules.war."""
    return f"powersim.{path.parent.name}.{path.stem}"


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What a node may turn into."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in COMPARISONS.get(type(operator), ()):
                changed = copy.deepcopy(node)
                changed.ops[place] = other()
                yield changed
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Name) and node.id in EXTREMES:
        yield ast.Name(EXTREMES[node.id], node.ctx)
    elif isinstance(node, ast.Attribute) and node.attr in EXTREMES:
        yield ast.Attribute(node.value, EXTREMES[node.attr], node.ctx)


class Swap(ast.NodeTransformer):
    """Put a variant in the place of one node."""

    def __init__(self, target: ast.AST, variant: ast.AST) -> None:
        self.target, self.variant = target, variant

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace the target, leave everything else."""
        return self.variant if node is self.target else self.generic_visit(node)


def within_code(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes whose change can change a result: no annotations, no texts, no axis of a vector (0 and -1 are one)."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(".shape"):
            skipped.add(id(node.slice))
        notes = [getattr(node, name, None) for name in ("annotation", "returns")]
        for note in notes:
            if isinstance(note, ast.AST):
                skipped.update(id(part) for part in ast.walk(note))
        if id(node) not in skipped:
            yield node


def mutants_of(path: Path) -> Iterator[Mutant]:
    """All mutants of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for number, node in enumerate(within_code(tree)):
        for which, variant in enumerate(variants(node)):
            line, before, after = getattr(node, "lineno", 0), ast.unparse(node), ast.unparse(variant)
            yield Mutant(path.relative_to(ROOT), line, before, after, number, which)


def imported(path: Path) -> set[str]:
    """Modules of the project that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return {name for name in names if name.startswith("powersim")}


def reach() -> dict[str, list[Path]]:
    """The tests that reach each rule file, directly or through other rules; the one named after it first."""
    uses = {module_of(path): imported(path) for folder in RULES for path in (ROOT / folder).glob("*.py")}

    def closure(names: set[str]) -> set[str]:
        todo, seen = list(names), set(names)
        while todo:
            for name in uses.get(todo.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    todo.append(name)
        return seen

    found: dict[str, list[Path]] = {}
    for path in sorted(test for folder in TESTS for test in (ROOT / folder).glob("test_*.py")):
        names = imported(path)
        if any(name != "powersim" and not name.startswith((*REACHED, PARAMETERS)) for name in names):
            continue
        for module in closure(names) & uses.keys():
            found.setdefault(module, []).append(path.relative_to(ROOT))
    return {
        module: sorted(tests, key=lambda test: (module.rpartition(".")[2] not in test.stem, test))
        for module, tests in found.items()
    }


def make_copy(folder: Path) -> Path:
    """The parts of the project that the tests need."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(
                source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "base_rates")
            )
        elif source.is_file():
            shutil.copy(source, target)
    (folder / "no_shrinking.py").write_text(PROFILE, encoding="utf-8")
    return folder


def passes(project: Path, tests: Sequence[Path], limit: float) -> bool:
    """Whether the tests pass on a copy of the project within the time."""
    environment = {
        **os.environ,
        "POWERSIM_JIT": "0",
        "POWERSIM_DATA": os.environ.get("POWERSIM_DATA") or str(ROOT.parent / "shared" / "data"),
        "PYTHONPATH": os.pathsep.join([str(project / "src"), str(project)]),
        "PYTHONDONTWRITEBYTECODE": "1",  # sources change faster than their time stamps
    }
    options = [
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no_shrinking",
        "--hypothesis-profile=no_shrinking",
    ]
    command = [sys.executable, "-m", "pytest", *options, *map(str, tests)]
    try:
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1, 2):  # 1: a test failed; 2: the file does not even load
        raise RuntimeError(f"pytest could not run {[str(test) for test in tests]}:\n{done.stdout.decode()}")
    return done.returncode == 0


def survives(mutant: Mutant, project: Path, tests: Sequence[Path], limit: float) -> bool:
    """Whether all tests pass although the rule is broken."""
    target = project / mutant.file
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.applied(original), encoding="utf-8")
    try:
        return passes(project, tests, limit)
    finally:
        target.write_text(original, encoding="utf-8")


def judge(sample: Sequence[Mutant], workers: int) -> list[Mutant]:
    """Run the tests on every mutant; the survivors."""
    tests = reach()
    modules = sorted({module_of(mutant.file) for mutant in sample})
    with tempfile.TemporaryDirectory(prefix="powersim-mutants-") as folder:
        projects: Queue[Path] = Queue()
        for number in range(workers):
            projects.put(make_copy(Path(folder) / str(number)))
        limits: dict[str, float] = {}
        for module in modules:
            project, begun = projects.get(), monotonic()
            if module in tests and not passes(project, tests[module], 1200.0):
                raise SystemExit(f"the tests of {module} fail without any mutant: mend them first")
            limits[module] = 20.0 + 4.0 * (monotonic() - begun)
            projects.put(project)

        def outcome(mutant: Mutant) -> bool:
            module, project = module_of(mutant.file), projects.get()
            try:
                alive = module not in tests or survives(mutant, project, tests[module], limits[module])
            finally:
                projects.put(project)
            print(f"{'SURVIVES' if alive else 'killed  '}  {mutant}", flush=True)
            return alive

        with ThreadPoolExecutor(workers) as pool:
            alive = list(pool.map(outcome, sample))
    return [mutant for mutant, lives in zip(sample, alive, strict=True) if lives]


def report(total: int, sample: Sequence[Mutant], alive: Sequence[Mutant], seed: int) -> str:
    """The result in Markdown: the rate, the rate by file, and the survivors."""
    killed = len(sample) - len(alive)
    lines = [
        f"{killed} of {len(sample)} mutants killed ({killed / len(sample):.1%}); sample of {total} with seed {seed}.",
        "",
        "| file | mutants | killed |",
        "|---|---|---|",
    ]
    for module in sorted({module_of(mutant.file) for mutant in sample}):
        here = sum(module_of(mutant.file) == module for mutant in sample)
        left = sum(module_of(mutant.file) == module for mutant in alive)
        lines.append(f"| {module} | {here} | {here - left} |")
    lines += ["", "Survivors:", ""]
    lines += [f"- `{module_of(m.file)}:{m.line}`: `{m.before}` became `{m.after}`" for m in alive] or [
        "- none"
    ]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 1 if too few mutants are killed."""
    parser = argparse.ArgumentParser(
        description="Break rules one step at a time and count what the tests miss."
    )
    parser.add_argument("--sample", type=int, default=150, help="how many mutants to try (0: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], metavar="FILE", help="rule files, without .py")
    parser.add_argument("--least", type=float, default=0.9, help="share that has to be killed")
    parser.add_argument("--out", type=Path, help="write the report to this file")
    options = parser.parse_args(argv)
    every = sorted(path for folder in RULES for path in (ROOT / folder).glob("*.py"))
    files = [path for path in every if not options.only or path.stem in options.only]
    everything = [mutant for path in files for mutant in mutants_of(path)]
    size = min(options.sample or len(everything), len(everything))
    sample = random.Random(options.seed).sample(everything, size)
    alive = judge(sample, options.workers)
    text = report(len(everything), sample, alive, options.seed)
    print("\n" + text)
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return int(1.0 - len(alive) / len(sample) < options.least)


if __name__ == "__main__":
    sys.exit(main())
