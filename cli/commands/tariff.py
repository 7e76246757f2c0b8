"""`headgate tariff`: rate a document without any cloud, and export the schema of documents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.rating import Position, RatingRequest, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.tariff_documents.schema import json_schema
from chalicelib.usecases.publish_tariff import PublishedTariff, publish_tariff, published_tariffs
from cli.cloud.session import use_stack
from cli.desk import actor
from cli.output import JsonOption, out, print_json
from cli.quote import print_quote, quote_document

app = typer.Typer(help="Rate and publish tariff documents, and export their schema.", no_args_is_help=True)


_MOST_DIGITS = 30


class WrongQuote(Refusal):
    """A quote was asked for in a way that cannot be understood."""


@app.command()
def schema() -> None:
    """Print the JSON Schema of tariff documents, for editors that check as one types."""
    print_json(json_schema())


@app.command()
def publish(
    files: Annotated[list[Path], typer.Argument(help="Tariff documents.")], as_json: JsonOption = False
) -> None:
    """Publish tariff versions: bill runs use them from now on, and they never change again."""
    use_stack()
    published = {}
    for loaded in load_tariff_files(files):
        version = loaded.version
        published[version.reference] = publish_tariff(
            tariff=PublishedTariff(code=version.code, version=version.version, canonical=loaded.canonical),
            actor=actor(),
            now=datetime.now(UTC),
            store=bootstrap.artefact_store(),
            audit=bootstrap.audit_store(),
        )
    if as_json:
        print_json({"published": published})
        return
    for reference, is_new in published.items():
        out.print(f"{reference}  " + ("[green]published[/]" if is_new else "[dim]was published before[/]"))


@app.command("list")
def list_published(as_json: JsonOption = False) -> None:
    """List the tariff versions that bill runs use."""
    use_stack()
    tariffs = published_tariffs(bootstrap.artefact_store())
    if as_json:
        print_json({tariff.reference: tariff.fingerprint for tariff in tariffs})
        return
    for tariff in tariffs:
        out.print(f"{tariff.reference}  [dim]{tariff.fingerprint[:16]}[/]")


@app.command()
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
