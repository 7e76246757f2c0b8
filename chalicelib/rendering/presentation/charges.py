"""Charges by service: reads, lines, sums."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from chalicelib.domain.documents.bill_document import (
    BillDocument,
    ChargeLine,
    MeasureFacts,
    ReadFacts,
    ServiceCharges,
    TierFacts,
)
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.rendering.presentation.names import EVENTS, QUALITIES, SERVICES, one_line
from chalicelib.rendering.words import Words, message

_KEPT_TOGETHER = 9  # lines; more may be torn apart by the end of a page, with what is carried forward
_APART = (LineKind.DISCOUNT, LineKind.TAX)
_WATER_UNITS = frozenset(unit.value for unit in Unit)
_STEPS = {  # of lines that are taken on money and have an amount for a rate
    LineKind.FEE: message("at least {amount}"),
    LineKind.ROUNDING: message("rounded to {amount}"),
}


def services(document: BillDocument, words: Words) -> list[dict[str, Any]]:
    """Every service with its reads and lines; addresses are named where there is more than one."""
    several = len(document.account.service_addresses) > 1
    return [_service(each, document, words, with_address=several) for each in document.services]


def _service(
    service: ServiceCharges, document: BillDocument, words: Words, *, with_address: bool
) -> dict[str, Any]:
    currency = document.bill.currency
    carried = 0
    groups: list[dict[str, Any]] = []
    name = words.say(SERVICES[service.service_type])
    address = words.name(one_line(service.address)) if with_address and service.address else ""
    title = words.listed(name, address) if address else name
    period = words.days(service.start, service.end)
    for label, kinds, minor in (
        (words.say("Charges"), None, service.charges_minor),
        (words.say("Discounts"), LineKind.DISCOUNT, service.discounts_minor),
        (words.say("Taxes"), LineKind.TAX, service.taxes_minor),
    ):
        lines = []
        before: ChargeLine | None = None
        for line in service.lines:
            if line.kind is kinds or (kinds is None and line.kind not in _APART):
                carried += line.amount_minor
                amount = words.money(carried, currency)
                lines.append(
                    {
                        **_line(line, service, document, words, before=before),
                        "carried": words.say(
                            "{service}, continued: {amount} carried forward", service=title, amount=amount
                        ),
                    }
                )
                before = line
        if lines:
            total = words.money(minor, currency) if len(lines) > 1 else ""
            groups.append({"lines": lines, "label": label, "sum": total})
    if len(groups) == 1:
        groups[0]["sum"] = ""
    return {
        "title": title,
        "period": words.count("{period}, {count} day", "{period}, {count} days", service.days, period=period),
        "estimated": service.estimated,
        "groups": groups,
        "short": len(service.lines) <= _KEPT_TOGETHER,
        "total_label": words.say("Total {service}", service=name),
        "total": words.money(service.total_minor, currency),
    }


def reads(document: BillDocument, words: Words) -> list[dict[str, str]]:
    """The reads of all meters. A meter that several services are billed by is listed once."""
    unique = dict.fromkeys(read for service in document.services for read in service.reads)
    return [_read(read, words) for read in unique]


def events(document: BillDocument, words: Words) -> list[str]:
    """What makes a meter's numbers differ from two plain reads."""
    unique = dict.fromkeys(read for service in document.services for read in service.reads)
    return [sentence for read in unique for sentence in _events(read, words)]


def _read(read: ReadFacts, words: Words) -> dict[str, str]:
    def shown(value: Decimal, day: date) -> str:
        return words.say("{value} on {day}", value=words.number(value), day=words.day(day))

    def flag(quality: ReadQuality) -> str:
        return words.say(QUALITIES[quality]) if QUALITIES[quality] else ""

    return {
        "meter": words.isolate(read.meter),
        "start": shown(read.start_value, read.start_on),
        "start_flag": flag(read.start_quality),
        "end": shown(read.end_value, read.end_on),
        "end_flag": flag(read.end_quality),
        "usage": words.quantity(read.usage, read.unit),
    }


def _events(read: ReadFacts, words: Words) -> list[str]:
    places = {
        "meter": words.isolate(read.meter),
        "start": words.day(read.start_on),
        "end": words.day(read.end_on),
    }
    return [words.say(EVENTS[event], **places) for event in read.event.split("+") if event in EVENTS]


def _line(
    line: ChargeLine,
    service: ServiceCharges,
    document: BillDocument,
    words: Words,
    *,
    before: ChargeLine | None,
) -> dict[str, Any]:
    currency = document.bill.currency
    label = words.choose(line.label, document.issuer.languages)
    return {
        "label": label.text,
        "lang": label.lang,
        "details": _details(line, service, currency, words, before=before),
        "quantity": _quantity(line, currency, words),
        "rate": _rate(line, currency, words),
        "amount": words.money(line.amount_minor, currency),
    }


