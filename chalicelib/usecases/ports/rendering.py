"""Port: turning a bill document into what people read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId
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


DumpBill = Callable[[BillDocument], bytes]
"""Writes a document as canonical JSON (chalicelib/rendering/bill_json.py)."""


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


class DocumentForm(StrEnum):
    """What a document is rendered as."""

    PDF = "pdf"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRequest:
    """One bill in one form. What is None is as the recipient has chosen."""

    account_id: AccountId
    bill_id: BillId
    form: DocumentForm = DocumentForm.PDF
    language: str | None = None
    paper: Paper | None = None
    large_print: bool | None = None


class RenderedFile(NamedTuple):
    """Where a rendered document is stored, and what to call it when it is saved."""

    key: str
    file_name: str


class LanguageUnknown(Refusal):
    """A document was asked for in a language there is no catalog for."""


class BillRendering(Protocol):
    """Rendering done elsewhere: by a function that carries fonts and layout engine."""

    def render(self, request: RenderRequest) -> RenderedFile:
        """Have the bill rendered, unless the very same is stored already.

        Raises AccountUnknown, BillUnknown, LanguageUnknown, RenderingFailed.
        """


class RenderingFailed(Refusal):
    """A document could not be rendered. Trying again later may help."""


def view_of(document: BillDocument, languages: tuple[str, ...]) -> BillView:
    """The view the recipient has chosen; another language than the catalogs' falls back to the first."""
    recipient = document.recipient
    language = recipient.language if recipient.language in languages else languages[0]
    return BillView(language=language, paper=document.issuer.paper, large_print=recipient.large_print)
