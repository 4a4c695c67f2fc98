"""Whatever the program reads back is read by a schema: a mistake is named by file, line and key."""

from __future__ import annotations

import json
import os
import typing

import numpy as np
import pytest

from powersim.errors import PowersimError
from powersim.figures.section import Figure, Section, Table, read_section
from powersim.files import reading
from powersim.files.reading import FileError, Strict, line_of, read
from powersim.run import facts
from powersim.run.work import ENGINES
from powersim.scenario.arrays.sampling import BLOCK

SECTION = Section(
    "why",
    "Why",
    30,
    ["One."],
    [Figure("figures/shares", "bars", "Shares")],
    [Table("Shares", ["a", "b"], [["x", 0.25]])],
)


class Small(Strict):
    name: str
    sizes: list[int] = []
    inner: dict[str, float] = {}


GOOD = {"name": "x", "sizes": [1, 2], "inner": {"a": 0.5}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"a\.json:1: not JSON"),
        ('{\n"name": ', r"a\.json:2: not JSON"),
        ("[1]", r"a\.json:1: not a small file; found a list of 1"),
        ('{\n"name": 5}', r"a\.json:2: name: found 5; allowed: text"),
        (
            '{"name": "x",\n "sizes": [1,\n 2.5]}',
            r"a\.json:3: sizes\[1\]: found 2.5; allowed: a whole number",
        ),
        ('{"name": "x", "sizes": "many"}', r"sizes: found many; allowed: a list"),
        ('{"name": "x",\n"nome": 1}', r"a\.json:2: nome: unknown key; allowed: name, sizes, inner"),
        ("{}", r"a\.json:1: missing key name"),
        ('{"name": "x",\n"name": "y"}', r"name: a key that comes twice"),
        ('{"name": "x",\n"inner": {"a": NaN}}', r"a\.json:2: inner\.a: not a finite number"),
        ('{"name": "x", "inner": {"a": 1e999}}', r"inner\.a: not a finite number"),
        ('{"name": "x", "sizes": [' + "1" * 5000 + "]}", r"sizes\[0\]: not a finite number, or too long"),
        ('{"name": "\\ud800"}', r"name: half a character; found '\\ud800'"),
        ('{"name": "x", "inner": {"\\udfff": 1}}', r"inner: half a character in a key"),
        ("[" * 100_000, "nested too deeply; allowed: at most 64 levels"),
        ('{"a":' * 300 + "1" + "}" * 300, "nested too deeply; allowed: at most 64 levels"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_key(tmp_path, text, said):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FileError, match=said):
        read(tmp_path / "a.json", Small, "a small file")


def test_every_mistake_is_named_at_once(tmp_path):
    (tmp_path / "a.json").write_text('{"name": 1, "sizes": [true], "inner": {"a": "b"}, "more": null}')
    with pytest.raises(FileError, match="name") as caught:
        read(tmp_path / "a.json", Small, "a small file")
    assert {problem.key_path for problem in caught.value.problems} == {"name", "sizes[0]", "inner.a", "more"}


def test_what_is_no_file_of_text_is_refused_at_once(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"{\n\xff}")
    (tmp_path / "good").write_text(json.dumps(GOOD))
    assert read(tmp_path / "good", Small, "small").model_dump() == GOOD
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    for name, said in (
        ("pipe", "not a regular file"), ("", "not a regular file"), ("nothing", "no such file"),
        ("bytes", "bytes:2: not UTF-8 text; found byte 0xff"),
        ("good", "too large; found 51 bytes; allowed: at most 10"),
    ):  # fmt: skip
        with pytest.raises(FileError, match=said):
            read(tmp_path / name, Small, "small")


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_lines_are_those_of_the_text(indent):
    data = {"a": [1, {"b\n": [[], {"c": "}"}]}], "d": {"e": {"f": None}}}
    text = json.dumps(data, indent=indent)

    def look(value: object, keys: tuple[str | int, ...]) -> None:
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, item in inner:
            line = text.split("\n")[line_of(text, (*keys, key)) - 1]
            assert json.dumps(item)[:1] in line
            assert indent is None or isinstance(key, int) or json.dumps(key) in line
            look(item, (*keys, key))

    look(data, ())
    assert line_of(text, ("no", "such", "key")) == 1


def test_the_record_allows_what_the_program_can_do():
    assert set(typing.get_args(facts.Sampling)) == set(BLOCK)
    assert set(typing.get_args(facts.Engine)) == set(ENGINES)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("order", "first", "order: found first; allowed: a whole number"),
        ("order", 100, "order: found 100; allowed: a number of at most 99"),
        ("title", None, "title: found nothing; allowed: text"),
        ("name", "what", "name: found what; allowed: the name of its folder, why"),
        ("findings", "One.", "findings: found One.; allowed: a list"),
        ("figures", [{"file": "x"}], r"figures\[0\]: missing key alt"),
        (
            "tables",
            [{"caption": "", "columns": [], "rows": [[[]]]}],
            r"rows\[0\]\[0\]: .*allowed: text or a number",
        ),
        ("tables", 5, "tables: found 5; allowed: a list"),
        ("format", 2, "format: found 2; allowed: 1"),
        ("more", 1, "more: unknown key"),
    ],
)
def test_a_section_that_somebody_broke_is_refused_by_key(tmp_path, key, value, said):
    path = SECTION.write(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(PowersimError, match=r"section\.json:\d+: .*" + said):
        read_section(path)


def test_a_section_says_nothing_of_numbers_that_are_not_finite(tmp_path):
    table = Table("t", ["a"], [[float("nan")], [float("inf")], [np.float64(0.5)], [None]])
    found = read_section(Section("why", "Why", 1, [], tables=[table]).write(tmp_path))
    assert found.tables[0].rows == [[None], [None], [0.5], [None]]
