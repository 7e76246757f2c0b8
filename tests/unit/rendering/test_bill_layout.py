"""Where things stand on the paper: in the windows of envelopes, under the perforation, inside the margins."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from chalicelib.domain.utility.profile import Paper
from tests.bill_cases import EXAMPLES, example
from tests.unit.rendering.conftest import Printed

_INCH, _MM = 72.0, 72 / 25.4
every_example = pytest.mark.parametrize("name", EXAMPLES)
both_papers = pytest.mark.parametrize("paper", list(Paper))
# Left, top, right, bottom from the page's top left corner: what shows through a window at least or at most.
_WINDOW = {
    # 4 × 1 in, ⅜ in from the left, ⅝ in from the bottom of a #10; the sheet may lie 1 in and 0.45 in off.
    Paper.LETTER: (0, 2.04 * _INCH, 4.375 * _INCH, 3.5 * _INCH),
    # 90 × 45 mm, 20 mm from the left, 15 mm from the bottom of a C5/6; 15 mm of play.
    Paper.A4: (1 * _MM, 39 * _MM, 108 * _MM, 99 * _MM),
}
_ALWAYS_SEEN = {
    Paper.LETTER: (0.375 * _INCH, 2.04 * _INCH, 4.1 * _INCH, 3.4 * _INCH),
    Paper.A4: (20 * _MM, 54 * _MM, 108 * _MM, 90 * _MM),
}
_MARGIN = {Paper.LETTER: 0.6 * _INCH, Paper.A4: 20 * _MM}


class Character(NamedTuple):
    text: str
    size: float
    left: float
    top: float
    right: float
    bottom: float


def characters(page: pypdfium2.PdfPage) -> Iterator[Character]:
    """All visible characters, measured from the top left corner."""
    text = page.get_textpage()
    height = page.get_height()
    for index in range(text.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(text, index))
        if not character.isspace() and character.isprintable():
            left, bottom, right, top = text.get_charbox(index)
            size = pdfium.FPDFText_GetFontSize(text, ctypes.c_int(index))
            yield Character(character, size, left, height - top, right, height - bottom)


def within(character: Character, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = box
    return (
        left <= character.left
        and character.right <= right
        and top <= character.top
        and character.bottom <= bottom
    )


@every_example
@both_papers
def test_the_window_shows_the_recipients_address_and_nothing_else(
    name: str, paper: Paper, printed: Printed
) -> None:
    document = example(name)
    address = document.recipient.mailing_address
    wanted = "".join((document.recipient.name, *address.lines, address.city, address.postal_code))
    page = pypdfium2.PdfDocument(printed(name, "en", paper).body)[0]
    left, top, right, bottom = _WINDOW[paper]
    seen = [
        c for c in characters(page) if left < c.right and c.left < right and top < c.bottom and c.top < bottom
    ]
    text = "".join(character.text for character in seen)
    assert all(letter in text for letter in wanted if not letter.isspace())
    assert len(text) <= len(wanted) + len("US,CA")
    assert all(within(character, _ALWAYS_SEEN[paper]) for character in seen)


@every_example
@both_papers
def test_the_stub_is_the_bottom_third_of_the_first_page(name: str, paper: Paper, printed: Printed) -> None:
    page = pypdfium2.PdfDocument(printed(name, "en", paper).body)[0]
    height = page.get_height()
    third = height * 2 / 3
    shown = list(characters(page))
    assert not [c for c in shown if c.top < third < c.bottom], "something crosses the perforation"
    stub = "".join(c.text for c in shown if c.top > third)
    document = example(name)
    for text in (document.account.number, document.payment.payable_to, document.payment.scanline):
        assert text.replace(" ", "") in stub
    image = page.render(scale=4).to_pil().convert("L")
    rows = {y for y in range(image.height) if sum(image.getpixel((x, y)) < 200 for x in range(20)) >= 5}
    assert any(abs(y / 4 - third) < 1 for y in rows), "no perforation at the edge of the paper"


@every_example
@both_papers
def test_the_scanline_stands_alone_at_the_foot(name: str, paper: Paper, printed: Printed) -> None:
    page = pypdfium2.PdfDocument(printed(name, "en", paper).body)[0]
    height = page.get_height()
    foot = [c for c in characters(page) if c.bottom > height - 0.62 * _INCH]
    scanline = example(name).payment.scanline.replace(" ", "")
    assert "".join(c.text for c in foot) == scanline
    pitch = (foot[13].left - foot[0].left) / 13
    assert pitch == pytest.approx(_INCH / 10, abs=0.15), "ten characters to the inch"


@every_example
@both_papers
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_runs_over_the_margins(name: str, paper: Paper, language: str, printed: Printed) -> None:
    document = pypdfium2.PdfDocument(printed(name, language, paper).body)
    for page in document:
        width, height = page.get_size()
        margin = _MARGIN[paper]
        outside = [
            c
            for c in characters(page)
            if c.left < margin - 1 or c.right > width - margin + 1 or c.bottom > height - 0.2 * _INCH
        ]
        assert not outside, "".join(c.text for c in outside)


@every_example
@both_papers
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_lies_on_other_text(name: str, language: str, paper: Paper, printed: Printed) -> None:
    for page in pypdfium2.PdfDocument(printed(name, language, paper).body):
        boxes = sorted(characters(page), key=lambda c: (c.left, c.top))
        for index, one in enumerate(boxes):
            for other in boxes[index + 1 :]:
                if other.left >= one.right - 2:
                    break
                if other[2:] != one[2:]:  # the letters of a ligature share a box
                    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
                    assert overlap < 1, f"{one} on {other}"


def test_large_print_is_large(printed: Printed) -> None:
    document = pypdfium2.PdfDocument(printed("large_print").body)
    for page in list(document)[1:]:
        head = 1.1 * _INCH  # the running head repeats what the first page says
        small = [c for c in characters(page) if c.top > head and c.size < 18]
        drawn = [c for c in small if c.size in (7.0, 7.5)]  # the chart's own scale, which is doubled
        assert len(drawn) == len(small), "".join(c.text for c in small if c not in drawn)
    first = [c for c in characters(document[0]) if c.size >= 18]
    said = "".join(c.text for c in first)
    assert "$114.72" in said
    assert "Dec3,2026" in said
