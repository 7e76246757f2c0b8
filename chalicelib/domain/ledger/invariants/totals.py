"""Invariants of the whole ledger: trial balance and control totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chalicelib.domain.ledger.invariants.history import AccountHistory
from chalicelib.domain.ledger.invariants.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTotals:
    """Sums in minor units: `gl` by (currency, GL account), the others by currency."""

    gl: Counter[tuple[str, str]] = field(default_factory=Counter)
    balances: Counter[str] = field(default_factory=Counter)
    open_items: Counter[str] = field(default_factory=Counter)
    unapplied: Counter[str] = field(default_factory=Counter)
    deposits: Counter[str] = field(default_factory=Counter)

    def take(self, other: LedgerTotals) -> None:
        """Add the sums of another part of the ledger. Changes this value."""
        # Counter.update adds, below zero too; Counter.__add__ would drop what is negative.
        self.gl.update(other.gl)
        self.balances.update(other.balances)
        self.open_items.update(other.open_items)
        self.unapplied.update(other.unapplied)
        self.deposits.update(other.deposits)


def totals_of(histories: Iterable[AccountHistory]) -> LedgerTotals:
    """The sums of some accounts."""
    totals = LedgerTotals()
    for history in histories:
        for transaction in history.transactions:
            for posting in transaction.postings:
                totals.gl[transaction.currency, posting.gl_account] += posting.amount_minor
        state = history.state
        totals.balances[state.currency] += state.balance_minor
        totals.open_items[state.currency] += sum(item.open_minor for item in state.items)
        totals.unapplied[state.currency] += state.unapplied_minor
        totals.deposits[state.currency] += state.deposit_minor
    return totals


def trial_balance(totals: LedgerTotals) -> Iterator[Violation]:
    """Invariant 2: over all accounts of the general ledger, debits equal credits in each currency."""
    sums: Counter[str] = Counter()
    for (currency, _), amount in totals.gl.items():
        sums[currency] += amount
    for currency, amount in sorted(sums.items()):
        if amount:
            yield Violation(
                invariant=2,
                message=f"the trial balance is off by {amount} minor units of {currency}",
                data={"currency": currency, "off_by_minor": amount},
            )


def control_totals(totals: LedgerTotals, *, receivable: str, deposits: str) -> Iterator[Violation]:
    """Invariants 3 and 15, whole ledger: control accounts are what all customers' accounts say together."""
    for currency in sorted(totals.balances):
        control = totals.gl[currency, receivable]
        balances = totals.balances[currency]
        opened = totals.open_items[currency] - totals.unapplied[currency]
        if not control == balances == opened:
            yield Violation(
                invariant=3,
                message=(
                    f"{currency}: receivable is {control}, balances {balances}, open items less credits "
                    f"{opened} minor units"
                ),
                data={"currency": currency, "control_minor": control, "balances_minor": balances},
            )
        if totals.gl[currency, deposits] != -totals.deposits[currency]:
            yield Violation(
                invariant=15,
                message=(
                    f"{currency}: the deposits account is {totals.gl[currency, deposits]}, the deposits held "
                    f"for customers are {totals.deposits[currency]} minor units"
                ),
                data={"currency": currency},
            )
