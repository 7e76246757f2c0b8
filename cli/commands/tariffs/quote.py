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
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition, Reading
from chalicelib.domain.tariffs.determinants import Source, number_in
from chalicelib.domain.tariffs.rating import Position, RatingRequest, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.conditions import LoadedCondition
from chalicelib.tariff_documents.load import LoadedTariff
from chalicelib.tariff_documents.rate_documents import load_rate_files
from cli.output import JsonOption, print_json
from cli.quote import print_quote, quote_document

_MOST_DIGITS = 30
_DECLARED = (Source.UTILITY, Source.WEATHER)


class WrongQuote(Refusal):
    """A quote was asked for in a way that cannot be understood."""


def quote(
    files: Annotated[
        list[Path], typer.Argument(help="Tariffs, several versions of one too, and conditions.")
    ],
    start: Annotated[
        datetime,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day of service."),
    ],
    end: Annotated[
        datetime,
        typer.Option(
            "--to",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The closing read's day; not billed itself.",
        ),
    ],
    usage: Annotated[
        str | None, typer.Option(help='Billing units, or with a unit: "12700 gal". None without a meter.')
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE of a determinant; NAME=VALUE@DAY where it changes."),
    ] = None,
    conditions: Annotated[
        list[str] | None,
        typer.Option("--condition", help="NAME=VALUE declared or measured; NAME=VALUE@DAY from a day on."),
    ] = None,
    tariff: Annotated[str | None, typer.Option(help="Which tariff, where the files hold several.")] = None,
    bill_date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Default: the day of --to."),
    ] = None,
    position: Annotated[Position, typer.Option(help="Where the bill stands.")] = Position.REGULAR,
    scheduled_days: Annotated[
        int | None, typer.Option(help="Days the cycle planned, for tariffs that prorate on them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Rate a period and print lines, total, and how each line came about. Needs no cloud."""
    loaded = load_rate_files(files)
    versions = [one.version for one in loaded if isinstance(one, LoadedTariff)]
    code = _code(versions, tariff)
    period = Period(start.date(), end.date())
    request = RatingRequest(
        tariff=Dated.since(period.start, code),
        period=period,
        bill_date=(bill_date or end).date(),
        usage=_usage(usage, versions, code),
        determinants=_determinants(assignments or [], versions),
        position=position,
        scheduled_days=scheduled_days,
    )
    declared = {one.condition.name: one.condition for one in loaded if isinstance(one, LoadedCondition)}
    declared |= _conditions(conditions or [], versions, period)
    book = compile_book([*versions, *declared.values()])
    rating = book.rate(request)
    if as_json:
        print_json(quote_document(request, rating, book))
    else:
        name = next(v.name for v in reversed(versions) if v.code == code)
        print_quote(request, rating, book, name=name)


def _code(versions: list[TariffVersion], wanted: str | None) -> str:
    codes = sorted({version.code for version in versions})
    if not codes:
        raise WrongQuote("the files hold conditions only: name the tariff to rate on, too")
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


def _determinants(assignments: list[str], versions: list[TariffVersion]) -> dict[str, Dated[Decimal | str]]:
    found = _assigned(assignments, option="--set")
    sources = _sources(versions)
    for name in found:
        if name not in sources:
            known = ", ".join(name for name, source in sorted(sources.items()) if source not in _DECLARED)
            raise WrongQuote(f"the tariffs declare no {name}, they declare {known or 'nothing to --set'}")
        if sources[name] in _DECLARED:
            raise WrongQuote(f"{name} holds for everybody: assign it with --condition")
    return found


def _sources(versions: list[TariffVersion]) -> dict[str, Source]:
    return {d.name: d.source for version in versions for d in version.determinants}


def _conditions(
    assignments: list[str], versions: list[TariffVersion], period: Period
) -> dict[str, Condition]:
    """Conditions as assigned, in place of those in files: what is weather was measured over the period."""
    sources = _sources(versions)
    found: dict[str, Condition] = {}
    for name, dated in _assigned(assignments, option="--condition").items():
        if sources.get(name) is Source.WEATHER:
            amount = number_in(str(dated.entries[-1][1]))
            if amount is None:
                raise WrongQuote(f"--condition {name} is measured: write a number")
            found[name] = Condition(name=name, revision=0, readings={EVERYWHERE: [Reading(period, amount)]})
        elif sources.get(name) is Source.UTILITY:
            history = Dated(tuple((day, str(value)) for day, value in dated.entries))
            found[name] = Condition(name=name, revision=0, histories={EVERYWHERE: history})
        else:
            known = ", ".join(name for name, source in sorted(sources.items()) if source in _DECLARED)
            raise WrongQuote(
                f"the tariffs look up no condition {name}, they look up {known or 'none'}: assign what is an "
                "agreement's with --set"
            )
    return found


def _assigned(assignments: list[str], *, option: str) -> dict[str, Dated[Decimal | str]]:
    """`NAME=VALUE` from always on, `NAME=VALUE@DAY` from that day on."""
    found: dict[str, Dated[Decimal | str]] = {}
    for text in assignments:
        name, sign, assigned = text.partition("=")
        value, _, day = assigned.partition("@")
        if not sign or not name.strip() or not value.strip():
            raise WrongQuote(f"{option} {text!r} sets nothing: write NAME=VALUE, or NAME=VALUE@YYYY-MM-DD")
        history: Dated[Decimal | str] = found.get(name.strip(), Dated(()))
        found[name.strip()] = history.with_entry(_day(day) if day else date.min, value.strip())
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongQuote(f"{text!r} is not a day: write YYYY-MM-DD") from None
