"""Charge or credit an account by hand."""

from __future__ import annotations

from chalicelib.domain.ledger.adjustment import Adjustment, adjustment_transaction
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.post_transaction import Desk, Posted


def adjust_account(desk: Desk, *, registry: RegistryStore, adjustment: Adjustment) -> Posted:
    """Post an adjustment once.

    Raises AccountUnknown, AdjustmentOfNothing, AdjustmentWithoutReason, ControlAccountNotAdjustable,
    InvalidReference, ConflictingTransaction.
    """
    account = registry.account(adjustment.account_id).account
    return desk.post(
        adjustment_transaction(
            adjustment,
            currency=account.currency,
            entered_on=desk.today,
            accounting_period=desk.open_period(),
            recorded_at=desk.now,
            chart=desk.rules.chart,
        )
    )
