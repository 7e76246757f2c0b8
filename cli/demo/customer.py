"""What is known of one generated customer. Numbers are the utility's own, as on its meters and bills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cli.demo.cast import Kind, Story
from cli.demo.dials import Dial

CURRENCY = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who is billed. `mailing` is a separate postal address, if the customer has one.

    `large_print` and `paperless` are how the customer wants bills.
    """

    number: str
    name: str
    language: str
    email: str
    phone: str
    mailing: str = ""
    large_print: bool = False
    paperless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """A meter at a point. `size` is the size of the pipe; dials by position (`0`, or `L` and `H`)."""

    meter: str
    size: str
    dials: Mapping[str, Dial]
    installed_on: date
    install_values: Mapping[str, Decimal]
    removed_on: date | None = None
    removal_values: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the premise where a meter hangs, with the meters that hung there, oldest first."""

    number: str
    sequence: int
    hung: tuple[Hung, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A service agreement. `links` are (point number, role), `events` (day, what happened)."""

    number: str
    service: str
    tariff: str
    determinants: Mapping[str, str]
    links: tuple[tuple[str, str], ...] = ()
    events: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """Money owed (negative: a credit) when the former system was left."""

    agreement: str
    charge_group: str
    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRead:
    """What somebody saw on a dial on a day."""

    meter: str
    position: str
    on: date
    value: Decimal
    by_customer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One account with everything that hangs on it. `billed_until` is None for those who came later."""

    index: int
    kind: Kind
    stories: frozenset[Story]
    account: str
    premise: str
    street: str
    parcel: str
    route: str
    owner: Owner
    opened_on: date
    billed_until: date | None
    points: tuple[Point, ...]
    services: tuple[Served, ...]
    debts: tuple[Debt, ...]
    reads: tuple[TakenRead, ...]
