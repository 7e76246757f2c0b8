"""Amounts put on or taken off an account by hand, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Month
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind
from chalicelib.domain.ledger.transaction_ids import adjustment_id


class AdjustmentOfNothing(Refusal):
    """An adjustment has no amount."""


class AdjustmentWithoutReason(Refusal):
    """An adjustment gives no reason."""


class ControlAccountNotAdjustable(Refusal):
    """An adjustment's other side would be a control account that only its own process may move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """`amount_minor` is charged when positive, credited when negative.

    `reference` is unique within the account: the same one again is the same adjustment. `gl_account` takes
    the other side (empty: the chart's adjustments account). A charge is due on `due_on` (None: at once); a
    credit that names an agreement, charge group or due date pays that first.
    """

    account_id: AccountId
    amount_minor: int
    reason: str
    reference: str
    gl_account: str = ""
    fund: str = ""
    agreement_id: AgreementId | None = None
    charge_group: str = ""
    due_on: date | None = None


def adjustment_transaction(
    adjustment: Adjustment,
    *,
    currency: str,
    entered_on: date,
    accounting_period: Month,
    recorded_at: datetime,
    chart: ChartOfAccounts,
) -> FinancialTransaction:
    """The transaction of an adjustment.

    Raises AdjustmentOfNothing, AdjustmentWithoutReason, ControlAccountNotAdjustable, InvalidReference.
    """
    if not adjustment.amount_minor:
        raise AdjustmentOfNothing("an adjustment needs an amount other than zero")
    if not adjustment.reason.strip():
        raise AdjustmentWithoutReason("an adjustment needs a reason that an auditor will understand")
    gl_account = adjustment.gl_account or chart.adjustments
    if chart.name_of(gl_account) in {"receivable", "cash_clearing", "deposits"}:
        raise ControlAccountNotAdjustable(
            f"{gl_account} is the control account for {chart.name_of(gl_account)}: "
            "name a revenue or expense account",
            gl_account=gl_account,
        )
    fund = adjustment.fund or chart.fund
    return FinancialTransaction(
        transaction_id=adjustment_id(reference=adjustment.reference),
        account_id=adjustment.account_id,
        kind=TransactionKind.ADJUSTMENT,
        accounting_period=accounting_period,
        document_date=entered_on,
        recorded_at=recorded_at,
        currency=currency,
        reason=adjustment.reason,
        postings=(
            Posting(
                gl_account=chart.receivable,
                fund=fund,
                amount_minor=adjustment.amount_minor,
                agreement_id=adjustment.agreement_id,
                charge_group=adjustment.charge_group,
                due_on=adjustment.due_on or (entered_on if adjustment.amount_minor > 0 else None),
            ),
            Posting(gl_account=gl_account, fund=fund, amount_minor=-adjustment.amount_minor),
        ),
    )
