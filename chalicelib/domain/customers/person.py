"""People and the accounts they answer for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain.kernel.ids import AccountId, CycleCode, PersonId
from chalicelib.domain.kernel.personal import Category, Retention, personal

_SERVICE = "billing and service notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address; `lines` are printed as they stand, most specific first."""

    lines: tuple[str, ...]
    city: str
    region: str
    postal_code: str
    country: str = "US"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer: a human being or an organization. `person_id` is random and says nothing of them."""

    person_id: PersonId
    name: str = personal(Category.IDENTITY, purpose=_SERVICE, retention=Retention.STATUTORY)
    mailing_address: Address | None = personal(
        Category.CONTACT, purpose=_SERVICE, retention=Retention.STATUTORY, default=None
    )
    email: str | None = personal(
        Category.CONTACT, purpose=_SERVICE, retention=Retention.RELATIONSHIP, default=None
    )
    phone: str | None = personal(
        Category.CONTACT, purpose=_SERVICE, retention=Retention.RELATIONSHIP, default=None
    )
    language: str = personal(
        Category.PREFERENCE,
        purpose="bills in the customer's language",
        retention=Retention.RELATIONSHIP,
        default="en",
    )
    large_print: bool = personal(
        Category.PREFERENCE,
        purpose="bills the customer can read",
        retention=Retention.RELATIONSHIP,
        default=False,
    )


class BillDelivery(StrEnum):
    """How an account's bills reach its customer."""

    PAPER = "paper"
    PAPERLESS = "paperless"  # told by e-mail, read in the portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one customer owes and is billed for together. `number` is the utility's own, printed on bills."""

    account_id: AccountId
    number: str
    person_id: PersonId
    cycle: CycleCode
    currency: str
    opened_on: date
    closed_on: date | None = None
    delivery: BillDelivery = BillDelivery.PAPER
