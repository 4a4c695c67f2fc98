"""What the repository promises about itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

# Folders that are made, not written.
MADE = {".git", ".venv", "__pycache__", "build", "dist", "out", "results", "mutants", "node_modules"}
# Spelt so that this file does not contain what it looks for.
A_PLACE = re.compile(r"/(work|root|farm|home|Users|tmp)/\w")
PRIVATE_PATH = re.compile(rf"(^|[^\w.~$/{{}}-]){A_PLACE.pattern}")
REGISTRY = re.compile(
    r"index[-_]url|/simpl[e]/|find[-]links|--trusted[-]host|registr[y]\s*=|file[s]\.python" "hosted",
    re.IGNORECASE,
)
RESOLVED = '"resolved": "' + "http"


def written_files(root: Path) -> list[Path]:
    """Files under version control, or, in a copy without it, all but what is made."""
    if (root / ".git").exists():
        try:
            command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
            return [root / name for name in listed if name and (root / name).is_file()]
        except (OSError, subprocess.CalledProcessError):
            pass  # no git on this machine
    return [
        path
        for path in root.rglob("*")
        if path.is_file()
        and not any(
            part in MADE or part.endswith(("_cache", ".egg-info")) or part == ".hypothesis"
            for part in path.relative_to(root).parts
        )
    ]


@cache  # sources are searched for one name after another
def read(path: Path) -> str:
    return path.read_text("utf-8")


def text_of(path: Path) -> str | None:
    try:
        return read(path)
    except UnicodeDecodeError:
        return None


def fenced(text: str, language: str) -> list[str]:
    """The code blocks of a Markdown text in one language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)


def make_targets(root: Path) -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE))


