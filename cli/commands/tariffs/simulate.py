"""`headgate tariff simulate` and `usage-export`: what a proposal would change, on the utility's own usage."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.determinants import number_in
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.rendering.simulation.report_json import json_schema
from chalicelib.tariff_documents.conditions import LoadedCondition
from chalicelib.tariff_documents.rate_documents import load_rate_files
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.export_usage import a_year_through, determinants_of, events_of, export_usage
from chalicelib.usecases.ports.simulation import BilledUsage, Progress
from chalicelib.usecases.published_tariffs import published_tariffs
from chalicelib.usecases.rates_in_force import rates_in_force
from chalicelib.usecases.simulate_tariff import GROUPED_BY, Proposal, simulate_tariff
from cli.cloud.session import use_stack
from cli.desk import day_of
from cli.output import CountedProgress, JsonOption, err, out, print_json, progress_bar
from cli.rejected_rows import print_rejected
from cli.simulation_view import print_simulation

if TYPE_CHECKING:
    from chalicelib.columnar.part_rating import PartRating

_LOOK_EVERY_S = 0.5


class WrongMove(Refusal):
    """--move is not written OLD=NEW."""


class WrongAmount(Refusal):
    """--revenue-needed is no amount of money."""


class WrongSide(Refusal):
    """A tariff or a condition is given where it would count for nothing."""


def simulate(
    proposed: Annotated[
        list[Path], typer.Option(help="A proposed tariff document, or a folder; repeatable.")
    ],
    against: Annotated[
        str, typer.Option(help="Usage: a CSV or Parquet file, a folder of them, or a pattern in quotes.")
    ],
    current: Annotated[
        list[Path] | None,
        typer.Option(
            help="A tariff in force, or a folder; repeatable. Default: those published on the stack."
        ),
    ] = None,
    current_on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The day whose rates count as in force. Default: the last day of service in the usage.",
        ),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="The unit of usage that names none: ccf, gal, m3 …")
    ] = None,
    condition: Annotated[
        list[Path] | None,
        typer.Option(help="A condition, or a folder of them; repeatable. Without --current: those declared."),
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option(help="OLD=NEW: agreements on tariff OLD would be on tariff NEW; repeatable."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="A column to group accounts by, beside class and usage; repeatable. "
            f"Default: {', '.join(GROUPED_BY)}, where the usage has them."
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="A column of the usage that means nothing; repeatable.")
    ] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Write report.html, report.json and tables into this folder.")
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(
            help="A language of the report, such as es or es-MX; repeatable, a page for each. Default: en."
        ),
    ] = None,
    revenue_needed: Annotated[
        str | None,
        typer.Option(help="What the utility needs over the days of the usage, such as 207000.00."),
    ] = None,
    on_stack: Annotated[
        bool,
        typer.Option(
            "--on-stack",
            help="Have the usage rated on the stack, in parts side by side: for large utilities.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a proposed tariff would bring in, and who would pay more or less. Changes nothing.

    Exit code 1 when the control totals do not agree.
    """
    reports = bootstrap.simulation_reports(language or ("en",))
    if on_stack:
        use_stack()
    rates = _current(current), _documents(proposed), _documents(condition or [])
    in_force, to_come, beside = rates
    if to_come.conditions:
        raise WrongSide(
            f"{to_come.conditions[0].reference} is no proposal: conditions hold on both sides, give it with "
            "--condition"
        )
    if beside.versions:
        raise WrongSide(f"{beside.versions[0].reference} is a tariff: give it with --proposed, or --current")
    proposal = Proposal(
        current=in_force.versions,
        proposed=to_come.versions,
        conditions=[*in_force.conditions, *beside.conditions],
        moved=_moves(move or []),
        by=by or (),
        current_on=current_on.date() if current_on else None,
        needed=_amount(revenue_needed) if revenue_needed else None,
    )
    try:
        with progress_bar("Reading usage", unit="rows") as bar:
            show = _shown_in(bar)
            source = bootstrap.usage_source(
                against,
                unit=Unit.parse(unit) if unit else None,
                ignored=ignore or (),
                rating=_on_stack(rates, show) if on_stack else bootstrap.rated_here(show),
                progress=show,
            )
            simulation, left_out = simulate_tariff(proposal, source=source)
            written = reports.write(out_folder, simulation, left_out) if out_folder else []
    except KeyboardInterrupt:
        stack = " What the stack still rates is forgotten after seven days." if on_stack else ""
        err.print(f"Interrupted: nothing is written.{stack}")
        raise typer.Exit(130) from None
    if as_json:
        print_json(reports.document(simulation))
    else:
        print_simulation(simulation)
        print_rejected(
            left_out,
            report_file=out_folder / "left_out.csv" if out_folder else None,
            option="--out FOLDER",
        )
        if out_folder:
            names = ", ".join(file.name for file in written)
            out.print(f"\nIn [bold]{out_folder}[/]: {names}", soft_wrap=True)
    if not simulation.is_proved:
        raise typer.Exit(1)


