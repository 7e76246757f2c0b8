"""`headgate tariff simulate` and `usage-export`: what a proposal would change, on the utility's own usage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.rendering.simulation.report_json import json_schema
from chalicelib.tariff_documents.conditions import LoadedCondition
from chalicelib.tariff_documents.rate_documents import load_rate_files
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.export_usage import a_year_through, determinants_of, export_usage
from chalicelib.usecases.ports.simulation import BilledUsage
from chalicelib.usecases.published_tariffs import published_tariffs
from chalicelib.usecases.rates_in_force import rates_in_force
from chalicelib.usecases.simulate_tariff import GROUPED_BY, Proposal, simulate_tariff
from cli.cloud.session import use_stack
from cli.desk import day_of
from cli.output import JsonOption, err, out, print_json, progress_bar, steps
from cli.rejected_rows import print_rejected
from cli.simulation_view import print_simulation


class WrongMove(Refusal):
    """--move is not written OLD=NEW."""


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
    as_json: JsonOption = False,
) -> None:
    """Show what a proposed tariff would bring in, and who would pay more or less. Changes nothing.

    Exit code 1 when the control totals do not agree.
    """
    versions, conditions = _current(current)
    proposal = Proposal(
        current=versions,
        proposed=[one for one in _documents(proposed) if isinstance(one, TariffVersion)],
        conditions=[*conditions, *_conditions(condition or [])],
        moved=_moves(move or []),
        by=by or (),
        current_on=current_on.date() if current_on else None,
    )
    source = bootstrap.usage_source(against, unit=Unit.parse(unit) if unit else None, ignored=ignore or ())
    with steps("Reading and rating"):
        simulation, left_out = simulate_tariff(proposal, source=source)
    reports = bootstrap.simulation_reports()
    written = reports.write(out_folder, simulation, left_out) if out_folder else []
    if as_json:
        print_json(reports.document(simulation))
    else:
        print_simulation(simulation)
        print_rejected(left_out, report_file=out_folder / "left_out.csv" if out_folder else None)
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
        typer.Option(formats=["%Y-%m-%d"], help="The last day on which a period may end. Default: today."),
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
    names = tuple(dict.fromkeys([*determinants_of(_published()), *(determinant or [])]))
    with progress_bar("Exporting usage", len(shards), unit="shards") as bar:

        def counted(found: Iterator[Sequence[BilledUsage]]) -> Iterator[Sequence[BilledUsage]]:
            for rows in found:
                yield rows
                bar.advance()

        found = export_usage(
            shards=shards, window=window, registry=registry, reader=bootstrap.ledger_reader()
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


def _current(files: Sequence[Path] | None) -> tuple[list[TariffVersion], list[Condition]]:
    """The versions known today, and the conditions beside them."""
    if files:
        found = _documents(files)
    else:
        use_stack()
        in_force = rates_in_force(bootstrap.artefact_store())
        found = [bootstrap.read_rate_document(one.canonical) for one in in_force]
        err.print(f"[dim]In force: from the {len(found)} documents on the stack.[/]")
    versions = [one for one in found if isinstance(one, TariffVersion)]
    return versions, [one for one in found if isinstance(one, Condition)]


def _documents(paths: Sequence[Path]) -> list[RateDocument]:
    """The versions and conditions in documents, and in those of folders."""
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    loaded = load_rate_files(files)
    return [one.condition if isinstance(one, LoadedCondition) else one.version for one in loaded]


def _conditions(paths: Sequence[Path]) -> list[Condition]:
    return [one for one in _documents(paths) if isinstance(one, Condition)]


def _published() -> list[TariffVersion]:
    return [
        bootstrap.read_tariff(tariff.canonical) for tariff in published_tariffs(bootstrap.artefact_store())
    ]


def _moves(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        old, sign, new = (part.strip() for part in text.partition("="))
        if not (old and sign and new):
            raise WrongMove(f"--move {text!r} moves nothing: write OLD=NEW, two codes of tariffs")
        found[old] = new
    return found
