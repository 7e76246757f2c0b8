"""Printed example bills, each made once for a test run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pypdfium2
import pytest

from chalicelib.domain.utility.profile import Paper
from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.usecases.ports.rendering import BillView, RenderedPdf
from tests.bill_cases import example

Printed = Callable[..., RenderedPdf]


@pytest.fixture(scope="session")
def renderer() -> JinjaBillRenderer:
    return JinjaBillRenderer()


@pytest.fixture(scope="session")
def printed(renderer: JinjaBillRenderer) -> Printed:
    """Print an example: `printed(name, language="en", paper=Paper.LETTER)`."""

    @cache
    def make(name: str, language: str = "en", paper: Paper = Paper.LETTER) -> RenderedPdf:
        document = example(name)
        view = BillView(language=language, paper=paper, large_print=document.recipient.large_print)
        return renderer.pdf(document, view)

    return make


@pytest.fixture(scope="session")
def text_of() -> Callable[[RenderedPdf], str]:
    """All text of a PDF, page after page, with plain spaces."""

    def read(pdf: RenderedPdf) -> str:
        pages = pypdfium2.PdfDocument(pdf.body)
        text = "\n".join(page.get_textpage().get_text_range() for page in pages)
        return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())

    return read
