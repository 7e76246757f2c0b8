"""Desks to work at in a utility in memory."""

from __future__ import annotations

from datetime import UTC, date, datetime

from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.record_event import EventDesk
from tests.in_process import InProcess, read_rate_document


def billing(utility: InProcess) -> BillingDesk:
    return BillingDesk(
        registry=utility.registry,
        reads=utility.reads,
        ledger=utility.ledger_reader,
        operations=utility.operations,
        store=utility.store,
        read_rate_document=read_rate_document,
    )


def posting(utility: InProcess, today: date) -> Desk:
    return Desk(
        ledger=utility.ledger,
        periods=utility.periods,
        actor="test",
        now=datetime(today.year, today.month, today.day, 15, tzinfo=UTC),
        today=today,
    )


def events(utility: InProcess) -> EventDesk:
    return EventDesk(
        registry=utility.registry,
        ledger=utility.ledger_reader,
        operations=utility.operations,
        store=utility.store,
        read=read_rate_document,
        actor="test",
        now=utility.now,
    )