def report_schema() -> None:
    """Print the JSON Schema of simulation reports."""
    print_json(json_schema())


def usage_export(
    file: Annotated[Path, typer.Argument(help="The file to write: .csv, or .parquet.")],
    through: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The last day on which a period may end. Default: today.",
        ),
    ] = None,
    determinant: Annotated[
        list[str] | None,
        typer.Option(help="A fact about agreements that no published tariff declares; repeatable."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write twelve months of billed usage, for `tariff simulate --against`. Holds ids, and nobody's name."""
    use_stack()
    registry = bootstrap.registry_store()
    window = a_year_through(day_of(through))
    shards = all_shards(registry)
    published = _published()
    events = events_of(published)
    names = tuple(dict.fromkeys([*determinants_of(published), *(determinant or []), *events]))
    with progress_bar("Exporting usage", len(shards), unit="shards") as bar:

        def counted(found: Iterator[Sequence[BilledUsage]]) -> Iterator[Sequence[BilledUsage]]:
            for rows in found:
                yield rows
                bar.advance()

        found = export_usage(
            shards=shards,
            window=window,
            registry=registry,
            reader=bootstrap.ledger_reader(),
            events=events,
        )
        rows = bootstrap.usage_writer(file).write(chain.from_iterable(counted(found)), determinants=names)
    if as_json:
        print_json({"file": str(file), "rows": rows, "after": window.after, "through": window.through})
    else:
        out.print(
            f"[bold]{file}[/]: {rows:,} billed periods that end after {window.after} "
            f"and up to {window.through}.",
            soft_wrap=True,
        )


def _shown_in(bar: CountedProgress) -> Progress:
    """Shows one kind of work after the other, each from nothing."""
    shown = ""

    def show(title: str, done: int, rows: int) -> None:
        nonlocal shown
        if title != shown:
            bar.begin(title, rows)
            shown = title
        bar.update(done=done)

    return show


class _Rates(NamedTuple):
    """Rate documents, and how they are written canonically, by fingerprint."""

    documents: Sequence[RateDocument]
    canonical: Mapping[str, str]

    @property
    def versions(self) -> list[TariffVersion]:
        return [one for one in self.documents if isinstance(one, TariffVersion)]

    @property
    def conditions(self) -> list[Condition]:
        return [one for one in self.documents if isinstance(one, Condition)]


def _current(files: Sequence[Path] | None) -> _Rates:
    """The versions known today, and the conditions beside them."""
    if files:
        return _documents(files)
    use_stack()
    published = [one.canonical for one in rates_in_force(bootstrap.artefact_store())]
    found = [bootstrap.read_rate_document(canonical) for canonical in published]
    err.print(f"[dim]In force: from the {len(found)} documents on the stack.[/]")
    return _rates(zip(found, published, strict=True))


def _documents(paths: Sequence[Path]) -> _Rates:
    """The versions and conditions in documents, and in those of folders."""
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    loaded = load_rate_files(files)
    return _rates(
        (one.condition if isinstance(one, LoadedCondition) else one.version, one.canonical) for one in loaded
    )


def _rates(found: Iterable[tuple[RateDocument, str]]) -> _Rates:
    listed = [*found]
    canonical = {document.fingerprint: text for document, text in listed}
    return _Rates([document for document, _ in listed], canonical)


def _on_stack(rates: Iterable[_Rates], progress: Progress) -> PartRating:
    return bootstrap.rated_on_stack(
        f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        documents={key: text for one in rates for key, text in one.canonical.items()},
        progress=progress,
        pause=lambda: time.sleep(_LOOK_EVERY_S),
    )


def _published() -> list[TariffVersion]:
    return [
        bootstrap.read_tariff(tariff.canonical) for tariff in published_tariffs(bootstrap.artefact_store())
    ]


def _amount(text: str) -> Decimal:
    amount = number_in(text)
    if amount is None or amount <= 0:
        raise WrongAmount(f"--revenue-needed {text!r} is no amount of money: write it like 207000.00")
    return amount


def _moves(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        old, sign, new = (part.strip() for part in text.partition("="))
        if not (old and sign and new):
            raise WrongMove(f"--move {text!r} moves nothing: write OLD=NEW, two codes of tariffs")
        found[old] = new
    return found
