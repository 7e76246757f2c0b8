"""Bill documents for print batches: small, complete, with addresses that some of them share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.bill_document import (
    AccountFacts,
    BalanceForward,
    BillDocument,
    BillFacts,
    IssuerFacts,
    PaymentFacts,
    Recipient,
)
from chalicelib.domain.documents.envelopes import PrintedDocument
from chalicelib.domain.documents.scanline import scanline
from chalicelib.domain.kernel.ids import AccountId, BillId, CycleCode, RunId, Shard
from chalicelib.domain.utility.profile import Brand, Contacts, Paper
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts

ACCOUNT = AccountId("C01.001-0000000001")
OFFICE = Address(lines=("1 Weir Lane",), city="Riverbend", region="OH", postal_code="45011")
BILL_DATE, DUE_ON = date(2026, 10, 12), date(2026, 11, 1)
STREETS = ("Mill Race", "Sluice Street", "Aqueduct Avenue")


def an_address(line: str = "12 Oak St.", postal_code: str = "45011", **other: Any) -> Address:
    """An address in Riverbend."""
    return Address(
        **{"lines": (line,), "city": "Riverbend", "region": "OH", **other}, postal_code=postal_code
    )


def a_printed(number: int = 1, **changes: Any) -> PrintedDocument:
    """What is kept of a printed bill; `number` tells bills and accounts apart."""
    facts: dict[str, Any] = {
        "account_number": f"{number:06d}",
        "bill_number": f"{number:06d}/2610",
        "recipient": "Ada Brook",
        "address": an_address(),
        "language": "en",
        "currency": "USD",
        "new_charges_minor": 4500,
        "amount_due_minor": 5000,
        "pages": 2,
        "inserts": (),
        "sha256": f"{number:064x}",
        "size_bytes": 100,
    }
    return PrintedDocument(**{**facts, **changes})


def a_document(
    account_id: AccountId = ACCOUNT,
    *,
    number: str = "C01-1-1",
    recipient: Recipient | None = None,
    new_charges_minor: int = 4500,
    forward_minor: int = 0,
    inserts: tuple[str, ...] = (),
    currency: str = "USD",
) -> BillDocument:
    """A bill document without services: what envelopes and totals look at is all there."""
    due = forward_minor + new_charges_minor
    asked = max(0, due)
    return BillDocument(
        bill=BillFacts(
            bill_id=BillId("BILL.C01.2026-10.0"),
            number=f"{number}/2610",
            kind=BillKind.CYCLE,
            cycle=CycleCode("C01"),
            bill_date=BILL_DATE,
            due_on=DUE_ON,
            currency=currency,
        ),
        issuer=IssuerFacts(
            name="Riverbend Water",
            languages=("en", "es"),
            paper=Paper.LETTER,
            brand=Brand(),
            contacts=Contacts(
                office=OFFICE, phone="555-0100", email="w@riverbend.example", website="riverbend"
            ),
        ),
        recipient=recipient or Recipient(name="Ada Brook", mailing_address=an_address(), language="en"),
        account=AccountFacts(account_id=account_id, number=number, service_addresses=(an_address(),)),
        balance=BalanceForward(
            previous_minor=forward_minor,
            previous_bill_date=None,
            entries=(),
            payments_minor=0,
            adjustments_minor=0,
            forward_minor=forward_minor,
            past_due_minor=0,
            new_charges_minor=new_charges_minor,
            due_minor=due,
        ),
        services=(),
        usage=(),
        comparisons=(),
        messages=(),
        payment=PaymentFacts(
            amount_minor=asked,
            due_on=DUE_ON,
            payable_to="Riverbend Water",
            address=OFFICE,
            scanline=scanline(account_number=number[-14:], amount_minor=asked),
            link="https://pay.riverbend.example",
            options=(),
        ),
        inserts=inserts,
    )


class DocumentsOfDrafts:
    """BillDocuments made of what a run posted; who lives where follows from the account's number.

    Of ten neighbors two share a mailbox and a name, one is paperless, one gets bills in Spanish.
    """

    def __init__(self, *, operations: OperationsStore, artefacts: RunArtefacts) -> None:
        self._operations = operations
        self._artefacts = artefacts

    def documents_of_run(self, run_id: RunId, shard: Shard) -> Iterator[BillDocument]:
        """See BillDocuments."""
        run = self._operations.run(run_id)
        manifest = self._artefacts.manifest(run_id, sha256=run.manifest_hash)
        (entry,) = (one for one in manifest.chunks if one.shard == shard)
        for billed in self._artefacts.draft(entry.key, sha256=entry.sha256).billed:
            account_id = billed.bill.account_id
            serial = int(account_id.rpartition("-")[2])
            yield a_document(
                account_id,
                number=f"{shard}-{serial}",
                recipient=_recipient(serial, shard),
                new_charges_minor=billed.bill.total_minor,
                forward_minor=-100_000 if serial % 10 == 4 else 250 * (serial % 3),
                inserts=(("leak",) if serial % 4 == 0 else ()) + (("rates",) if serial % 5 == 0 else ()),
            )


def _recipient(serial: int, shard: Shard) -> Recipient:
    place = serial % 10
    shares = place in (6, 7)  # two accounts of one landlord
    house = serial - place + 6 if shares else serial
    return Recipient(
        name=f"Keeper {house}" if place != 7 else f"KEEPER  {house}.",
        mailing_address=an_address(
            f"{house} {STREETS[serial % 3] if not shares else STREETS[0]}",
            postal_code=f"45{int(shard.rpartition('.')[2]):03d}",
        ),
        language="es" if place == 3 else "en",
        paperless=place == 5,
    )
