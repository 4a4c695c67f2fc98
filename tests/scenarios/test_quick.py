"""Whatever a file holds, it is accepted or refused within seconds: 5 s of processor time, on a slow machine more.

Each text below is the worst of its kind: as large as is still read, or just beyond.
"""

from __future__ import annotations

import re
import time
from functools import cache

import pytest

from powersim.errors import ScenarioError
from powersim.scenario.digest import digest
from powersim.scenario.load import loads
from powersim.scenario.read import source

SECONDS = 5.0
PACE = 0.12  # processor time of the yardstick below where 5 s are meant


@cache
def slowness() -> float:
    """How much slower than it should be this machine is, never less than 1."""
    begin = time.process_time()
    assert sum(number * number for number in range(2_000_000)) > 0
    return max(1.0, (time.process_time() - begin) / PACE)


def text(actors: int = 2, issues: str = "", rest: str = "", groups: str = "") -> str:
    codes = "".join(f"  A{i:03d}: {{power: 0.001, economy: 0.001}}\n" for i in range(actors))
    return (
        f"powersim: 1\nname: big\ncalendar: {{start: 2000Q1, end: 2001Q4}}\n{groups}actors:\n{codes}"
        f"issues:\n  t: {{start: 0.5, control: A000}}\n{issues}{rest}"
    )


def everybody(actors: int) -> str:
    return f"groups:\n  ALL: [{', '.join(f'A{i:03d}' for i in range(actors))}]\n"


def interests(issues: int, each: int) -> str:
    def of(i: int) -> str:
        return ", ".join(f"A{(7 * j + i) % 400:03d}: [0.1, 0.5]" for j in range(each))

    return "".join(f"  i{i}: {{start: 0.5, control: A000, interests: {{{of(i)}}}}}\n" for i in range(issues))


EVIDENCE = "evidence:\n  error: 0.1\n  discrepancy: 0.1\n  miss: 0.1\n  events:\n"


def evidence(count: int) -> str:
    """Facts about one thing, each of another level."""
    facts = "".join(
        f"    - {{sanctions: [A000, A001], above: {(i + 1) / (count + 1):.5f}, at: 2000Q1, source: x}}\n"
        for i in range(count)
    )
    return f"sanctions: [{{by: A000, on: A001}}]\n{EVIDENCE}{facts}"


SUM = "max(0, t - 0.5)" + " + t*t" * 13
DRAWN = "{value: 0.1, prior: {spread: 0.1}}"
ACCEPTED = {
    "400 actors": text(400),
    "400 actors, 3000 interests": text(400, interests(200, 10)),
    "400 actors, every pair uncertain in common": text(
        400, rest=f"alignment: {{default: {DRAWN}}}\ntrade: {{default: {DRAWN}}}\n"
    ),
    "nearly 20,000 uncertain pairs": text(
        140, rest="alignment: {default: 0.1}\npriors: [{over: alignment.*, spread: 0.1}]\n"
    ),
    "nearly 10,000 instruments": text(100, groups=everybody(100), rest="sanctions: [{by: ALL, on: ALL}]\n"),
    "groups in groups": text(
        400,
        groups="groups:\n" + "".join(
            f"  G{i}: [{', '.join(['A000', *(f'G{j}' for j in range(max(0, i - 30), i))])}]\n" for i in range(200)
        ),
    ),
    "long expressions": text(
        issues="".join(
            f'  i{i}: {{start: 0.5, control: A000, interests: {{A000: ["{SUM} + 0.{i}", "{SUM} + 0.5{i}"]}}}}\n'
            for i in range(390)
        )
    ),
    "a thousand facts": text(rest=evidence(1_000)),
    "a chain of events": text(
        rest="events:\n  - {id: e0, date: 2000Q1, shift: {t: 0.1}}\n" + "".join(
            f"  - {{id: e{i}, date: 2000Q1, after: e{i - 1}, shift: {{t: 0.1}}}}\n" for i in range(1, 1200)
        )
    ),
}  # fmt: skip
REFUSED = {
    "90,000 keys": "".join(f"k{i}: 1\n" for i in range(90_000)),
    "as many keys as are read": text(rest="".join(f"k{i}: 1\n" for i in range(29_000))),
    "unknown names": text(rest="record:\n" + "".join(f"  k{i}: {{2000: 0.1}}\n" for i in range(3_000))),
    "wrong values": text(rest="record:\n  t:\n" + "".join(f"    {1800 + i}: x\n" for i in range(400)) * 9),
    "wrong actors": text().replace(
        "actors:\n", "actors:\n" + "".join(f"  B{i}: {{power: 7, economy: -1, name: 1}}\n" for i in range(1_200))
    ),
    "empty issues": text(issues="".join(f"  i{i}: {{}}\n" for i in range(4_000))),
    "sums that are too long": text(
        issues="".join(
            f'  i{i}: {{start: 0.5, control: A000, interests: {{A000: ["{"t+" * 198}{i}", 1]}}}}\n'
            for i in range(500)
        )
    ),
    "a circle of groups": text(
        groups="groups:\n" + "".join(f"  G{i}: [G{(i + 1) % 14_000}]\n" for i in range(14_000))
    ),
    "everybody on everybody": text(
        400, groups=everybody(400), rest="sanctions:\n" + "  - {by: ALL, on: ALL}\n" * 1000
    ),
    "three thousand facts": text(rest=evidence(3_000)),
    "facts about events that there are not": text(
        rest=EVIDENCE + "".join(f"    - {{event: e{i}, at: 2000Q1, source: x}}\n" for i in range(9_000))
    ),
    "a fan of branches": text(
        rest="branches:\n  b:\n    do:\n" + "      - {set: {t: 0.1}, date: 2000Q1}\n" * 900
        + "".join(f"  c{i}: {{like: b}}\n" for i in range(1_500))
    ),
    "patterns for numbers": text(rest="priors:\n" + "  - {over: actors.*.power, spread: 0.1}\n" * 2_000),
    "every pair uncertain": text(
        400, rest="alignment: {default: 0.1}\npriors: [{over: alignment.*, spread: 0.1}]\n"
    ),
    "one key again and again": text(rest="name: x\n" * 5_000),
    "one large text": text(rest=f"about: {'x ' * 200_000}\n"),
}  # fmt: skip


