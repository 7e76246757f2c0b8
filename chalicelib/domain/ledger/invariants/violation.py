"""The invariants of the ledger by number, and what is said when one does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.domain.kernel.ids import AccountId, TransactionId


class Invariant(NamedTuple):
    """What always holds, in words, and what is counted when it is checked."""

    number: int
    words: str
    counts: str


INVARIANTS: Mapping[int, Invariant] = {
    number: Invariant(number, words, counts)
    for number, words, counts in (
        (1, "every transaction balances, in whole minor units of one currency", "transactions"),
        (2, "the trial balance is zero", "GL accounts"),
        (3, "receivable = balances = open items less credits", "accounts"),
        (4, "no open item is paid beyond its amount, no credit spent twice", "items and credits"),
        (5, "a bill is the sum of its lines and of its postings; balances carry forward", "bills"),
        (6, "each agreement is billed once for each day, without gaps", "segments"),
        (7, "metered charges stand on reads that follow on one another", "segments"),
        (8, "every payment is posted once, and the clearing account holds just that", "payments"),
        (9, "a correction undoes one transaction, once, to zero", "reversals"),
        (10, "bill numbers are unique", "bills"),
        (11, "closed books take no postings", "closed accounts"),
        (12, "every line is rounded once, by its rule; parts add up to the whole", "lines"),
        (13, "bill runs: in = billed + excepted + skipped; drafts = postings", "runs"),
        (15, "control accounts are moved by their own kind of transaction only", "transactions"),
    )
}
"""By number. 14 (every bill can be made again from its frozen inputs) is `headgate bill replay`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """An invariant that does not hold, and where. `account_id` is None for sums over the whole ledger."""

    invariant: int
    message: str
    account_id: AccountId | None = None
    transaction_id: TransactionId | None = None
    data: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        where = " ".join(part for part in (self.account_id, self.transaction_id) if part)
        return f"{where}: {self.message}" if where else self.message
