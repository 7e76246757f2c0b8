"""Who works at this command line, and the parts of the stack that billing commands share."""

from __future__ import annotations

import getpass
import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import typer

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.kernel.money import Money, minor_unit_exponent
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.declare_condition import ConditionDesk
from chalicelib.usecases.ports.registry import RegistryStore, account_unknown
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.rates_desk import RatesDesk
from chalicelib.usecases.record_event import AgreementUnknown, EventDesk
from chalicelib.usecases.start_bill_run import BillRunStarter

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_ACTOR = re.compile(r"[\w.@-]{1,60}")


class AmountTooFine(Refusal):
    """An amount has parts smaller than its currency's smallest unit."""


class WrongActor(Refusal):
    """HEADGATE_ACTOR names nobody."""


def actor() -> str:
    """Who is at the keyboard, for the audit trail: HEADGATE_ACTOR, or whoever is logged in.

    The name is taken on trust, as the log-in's is. Raises WrongActor.
    """
    named = os.environ.get("HEADGATE_ACTOR")
    if named is None:
        return f"cli:{getpass.getuser()}"
    if not _ACTOR.fullmatch(named):
        raise WrongActor(
            f"HEADGATE_ACTOR is {named!r}: write a name of letters, digits and any of . _ @ -, at most 60",
            actor=named,
        )
    return f"cli:{named}"


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


def agreement_named(account_id: AccountId, text: str) -> AgreementId:
    """An agreement of an account by its service, by the utility's name, or by its id.

    Raises AccountUnknown, AgreementUnknown.
    """
    whole = bootstrap.registry_store().account(account_id)
    of_service = [one.agreement_id for one in whole.agreements if one.service_type.value == text]
    if len(of_service) == 1:
        return of_service[0]
    known = {one.agreement_id for one in whole.agreements}
    reference = bootstrap.pseudonyms().agreement_id(account_number=whole.account.number, reference=text)
    for agreement_id in (AgreementId(text), reference):
        if agreement_id in known:
            return agreement_id
    listed = ", ".join(f"{one.service_type.value} ({one.agreement_id})" for one in whole.agreements)
    raise AgreementUnknown(f"account {account_id} has no agreement {text}: it has {listed}", agreement=text)


def amount_typed(text: str) -> Decimal:
    """An amount of money as it is typed: digits, and a point before the cents."""
    if not _AMOUNT.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no amount: write digits such as 84.20, without a sign")
    return Decimal(text)


def minor_of(amount: Decimal, account_id: AccountId, registry: RegistryStore) -> int:
    """An amount typed in major units, as minor units of the account's currency. Raises AmountTooFine."""
    currency = registry.account(account_id).account.currency
    exact = Money(amount, currency)
    if exact != exact.rounded(RoundingRule.DOWN):
        places = minor_unit_exponent(currency)
        raise AmountTooFine(f"{amount} has more than {places} digits after the point", amount=amount)
    return exact.minor


def rates_desk() -> RatesDesk:
    """Where tariffs are drafted, reviewed and published."""
    return RatesDesk(
        lives=bootstrap.tariff_lives(),
        store=bootstrap.artefact_store(),
        registry=bootstrap.registry_store(),
        ledger=bootstrap.ledger_store(),
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
        read=bootstrap.read_rate_document,
        actor=actor(),
        now=datetime.now(UTC),
    )


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
        read_rate_document=bootstrap.read_rate_document,
    )


def condition_desk() -> ConditionDesk:
    """Where conditions are declared and approved."""
    return ConditionDesk(
        lives=bootstrap.tariff_lives(),
        store=bootstrap.artefact_store(),
        read=bootstrap.read_rate_document,
        actor=actor(),
        now=datetime.now(UTC),
    )


def event_desk() -> EventDesk:
    """Where events of agreements are recorded."""
    return EventDesk(
        registry=bootstrap.registry_store(),
        ledger=bootstrap.ledger_reader(),
        operations=bootstrap.operations_store(),
        store=bootstrap.artefact_store(),
        read=bootstrap.read_rate_document,
        actor=actor(),
        now=datetime.now(UTC),
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
