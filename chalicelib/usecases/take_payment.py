"""Take a payment at the counter, by mail or from a bank file."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.kernel.ids import AccountId
from chalicelib.domain.ledger.payment import payment_transaction
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.post_transaction import Desk, Posted

COUNTER = "CASH"


def take_payment(
    desk: Desk,
    *,
    registry: RegistryStore,
    account_id: AccountId,
    amount_minor: int,
    received_on: date,
    reference: str,
    source: str = COUNTER,
) -> Posted:
    """Post a payment once, however often it is reported under the same source and reference.

    Raises AccountUnknown, AmountNotPositive, ReceivedInFuture, InvalidReference, ConflictingTransaction.
    """
    account = registry.account(account_id).account
    return desk.post(
        payment_transaction(
            account_id=account_id,
            amount_minor=amount_minor,
            currency=account.currency,
            source=source,
            reference=reference,
            received_on=received_on,
            entered_on=desk.today,
            accounting_period=desk.open_period(),
            recorded_at=desk.now,
            chart=desk.rules.chart,
        )
    )
