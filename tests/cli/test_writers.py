"""What others wrote survives every command: files, links and folders where a command would write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from powersim.scenario.template import template

MINE = "mine: a file of somebody else\n"
HYPOTHESIS = 'hypotheses: [{id: h, claim: A claim, outcome: war, branches: [free, keep], sign: "+"}]\n'
COMPARE = (
    "compare",
    "my.yaml",
    "--branches",
    "free,keep",
    "--runs",
    2,
    "--figures",
    "none",
    "--out",
    "out",
    "--resume",
)
TELL = ("tell", "my.yaml", "--run", 1, "--out")
WHY = ("why", "my.yaml", "--outcome", "war", "--branches", "free,keep", "--theories", "spiral", "--runs", 1)
WHY = (*WHY, "--out", "out", "--resume")
VERDICT = ("verdict", "my.yaml", "--draws", 2, "--lucks", 2, "--out", "out", "--resume")
SENSITIVITY = (
    "sensitivity",
    "my.yaml",
    "--outcome",
    "war",
    "--runs",
    500,
    "--method",
    "given-data",
    "--out",
    "out",
)

FILES = [
    ("new.yaml", ("new", "new.yaml")),
    ("out/effects.csv", COMPARE),
    ("out/provenance.json", COMPARE),
    ("out/provenance.json", ("run", "my.yaml", "--runs", 2, "--branch", "free", "--out", "out")),
    ("out/report.html", ("report", "out")),
    ("page.html", ("report", "out", "--out", "page.html")),
    *(
        (f"a.{ending}", (*TELL, f"a.{ending}"))
        for ending in ("txt", "md", "json", "csv", "sqlite", "parquet")
    ),
    ("a_legs.csv", (*TELL, "a.csv")),
    ("a.md", ("tell", "my.yaml", "--diff", "free,keep", "--out", "a.md")),
    ("out/chronicle/section.json", ("tell", "my.yaml", "--diff", "free,keep", "--section", "out")),
    *(
        (f"effects.{ending}", ("results", "out", "--export", f"effects.{ending}"))
        for ending in ("csv", "parquet")
    ),
    ("all.nc", ("results", "out", "--export", "all.nc")),
]
"""Files that a command writes."""

LATE = [
    ("out/why/shares.csv", WHY),
    ("out/verdict/verdicts.csv", VERDICT),
]
"""Files of commands that compute for a while first: tried with a link alone."""

FOLDERS = [
    ("out/results", ("run", "my.yaml", "--runs", 2, "--out", "out")),
    ("out/figures", (*COMPARE, "--figures", "headline")),
    ("out/chronicle", ("tell", "my.yaml", "--diff", "free,keep", "--section", "out")),
    ("out/why", WHY),
    ("out/verdict", VERDICT),
    ("out/verdict/places", VERDICT),
    ("out/sensitivity", SENSITIVITY),
    ("out/sensitivity/points", SENSITIVITY),
]
"""Folders that a command makes in the one that the user named."""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A folder with a scenario, and the results of two runs of it."""
    from powersim import cli

    folder = tmp_path_factory.mktemp("study")
    text = template()
    (folder / "my.yaml").write_text(text[: text.index("hypotheses:")] + HYPOTHESIS, "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.setattr("sys.argv", ["powersim", *map(str, COMPARE[:-1])])
        with pytest.raises(SystemExit, match="0"):
            cli.main()
    return folder


@pytest.fixture
def here(study, tmp_path, monkeypatch):
    """The working folder: a copy of the study, to spoil."""
    folder = shutil.copytree(study, tmp_path / "here")
    monkeypatch.chdir(folder)
    return folder


def put(obstacle: str, path: Path, elsewhere: Path) -> None:
    """Something of somebody else where a command would write."""
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    elsewhere.mkdir()
    if obstacle == "file":
        path.write_text(MINE)
    elif obstacle == "folder":
        path.mkdir()
    elif obstacle == "link":
        (elsewhere / "file").write_text(MINE)
        path.symlink_to(elsewhere / "file")
    elif obstacle == "link to nothing":
        path.symlink_to(elsewhere / "nothing")
    else:
        path.symlink_to(elsewhere)


def content(folder: Path) -> dict[str, object]:
    """Everything below a folder, links as links."""
    return {
        path.relative_to(folder).as_posix(): path.readlink() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def refused(powersim, path: str, command: tuple[object, ...], here: Path, elsewhere: Path) -> None:
    """The command refuses, names the place, and has touched neither it nor what it leads to."""
    before, others = content(here), content(elsewhere)
    result = powersim(*command)
    assert result.code == 2, (result.out, result.err)
    assert Path(path).name in result.err, result.err
    assert "Traceback" not in result.err
    after = content(here)
    assert {name: after.get(name) for name in before if name == path} == {
        name: before[name] for name in before if name == path
    }
    assert content(elsewhere) == others
    assert not [name for name in after if name.endswith((".partial", ".part"))]


@pytest.mark.parametrize("obstacle", ["file", "folder", "link", "link to nothing"])
@pytest.mark.parametrize(("path", "command"), FILES)
def test_what_is_where_a_file_would_be_written_stays(powersim, here, tmp_path, path, command, obstacle):
    put(obstacle, here / path, tmp_path / "elsewhere")
    refused(powersim, path, command, here, tmp_path / "elsewhere")


@pytest.mark.parametrize(("path", "command"), LATE)
def test_nothing_that_was_computed_goes_through_a_link(powersim, here, tmp_path, path, command):
    put("link", here / path, tmp_path / "elsewhere")
    refused(powersim, path, command, here, tmp_path / "elsewhere")


@pytest.mark.parametrize("obstacle", ["file", "link", "link to a folder"])
@pytest.mark.parametrize(("path", "command"), FOLDERS)
def test_what_is_where_a_folder_would_be_made_stays(powersim, here, tmp_path, path, command, obstacle):
    put(obstacle, here / path, tmp_path / "elsewhere")
    refused(powersim, path, command, here, tmp_path / "elsewhere")


def test_a_report_never_replaces_a_scenario(powersim, here):
    before = (here / "my.yaml").read_bytes()
    result = powersim("report", "out", "--out", "my.yaml")
    assert result.code == 2
    assert "my.yaml: was not written by powersim and is not overwritten" in result.err
    assert (here / "my.yaml").read_bytes() == before


@pytest.mark.parametrize("ending", ["txt", "md", "json", "csv", "sqlite", "parquet"])
def test_what_tell_wrote_it_writes_again(powersim, here, ending):
    for _ in range(2):
        result = powersim(*TELL, f"a.{ending}")
        assert result.code == 0, result.err
    for _ in range(2):
        assert (
            ending in ("csv", "sqlite", "parquet")
            or not powersim("tell", "my.yaml", "--diff", "free,keep", "--out", f"a.{ending}").code
        )


def test_a_folder_of_results_may_be_a_link_that_the_user_names(powersim, here):
    (here / "named").symlink_to(here / "out")
    assert powersim(*COMPARE[:-2], "named", "--resume").code == 0
