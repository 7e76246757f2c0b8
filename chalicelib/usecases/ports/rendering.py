"""Port: turning a bill document into what people read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.utility.profile import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class BillView:
    """How a document is shown: `language` is a tag there is a message catalog for."""

    language: str
    paper: Paper = Paper.LETTER
    large_print: bool = False


class RenderedPdf(NamedTuple):
    """A PDF file and how many pages it has."""

    body: bytes
    pages: int


class BillRenderer(Protocol):
    """Templates, catalogs and fonts. The same document, view and edition give the same page content."""

    @property
    def edition(self) -> str:
        """Changes whenever the same document would come out differently: templates, catalogs, renderer."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages there is a catalog for; the first is the one everything falls back to."""

    def html(self, document: BillDocument, view: BillView) -> str:
        """The document as one HTML page that needs nothing else: responsive, accessible, printable."""

    def pdf(self, document: BillDocument, view: BillView) -> RenderedPdf:
        """The document as a tagged PDF (PDF/UA-1) with its stub."""


def view_of(document: BillDocument, languages: tuple[str, ...]) -> BillView:
    """The view the recipient has chosen; another language than the catalogs' falls back to the first."""
    recipient = document.recipient
    language = recipient.language if recipient.language in languages else languages[0]
    return BillView(language=language, paper=document.issuer.paper, large_print=recipient.large_print)
