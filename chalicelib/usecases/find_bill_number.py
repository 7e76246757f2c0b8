"""Find a bill by the number printed on it."""

from __future__ import annotations

from chalicelib.domain.documents.bill_numbers import bill_number
from chalicelib.domain.kernel.ids import AccountId, BillId
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.registry import RegistryStore


def bill_with_number(
    number: str, *, account_id: AccountId, registry: RegistryStore, ledger: LedgerStore
) -> BillId | None:
    """The id of the account's bill that bears `number`, None when it has none. Raises AccountUnknown."""
    account_number = registry.account(account_id).account.number
    bills = (one.bill for one in ledger.transactions_of_account(account_id) if one.bill is not None)
    return next(
        (
            bill.bill_id
            for bill in bills
            if bill_number(account_number=account_number, bill_id=bill.bill_id) == number
        ),
        None,
    )
