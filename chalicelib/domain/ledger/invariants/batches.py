"""The invariant of bill runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.billing.run import BillRun, Tally
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.ledger.transaction import FinancialTransaction

Batch = tuple[CycleCode, Month, datetime]
"""What the cycle bills of one run have in common: cycle, period, and the instant it passed its door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedBatches:
    """How many cycle bills the ledger holds for each run, and what they add up to, in minor units."""

    bills: Counter[Batch] = field(default_factory=Counter)
    amount_minor: Counter[Batch] = field(default_factory=Counter)

    def take(self, other: PostedBatches) -> None:
        """Add what another part of the ledger holds. Changes this value."""
        self.bills.update(other.bills)
        self.amount_minor.update(other.amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRun:
    """A closed run with the sums its chunks reported: when drafts were rated, and when they were posted."""

    run: BillRun
    drafts: Tally
    postings: Tally


def batches_of(transactions: Iterable[FinancialTransaction]) -> PostedBatches:
    """The cycle bills among some transactions, by run."""
    found = PostedBatches()
    for transaction in transactions:
        bill = transaction.bill
        if bill is not None and bill.kind is BillKind.CYCLE:
            batch = (bill.cycle, bill.period, transaction.recorded_at)
            found.bills[batch] += 1
            found.amount_minor[batch] += bill.total_minor
    return found


def batch_control(closed: ClosedRun, posted: PostedBatches) -> Iterator[Violation]:
    """Invariant 13: in = billed + excepted + skipped; drafts, postings and the ledger are the same bills.

    In counts and in money; `posted` is the whole ledger's.
    """
    run, drafts = closed.run, closed.drafts
    for name, tally in (("run", run.tally), ("drafts", drafts), ("postings", closed.postings)):
        if not tally.balances:
            went = f"{tally.billed} billed, {tally.excepted} excepted, {tally.skipped} skipped"
            yield _of(run, f"{name}: {tally.accounts} accounts came in; {went}")
        if (tally.billed, tally.amount_minor) != (drafts.billed, drafts.amount_minor):
            yield _of(run, _differ(name, tally.billed, tally.amount_minor, drafts))
    if run.passed_at is not None:
        batch = (run.cycle, run.period, run.passed_at)
        bills, amount = posted.bills[batch], posted.amount_minor[batch]
        if (bills, amount) != (drafts.billed, drafts.amount_minor):
            yield _of(run, _differ("the ledger", bills, amount, drafts))


def batches_known(posted: PostedBatches, runs: Iterable[BillRun]) -> Iterator[Violation]:
    """Invariant 13: no cycle bill stands in the ledger that no run let through its door."""
    known: Mapping[Batch, RunId] = {
        (run.cycle, run.period, run.passed_at): run.run_id for run in runs if run.passed_at is not None
    }
    for cycle, period, at in sorted(posted.bills.keys() - known.keys()):
        count = posted.bills[cycle, period, at]
        yield Violation(
            invariant=13,
            message=f"{count} bills of cycle {cycle}, {period}, recorded at {at}, belong to no run",
            data={"cycle": cycle, "period": str(period), "bills": count},
        )


def _differ(name: str, bills: int, amount_minor: int, drafts: Tally) -> str:
    return (
        f"{name}: {bills} bills of {amount_minor} minor units; "
        f"the drafts are {drafts.billed} of {drafts.amount_minor}"
    )


def _of(run: BillRun, message: str) -> Violation:
    return Violation(invariant=13, message=f"run {run.run_id}, {message}", data={"run_id": run.run_id})