def _details(
    line: ChargeLine, service: ServiceCharges, currency: str, words: Words, *, before: ChargeLine | None
) -> str:
    """What a line has: tier or step, the share of a full charge, what was made of the metered water, days.

    The tiers of a charge share their water: what was made of it is said once.
    """
    said = []
    if line.tier:
        said.append(_tier(line.tier, line.unit, words))
    if line.step:
        said.append(_step(line.step, service.unit, words))
    if line.share:
        days, whole = words.number(line.share.numerator), words.number(line.share.denominator)
        said.append(words.say("{days} of {whole} days", days=days, whole=whole))
    if line.measure and (before is None or (before.charge, before.measure) != (line.charge, line.measure)):
        said.extend(_measure(line.measure, line.unit, words))
    if line.kind in _STEPS and line.base_minor is not None and line.unit != "%" and line.rate is not None:
        said.append(words.say(_STEPS[line.kind], amount=words.rate(line.rate, currency)))
    if line.limited:
        said.append(words.say("limited"))
    if line.start and line.end and (line.start, line.end) != (service.start, service.end):
        said.append(words.days(line.start, line.end))
    return words.listed(*said)


def _tier(tier: TierFacts, unit: str, words: Words) -> str:
    return _band(
        tier,
        unit,
        words,
        first=message("tier {number}: up to {end}"),
        between=message("tier {number}: {start} to {end}"),
        last=message("tier {number}: above {start}"),
    )


def _step(step: TierFacts, unit: str, words: Words) -> str:
    """The step that all of the usage reached."""
    return _band(
        step,
        unit,
        words,
        first=message("step {number}: up to {end}"),
        between=message("step {number}: {start} to {end}"),
        last=message("step {number}: above {start}"),
    )


def _band(tier: TierFacts, unit: str, words: Words, *, first: str, between: str, last: str) -> str:
    number = words.number(tier.number)
    if tier.end is None:
        return words.say(last, number=number, start=words.quantity(tier.start, unit))
    end = words.quantity(tier.end, unit)
    if not tier.start:
        return words.say(first, number=number, end=end)
    return words.say(between, number=number, start=words.number(tier.start), end=end)


def _measure(measure: MeasureFacts, unit: str, words: Words) -> list[str]:
    """What was made of the metered water, step by step."""
    said = [words.say("metered {quantity}", quantity=words.quantity(measure.metered, unit))]
    for figure, sentence in (
        (measure.instead, message("instead {quantity}")),
        (measure.share, message("{quantity} of it")),
        (measure.at_most, message("at most {quantity}")),
        (measure.at_least, message("at least {quantity}")),
        (measure.included, message("less {quantity} included")),
        (measure.multiple, message("in steps of {quantity}")),
    ):
        if figure is not None:
            shown = words.percent(figure) if figure is measure.share else words.quantity(figure, unit)
            said.append(words.say(sentence, quantity=shown))
    return said


def _quantity(line: ChargeLine, currency: str, words: Words) -> str:
    if line.base_minor is not None:
        return words.say("on {amount}", amount=words.money(line.base_minor, currency))
    if line.quantity is None or (_is_counted(line) and line.quantity == 1):
        return ""
    if not line.unit:
        return words.number(line.quantity)
    if line.unit == "dwelling_units" and line.quantity == int(line.quantity):
        return words.count("{count} dwelling", "{count} dwellings", int(line.quantity))
    return words.quantity(line.quantity, line.unit)


def _rate(line: ChargeLine, currency: str, words: Words) -> str:
    """The rate, but not where it says no more than the amount does."""
    if line.rate is None:
        return ""
    if line.unit == "%":
        return words.percent(line.rate)
    if line.kind in _STEPS and line.base_minor is not None:
        return ""
    alone = line.quantity is None or (line.quantity == 1 and _is_counted(line))
    if alone and line.share is None and line.base_minor is None and line.kind is not LineKind.MINIMUM:
        return ""
    return words.rate(line.rate, currency)


def _is_counted(line: ChargeLine) -> bool:
    """Whether its quantity counts something, or nothing, other than water."""
    fixed = line.kind in (LineKind.SERVICE_CHARGE, LineKind.FEE)
    return fixed or (line.kind is LineKind.TAX and line.unit not in _WATER_UNITS)


def sources(document: BillDocument, words: Words) -> str:
    """The tariffs and clauses that the lines stand on, each once."""
    lines = [line for service in document.services for line in service.lines]
    tariffs = dict.fromkeys(words.isolate(line.tariff) for line in lines)
    clauses = dict.fromkeys(words.name(line.clause) for line in lines if line.clause)
    return words.say("Rates: {sources}", sources=words.listed(*tariffs, *clauses))
