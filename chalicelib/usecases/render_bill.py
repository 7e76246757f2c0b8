"""Render a bill when somebody needs it; the very same one is rendered once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.usecases.make_bill_document import DocumentDesk
from chalicelib.usecases.ports.documents import DocumentStore
from chalicelib.usecases.ports.rendering import (
    BillRenderer,
    BillView,
    DocumentForm,
    DumpBill,
    LanguageUnknown,
    RenderedFile,
    RenderRequest,
    view_of,
)

_CONTENT_TYPES = {DocumentForm.PDF: "application/pdf", DocumentForm.HTML: "text/html; charset=utf-8"}


@dataclass(frozen=True, kw_only=True)
class BillFiles:
    """Renders bills into the document store, in this process."""

    desk: DocumentDesk
    renderer: BillRenderer
    store: DocumentStore
    dump: DumpBill

    def render(self, request: RenderRequest) -> RenderedFile:
        """The stored file of a bill in one form; rendered now unless the very same is there.

        Its key holds the hash of the document, the view and the renderer's edition: what changes any of them
        gives another file. Raises LanguageUnknown and what DocumentDesk.document raises.
        """
        document = self.desk.document(account_id=request.account_id, bill_id=request.bill_id)
        view = self._view(document, request)
        key = self._key(document, view, request)
        if not self.store.has(key):
            self.store.put(
                key,
                self._body(document, view, request.form),
                content_type=_CONTENT_TYPES[request.form],
            )
        return RenderedFile(key, f"{document.bill.number.replace('/', '-')}.{request.form}")

    def _view(self, document: BillDocument, request: RenderRequest) -> BillView:
        languages = self.renderer.languages
        if request.language is not None and request.language not in languages:
            raise LanguageUnknown(
                f"bills are not made in {request.language!r}: ask for one of {', '.join(languages)}",
                language=request.language,
                known=list(languages),
            )
        view = view_of(document, languages)
        return replace(
            view,
            language=request.language or view.language,
            paper=request.paper or view.paper,
            large_print=view.large_print if request.large_print is None else request.large_print,
        )

    def _key(self, document: BillDocument, view: BillView, request: RenderRequest) -> str:
        seen = f"{self.renderer.edition}/{view.language}/{view.paper}/{view.large_print}/"
        name = hashlib.sha256(seen.encode() + self.dump(document)).hexdigest()[:32]
        return f"bills/{request.account_id}/{request.bill_id}/{name}.{request.form}"

    def _body(self, document: BillDocument, view: BillView, form: DocumentForm) -> bytes:
        if form is DocumentForm.HTML:
            return self.renderer.html(document, view).encode()
        return self.renderer.pdf(document, view).body
