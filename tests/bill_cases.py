"""One example bill for each thing that can be on a bill. `EXAMPLES` names them; `example(name)` makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.bill_document import (
    BalanceEntry,
    BillDocument,
    EntryKind,
    Recipient,
    ServiceCharges,
    ShareFacts,
)
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.utility.profile import Paper
from tests.bill_charges import EIGHT_TIERS, HOME_TIERS, a_read, fixed, per_unit, service, tax, tiered
from tests.bill_examples import (
    CONSERVATION,
    END,
    HOME,
    ISSUER,
    START,
    common,
    document,
    history,
    home_services,
    message,
)
from tests.bill_of_everything import of_everything

_ESTIMATED = message(
    "estimated",
    "Your meter was estimated",
    "Su medidor se estimó",
    "We could not reach your meter. Send us your own reading at riverbendwater.example/reading.",
    "No pudimos leer su medidor. Envíenos su propia lectura en riverbendwater.example/reading.",
)
_LEAK = message(
    "zero",
    "No water used",
    "Sin consumo de agua",
    "Your meter did not move. If somebody lives there, please call us: the meter may have stopped.",
    "Su medidor no avanzó. Si la vivienda está ocupada, llámenos: puede que el medidor se haya detenido.",
)


def large_print() -> BillDocument:
    """The common bill for somebody who reads large print."""
    made = common()
    return replace(made, recipient=replace(made.recipient, large_print=True))


def long_names() -> BillDocument:
    """Names and addresses longer than anybody planned for, with all their marks."""
    name = "Gemeinnützige Wohnungsbaugenossenschaft Łódź–Nový Jičín & Søren Ångström-Ñúñez, Trustees"
    address = Address(
        lines=(
            "c/o Señora María-Guadalupe Fernández-Echeverría y Ðorđević, Property Accounts Department",
            "12345 Northwest Old Sacramento River Levee Road Extension, Building 17B, Suite 2400",
        ),
        city="Rancho Santa Margarita de las Palmas del Río",
        region="CA",
        postal_code="95999-1234",
    )
    return document(
        services=home_services(12),
        recipient=Recipient(name=name, mailing_address=address, language="es-MX"),
        addresses=(address,),
    )


def eight_tiers() -> BillDocument:
    """Eight tiers, one of them at a rate with four decimals."""
    read = a_read("W-118204", start=START, end=END, start_value=40221, usage=83)
    lines = [fixed("BASE", "Service charge", "Cargo fijo", "36.60"), *tiered(83, EIGHT_TIERS)]
    lines.append(tax("UUT", "Utility users tax", "Impuesto a usuarios", "5.029", lines))
    water = service(ServiceType.WATER, START, END, lines, quantity=83, reads=(read,), address=HOME)
    return document(services=(water,), previous=0, entries=(), usage=(history(83, scale=6),))


def credit_balance() -> BillDocument:
    """The customer paid twice: there is nothing to pay."""
    entries = (
        BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 10, 20), amount_minor=-9874),
        BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 10, 21), amount_minor=-30000),
    )
    return document(services=home_services(9), entries=entries)


def estimate() -> BillDocument:
    """No read this month, the customer's own last month, and last month's amount still owed in part."""
    entries = (
        BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 10, 29), amount_minor=-5000),
        BalanceEntry(kind=EntryKind.RETURNED_PAYMENT, on=date(2026, 11, 3), amount_minor=5000),
        BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 11, 4), amount_minor=-4000),
    )
    services = home_services(11, start_quality=ReadQuality.CUSTOMER, end_quality=ReadQuality.ESTIMATED)
    return document(
        services=services,
        entries=entries,
        past_due=5874,
        usage=(history(11, estimated=(2, 3, 12)),),
        messages=(_ESTIMATED, CONSERVATION),
    )


def corrected() -> BillDocument:
    """Replaces the charges of an earlier bill; a meter rolled over and another was exchanged."""
    entries = (
        BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 11, 9), amount_minor=-9874),
        BalanceEntry(
            kind=EntryKind.CORRECTION,
            on=date(2026, 11, 10),
            amount_minor=-18231,
            bill_number="2026-11-004401",
        ),
        BalanceEntry(kind=EntryKind.ADJUSTMENT, on=date(2026, 11, 11), amount_minor=-1500),
    )
    middle = date(2026, 10, 24)
    reads = (
        a_read("W-204871", start=START, end=middle, start_value=999996, usage=7, event="rollover+removed"),
        a_read("W-310044", start=middle, end=END, start_value=0, usage=5, event="installed"),
    )
    water, *rest = home_services(12)
    return document(
        services=(replace(water, reads=reads), *rest),
        previous=9874 + 18231,
        entries=entries,
        facts=lambda facts: replace(facts, kind=BillKind.REBILL, corrects="2026-11-004401"),
    )


def three_pages() -> BillDocument:
    """A house with everything, eight tiers and a change of rates in the middle."""
    home = home_services(16)
    middle = date(2026, 10, 25)
    garden_read = a_read("I-77120", start=START, end=END, start_value=5120, usage=83)
    garden_lines = [
        fixed(
            "I-BASE",
            "Irrigation service",
            "Servicio de riego",
            "18.00",
            share=ShareFacts(numerator=15, denominator=30),
            start=START,
            end=middle,
        ),
        fixed(
            "I-BASE",
            "Irrigation service",
            "Servicio de riego",
            "19.50",
            share=ShareFacts(numerator=15, denominator=30),
            start=middle,
            end=END,
        ),
        *tiered(83, EIGHT_TIERS),
        per_unit("DROUGHT", "Drought surcharge", "Recargo por sequía", 83, "0.42"),
    ]
    garden_lines.append(tax("UUT", "Utility users tax", "Impuesto a usuarios", "5.5", garden_lines))
    garden = service(
        ServiceType.IRRIGATION, START, END, garden_lines, quantity=83, reads=(garden_read,), address=HOME
    )
    trash = service(
        ServiceType.TRASH,
        START,
        END,
        [
            fixed("BIN", "Trash, 64 gallon bin", "Basura, contenedor de 64 galones", "31.20"),
            fixed("GREEN", "Green waste bin", "Contenedor de residuos verdes", "9.75"),
        ],
        address=HOME,
    )
    fire = service(
        ServiceType.FIRE,
        START,
        END,
        [fixed("FIRE", "Fire line, 2 in.", "Línea contra incendios, 2 pulg.", "12.40")],
        address=HOME,
    )
    garden_history = replace(history(83, scale=5), service_type=ServiceType.IRRIGATION)
    return document(services=(*home, garden, trash, fire), usage=(history(16), garden_history), compared=None)


def zero_usage() -> BillDocument:
    """A meter that did not move."""
    return document(services=home_services(0), usage=(history(0),), messages=(_LEAK,))


def first_bill() -> BillDocument:
    """A new customer: nothing before, nothing to compare with, half a month."""
    start = date(2026, 10, 26)
    read = a_read("W-204871", start=start, end=END, start_value=1862, usage=4)
    share = ShareFacts(numerator=14, denominator=30)
    lines = [fixed("BASE", "Service charge", "Cargo fijo", "21.10", share=share), *tiered(4, HOME_TIERS)]
    water = service(ServiceType.WATER, start, END, lines, quantity=4, reads=(read,), address=HOME)
    return document(
        services=(water,),
        previous=0,
        entries=(),
        usage=(history(4, months=1),),
        compared=(),
        facts=lambda facts: replace(facts, is_first=True),
    )


def final_bill() -> BillDocument:
    """Somebody moved out; the deposit, as an adjustment, is more than what is owed."""
    entries = (
        BalanceEntry(kind=EntryKind.PAYMENT, on=date(2026, 10, 29), amount_minor=-9874),
        BalanceEntry(kind=EntryKind.ADJUSTMENT, on=date(2026, 11, 9), amount_minor=-20000),
    )
    return document(
        services=home_services(6),
        entries=entries,
        messages=(),
        facts=lambda facts: replace(facts, is_final=True, kind=BillKind.OFF_CYCLE),
    )


def ten_agreements() -> BillDocument:
    """A landlord's account: water and sewer at five houses."""
    addresses = tuple(replace(HOME, lines=(f"{1400 + 6 * n} Cottonwood Lane",)) for n in range(5))
    services: list[ServiceCharges] = []
    for number, address in enumerate(addresses, start=1):
        usage = 4 + 5 * number
        read = a_read(f"W-20480{number}", start=START, end=END, start_value=1000 + 377 * number, usage=usage)
        water = [fixed("BASE", "Service charge", "Cargo fijo", "21.10"), *tiered(usage, HOME_TIERS)]
        water.append(tax("UUT", "Utility users tax", "Impuesto a usuarios", "5.5", water))
        sewer = [
            fixed("SEWER-BASE", "Sewer service", "Servicio de alcantarillado", "28.40"),
            per_unit("SEWER", "Sewer use", "Uso de alcantarillado", usage, "1.95"),
        ]
        services += [
            service(
                ServiceType.WATER,
                START,
                END,
                water,
                quantity=usage,
                reads=(read,),
                address=address,
                number=number,
            ),
            service(ServiceType.SEWER, START, END, sewer, quantity=usage, address=address, number=number),
        ]
    return document(
        services=tuple(services), addresses=addresses, usage=(history(95, scale=6),), previous=61248
    )


