"""Take over balances from a former system, checked against its control totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chalicelib.domain.ledger.opening import (
    ControlTotals,
    OpeningBalance,
    opening_transaction,
    require_totals,
)
from chalicelib.usecases.post_transaction import Desk, Posted


def post_opening_balances(
    desk: Desk, *, balances: Sequence[OpeningBalance], expected: ControlTotals, reference: str
) -> Iterator[Posted]:
    """Post each account's opening transaction, once; yields what stands there, account by account.

    Nothing is posted when the balances do not add up to `expected`. A repeat goes on where it stopped.
    Raises ControlTotalDiffers at once; while it goes on ConflictingTransaction, InvalidReference.
    """
    require_totals(balances, expected)
    return _post(desk, balances, reference)


def _post(desk: Desk, balances: Iterable[OpeningBalance], reference: str) -> Iterator[Posted]:
    period = desk.open_period()
    for balance in balances:
        yield desk.post(
            opening_transaction(
                balance,
                reference=reference,
                entered_on=desk.today,
                accounting_period=period,
                recorded_at=desk.now,
                chart=desk.rules.chart,
            )
        )
