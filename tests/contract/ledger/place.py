"""A ledger store, an account nobody else uses, and what is posted to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Shard
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.usecases.ports.ledger import LedgerStore
from tests.ledger_builders import a_payment, entry


@dataclass
class Place:
    """A store, an account nobody else uses, and ways to look behind the port."""

    store: LedgerStore
    shard: Shard
    account: AccountId
    hold_cycle: Callable[[CycleCode], None]
    count_claims: Callable[[CycleCode, int], None]
    audited: Callable[[AccountId], list[AuditEntry]]

    def all(self) -> list[FinancialTransaction]:
        return list(self.store.transactions_of_shard(self.shard))


def payment(
    place: Place, amount_minor: int = 5000, reference: str = "", **more: object
) -> FinancialTransaction:
    unique = f"{place.shard}.{reference}" if reference else ""
    return a_payment(amount_minor, account=place.account, reference=unique, **more)  # type: ignore[arg-type]


def post(place: Place, transaction: FinancialTransaction) -> None:
    place.store.append(transaction, audit=entry(transaction))
