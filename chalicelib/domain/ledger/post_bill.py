"""From a bill to its balanced transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.domain.billing.bill import Bill, BillSegment
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId, TransactionId
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind


class LineWithoutGlAccount(Refusal):
    """A bill line names no general ledger account to credit."""


def transaction_of_bill(
    bill: Bill, *, recorded_at: datetime, chart: ChartOfAccounts | None = None
) -> FinancialTransaction:
    """The transaction that posts `bill`, under the bill's own id. Raises LineWithoutGlAccount.

    `recorded_at` is the clock of the run that made the bill, not of the worker that posts it: a repeated
    worker must write the same bytes.
    """
    receivable = (chart or ChartOfAccounts()).receivable
    return FinancialTransaction(
        transaction_id=TransactionId(bill.bill_id),
        account_id=bill.account_id,
        kind=TransactionKind.BILL,
        accounting_period=bill.accounting_period,
        document_date=bill.bill_date,
        recorded_at=recorded_at,
        currency=bill.currency,
        postings=postings_of_segments(bill.segments, due_on=bill.due_on, receivable=receivable),
        bill=bill,
    )


def postings_of_segments(
    segments: Iterable[BillSegment], *, due_on: date, receivable: str
) -> tuple[Posting, ...]:
    """Balanced legs of `segments`, in a fixed order, zero amounts left out. Raises LineWithoutGlAccount.

    Debits: the receivable, per agreement, charge group and fund; together the first two and `due_on` name
    the open item. Credits: what the lines name, per GL account and fund.
    """
    owed: dict[tuple[AgreementId, str, str], int] = {}
    earned: dict[tuple[str, str], int] = {}
    for segment in segments:
        for line in segment.lines:
            if not line.gl_account:
                raise LineWithoutGlAccount(
                    f"line {line.charge!r} of tariff {line.tariff} has no GL account: "
                    "name one in the tariff document",
                    charge=line.charge,
                    tariff=line.tariff,
                )
            item = (segment.agreement_id, line.charge_group, line.fund)
            owed[item] = owed.get(item, 0) + line.amount_minor
            earning = (line.gl_account, line.fund)
            earned[earning] = earned.get(earning, 0) + line.amount_minor
    debits = [
        Posting(
            gl_account=receivable,
            fund=fund,
            amount_minor=amount,
            agreement_id=agreement_id,
            charge_group=charge_group,
            due_on=due_on,
        )
        for (agreement_id, charge_group, fund), amount in sorted(owed.items())
        if amount
    ]
    earnings = [
        Posting(gl_account=gl_account, fund=fund, amount_minor=-amount)
        for (gl_account, fund), amount in sorted(earned.items())
        if amount
    ]
    return (*debits, *earnings)
