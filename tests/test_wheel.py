"""The wheel, installed into an environment of its own outside the repository, has all that it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from powersim.scenario.library import names


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel; what it depends on is that of the tests' environment."""
    pytest.importorskip("hatchling")
    where = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(where)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    venv.create(where / "env", with_pip=False)
    programs = where / "env" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = where.glob("*.whl")
    install = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet", "--no-deps",
               "--no-index", "--disable-pip-version-check", str(wheel)]  # fmt: skip
    subprocess.run(install, check=True, capture_output=True)
    (site,) = (where / "env").rglob("site-packages")
    dependencies = [path for path in sys.path if path.endswith("site-packages")]
    (site / "dependencies.pth").write_text("\n".join(dependencies), "utf-8")
    return programs


def output(installed: Path, where: Path, program: str, *words: str) -> str:
    """What a program of the environment prints, in a folder that has nothing of the repository."""
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [installed / program, *words],
        cwd=where,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_it_is_the_wheel_that_is_used_and_it_carries_examples_and_documents(
    installed: Path, tmp_path: Path
) -> None:
    script = "import powersim as ps; from powersim.scenario.library import documents\n"
    script += "print(ps.__file__, documents(), *(e.name for e in ps.examples()), sep='\\n')"
    file, documents, *examples = output(installed, tmp_path, "python", "-c", script).splitlines()
    package = Path(file).parent
    assert installed.parent in package.parents
    assert tuple(examples) == names()
    assert Path(documents) == package / "documents"
    there = {path.relative_to(documents).as_posix() for path in Path(documents).rglob("*.md")}
    assert there >= {"tutorial.md", "odd.md", "scenario.md", "reference/cli.md", "reference/schema.md"}
    assert (package / "py.typed").is_file()


@pytest.mark.slow
def test_it_says_where_its_documents_are(installed: Path, tmp_path: Path) -> None:
    said = output(installed, tmp_path, "powersim", "--help")
    where = Path(said.splitlines()[-1].strip())
    assert (where / "tutorial.md").is_file()
    assert installed.parent in where.parents


@pytest.mark.slow
def test_it_writes_a_template_that_is_well_and_explains(installed: Path, tmp_path: Path) -> None:
    output(installed, tmp_path, "powersim", "new", "my.yaml", "--quiet")
    assert (tmp_path / "my.yaml").read_text("utf-8").startswith("# yaml-language-server: $schema=")
    assert "my.yaml: ok" in output(installed, tmp_path, "powersim", "check", "my.yaml")


@pytest.mark.slow
def test_it_runs_an_example(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "POWERSIM_JIT", "0"
    )  # compiled code is kept by the place of its source, which is new here
    assert "2 runs" in output(installed, tmp_path, "powersim", "run", "classroom", "--runs", "2")


@pytest.mark.long
@pytest.mark.parametrize("name", names())
def test_every_example_runs(installed: Path, tmp_path: Path, name: str) -> None:
    assert "2 runs" in output(installed, tmp_path, "powersim", "run", name, "--runs", "2")
