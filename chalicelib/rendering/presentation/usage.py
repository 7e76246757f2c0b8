"""A year's water: bars, the same in a table, and what it comes to a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from chalicelib.domain.documents.bill_document import BillDocument, UsageHistory, UsagePoint
from chalicelib.domain.kernel.ids import Month
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.rendering.presentation.names import SERVICES
from chalicelib.rendering.usage_chart import Bar, Ink, usage_chart
from chalicelib.rendering.words import Words

_FEWEST_BARS = 2
_US_UNITS = (Unit.CUBIC_FOOT, Unit.CCF, Unit.US_GALLON, Unit.KGAL, Unit.ACRE_FOOT)


def histories(document: BillDocument, words: Words, *, plain: Words, ink: Ink) -> list[dict[str, Any]]:
    """One entry for each service with a history. `plain` has no markup: for what is drawn or read aloud."""
    return [_history(each, words, plain, ink) for each in document.usage if each.points]


def _history(history: UsageHistory, words: Words, plain: Words, ink: Ink) -> dict[str, Any]:
    points = history.points
    service = words.say(SERVICES[history.service_type])
    rows = [
        {
            "month": words.month_and_year(_first_day(point)),
            "days": words.number(point.days),
            "quantity": words.quantity(point.quantity, history.unit),
            "estimated": point.estimated,
        }
        for point in points
    ]
    chart = ""
    if len(points) >= _FEWEST_BARS:
        chart = usage_chart(
            _bars(points, plain),
            title=_told(history, plain),
            ink=ink,
            number=plain.number,
            rtl=words.rtl,
        )
    return {
        "service": service,
        "unit": words.unit(history.unit),
        "chart": chart,
        "any_estimated": any(point.estimated for point in points),
        "sentences": _sentences(history, words),
        "rows": rows,
    }


def _bars(points: Sequence[UsagePoint], plain: Words) -> list[Bar]:
    first, last = Month.parse(points[0].month), len(points) - 1
    bars = []
    for index, point in enumerate(points):
        month = Month.parse(point.month)
        slot = (month.year - first.year) * 12 + month.month - first.month
        told = index == last or slot == 0
        bars.append(
            Bar(
                slot=slot,
                quantity=point.quantity,
                month=plain.month(month.first_day),
                year=str(month.year) if slot == 0 or month.month == 1 else "",
                figure=plain.number(point.quantity) if told else "",
                estimated=point.estimated,
                now=index == last,
            )
        )
    return bars


def _told(history: UsageHistory, plain: Words) -> str:
    """The chart in words: every month and its water."""
    service = plain.say(SERVICES[history.service_type])
    heading = plain.say("{service} by month in {unit}:", service=service, unit=plain.unit(history.unit))
    months = []
    for point in history.points:
        month, number = plain.month_and_year(_first_day(point)), plain.number(point.quantity)
        values = {"month": month, "number": number}
        estimated = plain.say("{month} {number} (estimated)", **values)
        months.append(estimated if point.estimated else f"{month} {number}")
    return f"{heading} {', '.join(months)}."


def _sentences(history: UsageHistory, words: Words) -> list[str]:
    """This bill's water, and what it is a day now and a year ago."""
    now = history.points[-1]
    said = [
        words.count(
            "You used {quantity} in {count} day: {daily} a day.",
            "You used {quantity} in {count} days: {daily} a day.",
            now.days,
            quantity=words.quantity(now.quantity, history.unit),
            daily=_daily(now, history.unit, words),
        )
    ]
    month = Month.parse(now.month)
    year_ago = next((p for p in history.points[:-1] if Month.parse(p.month) == month.plus(-12)), None)
    if year_ago is not None:
        said.append(
            words.say("A year ago it was {daily} a day.", daily=_daily(year_ago, history.unit, words))
        )
    return said


def daily(quantity: Decimal, unit: str, days: int) -> tuple[Decimal, str]:
    """Water a day in a unit people can picture: whole gallons or liters."""
    known = Unit.parse(unit)
    familiar = Unit.US_GALLON if known in _US_UNITS else Unit.LITER
    whole = Quantity.of(quantity, known).to(familiar)
    return Quantity(whole.value / (days or 1), familiar).decimal(places=0), familiar.value


def _daily(point: UsagePoint, unit: str, words: Words) -> str:
    per_day, familiar = daily(point.quantity, unit, point.days)
    if familiar == Unit.US_GALLON:
        return words.count("{count} gallon", "{count} gallons", int(per_day))
    return words.count("{count} liter", "{count} liters", int(per_day))


def _first_day(point: UsagePoint) -> date:
    return Month.parse(point.month).first_day
