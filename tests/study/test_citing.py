"""What a scenario stands on is cited once, by the key of its author and year, with all that rests on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import powersim as ps
from powersim.study.citing import Bibliography

ROOT = Path(__file__).parents[2]
FLAGSHIP = ROOT / "scenarios" / "missile_defense_2009.yaml"


@pytest.fixture(scope="module")
def cited() -> Bibliography:
    return ps.cite(FLAGSHIP)


def test_a_work_is_one_entry_with_all_that_rests_on_it(cited):
    by_key = {reference.key: reference for reference in cited.references}
    assert len(by_key) == len(cited.references)
    fearon = by_key["fearon1995"]
    assert dict(fearon.fields) == {
        "author": "Fearon", "year": "1995", "journal": "IO", "volume": "49", "pages": "379--414"
    }  # fmt: skip
    assert {"rule best_demand", "rule shift_threshold"} <= set(fearon.uses)
    assert dict(by_key["walt1987"].fields)["title"] == "The Origins of Alliances"


def test_a_surname_of_many_words_is_one_name(cited):
    altfeld = next(reference for reference in cited.references if reference.key == "altfeld1979")
    assert "author = {Altfeld and {Bueno de Mesquita}}," in altfeld.bibtex()


def test_two_works_in_one_source_are_two_entries(cited):
    uses = {reference.key: reference.uses for reference in cited.references}
    assert "rule shift_threshold" in uses["fearon1995"]
    assert "rule shift_threshold" in uses["powell2006"]


def test_the_record_is_cited_in_the_words_of_the_scenario(cited):
    s300 = next(reference for reference in cited.references if reference.key == "record:s300_to_iran")
    assert "TASS 13 April 2015" in dict(s300.fields)["title"]


def test_what_is_assumed_is_counted_and_not_cited(cited):
    assert "parameter alignment_speed" in cited.own
    assert not any(dict(reference.fields).get("title") == "assumed" for reference in cited.references)


def test_every_entry_is_bibtex(cited):
    entries = re.findall(r"@(article|misc)\{[\w:.-]+,\n((?:  \w+ = \{[^\n]*\},\n)+)\}\n", cited.bibtex())
    assert len(entries) == len(cited.references)
    for _, inside in entries:
        assert inside.count("{") == inside.count("}")
