"""The utility itself: name, brand, contacts, how to pay, and what its bills say by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain.customers.person import Address

LocalText = Mapping[str, str]
"""A text by language tag (BCP 47), such as `{"en": "Water", "es": "Agua"}`. Every language of the utility."""


class Paper(StrEnum):
    """What bills are printed on."""

    LETTER = "letter"  # 8.5 × 11 in
    A4 = "a4"  # 210 × 297 mm


class Circumstance(StrEnum):
    """What a rule may look at: something that is true of a bill, or not."""

    ALWAYS = "always"
    PAST_DUE = "past_due"  # something of earlier bills is still owed
    CREDIT_BALANCE = "credit_balance"  # the utility owes the customer
    ESTIMATED = "estimated"  # usage rests on an estimate
    HIGH_USAGE = "high_usage"  # half as much again as a day in the same month a year ago
    ZERO_USAGE = "zero_usage"  # a meter was read, and no water went through
    CORRECTED = "corrected"  # the bill replaces charges that were canceled
    FIRST_BILL = "first_bill"
    FINAL_BILL = "final_bill"  # all services have ended
    PAPERLESS = "paperless"
    ON_PAPER = "on_paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRule:
    """When something goes on, or along with, a bill.

    All circumstances of `when` hold, the bill is dated in [`start`, `end`) (None: open), it bills one of
    `services` (empty: any), and the account is of one of `cycles` (empty: any).
    """

    when: tuple[Circumstance, ...] = (Circumstance.ALWAYS,)
    start: date | None = None
    end: date | None = None
    services: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BillMessage:
    """Words for the bill. Those of higher `rank` are printed first."""

    code: str
    rule: BillRule
    title: LocalText
    text: LocalText
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A leaflet that the print vendor puts into the envelope."""

    code: str
    rule: BillRule
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Colors as `#rrggbb`; `logo_svg` is one SVG element without scripts or links, drawn beside the name."""

    color: str = "#0b5394"
    logo_svg: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """How customers reach the utility."""

    office: Address
    phone: str
    email: str
    website: str
    emergency_phone: str = ""
    hours: LocalText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOption:
    """One way to pay."""

    code: str
    title: LocalText
    text: LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance:
    """Where money goes. `pay_url`, where the code on the stub leads, may hold {account}, {bill}, {amount}."""

    payable_to: str
    address: Address
    pay_url: str
    options: tuple[PaymentOption, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityProfile:
    """One utility. The first of `languages` is the one its tariffs are labeled in."""

    name: str
    time_zone: str
    languages: tuple[str, ...]
    paper: Paper
    contacts: Contacts
    remittance: Remittance
    brand: Brand = Brand()
    messages: tuple[BillMessage, ...] = ()
    inserts: tuple[Insert, ...] = ()
