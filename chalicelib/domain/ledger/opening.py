"""Balances taken over from a former system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Month
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind
from chalicelib.domain.ledger.transaction_ids import opening_id


class ControlTotalDiffers(Refusal):
    """The opening balances do not add up to what the former system said they would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningItem:
    """What is owed on one due date; a negative amount is a credit the customer brings along."""

    amount_minor: int
    due_on: date
    agreement_id: AgreementId | None = None
    charge_group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance:
    """An account's aged open items and the deposit held for it, in the account's currency."""

    account_id: AccountId
    currency: str
    items: tuple[OpeningItem, ...] = ()
    deposit_minor: int = 0

    @property
    def balance_minor(self) -> int:
        """What the customer owes, the deposit not counted."""
        return sum(item.amount_minor for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotals:
    """What the former system says: accounts with something to take over, sums of balances and deposits."""

    accounts: int
    balance_minor: int
    deposit_minor: int = 0


def require_totals(balances: Iterable[OpeningBalance], expected: ControlTotals) -> None:
    """Raise ControlTotalDiffers, naming each difference, unless `balances` add up to `expected`."""
    taken = list(balances)
    found = ControlTotals(
        accounts=len(taken),
        balance_minor=sum(balance.balance_minor for balance in taken),
        deposit_minor=sum(balance.deposit_minor for balance in taken),
    )
    names = ("accounts", "balance_minor", "deposit_minor")
    differences = [
        f"{name} are {getattr(found, name)}, expected {getattr(expected, name)}"
        for name in names
        if getattr(found, name) != getattr(expected, name)
    ]
    if differences:
        raise ControlTotalDiffers(
            f"opening balances: {'; '.join(differences)}; nothing was posted", found=found, expected=expected
        )


def opening_transaction(
    balance: OpeningBalance,
    *,
    reference: str,
    entered_on: date,
    accounting_period: Month,
    recorded_at: datetime,
    chart: ChartOfAccounts,
) -> FinancialTransaction:
    """The transaction that takes over a balance: items against the chart's opening balance account.

    `reference` names the conversion; each account has one opening under it. Raises InvalidReference.
    """
    legs = [
        Posting(
            gl_account=chart.receivable,
            fund=chart.fund,
            amount_minor=item.amount_minor,
            agreement_id=item.agreement_id,
            charge_group=item.charge_group,
            due_on=item.due_on if item.amount_minor > 0 else None,
        )
        for item in balance.items
        if item.amount_minor
    ]
    if balance.deposit_minor:
        legs.append(Posting(gl_account=chart.deposits, fund=chart.fund, amount_minor=-balance.deposit_minor))
    return FinancialTransaction(
        transaction_id=opening_id(reference=reference),
        account_id=balance.account_id,
        kind=TransactionKind.OPENING,
        accounting_period=accounting_period,
        document_date=entered_on,
        recorded_at=recorded_at,
        currency=balance.currency,
        postings=(*legs, *_counterpart(legs, chart)),
    )


def _counterpart(legs: Sequence[Posting], chart: ChartOfAccounts) -> list[Posting]:
    total = sum(leg.amount_minor for leg in legs)
    if not total:
        return []
    return [Posting(gl_account=chart.opening_balance, fund=chart.fund, amount_minor=-total)]
