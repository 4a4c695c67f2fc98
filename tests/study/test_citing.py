"""What a scenario stands on is cited once, in entries that a journal would take, with all that rests on each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import powersim as ps
from powersim.scenario.library import names
from powersim.study import citing
from powersim.study.citing import Bibliography
from powersim.world.params import SPEC

ROOT = Path(__file__).parents[2]
FLAGSHIP = ROOT / "scenarios" / "missile_defense_2009.yaml"
NO_AUTHORS = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December", "Mission"}  # fmt: skip


@pytest.fixture(scope="module")
def cited() -> Bibliography:
    return ps.cite(FLAGSHIP)


def parsed(text: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Kind and fields of every entry by its key, read as BibTeX reads them: values between braces that balance."""
    found: dict[str, tuple[str, dict[str, str]]] = {}
    place = 0
    while begin := re.compile(r"\s*@(\w+)\{([^\s,{}]+),").match(text, place):
        kind, key = begin.groups()
        assert key not in found
        fields: dict[str, str] = {}
        place = begin.end()
        while field := re.compile(r"\s*(\w+)\s*=\s*\{").match(text, place):
            depth, end = 1, field.end()
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
                end += 1
            assert field[1] not in fields
            fields[field[1]] = text[field.end() : end - 1]
            assert text[end] == ","
            place = end + 1
        closed = re.compile(r"\s*\}").match(text, place)
        assert closed, text[place : place + 80]
        place = closed.end()
        found[key] = kind, fields
    assert not text[place:].strip()
    return found


@pytest.mark.parametrize("name", ["missile_defense_2009", "cuba_1962", "july_1914", "two_powers"])
def test_every_entry_is_one_that_a_journal_takes(name):
    bibliography = ps.cite(name)
    entries = parsed(bibliography.bibtex())
    assert len(entries) == len(bibliography.references) > 50
    where = {"article": ("journal", "volume", "pages"), "book": ("publisher", "address"),
             "incollection": ("booktitle", "editor", "publisher")}  # fmt: skip
    for key, (kind, fields) in entries.items():
        assert all(len(fields[name]) > 2 for name in ("author", "title", "note")), key
        assert re.fullmatch(r"1[7-9]\d\d|20\d\d", fields["year"]), key
        assert all(fields[name] for name in where.get(kind, ())), key
        assert kind != "misc" or {"howpublished", "url"} & set(fields), key
        assert "doi" not in fields or re.fullmatch(r"10\.\d{4,5}/\S+", fields["doi"]), key
        assert not re.search(
            r"(?<!\\)[&%$#_]", "".join(v for k, v in fields.items() if k not in ("doi", "url"))
        ), key
        assert fields["author"].startswith("{") or all("," in a for a in fields["author"].split(" and ")), key


def test_a_work_is_one_entry_with_all_that_rests_on_it(cited):
    by_key = {reference.key: reference for reference in cited.references}
    assert len(by_key) == len(cited.references)
    fearon = by_key["fearon1995"]
    assert dict(fearon.fields)["author"] == "Fearon, James D."
    assert dict(fearon.fields)["doi"] == "10.1017/S0020818300033324"
    assert {"rule best_demand", "rule shift_threshold"} <= set(fearon.uses)
    assert fearon.kind == "article"
    assert by_key["walt1987"].kind == "book"


def test_two_works_in_one_source_are_two_entries(cited):
    uses = {reference.key: reference.uses for reference in cited.references}
    for rule, keys in (
        ("shift_threshold", ("fearon1995", "powell2006")),
        ("security", ("tullock1980", "hirshleifer1991")),
    ):
        assert all(f"rule {rule}" in uses[key] for key in keys), rule


def test_every_work_that_a_rule_or_a_default_names_is_known_by_its_authors():
    said = [spec.source for spec in SPEC.values()]
    for path in sorted((ROOT / "src" / "powersim" / "rules").glob("[a-z]*.py")):
        said += [rule.source for rule in citing.rules_of(path)]
    named = 0
    for found in (each for text in said for each in citing.NAMED.finditer(text)):
        words = found["authors"].replace(",", "").split()
        if words[-1] in NO_AUTHORS or any(word.isupper() for word in words):
            continue
        work = citing.known()["works"][citing.key_of(found)]
        surnames = [re.sub(r".* (?=Oosten)", "Van ", a.split(",")[0]) for a in work["author"].split(" and ")]
        told = [name.split()[-1] for name in citing.authors_of(found)]
        assert told in ([name.split()[-1] for name in surnames], [surnames[0]]), found[0]
        named += 1
    assert named > 60


@pytest.mark.slow
def test_every_work_of_the_library_is_used_in_it():
    used = {reference.key for name in names() for reference in ps.cite(name).references}
    assert set(citing.known()["works"]) <= used


def test_somebodys_word_on_a_day_is_an_entry_and_a_date_alone_rests_on_the_scenario(cited):
    entries = {reference.key: reference for reference in cited.references}
    transit = dict(entries["record:afghan_transit:white-house"].fields)
    assert (transit["author"], transit["year"]) == ("{The White House}", "2009")
    assert "afghan_transit" not in cited.own
    assert "TASS 13 April 2015" in dict(entries["record:s300_to_iran:tass"].fields)["howpublished"]
    assert "s300_to_iran" in entries["sipri"].uses
    assert "obama" in entries["missile-defense-2009"].uses
    assert "obama" not in cited.own


def test_what_is_assumed_is_counted_and_not_cited(cited):
    assert "parameter alignment_speed" in cited.own
    assert not any(dict(reference.fields).get("title") == "assumed" for reference in cited.references)
