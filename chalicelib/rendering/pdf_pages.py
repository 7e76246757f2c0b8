"""HTML to tagged PDF pages with WeasyPrint. Style sheets, fonts and the fetcher are made once."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.utility.profile import Paper
from chalicelib.rendering.colors import Palette
from chalicelib.rendering.fonts import TEXT_FAMILIES, font_face_css, font_files
from chalicelib.usecases.ports.rendering import BillView, RenderedPdf

_LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class LibrariesMissing(Refusal):
    """The libraries that WeasyPrint draws with are not on this machine."""


class AddressRefused(Refusal):
    """A page wanted something from elsewhere: bills are printed from what is in them alone."""


try:
    from cssselect2 import ElementWrapper
    from pydyf import Dictionary
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher
except OSError as error:
    raise LibrariesMissing(
        f"PDFs need libraries that are not here ({error}); on Debian or Ubuntu: apt-get install {_LIBRARIES}",
        packages=_LIBRARIES,
    ) from error

# WeasyPrint warns of CSS that it leaves out. The tests watch for it; in production it would be noise.
logging.getLogger("weasyprint").setLevel(logging.ERROR)


class _Page(HTML):  # type: ignore[misc]
    """A page that is well-formed XML already and brings all its styles: neither takes time to find out."""

    def __init__(self, source: str, fetcher: URLFetcher) -> None:
        root = ElementTree.fromstring(source)
        self.base_url = None
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root

    def _ua_stylesheets(self, forms: bool = False) -> list[Any]:  # noqa: ARG002
        return []


class _FontsOnly(URLFetcher):  # type: ignore[misc]
    """Opens the font files of bills, and no other address whatever its scheme."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("file",), allow_redirects=False)
        self._allowed = frozenset(file.as_uri() for file in font_files().values())

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url not in self._allowed:
            raise AddressRefused(f"a bill asked for {url!r}: nothing is fetched while printing", url=url)
        return super().fetch(url, headers)


def _scope_headers(_document: Any, pdf: Any) -> None:
    """Say of each header cell whether it heads a column or a row, which WeasyPrint leaves to the reader."""
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get("S") == "/TH":
            row = pdf.objects[_number(item["P"])]
            group = pdf.objects[_number(row["P"])]
            item["A"]["Scope"] = "/Column" if group.get("S") == "/THead" else "/Row"


def _number(reference: bytes | str) -> int:
    """The object number of a reference such as `12 0 R`."""
    return int(reference.split()[0])


class PdfPages:
    """Prints pages styled by the style sheets in a folder. Raises FontsMissing when it is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fetcher = _FontsOnly()
        self._fonts = FontConfiguration()
        self._styled = lru_cache(16)(self._style)
        CSS(string=font_face_css(), font_config=self._fonts, url_fetcher=self._fetcher)

    def printed(self, source: str, view: BillView, *, colors: Palette, rtl: bool = False) -> RenderedPdf:
        """The page as a PDF."""
        page = _Page(source, self._fetcher)
        style = self._styled(view.paper, view.large_print, rtl, colors)
        laid_out = page.render(
            font_config=self._fonts,
            stylesheets=[style],
            pdf_variant="pdf/ua-1",
        )
        body = laid_out.write_pdf(pdf_variant="pdf/ua-1", finisher=_scope_headers)
        return RenderedPdf(body, len(laid_out.pages))

    def _style(self, paper: Paper, large: bool, rtl: bool, colors: Palette) -> Any:
        names = ["paper", paper.value, *["large"] * large, *["rtl"] * rtl]
        text = "\n".join((self._folder / f"{name}.css").read_text(encoding="utf-8") for name in names)
        for name, value in (
            ("brand", colors.brand),
            ("on-brand", colors.on_brand),
            ("ink", colors.ink),
            ("tint", colors.tint),
            ("fonts", TEXT_FAMILIES),
        ):
            text = text.replace(f"var(--{name})", value)
        return CSS(string=text, font_config=self._fonts, url_fetcher=self._fetcher)
