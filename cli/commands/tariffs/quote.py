"""`headgate tariff quote`: rate a document without any cloud."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.rating import Position, RatingRequest, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.load import load_tariff_files
from cli.output import JsonOption, print_json
from cli.quote import print_quote, quote_document

_MOST_DIGITS = 30


class WrongQuote(Refusal):
    """A quote was asked for in a way that cannot be understood."""


def quote(
    files: Annotated[
        list[Path], typer.Argument(help="Tariff documents; several versions of one tariff too.")
    ],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of service.")],
    end: Annotated[
        datetime,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The closing read's day; not billed itself."),
    ],
    usage: Annotated[
        str | None, typer.Option(help='Billing units, or with a unit: "12700 gal". None without a meter.')
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE of a determinant; NAME=VALUE@DAY where it changes."),
    ] = None,
    tariff: Annotated[str | None, typer.Option(help="Which tariff, where the files hold several.")] = None,
    bill_date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Default: the day of --to.")
    ] = None,
    position: Annotated[Position, typer.Option(help="Where the bill stands.")] = Position.REGULAR,
    scheduled_days: Annotated[
        int | None, typer.Option(help="Days the cycle planned, for tariffs that prorate on them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Rate a period and print lines, total, and how each line came about. Needs no cloud."""
    versions = [loaded.version for loaded in load_tariff_files(files)]
    code = _code(versions, tariff)
    period = Period(start.date(), end.date())
    request = RatingRequest(
        tariff=Dated.since(period.start, code),
        period=period,
        bill_date=(bill_date or end).date(),
        usage=_usage(usage, versions, code),
        determinants=_determinants(assignments or []),
        position=position,
        scheduled_days=scheduled_days,
    )
    book = compile_book(versions)
    rating = book.rate(request)
    if as_json:
        print_json(quote_document(request, rating, fingerprints=book.fingerprints))
    else:
        print_quote(request, rating, name=next(v.name for v in reversed(versions) if v.code == code))


def _code(versions: list[TariffVersion], wanted: str | None) -> str:
    codes = sorted({version.code for version in versions})
    if wanted is None and len(codes) == 1:
        return codes[0]
    if wanted in codes:
        return wanted
    raise WrongQuote(f"the files hold the tariffs {', '.join(codes)}: name one of them with --tariff")


def _usage(text: str | None, versions: list[TariffVersion], code: str) -> Quantity | None:
    if text is None:
        return None
    figure, _, unit = text.strip().partition(" ")
    terms = next((v.usage for v in versions if v.code == code and v.usage is not None), None)
    if terms is None:
        return None
    try:
        value = Decimal(figure.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value.adjusted() > _MOST_DIGITS:
        raise WrongQuote(f'--usage {text!r} is not a quantity: write 12.5, or with a unit "12700 gal"')
    return Quantity.of(value, Unit.parse(unit) if unit else terms.unit)


def _determinants(assignments: list[str]) -> dict[str, Dated[Decimal | str]]:
    """`NAME=VALUE` from always on, `NAME=VALUE@DAY` from that day on."""
    found: dict[str, Dated[Decimal | str]] = {}
    for text in assignments:
        name, sign, assigned = text.partition("=")
        value, _, day = assigned.partition("@")
        if not sign or not name.strip() or not value.strip():
            raise WrongQuote(f"--set {text!r} sets nothing: write NAME=VALUE, or NAME=VALUE@YYYY-MM-DD")
        history: Dated[Decimal | str] = found.get(name.strip(), Dated(()))
        found[name.strip()] = history.with_entry(_day(day) if day else date.min, value.strip())
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongQuote(f"{text!r} is not a day: write YYYY-MM-DD") from None
