"""The bill as a document: everything that is printed, shown or sent, in no language and no layout.

One document feeds PDF, HTML, the API and the print vendor's file; docs/bill-document.schema.json is its JSON
Schema. Amounts are minor units of `bill.currency`; what the customer owes is positive, what is in the
customer's favor negative. Quantities are exact decimals. Periods are half-open: `end` is the first day of
what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.customers.person import Address
from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, CycleCode
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.utility.profile import Brand, Contacts, LocalText, Paper, PaymentOption

SCHEMA = "headgate/bill-document@1"


class EntryKind(StrEnum):
    """What happened to an account between two bills."""

    PAYMENT = "payment"
    RETURNED_PAYMENT = "returned_payment"
    ADJUSTMENT = "adjustment"
    CORRECTION = "correction"  # charges of an earlier bill were canceled
    OPENING_BALANCE = "opening_balance"  # taken over from a former system


class ComparedWith(StrEnum):
    """Which earlier bill a bill is compared with."""

    LAST_BILL = "last_bill"
    LAST_YEAR = "last_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFacts:
    """What identifies the bill. `number` is printed; it is unique among all bills of the utility.

    `corrects` is the number of the bill whose charges this one replaces. `is_final`: every service has ended.
    """

    bill_id: BillId
    number: str
    kind: BillKind
    cycle: CycleCode
    bill_date: date
    due_on: date
    currency: str
    is_first: bool = False
    is_final: bool = False
    corrects: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFacts:
    """The utility as it presents itself. The first of `languages` is its own."""

    name: str
    languages: tuple[str, ...]
    paper: Paper
    brand: Brand
    contacts: Contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom the bill goes to, and how. `language` is a tag, of a language that the utility may not have."""

    name: str
    mailing_address: Address
    language: str
    large_print: bool = False
    paperless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """The account, and the places it is supplied at."""

    account_id: AccountId
    number: str
    service_addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceEntry:
    """Something that changed what is owed since the last bill. `bill_number` names the bill it concerns."""

    kind: EntryKind
    on: date
    amount_minor: int
    bill_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceForward:
    """From the last bill's amount to this one's: previous + entries = forward; forward + new = due.

    `payments_minor` and `adjustments_minor` sum the entries of either sort (payments are negative).
    `past_due_minor` is the part of `forward_minor` that was due before the bill date.
    """

    previous_minor: int
    previous_bill_date: date | None
    entries: tuple[BalanceEntry, ...]
    payments_minor: int
    adjustments_minor: int
    forward_minor: int
    past_due_minor: int
    new_charges_minor: int
    due_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFacts:
    """A meter's two reads and the water between them. `event` names a rollover or an exchange."""

    meter: str
    register: str
    start_on: date
    start_value: Decimal
    start_quality: ReadQuality
    end_on: date
    end_value: Decimal
    end_quality: ReadQuality
    usage: Decimal
    unit: str
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFacts:
    """The tier a quantity fell in, or the step that usage reached: above `start` up to `end` (None: open)."""

    number: int
    start: Decimal
    end: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFacts:
    """The share of a full charge that applied: days over days."""

    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFacts:
    """How the metered quantity became the one that is charged, in the line's unit: the steps taken.

    In this order: `instead` of the metered quantity, `share` percent of it, at most, at least, less what is
    included, rounded to a multiple.
    """

    metered: Decimal
    instead: Decimal | None = None
    share: Decimal | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    included: Decimal | None = None
    multiple: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """One charge: `quantity` in `unit` at `rate`.

    `rate` is in major units; where `unit` is "%" it is a percentage of `base_minor`. `start` and `end` are
    given where the line covers only part of the service period, or something that happened on one day.
    `limited`: the amount is less than that, for a percentage is capped. `tariff` is "CODE@version", `clause`
    the section of the ordinance.
    """

    charge: str
    kind: LineKind
    label: LocalText
    amount_minor: int
    tariff: str
    clause: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    rate: Decimal | None = None
    base_minor: int | None = None
    tier: TierFacts | None = None
    step: TierFacts | None = None
    share: ShareFacts | None = None
    measure: MeasureFacts | None = None
    limited: bool = False
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCharges:
    """One service over one period. `quantity` is the billed water in `unit`, None without a meter.

    The four sums: what is charged before discounts and taxes, discounts (negative), taxes, and all three.
    """

    agreement_id: AgreementId
    service_type: ServiceType
    address: Address | None
    start: date
    end: date
    days: int
    quantity: Decimal | None
    unit: str
    estimated: bool
    reads: tuple[ReadFacts, ...]
    lines: tuple[ChargeLine, ...]
    charges_minor: int
    discounts_minor: int
    taxes_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePoint:
    """The water of one month's bills."""

    month: str  # YYYY-MM, the cycle's period
    start: date
    end: date
    days: int
    quantity: Decimal
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageHistory:
    """Up to thirteen months of one service's water, oldest first, the bill's own month last.

    Months without a bill are missing.
    """

    service_type: ServiceType
    unit: str
    points: tuple[UsagePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """A charge by steps of usage that has reached another step than on the earlier bill."""

    charge: str
    before: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Why the new charges differ from an earlier bill's.

    before + days + usage + rate + other = now, to the minor unit. `days`: the bill covers more or fewer days;
    `usage`: more or less water a day; `rate`: other rates; `other`: services, discounts and circumstances
    that one of the two bills has and the other has not. `steps` are those that more or less water, or days,
    have changed: what that costs is part of these.
    """

    compared_with: ComparedWith
    bill_number: str
    start: date
    end: date
    before_minor: int
    now_minor: int
    days_minor: int
    usage_minor: int
    rate_minor: int
    other_minor: int
    days_before: int
    days_now: int
    usage_before: Decimal | None = None
    usage_now: Decimal | None = None
    unit: str = ""
    steps: tuple[StepChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """Words on the bill, chosen by rule."""

    code: str
    title: LocalText
    text: LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    """How to pay. `amount_minor` is what is asked for, never below zero.

    `scanline` is the line the lock box reads (domain/documents/scanline.py), `link` what the code on the stub
    says.
    """

    amount_minor: int
    due_on: date
    payable_to: str
    address: Address
    scanline: str
    link: str
    options: tuple[PaymentOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDocument:
    """A whole bill. `inserts` are the codes of leaflets that go with it on paper."""

    bill: BillFacts
    issuer: IssuerFacts
    recipient: Recipient
    account: AccountFacts
    balance: BalanceForward
    services: tuple[ServiceCharges, ...]
    usage: tuple[UsageHistory, ...]
    comparisons: tuple[Comparison, ...]
    messages: tuple[MessageFacts, ...]
    payment: PaymentFacts
    inserts: tuple[str, ...] = ()
    schema: str = SCHEMA

    @property
    def discounts_minor(self) -> int:
        """Discounts of all services (zero or negative)."""
        return sum(service.discounts_minor for service in self.services)

    @property
    def taxes_minor(self) -> int:
        """Taxes of all services."""
        return sum(service.taxes_minor for service in self.services)
