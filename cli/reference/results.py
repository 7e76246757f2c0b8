"""What an example comes to: it is loaded and rated, and its lines say how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition, Reading
from chalicelib.domain.tariffs.determinants import Source
from chalicelib.domain.tariffs.explanation import derive_line
from chalicelib.domain.tariffs.formula_words import workings
from chalicelib.domain.tariffs.line import BillLine
from chalicelib.domain.tariffs.rating import Rating, RatingRequest, TariffBook, compile_book
from chalicelib.domain.tariffs.request import Position
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.examples.example import Example
from chalicelib.tariff_documents.load import load_tariff

_START = date(2026, 6, 1)
_LONG_AGO = date(2000, 1, 1)


class Result:
    """An example, rated."""

    def __init__(self, example: Example) -> None:
        """Raises InvalidTariffDocument, and what rating raises: a mistake in the example."""
        self.example = example
        self.version = load_tariff(example.document(), file=f"example {example.name}").version
        self._request = _request(example, self.version)
        self._book: TariffBook = compile_book([self.version, *_conditions(example, self.version)])
        self.rating: Rating = self._book.rate(self._request)

    def lines(self) -> list[BillLine]:
        """The lines of the charges that the example shows."""
        codes = self.example.codes()
        return [line for line in self.rating.lines if line.charge in codes]

    def heading(self) -> str:
        """For what bill: "17 ccf in 30 days, dwelling_units 3"."""
        example, days = self.example, self._request.period.days
        said = [
            f"{days} days" if example.usage is None else f"{_with_unit(example, self.version)} in {days} days"
        ]
        if example.position is not Position.REGULAR:
            said.append(f"{example.position} bill")
        if example.scheduled_days is not None:
            said.append(f"{example.scheduled_days} days scheduled")
        stated = {**example.determinants, **example.conditions}
        said += [f"`{name}` {value.replace('@', ' on ')}" for name, value in stated.items()]
        return ", ".join(said)

    def table(self) -> str:
        """The lines as a table in Markdown, and the formulas it needs worked out before."""
        rows = ["| line | how it comes about |", "|---|---|"]
        rows += [f"| {line.label} | {derive_line(line, self.rating.currency)} |" for line in self.lines()]
        worked = [
            said for one in self._book.slices(self._request) for said in workings(one.version, one.values)
        ]
        return "\n".join([*(f"- {said}" for said in dict.fromkeys(worked)), *([""] if worked else []), *rows])


def _with_unit(example: Example, version: TariffVersion) -> str:
    unit = version.usage.unit.value if version.usage else ""
    text = example.usage or ""
    return text if " " in text else f"{text} {unit}".strip()


def _request(example: Example, version: TariffVersion) -> RatingRequest:
    period = Period(_START, _START + timedelta(days=example.days))
    return RatingRequest(
        tariff=Dated.since(_LONG_AGO, version.code),
        period=period,
        bill_date=period.end,
        usage=None if example.usage is None else _quantity(_with_unit(example, version)),
        determinants=_dated(example.determinants),
        position=example.position,
        scheduled_days=example.scheduled_days,
    )


def _quantity(text: str) -> Quantity:
    figure, _, unit = text.partition(" ")
    return Quantity.of(Decimal(figure), Unit.parse(unit))


def _dated(stated: Mapping[str, str]) -> dict[str, Dated[Decimal | str]]:
    found: dict[str, Dated[Decimal | str]] = {}
    for name, text in stated.items():
        value, _, day = text.partition("@")
        found[name] = Dated[Decimal | str].since(date.fromisoformat(day) if day else _LONG_AGO, value)
    return found


def _conditions(example: Example, version: TariffVersion) -> list[Condition]:
    weather = {one.name for one in version.determinants if one.source is Source.WEATHER}
    period = Period(_START, _START + timedelta(days=example.days))
    return [
        Condition(name=name, revision=1, readings={EVERYWHERE: (Reading(period, Decimal(value)),)})
        if name in weather
        else Condition(name=name, revision=1, histories={EVERYWHERE: Dated.since(_LONG_AGO, value)})
        for name, value in example.conditions.items()
    ]
