"""The invariant of closed books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from chalicelib.domain.kernel.ids import AccountId, Month
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.invariants.violation import Violation


def closed_books_unchanged(
    period: Month, *, stored: Mapping[AccountId, AccountState], fresh: Mapping[AccountId, AccountState]
) -> Iterator[Violation]:
    """Invariant 11: what was summed up when `period` closed is what its transactions still amount to.

    `stored` is a shard's snapshot, `fresh` a new fold of all its transactions up to and including `period`.
    """
    for account_id in sorted({*stored, *fresh}):
        before, now = stored.get(account_id), fresh.get(account_id)
        if before == now:
            continue
        differing = [
            field.name
            for field in fields(AccountState)
            if before is None or now is None or getattr(before, field.name) != getattr(now, field.name)
        ]
        was, is_now = (state.balance_minor if state else 0 for state in (before, now))
        yield Violation(
            invariant=11,
            account_id=account_id,
            message=(
                f"{period} was closed with a balance of {was} minor units, its transactions now give "
                f"{is_now} (different: {', '.join(differing)})"
            ),
            data={"period": str(period), "closed_minor": was, "now_minor": is_now},
        )