def pinned(root: Path) -> dict[str, str]:
    lines = [line for line in (root / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    pairs = [line.split("==") for line in lines]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}


def test_no_written_file_names_a_machine_or_a_registry(root):
    offences = []
    for path in written_files(root):
        if path == Path(__file__):
            continue
        text = text_of(path) or ""
        if not (A_PLACE.search(text) or REGISTRY.search(text) or RESOLVED in text):
            continue  # no line can be one
        for number, line in enumerate(text.splitlines(), start=1):
            if PRIVATE_PATH.search(line) or REGISTRY.search(line) or RESOLVED in line:
                offences.append(f"{path.relative_to(root)}:{number}: {line.strip()[:100]}")
    assert offences == []


def test_every_source_file_is_one_room(root):
    sources = [p for p in written_files(root) if p.suffix == ".py"]
    long = {str(p.relative_to(root)): n for p in sources if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_every_module_of_the_package_says_what_it_is(root):
    modules = (root / "src").rglob("*.py")
    mute = [
        str(p.relative_to(root)) for p in modules if not p.read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert mute == []


@pytest.mark.slow
def test_generated_documents_are_fresh(root):
    """As `make lint` asks before the tests of `make test`."""
    command = [sys.executable, str(root / "scripts" / "generate_docs.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pins_cover_every_dependency_and_satisfy_it(root):
    project = tomllib.loads((root / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    wanted = [
        *project["project"]["dependencies"],
        *(requirement for extra in extras.values() for requirement in extra),
        *project["build-system"]["requires"],
    ]
    wanted = [requirement for requirement in wanted if not requirement.startswith("powersim[")]
    pins = pinned(root)
    for requirement in wanted:
        name, least = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+).*", requirement).groups()
        pin = pins.get(name.lower().replace("_", "-").replace(".", "-"))
        assert pin is not None, f"{name} is not pinned in constraints.txt"
        assert numbers(pin) >= numbers(least), f"{name} is pinned to {pin}, below {least}"


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def test_the_pins_name_versions_and_nothing_else(root):
    lines = (root / "constraints.txt").read_text().splitlines()
    odd = [line for line in lines if not line.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    assert odd == []


def test_every_make_target_that_the_documents_name_exists(root):
    targets = make_targets(root)
    texts = {path: path.read_text() for path in [*root.glob("*.md"), *(root / "docs").glob("*.md")]}
    for path, text in texts.items():
        quoted = "\n".join([*re.findall(r"`([^`\n]+)`", text), *fenced(text, "sh")])
        for target in re.findall(r"(?:^|\s)make ([a-z-]+)", quoted):
            assert target in targets, f"{path.name} names `make {target}`"


def test_every_link_of_the_documents_leads_somewhere(root):
    for path in [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "scenarios").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()):
            if "://" not in link and not link.startswith("mailto:"):
                assert (path.parent / link).exists(), f"{path.relative_to(root)} links to {link}"


def powersim(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of a command."""
    from powersim.cli import main

    monkeypatch.setattr(sys, "argv", ["powersim", *arguments])
    try:
        main()
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_every_command_that_the_readme_names_exists(root, monkeypatch, capsys):
    text = (root / "README.md").read_text()
    quoted = "\n".join([*re.findall(r"`([^`\n]+)`", text), *fenced(text, "sh")])
    named = set(re.findall(r"(?:^|\s|/)powersim ([a-z]+)\b", quoted))
    assert named >= {"check", "run", "compare", "tell", "new", "list", "explain", "schema"}
    unknown = [name for name in sorted(named) if powersim(monkeypatch, name, "--help") != 0]
    assert unknown == [], capsys.readouterr().err


def test_the_example_of_the_readme_is_a_valid_scenario(root, tmp_path, monkeypatch, capsys):
    blocks = fenced((root / "README.md").read_text(), "yaml")
    assert blocks, "the README shows no scenario"
    for number, block in enumerate(blocks):
        path = tmp_path / f"example{number}.yaml"
        path.write_text(block)
        assert powersim(monkeypatch, "check", str(path)) == 0, capsys.readouterr()


@pytest.mark.parametrize("name", [".ci/run"])
def test_scripts_that_are_called_by_name_can_be_executed(root, name):
    assert (root / name).stat().st_mode & 0o111


def test_the_version_is_the_same_everywhere(root):
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf"^version: {re.escape(version)}$", (root / "CITATION.cff").read_text(), re.MULTILINE)
    assert metadata.version("powersim") == version


def sources_with(root: Path, pattern: str) -> set[str]:
    """Files of the package in which a pattern stands."""
    package, known = root / "src" / "powersim", re.compile(pattern)
    return {str(path.relative_to(package)) for path in package.rglob("*.py") if known.search(read(path))}


@pytest.mark.parametrize("name", ["shared_deals", "strength"])  # names that are nothing else in the program
def test_a_kind_of_outcome_is_named_in_one_file(root, name):
    assert sources_with(root, rf"[\"']{name}[\"']") == {"world/quantities.py"}


@pytest.mark.parametrize(
    "code", ["WARS", "CRISES", "DELIVERED", "FROZEN", "STRIKES", "PROXY_LEVEL", "ENGAGERS"]
)
def test_a_kind_of_outcome_is_read_off_the_world_in_one_file(root, code):
    assert sources_with(root, rf"\bwatched\.{code}\b|^{code} = |(?<=\n){code} = ") == {
        "world/quantities.py",
        "world/record.py",
    }


@pytest.mark.parametrize("code", ["SET_ENGAGERS", "SHIFT_IDEAL", "SHIFT_STOCK"])
def test_a_deed_of_an_event_touches_three_files(root, code):
    from powersim.scenario.schema.branch import Event
    from powersim.world.deeds import DEEDS

    assert set(DEEDS) <= set(Event.model_fields)
    assert sources_with(root, rf"\b{code}\b") == {"world/deeds.py", "world/environment.py"}
    assert sources_with(root, r"event\.(ideal|salience|alignment|stock)\b|= w\.(SET|SHIFT)_") == set()


def test_a_kind_of_the_chronicle_is_called_by_its_name_in_one_file(root):
    from powersim.world.chronicle import KIND

    names = [kind.name for kind in KIND.values() if " " in kind.name]
    assert len(names) > 10
    for name in names:
        assert sources_with(root, rf"\"{name}\"") == {"world/chronicle.py"}, name


def test_a_kind_of_the_chronicle_without_words_of_its_own_has_a_sentence(monkeypatch):
    from powersim.story import kinds
    from powersim.story.events import Event
    from powersim.story.lines import line
    from powersim.story.phrases import Names

    monkeypatch.setitem(kinds.KIND, 99, kinds.KIND[0]._replace(name="reconciled", thing=""))
    names = Names(("2009Q1",), ("RUS", "IRN"), ("Russia", "Iran"), (), (), (), (), ())
    assert line(names, Event(0, 0, 99, 0, 1, -1, 0.5, 0.0)) == "Reconciled: Russia, Iran"


ROOMS_WITH_LEGS = ("world", "story", "run", "plausible", "sim", "scenario/arrays")


def test_numbers_of_legs_are_taken_apart_in_one_place(root):
    taken = r"\b(leg|leg_id|r|r1|r2|thing|seed_leg|index)(\[\w, \]+\])? (//|%) 3\b"
    pattern = taken + r"|3 \* (\w+\.)*(controls|len\(|control_key|pos\b)"
    found = {file for file in sources_with(root, pattern) if file.startswith(ROOMS_WITH_LEGS)}
    assert found == {"world/legs.py"}


def test_columns_of_the_chronicle_have_names(root):
    found = sources_with(root, r"\blog\[[^\]\n]+, [0-7]\]|\brow\[[0-7]\]")
    rooms = {file for file in found if file.startswith(("world", "story", "sim", "plausible", "run"))}
    assert not rooms