@cache
def taken(name: str) -> tuple[float, ScenarioError | None]:
    """Seconds of a processor, and what is said where it is refused."""
    begin, said = time.process_time(), None
    if name in ACCEPTED:
        digest(loads(ACCEPTED[name]))
    else:
        with pytest.raises(ScenarioError, match=r".") as caught:
            loads(REFUSED[name])
        said = caught.value
    return time.process_time() - begin, said


SLOWEST = (
    "90,000 keys", "facts about events that there are not", "one large text", "a circle of groups",
    "400 actors, every pair uncertain in common", "400 actors, 3000 interests", "as many keys as are read",
)  # fmt: skip
"""More than half of the time that all of them take."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOWEST else [])
        for name in (*ACCEPTED, *REFUSED)
    ],
)
def test_no_file_takes_long(name: str) -> None:
    assert taken(name)[0] < SECONDS * slowness()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param(
            "90,000 keys",
            "the file is too large|too many values; allowed: at most 60000",
            marks=pytest.mark.slow,
        ),
        ("everybody on everybody", "too many sanctions; found 160000000; allowed: at most 10000"),
        ("three thousand facts", "too many facts of evidence; found 3000; allowed: at most 1000"),
        ("a fan of branches", "too many steps of branches; found 10811; allowed: at most 10000"),
        ("patterns for numbers", "too many priors; found 2000; allowed: at most 100"),
        (
            "every pair uncertain",
            "too many uncertain numbers of pairs of actors; found 159600; allowed: at most 80000",
        ),
    ],
)
def test_what_there_is_too_much_of_is_named(name: str, words: str) -> None:
    assert re.search(words, str(taken(name)[1]))


@pytest.mark.slow
def test_the_files_of_a_chain_share_the_room_for_values(tmp_path_factory: pytest.TempPathFactory) -> None:
    from powersim.scenario.load import load

    folder = tmp_path_factory.mktemp("chain")
    for n in range(4):
        keys = "".join(f"k{n}_{i}: 1\n" for i in range(source.MAX_NODES // 6))
        above = f"extends: {n + 1}.yaml\n" if n < 3 else ""
        (folder / f"{n}.yaml").write_text(f"powersim: 1\n{above}{keys}", "utf-8")
    with pytest.raises(ScenarioError, match=r"too many values; allowed: at most 60000"):
        load(folder / "0.yaml")


def test_the_most_that_is_reported_at_once_has_an_end() -> None:
    said = taken("unknown names")[1]
    assert said is not None
    assert len(said.problems) == source.MOST_PROBLEMS
