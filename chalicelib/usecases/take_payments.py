"""Take the payments of a bank's file: many at once, each posted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, Shard, shard_of
from chalicelib.domain.ledger.payment import payment_transaction
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.usecases.ports.ledger import LARGEST_APPEND
from chalicelib.usecases.ports.registry import account_unknown
from chalicelib.usecases.post_transaction import Desk

_PIECES = 3  # a payment is stored as transaction, claim and audit entry
_AT_ONCE = (LARGEST_APPEND - 1) // _PIECES


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived:
    """One line of the file. `reference` is the payment's own at the source."""

    account_id: AccountId
    amount_minor: int
    received_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTaken:
    """What became of a line: posted now, `already` there, or refused (`refusal` says why)."""

    payment: PaymentReceived
    already: bool = False
    refusal: Refusal | None = None


def take_payments(
    desk: Desk,
    *,
    currencies: Mapping[AccountId, str],
    payments: Iterable[PaymentReceived],
    source: str,
    workers: int = 4,
) -> Iterator[PaymentTaken]:
    """Post every payment once; yields each one when it is decided. Safe to repeat.

    `currencies` are those the accounts are kept in; a payment of an account that is not among them is
    refused. Payments of one shard are posted some thirty together, all or none; where one of them stands in
    the way they are posted one by one, so that a bad line never costs a good one.
    """
    by_shard: dict[Shard, list[PaymentReceived]] = defaultdict(list)
    for payment in payments:
        by_shard[shard_of(payment.account_id)].append(payment)
    counter = _Counter(desk, currencies, source, desk.open_period())
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for taken in pool.map(counter.take, by_shard.values()):
            yield from taken


@dataclass(frozen=True, slots=True)
class _Counter:
    desk: Desk
    currencies: Mapping[AccountId, str]
    source: str
    period: Month

    def take(self, payments: Sequence[PaymentReceived]) -> list[PaymentTaken]:
        """Decide about payments of one shard."""
        rest = iter(payments)
        taken: list[PaymentTaken] = []
        while some := list(islice(rest, _AT_ONCE)):
            taken += self._together(some) or [self._alone(one) for one in some]
        return taken

    def _together(self, payments: Sequence[PaymentReceived]) -> list[PaymentTaken]:
        """All of them posted, or nothing and an empty list."""
        if len({payment.reference for payment in payments}) < len(payments):
            return []  # the store takes each key once in a step
        try:
            posted = self.desk.post(*(self._transaction(one) for one in payments))
        except Refusal:
            return []
        return [PaymentTaken(payment=one, already=posted.already) for one in payments]

    def _alone(self, payment: PaymentReceived) -> PaymentTaken:
        try:
            posted = self.desk.post(self._transaction(payment))
        except Refusal as refusal:
            return PaymentTaken(payment=payment, refusal=refusal)
        return PaymentTaken(payment=payment, already=posted.already)

    def _transaction(self, payment: PaymentReceived) -> FinancialTransaction:
        if payment.account_id not in self.currencies:
            raise account_unknown(payment.account_id)
        return payment_transaction(
            account_id=payment.account_id,
            amount_minor=payment.amount_minor,
            currency=self.currencies[payment.account_id],
            source=self.source,
            reference=payment.reference,
            received_on=payment.received_on,
            entered_on=self.desk.today,
            accounting_period=self.period,
            recorded_at=self.desk.now,
            chart=self.desk.rules.chart,
        )
