"""Bills as HTML and PDF: the adapter behind the port usecases/ports/rendering.py."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.rendering.catalogs import Catalog, catalog_languages, read_catalog
from chalicelib.rendering.colors import palette
from chalicelib.rendering.presentation.bill import present
from chalicelib.rendering.usage_chart import SCREEN_INK, printed_ink
from chalicelib.rendering.words import Words
from chalicelib.usecases.ports.rendering import BillView, RenderedPdf

if TYPE_CHECKING:
    from chalicelib.rendering.pdf_pages import PdfPages

# Beside the package: in the checkout, and at the top of the zip on Lambda.
TEMPLATES = Path(__file__).parents[2] / "templates"
_MADE_WITH = ("weasyprint", "babel", "segno", "jinja2")


class JinjaBillRenderer:
    """Renders with the templates and catalogs in a folder. Everything that can be shared between bills is."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        self._folder = templates
        self._catalogs = lru_cache(None)(self._read_catalog)
        self._words = lru_cache(64)(self._make_words)
        self._environment = Environment(
            loader=FileSystemLoader(templates / "bill"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    @cached_property
    def edition(self) -> str:
        """A hash of templates, catalogs, this package's source and the versions of what it renders with."""
        digest = hashlib.sha256()
        package = Path(__file__).parent
        for root, pattern in ((self._folder, "*"), (package, "*.py")):
            for file in sorted(path for path in root.rglob(pattern) if path.is_file()):
                body = file.read_bytes()
                digest.update(f"{file.relative_to(root).as_posix()} {len(body)}\n".encode() + body)
        for name in _MADE_WITH:
            digest.update(f"{name} {version(name)}\n".encode())
        return digest.hexdigest()[:16]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages there is a catalog for, English first."""
        return catalog_languages(self._folder / "locale")

    def html(self, document: BillDocument, view: BillView) -> str:
        """One page that needs nothing else. Raises NoCatalog, NotAColor, UnreadableLogo."""
        country = document.issuer.contacts.office.country
        words = self._words(view.language, country, markup=True)
        plain = self._words(view.language, country, markup=False)
        return self._filled(
            "page.html",
            words,
            present(document, words, plain=plain, ink=SCREEN_INK),
            large=view.large_print,
        )

    def pdf(self, document: BillDocument, view: BillView) -> RenderedPdf:
        """A tagged PDF. Raises NoCatalog, NotAColor, UnreadableLogo, FontsMissing, LibrariesMissing."""
        colors = palette(document.issuer.brand.color)
        words = self._words(view.language, document.issuer.contacts.office.country, markup=False)
        ink = printed_ink(bar=colors.bar, now=colors.ink, font="Headgate Sans")
        source = self._filled(
            "paper.html", words, present(document, words, plain=words, ink=ink), large=view.large_print
        )
        # Line ends between elements would become boxes of their own.
        return self._pages.printed(source.replace(">\n<", "><"), view, colors=colors, rtl=words.rtl)

    @cached_property
    def _pages(self) -> PdfPages:
        from chalicelib.rendering.pdf_pages import PdfPages  # WeasyPrint takes half a second to import

        return PdfPages(self._folder / "bill")

    def _filled(self, template: str, words: Words, context: dict[str, Any], *, large: bool) -> str:
        return self._environment.get_template(template).render(
            context, _=words.say, ngettext=words.count, large=large
        )

    def _make_words(self, language: str, country: str, *, markup: bool) -> Words:
        return Words(self._catalogs(language), language=language, country=country, markup=markup)

    def _read_catalog(self, language: str) -> Catalog:
        return read_catalog(self._folder / "locale", language)
