"""The command line, called in this process: what it prints and how it leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from powersim import cli
from powersim.scenario.template import template


@dataclass(frozen=True)
class Result:
    """Exit code, standard output and standard error of a command."""

    code: int
    out: str
    err: str


Powersim = Callable[..., Result]


@pytest.fixture
def powersim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Powersim:
    """Run `powersim ARGUMENTS` and leave nothing behind."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["powersim", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return Result(int(left.value.code or 0), said.out, said.err)

    return run


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where results that the tests of a file share lie when the first of them has asked for them."""
    return tmp_path_factory.mktemp("once") / "out"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A small scenario with four actors, four branches and two theories."""
    path = tmp_path / "border.yaml"
    path.write_text(template(), "utf-8")
    return path
