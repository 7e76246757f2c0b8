"""Example bill documents of Riverbend Water: every sum in them is worked out, and `check` proves it.

`examples()` gives all of them by name. Amounts are cents, water is hundred cubic feet (ccf).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.bill_document import (
    AccountFacts,
    BalanceEntry,
    BalanceForward,
    BillDocument,
    BillFacts,
    ComparedWith,
    Comparison,
    EntryKind,
    IssuerFacts,
    MessageFacts,
    PaymentFacts,
    Recipient,
    ServiceCharges,
    UsageHistory,
    UsagePoint,
)
from chalicelib.domain.documents.scanline import scanline
from chalicelib.domain.kernel.ids import AccountId, BillId, CycleCode, Month
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.utility.profile import Brand, Contacts, Paper, PaymentOption
from tests.bill_charges import (
    HOME_TIERS,
    a_read,
    discount,
    fixed,
    per_unit,
    service,
    tax,
    tiered,
)

START, END = date(2026, 10, 10), date(2026, 11, 9)
BILL_DATE, DUE_ON = date(2026, 11, 12), date(2026, 12, 3)
LAST_BILL_DATE = date(2026, 10, 13)
HOME = Address(lines=("1418 Cottonwood Lane",), city="Riverbend", region="CA", postal_code="95999")
OFFICE = Address(lines=("200 Levee Street",), city="Riverbend", region="CA", postal_code="95999")
LOCK_BOX = Address(lines=("PO Box 7700",), city="Sacramento", region="CA", postal_code="94299-7700")
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
    '<circle cx="24" cy="24" r="24" fill="#0b5394"/>'
    '<path d="M24 8c6 9 10 14 10 19a10 10 0 0 1-20 0c0-5 4-10 10-19z" fill="#fff"/>'
    '<path d="M8 34c5-4 9-4 16 0s11 4 16 0v4c-5 4-10 4-16 0s-11-4-16 0z" fill="#9fc5e8"/></svg>'
)
ISSUER = IssuerFacts(
    name="Riverbend Water",
    languages=("en", "es"),
    paper=Paper.LETTER,
    brand=Brand(color="#0b5394", logo_svg=LOGO),
    contacts=Contacts(
        office=OFFICE,
        phone="(530) 555-0142",
        email="billing@riverbendwater.example",
        website="riverbendwater.example",
        emergency_phone="(530) 555-0199",
        hours={"en": "Monday to Friday, 8 am to 5 pm", "es": "De lunes a viernes, de 8 a 17 h"},
    ),
)
OPTIONS = (
    PaymentOption(
        code="online",
        title={"en": "Online", "es": "En línea"},
        text={
            "en": "At riverbendwater.example/pay by card or bank account, or scan the code on the stub.",
            "es": "En riverbendwater.example/pay con tarjeta o cuenta bancaria, o con el código del talón.",
        },
    ),
    PaymentOption(
        code="auto",
        title={"en": "AutoPay", "es": "Pago automático"},
        text={
            "en": "We take the amount from your bank account on the due date. Sign up online.",
            "es": "Cargamos el importe en su cuenta el día del vencimiento. Inscríbase en línea.",
        },
    ),
    PaymentOption(
        code="phone",
        title={"en": "By phone", "es": "Por teléfono"},
        text={
            "en": "Call (530) 555-0142 at any hour and have your account number ready.",
            "es": "Llame al (530) 555-0142 a cualquier hora y tenga a mano su número de cuenta.",
        },
    ),
    PaymentOption(
        code="mail",
        title={"en": "By mail", "es": "Por correo"},
        text={
            "en": "Send a check with the stub. Please write your account number on it.",
            "es": "Envíe un cheque junto con el talón. Escriba en él su número de cuenta.",
        },
    ),
    PaymentOption(
        code="person",
        title={"en": "In person", "es": "En persona"},
        text={
            "en": "At 200 Levee Street, on weekdays. There is a drop box at the door.",
            "es": "En 200 Levee Street, de lunes a viernes. Hay un buzón junto a la puerta.",
        },
    ),
)
CONSERVATION = MessageFacts(
    code="conservation",
    title={"en": "Rainy season ahead", "es": "Llega la temporada de lluvias"},
    text={
        "en": "Most gardens need no water from November to March. Turn the timer off: it saves a third.",
        "es": "De noviembre a marzo casi ningún jardín necesita riego. Apague el temporizador y ahorre.",
    },
)


def message(code: str, title_en: str, title_es: str, text_en: str, text_es: str) -> MessageFacts:
    """A message in both languages."""
    return MessageFacts(
        code=code, title={"en": title_en, "es": title_es}, text={"en": text_en, "es": text_es}
    )


def common() -> BillDocument:
    """What most customers get: water, sewer and stormwater, a year's history, assistance, tax."""
    return document(services=home_services(12))


