"""What is in the PDF of every example bill: amounts, code, scanline, fonts, tags, pages."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pypdf
import pypdfium2
import pytest
import zxingcpp
from pdfua import validate

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.scanline import is_sound
from chalicelib.domain.utility.profile import Paper
from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.usecases.ports.rendering import BillView, RenderedPdf
from tests.bill_cases import EXAMPLES, common, example
from tests.unit.rendering.conftest import Printed

_LARGEST_COMMON_BILL = 60_000
_PAGES = {"three_pages": 3, "ten_agreements": 4, "large_print": 5, "corrected": 3}  # others: one sheet
_SYMBOLS = {"USD": ("$", 2), "JPY": ("¥", 0), "EUR": ("€", 2)}
every_example = pytest.mark.parametrize("name", EXAMPLES)
both_languages = pytest.mark.parametrize("language", ["en", "es"])


def shown(minor: int, document: BillDocument) -> str:
    """An amount as it has to be printed, worked out without the renderer's library."""
    symbol, digits = _SYMBOLS[document.bill.currency]
    number = f"{abs(minor) / 10**digits:,.{digits}f}"
    if document.issuer.contacts.office.country == "ES":
        number = number.replace(",", " ").replace(".", ",").replace(" ", ".")
        return f"{'-' * (minor < 0)}{number} {symbol}"
    return f"{'-' * (minor < 0)}{symbol}{number}"


def amounts(document: BillDocument) -> Counter[int]:
    """Every amount that has to be on the bill, as often as it has to be there."""
    lines = [line.amount_minor for service in document.services for line in service.lines]
    totals = [service.total_minor for service in document.services]
    entries = [entry.amount_minor for entry in document.balance.entries]
    balance = document.balance
    return Counter([*lines, *totals, *entries, balance.new_charges_minor, balance.due_minor])


@every_example
@both_languages
def test_every_amount_of_the_document_is_printed_as_often_as_it_occurs(
    name: str, language: str, printed: Printed, text_of: Callable[[RenderedPdf], str]
) -> None:
    document = example(name)
    words = Counter(text_of(printed(name, language)).replace(" €", "€").split())
    for minor, times in amounts(document).items():
        text = shown(minor, document).replace(" €", "€")
        assert words[text] >= times, f"{text} is there {words[text]} times, not {times}"


@every_example
@both_languages
def test_nothing_is_lost_between_two_pages(
    name: str, language: str, printed: Printed, text_of: Callable[[RenderedPdf], str]
) -> None:
    document, text = example(name), text_of(printed(name, language))
    for option in document.payment.options:
        assert option.text[language] in text
    for message in document.messages:
        assert message.title[language] in text
    assert document.issuer.contacts.emergency_phone in text
    for service in document.services:
        for line in service.lines:
            assert line.label[language] in text


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("further", range(7, 15))
def test_however_full_a_page_is_the_foot_of_the_bill_is_there_once(
    further: int, paper: Paper, renderer: JinjaBillRenderer, text_of: Callable[[RenderedPdf], str]
) -> None:
    document = common()
    first, *others = document.services
    longer = replace(first, lines=first.lines + first.lines[:1] * further)
    fuller = replace(document, services=(longer, *others))
    text = text_of(renderer.pdf(fuller, BillView(language="en", paper=paper)))
    assert text.count(document.issuer.contacts.emergency_phone) == 1
    for option in document.payment.options:
        assert text.count(option.text["en"]) == 1


