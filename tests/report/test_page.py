"""The page of a study: self-contained, accessible, the same bytes each time, and safe whatever a scenario says."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from powersim.errors import PowersimError
from powersim.figures.section import Figure, Section, Table
from powersim.report import page as report_page
from powersim.report import weights
from powersim.report.answer import rounded
from powersim.report.folder import write_report

TWO = Path(__file__).resolve().parents[2] / "scenarios" / "two_powers.yaml"
HOSTILE = "<script>alert(1)</script> & \"quotes\" 'too'"
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """What a test asks of a page; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small study with a section that holds every element, and hostile text in each."""
    from powersim.cli.running import compare

    out = tmp_path_factory.mktemp("report") / "study"
    both = "spiral,deterrence"
    compare(TWO, branches="keep,give_up", theories=both, runs=60, out=out, figures="none", quiet=True)
    drawn = Image.fromarray(np.zeros((40, 60, 3), np.uint8))
    section = Section(
        "why", HOSTILE, 30, [HOSTILE], [Figure("shares", HOSTILE, HOSTILE)],
        [Table(HOSTILE, ["a", HOSTILE], [[HOSTILE, 0.25], ["x", None]])], [HOSTILE], HOSTILE,
    )  # fmt: skip
    section.write(out)
    drawn.save(out / "why" / "shares.png")
    return out


@pytest.fixture(scope="module")
def text(folder):
    return write_report(folder).read_text("utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_but_the_scripts_of_its_policy(page, text):
    found = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    sums = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in found]
    policy = next(each["content"] for each in page.all("meta") if "http-equiv" in each)
    assert policy.startswith("default-src 'none'")
    assert re.findall(r"'sha256-([^']+)'", policy) == sums
    assert len(sums) == 3
    rest = [each for each in page.all("script") if each]
    assert [each["type"] for each in rest] == ["application/json"] * 2
    for tag, attributes in page.tags:
        for name in ("src", "href", "data", "action", "srcset"):
            value = attributes.get(name) or ""
            assert not value or value.startswith(("#", "data:")), f"<{tag} {name}={value[:60]}>"
        assert not [name for name in attributes if name.startswith("on")], tag
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_text_comes_out_as_text(page, text):
    assert "<script>alert" not in text
    assert any("<script>alert(1)</script>" in word for word in page.words)
    assert any(HOSTILE in (image["alt"] or "") for image in page.all("img"))


def test_every_figure_says_what_it_shows(page):
    images = page.all("img")
    assert len(images) > 5
    assert all(len(image["alt"] or "") > 20 and image["width"] and image["height"] for image in images)


def test_headings_follow_each_other_and_ids_are_unique(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [
        attributes["href"][1:] for attributes in page.all("a") if (attributes["href"] or "").startswith("#")
    ]
    assert set(links) <= set(ids)


def test_headers_of_tables_say_what_they_head(page):
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 0


def test_text_stands_out_from_its_ground():
    css = (Path(report_page.__file__).parent / "page.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))
    for text in ("ink", "soft", "link"):
        for ground in ("paper", "tint"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2)."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ np.array([0.2126, 0.7152, 0.0722]))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.slow
def test_the_same_folder_gives_the_same_page(folder, text, tmp_path):
    assert write_report(folder, tmp_path / "again.html").read_text("utf-8") == text


def test_what_is_not_there_is_said_with_the_command_that_adds_it(page):
    words = " ".join(page.words)
    assert "powersim sensitivity study/provenance.json" in words
    assert "powersim why" not in words.replace(HOSTILE, "")


def test_commands_work_where_the_report_was_made(folder, monkeypatch):
    monkeypatch.setattr(report_page, "_parts", lambda *_: [])  # only the commands are looked at
    outside = "(commands are given in the folder that holds study)"
    assert outside in " ".join(Page(write_report(folder).read_text("utf-8")).words)
    monkeypatch.chdir(folder.parent.parent)
    for given in (folder, folder.relative_to(Path.cwd())):
        words = " ".join(Page(write_report(given).read_text("utf-8")).words)
        assert f"{folder.parent.name}/study/provenance.json --outcome" in words
        assert f"--out {folder.parent.name}/study" in words
        assert f"powersim compare {folder.parent.name}/study/provenance.json --out again" in words
        assert "in the folder that holds" not in words


def test_commands_quote_a_folder_for_the_shell(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(report_page, "_parts", lambda *_: [])
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder, "my out/mine")
    words = " ".join(Page(write_report(Path("my out/mine")).read_text("utf-8")).words)
    assert "powersim compare 'my out/mine/provenance.json' --out again" in words


def test_numbers_of_sections_are_rounded_and_nothing_is_a_dash():
    assert [rounded(v) for v in (0.123456, -0.5, 12.0, 3, None, "x", 0.0)] == [
        "0.123", "−0.500", "12", "3", "–", "x", "0.00"
    ]  # fmt: skip


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(PowersimError, match="holds no results"):
        write_report(tmp_path)


def test_of_results_without_provenance_the_missing_file_is_named(folder, tmp_path):
    copy = tmp_path / "study"
    shutil.copytree(folder, copy)
    (copy / "provenance.json").unlink()
    with pytest.raises(PowersimError, match=r"study/provenance\.json: is missing"):
        write_report(copy)


def test_a_figure_outside_the_folder_is_never_read_and_a_missing_one_spoils_nothing(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(report_page, "_parts", lambda *_: [])  # only sections are looked at
    copy = tmp_path / "study"
    shutil.copytree(folder, copy)
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(tmp_path / "secret.png")
    gone = [Figure("gone", "Shares that were drawn once", ""), Figure("../../secret", "Outside", "")]
    Section("zzz", "Last", 99, [], gone, command="powersim zzz").write(copy)
    text = write_report(copy).read_text("utf-8")
    assert 'alt="Outside"' not in text
    assert text.count("A figure is missing here") == 2
    assert "Shares that were drawn once" in text


PROBE = """
addEventListener('load', () => {
  const told = [...document.querySelectorAll('iframe')].map((frame) => {
    const page = frame.contentDocument, root = page.documentElement, all = (what) => [...page.querySelectorAll(what)];
    const text = (what) => page.querySelector(what).textContent;
    const move = (what, value) => {
      const input = page.querySelector(what);
      input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const cells = () => all('td[data-outcome]').map((cell) => cell.textContent);
    const found = {
      width: root.scrollWidth, window: root.clientWidth,
      broken: all('img').filter((image) => !image.naturalWidth).length,
      loaded: frame.contentWindow.performance.getEntriesByType('resource').filter((e) => /^http/.test(e.name)).length,
      hidden: all('.live[hidden]').length, neutral: cells(), page: all('#what-if td.number:not([data-outcome])')
        .map((cell) => cell.textContent), worth: text('#what-if-worth'),
    };
    found.shut = [all('details.fold').length, all('details.fold[open]').length, root.scrollHeight];
    move('input[data-number="0"]', 10);
    found.end = [cells(), text('#what-if-worth')];
    move('input[data-number="0"]', 0);
    move('input[data-theory="0"]', 0);
    found.one = cells();
    all('input[data-number]').slice(0, 3).forEach((_, k) => move(`input[data-number="${k}"]`, 10));
    found.few = [cells(), text('#what-if-worth')];
    const date = () => text('.chips li:nth-child(2) b');
    found.dates = [date()];
    move('#standing-date', 5);
    found.dates.push(date());
    page.querySelector('#unfold').click();
    found.opened = [all('details.fold[open]').length, root.scrollHeight];
    found.wide = root.scrollWidth;
    found.tables = all('.scroll').map((part) => [part.clientWidth, part.scrollWidth]);
    return found;
  });
  document.body.textContent = JSON.stringify(told);
});
"""
WIDTHS = (1280, 500, 390)


@pytest.fixture(scope="module")
def seen(text, tmp_path_factory):
    """What a browser makes of the page at each of `WIDTHS`. A headless window is at least 500 wide: a frame is not."""
    if CHROMIUM is None:
        pytest.skip("needs a Chromium to open the page in")
    where = tmp_path_factory.mktemp("browser")
    (where / "page.html").write_text(text, "utf-8")
    outer = where / "frames.html"
    frames = "".join(
        f'<iframe src="page.html" style="border:0;width:{w}px;height:800px"></iframe>' for w in WIDTHS
    )
    outer.write_text(f"<!doctype html><body>{frames}<script>{PROBE}</script>", "utf-8")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1400,900",
        f"--user-data-dir={where / 'profile'}", "--allow-file-access-from-files", "--virtual-time-budget=9000",
        "--dump-dom", outer.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r"<body>(\[.*\])</body>", done.stdout)
    assert found is not None, done.stdout[-400:]
    return dict(zip(WIDTHS, json.loads(html.unescape(found[1])), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_in_a_browser_the_page_is_no_wider_than_the_window_and_loads_nothing(seen, width):
    found = seen[width]
    assert found["width"] <= found["window"] <= width
    assert found["wide"] <= width
    assert found["loaded"] == found["broken"] == 0


@pytest.mark.slow
def test_on_a_laptop_nothing_is_cut(seen):
    tables = seen[1280]["tables"]
    assert len(tables) > 3
    assert all(0 < inside <= wide + 1 for wide, inside in tables)


@pytest.mark.slow
def test_in_a_browser_neutral_sliders_say_what_the_page_says(seen):
    found = seen[1280]
    assert found["hidden"] == 0
    assert found["worth"] == "Effective sample: 60 of 60 runs."
    assert len(found["neutral"]) == len(found["page"]) == 4
    for shown, page in zip(found["neutral"], found["page"], strict=True):
        for mine, other in zip(numbers(shown), numbers(page), strict=True):
            assert mine == pytest.approx(other, abs=0.6 * 10.0 ** -places(page))


@pytest.mark.slow
def test_in_a_browser_a_theory_without_weight_changes_effects_and_too_few_runs_are_refused(seen):
    found = seen[1280]
    assert found["one"] != found["neutral"]
    cells, worth = found["few"]
    assert set(cells) == {"–"}
    assert "Too few" in worth


@pytest.mark.slow
def test_in_a_browser_sixty_runs_carry_one_slider_to_its_end(seen):
    cells, worth = seen[1280]["end"]
    assert cells != seen[1280]["neutral"]
    assert "–" not in cells
    assert weights.LEAST <= int(worth.split()[2]) < 60


@pytest.mark.slow
def test_in_a_browser_long_parts_are_shut_and_open_when_asked(seen):
    parts, open_at_first, tall = seen[1280]["shut"]
    opened, taller = seen[1280]["opened"]
    assert parts == opened > 4
    assert open_at_first == 0
    assert taller > tall + 1000


@pytest.mark.slow
def test_in_a_browser_the_date_of_alignments_can_be_moved(seen):
    before, after = seen[1280]["dates"]
    assert before != after
    assert re.fullmatch(r"[+−]?\d\.\d\d", after)


def numbers(cell: str) -> list[float]:
    return [float(found.replace("−", "-")) for found in re.findall(r"[−+]?\d+(?:\.\d+)?", cell)]


def places(cell: str) -> int:
    return min(len(found.partition(".")[2]) for found in re.findall(r"\d+(?:\.\d+)?", cell))


def test_without_its_scripts_the_page_reads_as_before(page):
    live = [attributes for _, attributes in page.tags if "live" in (attributes.get("class") or "").split()]
    assert len(live) == 5
    parts = [attributes for tag, attributes in page.tags if tag == "details"]
    assert len(parts) > 4
    assert all("open" in each for each in parts)
    assert all("hidden" in attributes for attributes in live)
    kinds = ("theory", "number")
    sliders = {kind: sum(f"data-{kind}" in each for each in page.all("input")) for kind in kinds}
    assert sliders == {"theory": 2, "number": 5}
