"""Bills under the ordinances kept beside this file, for tests that work every figure by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.domain.tariffs.rating import Position, Rating, RatingRequest, TariffBook, compile_book
from chalicelib.tariff_documents.load import load_tariff_files

ORDINANCES = Path(__file__).parent / "ordinances"
LONG_AGO = date(2000, 1, 1)


def book_of(*names: str, conditions: Iterable[Condition] = ()) -> TariffBook:
    """The ordinances in the files `names`, under `conditions`."""
    loaded = load_tariff_files(ORDINANCES / f"{name}.yaml" for name in names)
    return compile_book([*(one.version for one in loaded), *conditions])


def declared(name: str, *entries: tuple[date, str]) -> Condition:
    """A condition that takes each value from its day on, everywhere."""
    return Condition(name=name, revision=1, histories={"": Dated(entries)})


def bill(
    book: TariffBook,
    tariff: str,
    usage: Quantity | None,
    period: Period,
    *,
    bill_date: date | None = None,
    position: Position = Position.REGULAR,
    **determinants: str | Dated[Decimal | str],
) -> Rating:
    """The bill of one agreement, dated the end of `period` if nothing else is said."""
    return book.rate(
        RatingRequest(
            tariff=Dated.since(LONG_AGO, tariff),
            period=period,
            bill_date=bill_date or period.end,
            usage=usage,
            determinants={
                name: Dated.since(LONG_AGO, value) if isinstance(value, str) else value
                for name, value in determinants.items()
            },
            position=position,
        )
    )


def cents(rating: Rating) -> list[tuple[str, int]]:
    """Charge and amount of every line, which add up to the total."""
    assert rating.total_minor == sum(line.amount_minor for line in rating.lines)
    return [(line.charge, line.amount_minor) for line in rating.lines]


def words(rating: Rating, charge: str) -> list[str]:
    """The lines of one charge in words."""
    return [explain_line(line, rating.currency) for line in rating.lines if line.charge == charge]