def euro_on_a4() -> BillDocument:
    """Cubic meters and euros, on A4, from a utility whose office is in Spain."""
    office = Address(
        lines=("Calle del Agua 12",), city="Ribera", region="", postal_code="28999", country="ES"
    )
    issuer = replace(
        ISSUER,
        name="Aguas de Ribera",
        languages=("es", "en"),
        paper=Paper.A4,
        contacts=replace(ISSUER.contacts, office=office, phone="910 555 142", emergency_phone="910 555 199"),
    )
    home = replace(office, lines=("Avenida de los Álamos 14, 3.º B",))
    read = a_read("W-88", start=START, end=END, start_value=812, usage=14, unit="m3")
    lines = [
        fixed("BASE", "Service charge", "Cuota de servicio", "8.42"),
        *tiered(14, ((0, 10, "0.9125"), (10, None, "1.85")), unit="m3"),
    ]
    lines.append(tax("IVA", "Value added tax", "IVA", "10", lines))
    water = service(ServiceType.WATER, START, END, lines, quantity=14, reads=(read,), address=home, unit="m3")
    return document(
        services=(water,),
        issuer=issuer,
        currency="EUR",
        recipient=Recipient(name="Begoña Ibáñez Nuñez", mailing_address=home, language="es"),
        addresses=(home,),
        usage=(replace(history(14), unit="m3"),),
        compared=(),
    )


def yen() -> BillDocument:
    """A currency without a smaller unit: an amount of 3281 is 3,281 yen."""
    water = service(
        ServiceType.WATER,
        START,
        END,
        [replace(fixed("BASE", "Service charge", "Cargo fijo", "32.81"), rate=Decimal(3281))],
        address=HOME,
    )
    return document(
        services=(water,), currency="JPY", previous=0, entries=(), usage=(), compared=(), messages=()
    )


EXAMPLES: dict[str, Callable[[], BillDocument]] = {
    made.__name__: made
    for made in (
        common,
        large_print,
        long_names,
        eight_tiers,
        credit_balance,
        estimate,
        corrected,
        three_pages,
        zero_usage,
        first_bill,
        final_bill,
        ten_agreements,
        euro_on_a4,
        yen,
        of_everything,
    )
}


def example(name: str) -> BillDocument:
    """The example bill called `name`."""
    return EXAMPLES[name]()
