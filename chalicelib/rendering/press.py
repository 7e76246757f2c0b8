"""A bill's printed form: the document itself as JSON, or finished pages as PDF."""

from __future__ import annotations

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.rendering.bill_json import dump_bill
from chalicelib.usecases.ports.printing import Printed
from chalicelib.usecases.ports.rendering import BillRenderer, view_of


class JsonPress:
    """Press for vendors that make the pages themselves."""

    def printed(self, document: BillDocument) -> Printed:
        """See Press."""
        return Printed(dump_bill(document), None)


class PdfPress:
    """Press that makes pages, each bill in its recipient's language and size of print."""

    def __init__(self, renderer: BillRenderer) -> None:
        self._renderer = renderer

    def printed(self, document: BillDocument) -> Printed:
        """See Press."""
        rendered = self._renderer.pdf(document, view_of(document, self._renderer.languages))
        return Printed(rendered.body, rendered.pages)
