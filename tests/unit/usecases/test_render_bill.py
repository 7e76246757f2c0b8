"""Rendering on demand: each bill once, until something about it changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.kernel.ids import BillId
from chalicelib.domain.utility.profile import Paper
from chalicelib.rendering.bill_json import dump_bill
from chalicelib.storage.memory.documents import MemoryDocuments
from chalicelib.usecases.make_bill_document import BillUnknown
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import Change, RegistryBatch
from chalicelib.usecases.ports.rendering import (
    BillView,
    DocumentForm,
    LanguageUnknown,
    RenderedPdf,
    RenderRequest,
)
from chalicelib.usecases.render_bill import BillFiles
from tests.office import Office
from tests.people import RIVERBEND, person_of
from tests.towns import OCTOBER, the_account

ONE = the_account(1)
BILL = BillId("BILL.C01.2026-10.0")


@dataclass
class Press:
    """A renderer that writes down what it was asked to print."""

    edition: str = "1"
    languages: tuple[str, ...] = ("en", "es")
    printed: list[BillView] = field(default_factory=list)

    def html(self, document: BillDocument, view: BillView) -> str:
        self.printed.append(view)
        return f"<p>{document.bill.number} {view.language}</p>"

    def pdf(self, document: BillDocument, view: BillView) -> RenderedPdf:
        return RenderedPdf(self.html(document, view).encode(), 1)


@pytest.fixture
def office() -> Office:
    made = Office()
    made.utility.bill(OCTOBER)
    return made


def files(office: Office, press: Press) -> BillFiles:
    return BillFiles(desk=office.documents, renderer=press, store=office.files, dump=dump_bill)


def asked(**wishes: object) -> RenderRequest:
    return replace(RenderRequest(account_id=ONE, bill_id=BILL), **wishes)  # type: ignore[arg-type]


def test_the_same_bill_is_rendered_once(office: Office) -> None:
    press = Press()
    first = files(office, press).render(asked())
    again = files(office, press).render(asked())
    assert first == again
    assert len(press.printed) == 1
    assert office.files.get(first.key) == b"<p>C01-1-1/2610 en</p>"
    assert first.key.startswith(f"bills/{ONE}/{BILL}/")
    assert first.file_name == "C01-1-1-2610.pdf"


@pytest.mark.parametrize(
    "wish",
    [
        {"language": "es"},
        {"paper": Paper.A4},
        {"large_print": True},
        {"form": DocumentForm.HTML},
    ],
)
def test_another_wish_gives_another_file(office: Office, wish: dict[str, object]) -> None:
    press = Press()
    assert files(office, press).render(asked()).key != files(office, press).render(asked(**wish)).key


def replaced(office: Office, before: Registered, after: Registered) -> None:
    office.utility.registry.save(RegistryBatch(changes=(Change(before, after),)))


def test_what_changes_the_page_gives_another_file(office: Office) -> None:
    press = Press()
    keys = {files(office, press).render(asked()).key}
    press.edition = "2"
    keys.add(files(office, press).render(asked()).key)
    replaced(office, RIVERBEND, replace(RIVERBEND, name="Lakeside Water"))
    keys.add(files(office, press).render(asked()).key)
    assert len(keys) == 3


def test_the_recipients_wishes_hold_unless_others_are_told(office: Office) -> None:
    wishes = replace(person_of(1, language="es"), large_print=True)
    stored = office.utility.registry.persons([wishes.person_id])[wishes.person_id]
    replaced(office, stored, office.sealing.seal(wishes, stored=stored))
    press = Press()
    files(office, press).render(asked())
    files(office, press).render(asked(language="en", large_print=False))
    assert [(view.language, view.large_print) for view in press.printed] == [("es", True), ("en", False)]


def test_a_language_without_a_catalog_is_refused_and_a_wish_for_one_falls_back(office: Office) -> None:
    wishes = person_of(1, language="ar")
    stored = office.utility.registry.persons([wishes.person_id])[wishes.person_id]
    replaced(office, stored, office.sealing.seal(wishes, stored=stored))
    press = Press()
    files(office, press).render(asked())
    assert press.printed[0].language == "en"
    with pytest.raises(LanguageUnknown, match="one of en, es"):
        files(office, press).render(asked(language="ar"))


def test_nothing_is_stored_for_a_bill_that_is_not_there(office: Office) -> None:
    with pytest.raises(BillUnknown):
        files(office, Press()).render(asked(bill_id=BillId("BILL.C01.2026-09.0")))
    assert list(office.files.keys("bills/")) == []


def test_forgetting_an_account_takes_all_its_files(office: Office) -> None:
    files(office, Press()).render(asked())
    assert isinstance(office.files, MemoryDocuments)
    assert office.files.forget(f"bills/{ONE}/") == 1
