"""Verify the ledger: prove its invariants over every transaction there is, and name what breaks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chalicelib.domain.billing.chunk import total
from chalicelib.domain.billing.run import BillRun, RunState, Stage
from chalicelib.domain.kernel.ids import AccountId, Shard, TransactionId
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.fold import fold_account
from chalicelib.domain.ledger.invariants.batches import (
    ClosedRun,
    PostedBatches,
    batch_control,
    batches_known,
    batches_of,
)
from chalicelib.domain.ledger.invariants.check_account import check_account, counted_in
from chalicelib.domain.ledger.invariants.corrections import payments_posted_once
from chalicelib.domain.ledger.invariants.history import AccountHistory, history_of
from chalicelib.domain.ledger.invariants.periods import closed_books_unchanged
from chalicelib.domain.ledger.invariants.totals import LedgerTotals, control_totals, totals_of, trial_balance
from chalicelib.domain.ledger.invariants.violation import INVARIANTS, Violation
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.read_shard_state import LedgerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the verification of a part of the ledger, or of all of it, found.

    `checked` says by invariant how many things it was checked on (INVARIANTS names the things).
    """

    accounts: int = 0
    transactions: int = 0
    checked: Counter[int] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    totals: LedgerTotals = field(default_factory=LedgerTotals)
    batches: PostedBatches = field(default_factory=PostedBatches)
    payments: list[tuple[TransactionId, AccountId]] = field(default_factory=list)

    def violations_of(self, invariant: int) -> Sequence[Violation]:
        """The violations of one invariant."""
        return [one for one in self.violations if one.invariant == invariant]

    def and_also(self, other: Findings) -> Findings:
        """These findings and those of another part."""
        self.totals.take(other.totals)
        self.batches.take(other.batches)
        return Findings(
            accounts=self.accounts + other.accounts,
            transactions=self.transactions + other.transactions,
            checked=self.checked + other.checked,
            violations=self.violations + other.violations,
            totals=self.totals,
            batches=self.batches,
            payments=self.payments + other.payments,
        )


def verify_shards(reader: LedgerReader, shards: Iterable[Shard], *, workers: int = 4) -> Iterator[Findings]:
    """Verify each shard by itself; yields what was found, shard by shard, for progress bars."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(lambda shard: verify_shard(reader, shard), shards)


def verify_shard(reader: LedgerReader, shard: Shard) -> Findings:
    """All invariants that one shard's transactions can be held to, read from the first one on."""
    by_account: dict[AccountId, list[FinancialTransaction]] = {}
    for transaction in reader.ledger.transactions_of_shard(shard):
        by_account.setdefault(transaction.account_id, []).append(transaction)
    histories = [history_of(key, of_one, rules=reader.rules) for key, of_one in by_account.items()]
    checked: Counter[int] = Counter()
    violations: list[Violation] = []
    for history in histories:
        checked += counted_in(history)
        violations += check_account(history)
    closed, unlike = _closed_books(reader, shard, histories)
    checked[11] = closed
    return Findings(
        accounts=len(histories),
        transactions=sum(map(len, by_account.values())),
        checked=checked,
        violations=[*violations, *unlike],
        totals=totals_of(histories),
        batches=batches_of(one for history in histories for one in history.transactions),
        payments=[
            (one.transaction_id, history.account_id)
            for history in histories
            for one in history.of_kind(TransactionKind.PAYMENT)
        ],
    )


def verify_whole(parts: Iterable[Findings], *, reader: LedgerReader, operations: OperationsStore) -> Findings:
    """What all shards' findings say together: trial balance, control totals, batch control of the runs."""
    found = Findings()
    for part in parts:
        found = found.and_also(part)
    chart = reader.rules.chart
    closed = list(_closed_runs(operations))
    found.checked[2] = len(found.totals.gl)
    found.checked[13] = len(closed)
    found.violations.extend(trial_balance(found.totals))
    found.violations.extend(
        control_totals(found.totals, receivable=chart.receivable, deposits=chart.deposits)
    )
    found.violations.extend(payments_posted_once(found.payments))
    for run in closed:
        found.violations.extend(batch_control(run, found.batches))
    found.violations.extend(batches_known(found.batches, operations.runs()))
    return found


def _closed_books(
    reader: LedgerReader, shard: Shard, histories: Sequence[AccountHistory]
) -> tuple[int, list[Violation]]:
    """Invariant 11: the snapshot of closed books against a fold of its own from the first transaction on."""
    reference = reader.ledger.books(shard).snapshot
    if reference is None:
        return 0, []
    stored = {state.account_id: state for state in reader.snapshots.get(shard, reference)}
    fresh: Mapping[AccountId, AccountState] = {
        history.account_id: fold_account(
            AccountState(account_id=history.account_id),
            (one for one in history.transactions if one.accounting_period <= reference.period),
            rules=reader.rules,
        )
        for history in histories
        if any(one.accounting_period <= reference.period for one in history.transactions)
    }
    return len(stored), list(closed_books_unchanged(reference.period, stored=stored, fresh=fresh))


def _closed_runs(operations: OperationsStore) -> Iterator[ClosedRun]:
    runs: Sequence[BillRun] = operations.runs()
    for run in runs:
        if run.state is RunState.CLOSED:
            drafts, postings = (
                total(report.tally for report in operations.chunk_reports(run.run_id, stage))
                for stage in (Stage.RATE, Stage.POST)
            )
            yield ClosedRun(run=run, drafts=drafts, postings=postings)


def invariants_held(found: Findings) -> Iterator[tuple[int, str, int, str, int]]:
    """By invariant: its number, its words, how many of what it was checked on, and how many violate it."""
    for number, invariant in INVARIANTS.items():
        broken = len(found.violations_of(number))
        yield number, invariant.words, found.checked[number], invariant.counts, broken
