"""`headgate tariff report`, `sign-off` and `publish`: what publishing would do, and doing it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.domain.tariffs.publication import PublicationReport
from chalicelib.usecases.publish_tariff import publish_tariffs
from chalicelib.usecases.report_publication import Watch, report_publications
from chalicelib.usecases.sign_off_report import sign_off_report
from cli.cloud.session import use_stack
from cli.commands.tariffs.named import ReferenceArgument, reference, versions_named
from cli.desk import rates_desk
from cli.output import JsonOption, err, out, print_json, progress_bar
from cli.tariff_view import print_report, report_document, write_agreements, write_bills


def report(
    tariff: ReferenceArgument,
    agreements: Annotated[
        Path | None, typer.Option(help="Write the agreements that could not be billed to this CSV file.")
    ] = None,
    bills: Annotated[
        Path | None, typer.Option(help="Write the bills that would have to be corrected to this CSV file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what publishing a version leaves to be mended: agreements it cannot bill, bills it takes over."""
    name = reference(tariff)
    use_stack()
    desk = rates_desk()
    with _watched("Looking at agreements and bills") as watch:
        (found,) = report_publications(desk, [desk.life(*name)], watch=watch)
    if agreements is not None:
        write_agreements(found.agreements, agreements)
    if bills is not None:
        write_bills(found.segments, bills)
    if as_json:
        print_json(report_document(found))
    else:
        print_report(found)
        if not found.is_clear:
            out.print(f"\nTo sign it off: headgate tariff sign-off {tariff} --report {found.sha256[:12]}")


def sign_off(
    tariff: ReferenceArgument,
    seen: Annotated[str, typer.Option("--report", metavar="HASH", help="The report that was looked at.")],
    as_json: JsonOption = False,
) -> None:
    """Sign off what publishing a version leaves to be mended, as the one who reviewed it."""
    name = reference(tariff)
    use_stack()
    with _watched("Making the report again") as watch:
        life, found = sign_off_report(rates_desk(), *name, seen=seen, watch=watch)
    if as_json:
        print_json({"tariff": life.reference, "signed_off": found.sha256})
    else:
        out.print(f"{life.reference}  report [bold]{found.sha256[:12]}[/] signed off: {_counts(found)}")


def publish(
    tariffs: Annotated[
        list[str],
        typer.Argument(metavar="CODE@VERSION | FILE", help="Reviewed versions, or their documents."),
    ],
    retroactive: Annotated[
        bool,
        typer.Option(
            "--retroactive", help="Taking over days that bills stand on is meant: they are corrected."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Publish reviewed versions: bill runs use them from now on, and they never change again."""
    use_stack()
    desk = rates_desk()
    wanted = versions_named(tariffs, desk)
    with _watched("Looking at agreements and bills") as watch:
        published = publish_tariffs(desk, wanted, retroactive=retroactive, watch=watch)
    under_way = [run.run_id for run in desk.operations.runs() if not run.state.is_over]
    if under_way and any(published.values()):
        err.print(
            f"{', '.join(under_way)} began before: their bills are on the tariffs as they were. Reject and "
            "start them again, or look at `headgate tariff report` once they are closed.",
            soft_wrap=True,
        )
    if as_json:
        print_json({"published": published})
        return
    for name, is_new in published.items():
        out.print(f"{name}  " + ("[green]published[/]" if is_new else "[dim]was published before[/]"))


def _counts(found: PublicationReport) -> str:
    return f"{len(found.agreements):,} agreements left unbilled, {found.bill_count:,} bills to be corrected"


@contextmanager
def _watched(title: str) -> Iterator[Watch]:
    with progress_bar(title, unit="shards") as bar:
        yield lambda done, total: bar.update(done=done, total=total)
