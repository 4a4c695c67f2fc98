"""Files made to hurt are refused quickly, with a report, and nothing that they ask for happens."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from powersim.errors import PowersimError, Problem, ScenarioError
from powersim.scenario.load import load, loads
from powersim.scenario.read import source

VALID = (Path(__file__).parent / "valid" / "minimal.yaml").read_text("utf-8")
SECONDS = 60.0  # a guard against hanging, not a stopwatch: a bomb takes for ever


@contextmanager
def refused(words: str) -> Iterator[list[Problem]]:
    """The block is refused for the reason given, soon."""
    problems: list[Problem] = []
    begin = time.monotonic()
    with pytest.raises(ScenarioError, match=words) as caught:
        yield problems
    problems += caught.value.problems
    assert time.monotonic() - begin < SECONDS


def test_an_alias_bomb_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with refused("aliases are not allowed"):
        loads("\n".join(lines))


def test_an_alias_to_itself_is_refused() -> None:
    with refused("aliases are not allowed"):
        loads("a: &a [*a]")


def test_a_bomb_of_merge_keys_is_refused() -> None:
    with refused("aliases are not allowed"):
        loads("a: &a {b: 1}\nc: {<<: [*a, *a, *a]}")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(opening: str) -> None:
    with refused("nested too deeply|not YAML|a key must be a word"):
        loads("a:\n " + opening * 5000)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as stream:
        stream.truncate(10_000_000_000)  # sparse
    with refused("the file is too large"):
        load(path)


def test_a_device_is_not_read() -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("no such device here")
    with refused("not a regular file"):
        load("/dev/zero")


def test_a_folder_is_not_read(tmp_path: Path) -> None:
    with refused("not a regular file"):
        load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with refused("no such file"):
        load(tmp_path / "nowhere.yaml")


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(VALID.replace("minimal", "minimal # é").encode("latin-1"))
    with refused("not UTF-8") as problems:
        load(path)
    assert problems[0].line == 2


def test_utf16_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_bytes(VALID.encode("utf-16"))
    with refused("not UTF-8"):
        load(path)


def test_a_byte_order_mark_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + VALID.encode())
    assert load(path).name == "minimal"


def test_control_characters_are_refused() -> None:
    with refused("not YAML"):
        loads(VALID + "title: a\x00b\n")


def test_too_long_a_text_is_refused() -> None:
    with refused("text too long"):
        loads(VALID + f"about: {'x' * (source.MAX_TEXT + 1)}\n")


@pytest.mark.slow
def test_too_many_values_are_refused() -> None:
    with refused("too many values"):
        loads("a: [" + "1," * (source.MAX_NODES + 1) + "]")


@pytest.mark.parametrize(
    "number", ["9" * 5000, "1e400", "-1e400", "0." + "1" * 5000, ".inf", "-.INF", ".NaN"]
)
def test_a_number_beyond_all_bounds_is_refused(number: str) -> None:
    with refused("not a finite number"):
        loads(VALID.replace("start: 0.5", f"start: {number}"))


@pytest.mark.parametrize(
    "word", ["0x10", "0o17", "1_000", "12:30:00", "½", "٣", "yes", "NaN", "inf", "1e", "--1"]
)
def test_what_only_looks_like_a_number_is_text(word: str) -> None:
    with refused("allowed: a number from 0 to 1"):
        loads(VALID.replace("start: 0.5", f"start: {word}"))


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch owned']",
        "!!python/name:os.system",
        "!include /etc/passwd",
        "!!binary aGk=",
        "!!timestamp 2001-01-01",
        "!<tag:yaml.org,2002:str> x",
        "! x",
    ],
)
def test_tags_do_nothing_but_fail(tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with refused("tags are not allowed"):
        loads(VALID + f"about: {tag}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_chain_of_extends_ends(tmp_path: Path) -> None:
    for n in range(40):
        (tmp_path / f"{n}.yaml").write_text(f"powersim: 1\nextends: {n + 1}.yaml\n")
    with refused("extends too many files"):
        load(tmp_path / "0.yaml")


def test_extends_in_a_circle_of_two_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("powersim: 1\nextends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("powersim: 1\nextends: a.yaml\n")
    with refused("extends itself in a circle") as problems:
        load(tmp_path / "a.yaml")
    assert (Path(problems[0].file).name, problems[0].line) == ("b.yaml", 2)


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "/dev/zero", "secret.txt", "..", "~/x.yaml", "[a.yaml]", "''", "1"]
)
def test_extends_reads_no_other_files(target: str) -> None:
    with refused("extends"):
        loads(VALID + f"extends: {target}\n")


@pytest.mark.parametrize(
    "text", ["()" * 150, "-" * 300 + "1", "min(" * 60, "1" * 399, "((((1))))" * 30, "a." * 100]
)
def test_a_hostile_expression_is_refused(text: str) -> None:
    with refused("issues.tariff.interests.ARD"):
        loads(VALID.replace("control: ARD", f'control: ARD, interests: {{ARD: ["{text}", 1]}}'))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
@example("%TAG ! !\n---\na: 1")
@example("a: |\n \t x")
@example("? ? ?")
@example("&a : *a")
@example("'")
@example("\ufeff\ufeff")
@example("a: \x85 b")
@example("%")
@example("--- >\n")
@example("!<")
@example("'\\u")
@example('"\\uD800"')
@example('"\\xZZ"')
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    with pytest.raises(PowersimError, match=r"."):
        loads(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, len(VALID) - 1),
    st.text(alphabet="{}[]:,-&*!?|>'\"%@`#\n\t 0aA~", max_size=3),
    st.integers(0, 4),
)
def test_a_broken_scenario_is_refused_or_read(place: int, put: str, cut: int) -> None:
    problems: list[Problem] = []
    try:
        loads(VALID[:place] + put + VALID[place + cut :])
    except ScenarioError as error:
        problems = error.problems
    assert all(problem.line >= 1 and problem.file == "scenario" for problem in problems)
