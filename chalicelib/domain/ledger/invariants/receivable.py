"""Invariants of what an account owes: items, credits and balance agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from chalicelib.domain.kernel.ids import TransactionId
from chalicelib.domain.ledger.invariants.history import AccountHistory
from chalicelib.domain.ledger.invariants.violation import Violation


def balance_is_open_items(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 3, for one account: legs on receivable = balance = open items less unapplied credit."""
    legs = sum(
        posting.amount_minor
        for transaction in history.transactions
        for posting in transaction.postings
        if posting.gl_account == history.chart.receivable
    )
    state = history.state
    opened = sum(item.open_minor for item in state.items)
    if not legs == state.balance_minor == opened - state.unapplied_minor:
        yield Violation(
            invariant=3,
            account_id=history.account_id,
            message=(
                f"receivable {legs}, balance {state.balance_minor}, open items {opened} less credits "
                f"{state.unapplied_minor} minor units are not the same"
            ),
            data={"receivable_minor": legs, "balance_minor": state.balance_minor, "open_minor": opened},
        )


def allocations_fit(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 4: no item is paid below zero or beyond its amount; no credit pays more than it is."""
    spent: Counter[TransactionId] = Counter()
    for item in history.state.items:
        spent.update(dict(item.applied))
        if not 0 <= item.open_minor <= item.original_minor:
            yield Violation(
                invariant=4,
                account_id=history.account_id,
                message=(
                    f"item {item.charge_group or '(no group)'} due {item.due_on}: {item.allocated_minor} of "
                    f"{item.original_minor} minor units are paid"
                ),
                data={"due_on": item.due_on, "charge_group": item.charge_group},
            )
    amounts = {credit.transaction_id: credit for credit in history.state.credits}
    for credit_id, paid in spent.items():
        if credit_id not in amounts:
            yield _of_credit(history, credit_id, f"pays {paid} minor units and is no credit of the account")
    for credit_id, credit in amounts.items():
        # Settled items are forgotten in time: what the credit paid may be more than what items still show.
        if not spent[credit_id] <= credit.applied_minor <= credit.amount_minor or credit.applied_minor < 0:
            yield _of_credit(
                history,
                credit_id,
                f"of {credit.amount_minor} minor units {credit.applied_minor} are spent, and items show "
                f"{spent[credit_id]}",
            )


def _of_credit(history: AccountHistory, credit_id: TransactionId, message: str) -> Violation:
    return Violation(
        invariant=4, account_id=history.account_id, transaction_id=credit_id, message=f"credit {message}"
    )
