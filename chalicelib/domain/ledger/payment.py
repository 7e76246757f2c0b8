"""Money received."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind
from chalicelib.domain.ledger.transaction_ids import payment_id


class AmountNotPositive(Refusal):
    """An amount that must be above zero is not."""


class ReceivedInFuture(Refusal):
    """A payment claims to have been received after the day it is entered."""


def payment_transaction(
    *,
    account_id: AccountId,
    amount_minor: int,
    currency: str,
    source: str,
    reference: str,
    received_on: date,
    entered_on: date,
    accounting_period: Month,
    recorded_at: datetime,
    chart: ChartOfAccounts,
) -> FinancialTransaction:
    """A payment of `amount_minor`, known to its `source` under `reference`: cash against receivable.

    What it pays is decided by the fold. `received_on` is when the money truly came (a payment in time but
    entered late counts as in time); `accounting_period` is where the books take it.

    Raises AmountNotPositive, ReceivedInFuture, InvalidReference.
    """
    require_positive(amount_minor)
    if received_on > entered_on:
        raise ReceivedInFuture(
            f"a payment received on {received_on} cannot be entered on {entered_on}: correct the date",
            received_on=received_on,
            entered_on=entered_on,
        )
    return FinancialTransaction(
        transaction_id=payment_id(source=source, external_id=reference),
        account_id=account_id,
        kind=TransactionKind.PAYMENT,
        accounting_period=accounting_period,
        document_date=entered_on,
        recorded_at=recorded_at,
        currency=currency,
        received_on=received_on,
        postings=(
            Posting(gl_account=chart.cash_clearing, fund=chart.fund, amount_minor=amount_minor),
            Posting(gl_account=chart.receivable, fund=chart.fund, amount_minor=-amount_minor),
        ),
    )


def require_positive(amount_minor: int) -> None:
    """Raise AmountNotPositive unless the amount is above zero."""
    if amount_minor <= 0:
        raise AmountNotPositive(
            f"the amount must be above zero, not {amount_minor} minor units", amount_minor=amount_minor
        )
