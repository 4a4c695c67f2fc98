"""The page in headless Chromium: everything that somebody does on it, and what is left when the tab is closed."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which
from typing import Any

import psutil
import pytest

import powersim as ps
from powersim.app import server

BROWSER = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
PATIENCE = 60_000  # ms
EARLY = re.compile("(8|16|32|64) of 2000 runs")  # whichever of them is seen first


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """The command with its address."""
    try:
        server.check()
    except ps.PowersimError as error:
        pytest.skip(str(error))
    command = [
        sys.executable,
        "-m",
        "powersim",
        "app",
        "two_powers",
        "--branches",
        "keep,give_up",
        "--runs",
        "2000",
    ]
    room = {**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("room")), "PYTHONUTF8": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=room) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert found, process.stderr
        try:
            yield process, found[0], Path(room["TMPDIR"])
        finally:
            process.kill()


@pytest.fixture
def browser() -> Iterator[Any]:
    """Chromium, as it is installed."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("no Chromium is installed")
    with api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)


def sessions(address: str) -> int:
    """How many tabs the server keeps something for."""
    with urllib.request.urlopen(f"{address}resourcez", timeout=30) as answer:
        return int(json.load(answer)["kernels"]["total"])


def idle(process: subprocess.Popen[str], seconds: float = 1.0) -> bool:
    """Whether a process computes nothing to speak of for a while."""
    times = psutil.Process(process.pid).cpu_times
    before = sum(times()[:2])
    time.sleep(seconds)
    return sum(times()[:2]) - before < 0.3 * seconds


def field(page: Any, label: str) -> Any:
    """Where a text is typed."""
    name = page.locator("label", has_text=re.compile(f"^{label}$"))
    return page.locator(".v-text-field:not(.v-select)", has=name).locator("input")


def enter(page: Any, label: str, text: str) -> None:
    """Type a text into a field."""
    field(page, label).fill(text)
    field(page, label).press("Enter")


def until(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether something holds in time."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.2)
    return holds()


def answered(page: Any, label: str, text: str, answer: Any) -> bool:
    """Whether what is typed is answered, at the third time if need be: while the page is drawn anew it may be lost."""
    for _ in range(3):
        enter(page, label, text)
        if until(answer.is_visible, 20.0):
            return True
    return False


@pytest.mark.slow
def test_somebody_plays_with_the_page_and_closes_it(served, browser, tmp_path):
    process, address, room = served
    page = browser.new_page(viewport={"width": 1280, "height": 2600})
    page.set_default_timeout(PATIENCE)
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.goto(address)
    date = page.locator(".powersim-date")
    date.wait_for()
    assert date.inner_text() == "2000Q1"
    page.get_by_role("button", name="Step", exact=True).click()
    page.get_by_text("2000Q2", exact=True).first.wait_for()
    page.get_by_role("button", name="Play", exact=True).click()
    page.locator(".powersim-date", has_text="2000Q4").wait_for()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="End", exact=True).click()
    page.locator(".powersim-date", has_text="2007Q4").wait_for()
    pictures = page.locator(".powersim img")
    assert [name.split(" ")[0] for name in (p.get_attribute("alt") for p in pictures.all())] == [
        "Who",
        "Who",
        "Positions",
    ]

    seen = pictures.first.get_attribute("src")
    page.get_by_role("slider").nth(1).press("Home")
    page.get_by_text("Set: rho=0").wait_for()
    assert until(lambda: pictures.first.get_attribute("src") != seen)
    assert until(lambda: field(page, "rho").input_value() == "0")
    refused = page.get_by_text("parameters.rho: found 7; allowed: a number from 0 to 1.5 (log-odds)")
    assert answered(page, "rho", "7", refused)
    enter(page, "Run", "<b>three</b>")
    page.get_by_text("run: found '<b>three</b>'; allowed: a whole number").wait_for()
    enter(page, "Run", "3")
    page.get_by_text("Run 3 of seed 1 under deterrence").wait_for()
    assert page.get_by_text("found 7").count() == 0

    with page.expect_download() as got:
        page.get_by_role("button", name="History (CSV)").click()
    got.value.save_as(tmp_path / "history.csv")
    with (tmp_path / "history.csv").open() as stream:
        assert {row["branch"] for row in csv.DictReader(stream)} == {"keep", "give_up"}
    with page.expect_download() as got:
        page.get_by_role("button", name="Scenario with what is set").click()
    got.value.save_as(tmp_path / "set.yaml")
    assert ps.Study(tmp_path / "set.yaml").checksum == ps.Study("two_powers", overrides={"rho": "0"}).checksum

    page.get_by_role("button", name="Compute 2000 histories").click()
    page.get_by_text(EARLY).wait_for()
    pictures.nth(3).wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    assert until(lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    assert all(url.startswith((address, address.replace("http", "ws"), "data:", "blob:")) for url in asked), (
        asked
    )
    assert not failed
    assert sessions(address) == 1
    page.close(run_before_unload=True)
    assert until(lambda: sessions(address) == 0)
    assert until(lambda: idle(process)), "the server computes for a tab that is closed"

    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.get_by_role("button", name="Compute 2000 histories").click()
    page.get_by_text(EARLY).wait_for()
    process.send_signal(signal.SIGTERM)  # while it computes
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (128 + signal.SIGTERM, "")
    assert "Traceback" not in err
    assert err.endswith("interrupted\n")
    assert not list(room.iterdir())
