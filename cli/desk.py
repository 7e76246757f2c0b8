"""Who works at this command line, and the parts of the stack that billing commands share."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import AccountId
from chalicelib.domain.kernel.money import Money
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.ports.registry import account_unknown
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.start_bill_run import BillRunStarter


def actor() -> str:
    """Who is at the keyboard, for the audit trail."""
    return f"cli:{getpass.getuser()}"


def day_of(on: datetime | None) -> date:
    """The day given with --on, or today at this desk."""
    return on.date() if on else date.today()  # noqa: DTZ011 - the day at the desk


def account_named(text: str) -> AccountId:
    """An account by the utility's number or by its id. Raises AccountUnknown."""
    registry = bootstrap.registry_store()
    found = registry.find_account(text)
    if found is None:
        account_id = AccountId(text)
        if "-" not in text.strip("-"):  # every id has its shard before a hyphen
            raise account_unknown(account_id)
        found = registry.account(account_id).account.account_id
    return found


def starter() -> BillRunStarter:
    """What starts and retries bill runs."""
    return BillRunStarter(
        registry=bootstrap.registry_store(),
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )


def billing_desk() -> BillingDesk:
    """Where single bills are made."""
    return BillingDesk(
        registry=bootstrap.registry_store(),
        reads=bootstrap.read_store(),
        ledger=bootstrap.ledger_reader(),
        operations=bootstrap.operations_store(),
        store=bootstrap.artefact_store(),
        read_tariff=bootstrap.read_tariff,
    )


def posting_desk(today: date) -> Desk:
    """Where single transactions are posted."""
    return Desk(
        ledger=bootstrap.ledger_store(),
        periods=bootstrap.accounting_periods(),
        actor=actor(),
        now=datetime.now(UTC),
        today=today,
    )


def money(minor: int, currency: str) -> str:
    """An amount for people: 1,234.50 USD."""
    if not currency:
        return f"{minor:,}"
    return f"{Money.of_minor(minor, currency).amount:,f} {currency}"
