"""The documents are a site: it builds without a warning, every link leads somewhere, nothing is fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("material")
pytest.importorskip("latex2mathml")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
OUTSIDE = {"a"}  # tags that may name an address elsewhere: a reader follows it, a browser does not


class Page(HTMLParser):
    """Names of places in a page, and what it links to and loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.named: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.places |= {given[key] for key in ("id", "name") if key in given}
        if not (tag == "link" and given.get("rel") == "canonical"):
            self.named += [(tag, given[key]) for key in ("href", "src") if key in given]


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` builds it."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    where = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_MKDOCS_2_WARNING", "1")  # a notice about versions to come
        build(load_config(str(root / "mkdocs.yml"), strict=True, site_dir=str(where)))
    return where


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Every page by its file; that of a missing page alone has addresses from the top."""
    files = [path for path in site.rglob("*.html") if path.name != "404.html"]
    return {path: Page(path.read_text("utf-8")) for path in files}


@pytest.mark.slow
def test_every_document_is_a_page(root: Path, pages: dict[Path, Page], site: Path) -> None:
    written = {path.relative_to(root).with_suffix(".html") for path in (root / "docs").rglob("*.md")}
    assert written <= {path.relative_to(site) for path in pages}
    assert len(pages) > 40


@pytest.mark.slow
def test_every_link_figure_style_and_program_of_the_site_is_in_it(pages: dict[Path, Page]) -> None:
    lost = []
    for path, page in pages.items():
        for tag, address in page.named:
            target = urlsplit(address)
            if target.scheme or target.netloc:
                lost += [] if tag in OUTSIDE else [(path.name, address)]
                continue
            file = (path.parent / unquote(target.path)).resolve() if target.path else path
            there = file.is_file() and (
                not target.fragment or file not in pages or known(pages[file], target.fragment)
            )
            lost += [] if there else [(path.name, address)]
    assert lost == []


def known(page: Page, fragment: str) -> bool:
    """Whether a page has a place of that name; `__` begins what the theme's own program makes."""
    return unquote(fragment) in page.places or fragment.startswith("__")


@pytest.mark.slow
def test_nothing_of_the_site_is_loaded_from_elsewhere(site: Path) -> None:
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert [
        found for text in styles for found in re.findall(r"(?:url\(|@import)\s*[\"']?https?:[^)\"']+", text)
    ] == []


PROBE = """
addEventListener("load", () => {
  const field = document.querySelector("input.md-search__input");
  field.focus();
  field.value = "salience";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("keyup", { bubbles: true }));
});
"""


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="needs a Chromium to search in")
def test_search_works_from_a_disk(site: Path, tmp_path: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    (site / "probe.html").write_text(page.replace("</body>", f"<script>{PROBE}</script></body>"), "utf-8")
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000", "--dump-dom", (site / "probe.html").as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    (site / "probe.html").unlink()
    assert re.search(r"\d+ matching documents", done.stdout)


@pytest.mark.slow
def test_formulas_are_drawn_by_the_browser_itself(site: Path, pages: dict[Path, Page]) -> None:
    assert pages[site / "docs" / "odd.html"].tags.count("math") > 50
    texts = {path.name: path.read_text("utf-8") for path in pages}
    assert [name for name, text in texts.items() if "arithmatex" in text or "\\mathrm" in text] == []


@pytest.mark.slow
def test_lists_and_tables_are_read_as_the_repository_shows_them(pages: dict[Path, Page]) -> None:
    raw = re.compile(r"<p>[^<]*\n(?:- |\d+\. |\|)|<td[^>]*><code>[^<]*\\\|")
    assert [path.name for path in pages if raw.search(path.read_text("utf-8"))] == []
