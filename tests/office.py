"""A utility in memory whose customers have names, with desks to work at: what documents are tested with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.domain.customers.person import Account
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.kernel.ids import AccountId, BillId
from chalicelib.identity.key_ring import memory_key_ring
from chalicelib.identity.pseudonyms import HmacPseudonyms
from chalicelib.identity.sealing import AesGcmSealing
from chalicelib.storage.memory.documents import MemoryDocuments
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.make_bill_document import DocumentDesk
from chalicelib.usecases.ports.registry import Change, RegistryBatch
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.take_payment import take_payment
from tests.in_process import InProcess
from tests.people import people_of_town
from tests.towns import NOVEMBER, OCTOBER, reads_of_town, the_account, town

ONE = the_account(1)


class Office:
    """A utility in memory whose customers have names, and desks to work at."""

    def __init__(self) -> None:
        self.utility = InProcess()
        self.files = MemoryDocuments()
        self.sealing = AesGcmSealing(memory_key_ring(), HmacPseudonyms(b"s" * 32))
        self.utility.register(town())
        self.utility.register(people_of_town(self.sealing))
        for month in (OCTOBER, NOVEMBER):
            self.utility.read(reads_of_town(month))

    @property
    def documents(self) -> DocumentDesk:
        utility = self.utility
        return DocumentDesk(
            registry=utility.registry,
            ledger=utility.ledger_reader,
            operations=utility.operations,
            artefacts=utility.artefacts,
            sealing=self.sealing,
        )

    def document(self, bill_id: BillId, account_id: AccountId = ONE) -> BillDocument:
        return self.documents.document(account_id=account_id, bill_id=bill_id)

    def posting(self, today: date) -> Desk:
        return self.utility.posting_desk(today)

    def billing(self) -> BillingDesk:
        return self.utility.billing_desk()

    def pays(self, amount_minor: int, on: date, reference: str = "1") -> None:
        take_payment(
            self.posting(on),
            registry=self.utility.registry,
            account_id=ONE,
            amount_minor=amount_minor,
            received_on=on,
            reference=reference,
        )

    def change(self, **facts: object) -> None:
        """Change facts of the first account."""
        whole = self.utility.registry.account(ONE)
        account: Account = replace(whole.account, **facts)  # type: ignore[arg-type]
        self.utility.registry.save(RegistryBatch(changes=(Change(whole.account, account),)))
