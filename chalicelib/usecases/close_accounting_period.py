"""Close the books of a month, for good: markers, snapshots, done. Safe to kill and to repeat anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import Month, Shard
from chalicelib.usecases.ports.accounting_periods import AccountingPeriods
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.read_shard_state import LedgerReader


class PeriodNotOver(Refusal):
    """A month cannot be closed before it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedShard:
    """One shard's books: how many accounts the snapshot holds, what they owe, and its SHA-256."""

    shard: Shard
    accounts: int
    balance_minor: int
    sha256: str


def close_accounting_period(
    period: Month,
    *,
    reader: LedgerReader,
    periods: AccountingPeriods,
    operations: OperationsStore,
    shards: Iterable[Shard],
    actor: str,
    now: datetime,
    workers: int = 4,
) -> Iterator[ClosedShard]:
    """Close `period` and every earlier one; yields each shard when its books are closed and summed up.

    The order makes it safe. First no run may enter the period any more, and none is inside. Then each shard
    refuses single postings. Only then nothing can change what the snapshot sums up. A shard that is missing
    from `shards` would stay open: give all there are.

    Raises PeriodNotOver, PeriodBusy.
    """
    if now.date() < period.plus(1).first_day:
        raise PeriodNotOver(f"{period} has not ended: close it from {period.plus(1).first_day} on")
    _dismiss_runs_that_are_over(period, periods, operations)
    # Run through by the caller: a generator would leave the checks above to its first step.
    return _close(period, reader, periods, list(shards), _Signature(actor, now), workers)


def _dismiss_runs_that_are_over(
    period: Month, periods: AccountingPeriods, operations: OperationsStore
) -> None:
    """A run whose worker died between its last step and leaving the books does not hold them open."""
    for run_id in sorted(periods.in_flight(period)):
        run = operations.run(run_id)
        if run.state.is_over:
            periods.leave(run.dates.accounting_period, run_id)


@dataclass(frozen=True, slots=True)
class _Signature:
    actor: str
    at: datetime

    def entry(self, period: Month, action: str, **facts: object) -> AuditEntry:
        return AuditEntry(
            entity="accounting_period",
            entity_id=str(period),
            action=action,
            actor=self.actor,
            at=self.at,
            unique=action,
            after=facts,
        )


def _close(
    period: Month,
    reader: LedgerReader,
    periods: AccountingPeriods,
    shards: list[Shard],
    signed: _Signature,
    workers: int,
) -> Iterator[ClosedShard]:
    periods.begin_closing(period, audit=signed.entry(period, "began closing", shards=len(shards)))
    accounts = balance = 0
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for closed in pool.map(lambda shard: close_shard(shard, period, reader=reader), shards):
            accounts += closed.accounts
            balance += closed.balance_minor
            yield closed
    facts = {"shards": len(shards), "accounts": accounts, "balance_minor": balance}
    periods.finish_closing(period, audit=signed.entry(period, "closed", **facts))


def close_shard(shard: Shard, period: Month, *, reader: LedgerReader) -> ClosedShard:
    """Close one shard's books through `period` and sum them up in a snapshot. Safe to repeat."""
    reader.ledger.mark_closed(shard, period)
    states = reader.shard_states(shard, through=period).values()
    reference = reader.snapshots.put(shard, period, states)
    reader.ledger.record_snapshot(shard, reference)
    return ClosedShard(
        shard=shard,
        accounts=len(states),
        balance_minor=sum(state.balance_minor for state in states),
        sha256=reference.sha256,
    )
