"""All invariants of a single account, in the order of their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from chalicelib.domain.ledger.invariants.bills import bill_numbers_unique, bills_add_up, lines_rounded_once
from chalicelib.domain.ledger.invariants.corrections import posted_once, undone_once
from chalicelib.domain.ledger.invariants.history import AccountHistory
from chalicelib.domain.ledger.invariants.postings import balanced, control_accounts_apart
from chalicelib.domain.ledger.invariants.receivable import allocations_fit, balance_is_open_items
from chalicelib.domain.ledger.invariants.segments import billed_once, stands_on_reads
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.ledger.transaction import TransactionKind


class _Check(NamedTuple):
    number: int
    violations: Callable[[AccountHistory], Iterator[Violation]]
    counted: Callable[[AccountHistory], int]


_CHECKS = (
    _Check(1, balanced, lambda history: len(history.transactions)),
    _Check(3, balance_is_open_items, lambda _: 1),
    _Check(4, allocations_fit, lambda history: len(history.state.items) + len(history.state.credits)),
    _Check(5, bills_add_up, lambda history: len(history.bills)),
    _Check(6, billed_once, lambda history: len(history.segments)),
    _Check(7, stands_on_reads, lambda history: sum(one.is_live for one in history.segments)),
    _Check(8, posted_once, lambda history: len(history.of_kind(TransactionKind.PAYMENT))),
    _Check(9, undone_once, lambda history: len(history.of_kind(TransactionKind.REVERSAL))),
    _Check(10, bill_numbers_unique, lambda history: len(history.bills)),
    _Check(
        12,
        lines_rounded_once,
        lambda history: sum(len(one.segment.lines) for one in history.segments),
    ),
    _Check(15, control_accounts_apart, lambda history: len(history.transactions)),
)


def check_account(history: AccountHistory) -> Iterator[Violation]:
    """Every violation of an account's invariants."""
    for check in _CHECKS:
        yield from check.violations(history)


def counted_in(history: AccountHistory) -> Counter[int]:
    """How many things each invariant was checked on, by its number."""
    return Counter({check.number: check.counted(history) for check in _CHECKS})
