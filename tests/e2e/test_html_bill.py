"""The bill as a page in a browser: accessible in every language and scheme, on a phone, enlarged, printed."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.usecases.ports.rendering import BillView
from tests.bill_cases import EXAMPLES, example
from tests.bill_right_to_left import templates_with_arabic

# How much wider than the window the page is, and which elements reach over its edges.
_BEYOND = """() => ({
    wider: Math.max(0, document.scrollingElement.scrollWidth - innerWidth),
    beyond: [...document.querySelectorAll('main *, header *, footer *')]
        .filter(e => !e.closest('.quiet, svg, thead'))
        .map(e => [e, e.getBoundingClientRect()])
        .filter(([e, box]) => box.width > 1 && (box.right > innerWidth + 1 || box.left < -1))
        .map(([e]) => e.outerHTML.slice(0, 90)),
})"""
pytestmark = pytest.mark.browser
every_example = pytest.mark.parametrize("name", EXAMPLES)
every_language = pytest.mark.parametrize("language", ["en", "es", "ar"])


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> JinjaBillRenderer:
    """All languages, and one from right to left that is made up."""
    return JinjaBillRenderer(templates_with_arabic(tmp_path_factory.mktemp("templates")))


def shown(browser: Browser, renderer: JinjaBillRenderer, name: str, language: str, **how: object) -> Page:
    document = example(name)
    view = BillView(language=language, large_print=document.recipient.large_print)
    page = browser.new_page(**how)  # type: ignore[arg-type]
    page.set_content(renderer.html(document, view))
    return page


def unfold(page: Page) -> None:
    for details in page.query_selector_all("details"):
        details.evaluate("element => element.open = true")


@every_example
@every_language
def test_axe_finds_nothing_by_day_and_by_night(
    name: str, language: str, browser: Browser, renderer: JinjaBillRenderer
) -> None:
    page = shown(browser, renderer, name, language, color_scheme="light")
    unfold(page)
    by_day = Axe().run(page)
    page.emulate_media(color_scheme="dark")
    by_night = Axe().run(page)
    page.close()
    for found in (by_day, by_night):
        assert found.violations_count == 0, found.generate_report()


@every_example
@every_language
def test_a_phone_needs_no_sideways_scrolling_even_with_doubled_text(
    name: str, language: str, browser: Browser, renderer: JinjaBillRenderer
) -> None:
    page = shown(browser, renderer, name, language, viewport={"width": 320, "height": 640})
    unfold(page)
    normal = page.evaluate(_BEYOND)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    doubled = page.evaluate(_BEYOND)
    page.close()
    assert normal == doubled == {"wider": 0, "beyond": []}


@pytest.mark.parametrize("name", ["common", "estimate"])
def test_what_is_folded_away_is_printed(
    name: str, browser: Browser, renderer: JinjaBillRenderer, tmp_path: Path
) -> None:
    page = shown(browser, renderer, name, "en")
    page.pdf(path=tmp_path / "printed.pdf", format="Letter")
    page.close()
    pages = pypdfium2.PdfDocument(tmp_path / "printed.pdf")
    text = " ".join(page.get_textpage().get_text_range() for page in pages)
    assert "March 2026" in text
    assert "Pay $" not in text.partition("How to pay")[0], "a button is of no use on paper"


def test_a_page_asks_for_nothing(browser: Browser, renderer: JinjaBillRenderer) -> None:
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.set_content(renderer.html(example("common"), BillView(language="en")))
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == []


def test_the_keyboard_reaches_what_can_be_used_and_shows_where_it_is(
    browser: Browser, renderer: JinjaBillRenderer
) -> None:
    page = shown(browser, renderer, "common", "en")
    seen = []
    for _ in range(3):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle]"
            )
        )
    page.close()
    assert seen == [["A", "solid"], ["SUMMARY", "solid"], ["A", "solid"]]