@every_example
def test_the_code_on_the_stub_leads_to_the_payment_page(name: str, printed: Printed) -> None:
    document = example(name)
    page = pypdfium2.PdfDocument(printed(name).body)[0]
    found = [code.text for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    assert found == ([document.payment.link] if document.balance.due_minor > 0 else [])


@every_example
def test_the_scanline_is_printed_whole_and_its_check_digit_is_right(
    name: str, printed: Printed, text_of: Callable[[RenderedPdf], str]
) -> None:
    line = example(name).payment.scanline
    assert line in text_of(printed(name))
    assert is_sound(line)


@pytest.mark.parametrize("name", ["credit_balance", "final_bill"])
def test_a_stub_with_nothing_to_pay_says_so(
    name: str, printed: Printed, text_of: Callable[[RenderedPdf], str]
) -> None:
    text = text_of(printed(name))
    assert "No payment is needed" in text
    assert "Do not pay. This amount is in your favor." in text
    assert "Amount enclosed" not in text


@every_example
@both_languages
def test_a_screen_reader_can_work_with_it(name: str, language: str, printed: Printed, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "bill.pdf"
    file.write_bytes(printed(name, language).body)
    assert not [str(finding) for finding in validate(str(file)).findings]


@every_example
def test_title_and_language_are_set(name: str, printed: Printed) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(name, "es").body))
    assert reader.trailer["/Root"]["/Lang"] == "es"
    assert reader.metadata is not None
    assert reader.metadata.title == f"Factura del 12 de noviembre de 2026 de {example(name).issuer.name}"


@every_example
def test_every_font_is_in_the_file_and_is_one_of_ours(name: str, printed: Printed) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(name).body))
    fonts = {
        str(font["/BaseFont"]): font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in reader.pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in fonts.values())
    families = {name.partition("+")[2].replace("-", "") for name in fonts}
    assert families <= {"NotoSans", "NotoSansBold", "HeadgateSans", "HeadgateSansBold", "HeadgateScanline"}


def test_the_common_bill_is_small(printed: Printed) -> None:
    assert len(printed("common").body) <= _LARGEST_COMMON_BILL
    assert len(printed("common", "es").body) <= _LARGEST_COMMON_BILL


@every_example
@both_languages
@pytest.mark.parametrize("paper", list(Paper))
def test_most_bills_are_one_sheet(name: str, language: str, paper: Paper, printed: Printed) -> None:
    pdf = printed(name, language, paper)
    assert pdf.pages == len(pypdfium2.PdfDocument(pdf.body))
    assert pdf.pages <= _PAGES.get(name, 2)


def test_what_is_carried_to_the_next_page_is_said_there(
    renderer: JinjaBillRenderer, text_of: Callable[[RenderedPdf], str]
) -> None:
    document = example("three_pages")
    text = text_of(renderer.pdf(document, BillView(language="en", large_print=True)))
    carried = re.findall(r"(\S+), continued: (\S+) carried forward", text)
    running = {
        shown(sum(line.amount_minor for line in service.lines[:count]), document)
        for service in document.services
        for count in range(1, len(service.lines))
    }
    assert carried
    assert all(service == "Irrigation" and amount in running for service, amount in carried)


def test_a_corrected_bill_says_what_it_replaces_and_what_happened_to_the_meter(
    printed: Printed, text_of: Callable[[RenderedPdf], str]
) -> None:
    text = text_of(printed("corrected"))
    assert "This bill replaces the charges of bill 2026-11-004401, which were canceled." in text
    assert "Meter W-204871 passed its highest number and started again from zero." in text
    assert "Meter W-310044 was installed on Oct 24, 2026." in text


def test_an_estimate_is_flagged_at_the_read_and_at_the_service(
    printed: Printed, text_of: Callable[[RenderedPdf], str]
) -> None:
    text = text_of(printed("estimate"))
    assert "1,862 on Oct 10, 2026, read by you" in text
    assert "1,873 on Nov 9, 2026, estimated" in text
    assert "Oct 10 – Nov 8, 2026, 30 days, estimated" in text
    assert "$58.74 of this was due before this bill." in text


def test_the_same_document_gives_the_same_pages(renderer: JinjaBillRenderer, text_of) -> None:  # type: ignore[no-untyped-def]
    view = BillView(language="en")
    assert text_of(renderer.pdf(common(), view)) == text_of(renderer.pdf(common(), view))