def home_services(usage: int, **how: object) -> tuple[ServiceCharges, ...]:
    """Water, sewer and stormwater of one home that used `usage` ccf."""
    read = a_read("W-204871", start=START, end=END, start_value=1862, usage=usage, **how)  # type: ignore[arg-type]
    water_lines = [fixed("BASE", "Service charge", "Cargo fijo", "21.10"), *tiered(usage, HOME_TIERS)]
    if usage:
        water_lines.append(per_unit("POWER", "Pumping power", "Energía de bombeo", usage, "0.17"))
    water_lines.append(discount("ASSIST", "Customer assistance", "Ayuda al cliente", "20", water_lines))
    water_lines.append(tax("UUT", "Utility users tax", "Impuesto a usuarios", "5.5", water_lines))
    sewer_lines = [fixed("SEWER-BASE", "Sewer service", "Servicio de alcantarillado", "28.40")]
    if usage:
        sewer_lines.append(per_unit("SEWER", "Sewer use", "Uso de alcantarillado", usage, "1.95"))
    return (
        service(ServiceType.WATER, START, END, water_lines, quantity=usage, reads=(read,), address=HOME),
        service(ServiceType.SEWER, START, END, sewer_lines, quantity=usage, address=HOME),
        service(
            ServiceType.STORMWATER,
            START,
            END,
            [fixed("STORM", "Stormwater, home", "Aguas pluviales, vivienda", "4.85")],
            address=HOME,
        ),
    )


_READ_DAYS = {date(2026, 9, 10): date(2026, 9, 7), date(2026, 11, 10): END}  # all others are on the 10th


def history(now: int, *, months: int = 13, estimated: Sequence[int] = (), scale: int = 1) -> UsageHistory:
    """Water of `months` months up to October's 10th to November's 9th; `estimated` counts from the oldest."""
    usual = (9, 8, 7, 7, 8, 9, 12, 16, 21, 22, 18, 13)
    values = [*(usual * 2)[24 - (months - 1) :], now]
    points = []
    for index, value in enumerate(values):
        month = Month(2026, 11).plus(index - months + 1)
        start, end = month.plus(-1).first_day.replace(day=10), month.first_day.replace(day=10)
        start, end = _READ_DAYS.get(start, start), _READ_DAYS.get(end, end)
        points.append(
            UsagePoint(
                month=f"{month.year}-{month.month:02d}",
                start=start,
                end=end,
                days=(end - start).days,
                quantity=Decimal(value * scale if index < months - 1 else value),
                estimated=index in estimated,
            )
        )
    return UsageHistory(service_type=ServiceType.WATER, unit="ccf", points=tuple(points))


def comparisons(now_minor: int, usage_now: int | None) -> tuple[Comparison, ...]:
    """With last bill (13 ccf, 33 days) and last year's (9 ccf, 30 days), adding up to `now_minor`."""

    def comparison(
        which: ComparedWith,
        start: date,
        end: date,
        days_minor: int,
        usage_minor: int,
        rate_minor: int,
        used: int,
    ) -> Comparison:
        other = -500 if which is ComparedWith.LAST_YEAR else 0
        return Comparison(
            compared_with=which,
            bill_number="2026-10-004417" if which is ComparedWith.LAST_BILL else "2025-11-004102",
            start=start,
            end=end,
            before_minor=now_minor - days_minor - usage_minor - rate_minor - other,
            now_minor=now_minor,
            days_minor=days_minor,
            usage_minor=usage_minor,
            rate_minor=rate_minor,
            other_minor=other,
            days_before=(end - start).days,
            days_now=(END - START).days,
            usage_before=None if usage_now is None else Decimal(used),
            usage_now=None if usage_now is None else Decimal(usage_now),
            unit="" if usage_now is None else "ccf",
        )

    return (
        comparison(ComparedWith.LAST_BILL, date(2026, 9, 7), START, -312, 205, 0, 13),
        comparison(ComparedWith.LAST_YEAR, date(2025, 10, 10), date(2025, 11, 10), -98, 1286, 474, 9),
    )


