"""Desks to work at in a utility in memory."""

from __future__ import annotations

from datetime import date

from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.record_event import EventDesk
from tests.in_process import InProcess, read_rate_document


def billing(utility: InProcess) -> BillingDesk:
    return utility.billing_desk()


def posting(utility: InProcess, today: date) -> Desk:
    return utility.posting_desk(today)


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
