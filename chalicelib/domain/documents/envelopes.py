"""Which printed bills share an envelope, and in which order envelopes are made up (docs/printing.md).

In doubt there are two envelopes: a second stamp costs less than a bill that somebody else opens.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.domain.customers.person import Address
from chalicelib.domain.kernel.errors import Refusal

MOST_SHEETS = 8
"""How many sheets an envelope takes where nobody says otherwise: what a #10 envelope holds, folded."""

_PAGES_PER_SHEET = 2  # printed on both sides
_KEY_DIGITS = 16
_ZIP_DIGITS = 5  # of a US postal code; what follows names a side of the street, and is often missing
_SILENT = re.compile(r"(?<!\d)[.'’]|[.'’](?!\d)")  # P.O., O'Brien, St.; but not 1.5
_MEANING = frozenset("LMN")  # Unicode's letters, marks and numbers


class BillPrintedTwice(Refusal):
    """One bill would be in a batch twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDocument:
    """What envelopes and control totals need of a printed bill.

    `pages` is None where the print vendor makes the pages. `sha256` and `size_bytes` are of the printed form.
    Amounts are minor units of `currency`; `amount_due_minor` is what the stub asks for.
    """

    account_number: str
    bill_number: str
    recipient: str
    address: Address
    language: str
    currency: str
    new_charges_minor: int
    amount_due_minor: int
    pages: int | None
    inserts: tuple[str, ...]
    sha256: str
    size_bytes: int

    @property
    def sheets(self) -> int | None:
        """Sheets of paper, printed on both sides; None where pages are not known."""
        return None if self.pages is None else -(-self.pages // _PAGES_PER_SHEET)

    @property
    def place(self) -> str:
        """The address in its normal form; equal for one address written in two ways."""
        address = self.address
        postal_code = normal(address.postal_code).replace(" ", "")
        if normal(address.country) == "us":
            postal_code = postal_code[:_ZIP_DIGITS]
        parts = (normal(" ".join(address.lines)), normal(address.city), normal(address.region), postal_code)
        return "|".join((*parts, normal(address.country)))

    @property
    def household(self) -> str:
        """What documents in one envelope have in common, as text.

        A name or street of which nothing is left in normal form is nobody's: such a bill goes alone.
        """
        name = normal(self.recipient)
        alone = "" if name and normal(" ".join(self.address.lines)) else self.bill_number
        return "|".join((name, self.place, self.language.casefold(), self.currency, alone))

    @property
    def mailing_key(self) -> str:
        """A short hash of `household`: envelopes with one key go to one recipient."""
        return hashlib.sha256(self.household.encode()).hexdigest()[:_KEY_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Documents that are mailed together, in order. `sequence` counts the batch's envelopes from 1.

    `inserts` are the leaflets of all its documents, each once. `is_oversize` says that a single document has
    more sheets than an envelope takes: it is mailed flat.
    """

    sequence: int
    documents: tuple[PrintedDocument, ...]
    inserts: tuple[str, ...]
    is_oversize: bool

    @property
    def mail_to(self) -> PrintedDocument:
        """The document whose name and address the envelope shows."""
        return self.documents[0]

    @property
    def pages(self) -> int | None:
        """Pages of all documents."""
        return sum_known(document.pages for document in self.documents)

    @property
    def sheets(self) -> int | None:
        """Sheets of all documents: each begins on a sheet of its own."""
        return sum_known(document.sheets for document in self.documents)


def normal(text: str) -> str:
    """A name, or a part of an address, as it is compared.

    Case, width, spaces and punctuation do not count; letters do, with their accents. Periods and apostrophes
    vanish (`P.O.` is `PO`), other punctuation separates words.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = (
        character if unicodedata.category(character)[0] in _MEANING else " "
        for character in _SILENT.sub("", folded)
    )
    return " ".join("".join(kept).split())


def plan_envelopes(
    documents: Iterable[PrintedDocument], *, most_sheets: int = MOST_SHEETS
) -> tuple[Envelope, ...]:
    """Every document in exactly one envelope; envelopes in the order of their mailing.

    The order is country, postal code, address, name; within a household account and bill number. It does not
    depend on the order in which documents come. Where pages are not known a document counts as one sheet.
    Raises BillPrintedTwice.
    """
    households: dict[str, list[PrintedDocument]] = {}
    seen: set[str] = set()
    for document in documents:
        if document.bill_number in seen:
            raise BillPrintedTwice(
                f"bill {document.bill_number} was printed twice", bill_number=document.bill_number
            )
        seen.add(document.bill_number)
        households.setdefault(document.household, []).append(document)
    members = [sorted(group, key=_within_household) for group in households.values()]
    planned: list[Envelope] = []
    for group in sorted(members, key=lambda group: _presort(group[0])):
        for filled in _filled(group, most_sheets):
            planned.append(
                Envelope(
                    sequence=len(planned) + 1,
                    documents=tuple(filled),
                    inserts=tuple(sorted({code for document in filled for code in document.inserts})),
                    is_oversize=_weight(filled[0]) > most_sheets,
                )
            )
    return tuple(planned)


def sum_known(values: Iterable[int | None]) -> int | None:
    """The sum, None when one of the values is not known."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _filled(documents: Iterable[PrintedDocument], most_sheets: int) -> Iterator[list[PrintedDocument]]:
    """A household's documents, envelope by envelope, in order."""
    filled: list[PrintedDocument] = []
    weight = 0
    for document in documents:
        if filled and weight + _weight(document) > most_sheets:
            yield filled
            filled, weight = [], 0
        filled.append(document)
        weight += _weight(document)
    if filled:
        yield filled


def _weight(document: PrintedDocument) -> int:
    """Sheets as they count against the limit."""
    return document.sheets or 1


def _within_household(document: PrintedDocument) -> tuple[str, str]:
    return document.account_number, document.bill_number


def _presort(document: PrintedDocument) -> tuple[str, ...]:
    """Where a household stands in the sequence; its own key decides between equals."""
    address = document.address
    postal_code = normal(address.postal_code).replace(" ", "")
    country, name = normal(address.country), normal(document.recipient)
    return country, postal_code, document.place, name, document.household