def document(
    *,
    services: tuple[ServiceCharges, ...],
    previous: int = 9874,
    entries: tuple[BalanceEntry, ...] | None = None,
    past_due: int = 0,
    usage: tuple[UsageHistory, ...] | None = None,
    compared: tuple[Comparison, ...] | None = None,
    messages: tuple[MessageFacts, ...] = (CONSERVATION,),
    recipient: Recipient | None = None,
    addresses: tuple[Address, ...] = (HOME,),
    issuer: IssuerFacts = ISSUER,
    account_number: str = "10-204871-03",
    currency: str = "USD",
    facts: Callable[[BillFacts], BillFacts] = lambda facts: facts,
) -> BillDocument:
    """A document around `services`, with the balance worked out. Paid in full unless `entries` say else."""
    if entries is None:
        entries = (BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 10, 29), amount_minor=-previous),)
    payments = (EntryKind.PAYMENT, EntryKind.RETURNED_PAYMENT)
    paid = sum(entry.amount_minor for entry in entries if entry.kind in payments)
    adjusted = sum(entry.amount_minor for entry in entries if entry.kind not in payments)
    forward = previous + paid + adjusted
    new = sum(service.total_minor for service in services)
    due = forward + new
    used = next((service.quantity for service in services if service.quantity is not None), None)
    bill = facts(
        BillFacts(
            bill_id=BillId("B-2026-11-C01"),
            number="2026-11-004433",
            kind=BillKind.CYCLE,
            cycle=CycleCode("C01"),
            bill_date=BILL_DATE,
            due_on=DUE_ON,
            currency=currency,
        )
    )
    asked = max(due, 0)
    made = BillDocument(
        bill=bill,
        issuer=issuer,
        recipient=recipient or Recipient(name="Dana Whitfield", mailing_address=HOME, language="en"),
        account=AccountFacts(
            account_id=AccountId("C01.001-0000204871"), number=account_number, service_addresses=addresses
        ),
        balance=BalanceForward(
            previous_minor=previous,
            previous_bill_date=None if bill.is_first else LAST_BILL_DATE,
            entries=entries,
            payments_minor=paid,
            adjustments_minor=adjusted,
            forward_minor=forward,
            past_due_minor=past_due,
            new_charges_minor=new,
            due_minor=due,
        ),
        services=services,
        usage=(history(int(used or 0)),) if usage is None else usage,
        comparisons=comparisons(new, None if used is None else int(used)) if compared is None else compared,
        messages=messages,
        payment=PaymentFacts(
            amount_minor=asked,
            due_on=bill.due_on,
            payable_to=issuer.name,
            address=LOCK_BOX,
            scanline=scanline(account_number=account_number, amount_minor=asked),
            link=f"https://pay.riverbendwater.example/b/{bill.number}?a={account_number}",
            options=OPTIONS,
        ),
    )
    check(made)
    return made


def check(made: BillDocument) -> None:
    """Raises AssertionError where something in a document does not add up."""
    for service_ in made.services:
        lines = service_.lines
        sums = {LineKind.DISCOUNT: 0, LineKind.TAX: 0, None: 0}
        for line in lines:
            sums[line.kind if line.kind in sums else None] += line.amount_minor
        assert service_.charges_minor == sums[None]
        assert service_.discounts_minor == sums[LineKind.DISCOUNT] <= 0
        assert service_.taxes_minor == sums[LineKind.TAX]
        assert service_.total_minor == sum(line.amount_minor for line in lines)
        assert service_.days == (service_.end - service_.start).days
    balance = made.balance
    entered = sum(entry.amount_minor for entry in balance.entries)
    assert balance.payments_minor + balance.adjustments_minor == entered
    assert balance.previous_minor + entered == balance.forward_minor
    assert balance.new_charges_minor == sum(service_.total_minor for service_ in made.services)
    assert balance.forward_minor + balance.new_charges_minor == balance.due_minor
    assert 0 <= balance.past_due_minor <= max(balance.forward_minor, 0)
    assert made.payment.amount_minor == max(balance.due_minor, 0)
    for each in made.comparisons:
        reasons = each.days_minor + each.usage_minor + each.rate_minor + each.other_minor
        assert each.before_minor + reasons == each.now_minor == balance.new_charges_minor
