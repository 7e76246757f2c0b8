"""The report of a simulation in a browser: accessible by day and by night, on a phone, enlarged, printed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from chalicelib.rendering.catalogs import read_catalog
from chalicelib.rendering.simulation.report_page import report_page
from chalicelib.rendering.simulation.report_words import TEMPLATES, report_words
from tests.usage_files import YEAR, simulated, written

pytestmark = pytest.mark.browser
LOCALE = TEMPLATES / "locale"
LONG = "residential and small commercial customers outside of the city limits (old rate 7)"
_BEYOND = """() => ({
    wider: Math.max(0, document.scrollingElement.scrollWidth - innerWidth),
    beyond: [...document.querySelectorAll('main *, header *, footer *')]
        .filter(e => !e.closest('svg, thead'))
        .map(e => [e, e.getBoundingClientRect()])
        .filter(([e, box]) => box.width > 1 && (box.right > innerWidth + 1 || box.left < -1))
        .map(([e]) => e.outerHTML.slice(0, 90)),
})"""


@pytest.fixture(
    scope="module",
    params=[(language, how) for language in ("en", "es") for how in ("plain", "long names, rows left out")],
    ids=str,
)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    language, how = request.param
    text = YEAR
    needed = None
    if how != "plain":
        text = YEAR.replace("homes", LONG) + f"Odd,O1,{LONG},X-9,2026-01-01,2026-01-31,3,ccf,2\n"
        needed = Decimal(1_000_000_000)
    found = simulated(written(tmp_path_factory.mktemp("usage"), text), needed=needed)
    return report_page(found.simulation, report_words(language))


def shown(browser: Browser, report: str, **how: object) -> Page:
    page = browser.new_page(**how)  # type: ignore[arg-type]
    page.set_content(report)
    for details in page.query_selector_all("details"):
        details.evaluate("element => element.open = true")
    return page


def test_axe_finds_nothing_by_day_and_by_night(browser: Browser, report: str) -> None:
    page = shown(browser, report, color_scheme="light")
    by_day = Axe().run(page)
    page.emulate_media(color_scheme="dark")
    by_night = Axe().run(page)
    page.close()
    for found in (by_day, by_night):
        assert found.violations_count == 0, found.generate_report()


def test_a_phone_needs_no_sideways_scrolling_even_with_doubled_text(browser: Browser, report: str) -> None:
    page = shown(browser, report, viewport={"width": 320, "height": 640})
    normal = page.evaluate(_BEYOND)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    doubled = page.evaluate(_BEYOND)
    page.close()
    assert normal == doubled == {"wider": 0, "beyond": []}


def test_the_page_asks_for_nothing_and_runs_without_scripts(browser: Browser, report: str) -> None:
    asked: list[str] = []
    page = browser.new_page(java_script_enabled=False)
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.set_content(report)
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == []


def test_the_keyboard_skips_to_the_summary_and_shows_where_it_is(browser: Browser, report: str) -> None:
    page = browser.new_page()
    page.set_content(report)
    page.keyboard.press("Tab")
    skip = page.evaluate(
        "[document.activeElement.className, getComputedStyle(document.activeElement).outlineStyle]"
    )
    page.keyboard.press("Enter")
    reached = page.evaluate("document.activeElement.id")
    page.keyboard.press("Tab")
    after = page.evaluate(
        "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
    )
    page.close()
    assert (skip, reached, after) == (["skip", "solid"], "summary", ["SUMMARY", "solid"])


def test_bars_have_patterns_and_what_is_folded_away_is_printed(
    browser: Browser, report: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.set_content(report)
    fills = page.evaluate(
        "['less', 'same', 'now'].map(name => getComputedStyle(document.querySelector(`rect.${name}`)).fill)"
    )
    page.pdf(path=tmp_path / "printed.pdf", format="Letter")
    page.close()
    assert fills == ['url("#less")', 'url("#same")', 'url("#now")']
    text = " ".join(
        one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(tmp_path / "printed.pdf")
    )
    catalog = read_catalog(LOCALE, "es" if 'lang="es"' in report else "en", name="simulation")
    assert catalog.text("Accounts by change in percent") in text, "folded on the screen"
    assert catalog.text("Skip to the summary") not in text
