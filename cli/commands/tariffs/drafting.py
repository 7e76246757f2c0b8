"""`headgate tariff draft`, `review`, `list` and `show`: versions on their way to being published."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.domain.tariffs.lifecycle import TariffLife
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.usecases.draft_tariff import draft_tariff
from chalicelib.usecases.list_tariffs import TariffOnShow, list_tariffs, show_tariff
from chalicelib.usecases.review_tariff import review_tariff
from cli.cloud.session import use_stack
from cli.commands.tariffs.named import ReferenceArgument, reference
from cli.desk import day_of, rates_desk
from cli.output import JsonOption, out, print_json
from cli.tariff_view import (
    difference_documents,
    differences_between,
    print_differences,
    print_standing,
    print_standings,
    standing_document,
)


def draft(
    files: Annotated[list[Path], typer.Argument(help="Tariff documents.")], as_json: JsonOption = False
) -> None:
    """Hand in documents for review. One that is drafted already takes the older draft's place."""
    loaded = load_tariff_files(files)
    use_stack()
    desk = rates_desk()
    lives = [draft_tariff(desk, one.version, canonical=one.canonical) for one in loaded]
    if as_json:
        print_json({life.reference: {"state": life.state, "fingerprint": life.fingerprint} for life in lives})
        return
    for life in lives:
        out.print(f"{life.reference}  {_told(life)}  [dim]{life.fingerprint[:12]}[/]")


def review(
    tariff: ReferenceArgument,
    approve: Annotated[
        str | None,
        typer.Option(metavar="FINGERPRINT", help="Record the review of the draft that was shown under it."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a draft changes; with --approve, record that a second person has found it right."""
    name = reference(tariff)
    use_stack()
    desk = rates_desk()
    if approve is not None:
        life = review_tariff(desk, *name, seen=approve)
        if as_json:
            print_json({"tariff": life.reference, "state": life.state, "reviewers": life.reviewers})
        else:
            out.print(f"{life.reference}  {_told(life)} by {', '.join(life.reviewers)}")
        return
    shown = show_tariff(desk, *name, today=_today())
    found = differences_between(shown.canonical_before, shown.canonical)
    if as_json:
        print_json({**_document(shown), "differences": difference_documents(found)})
        return
    print_standing(shown)
    print_differences(found, before=shown.before.reference if shown.before else None)
    life = shown.standing.life
    if not life.is_published:
        whose = (
            "To have somebody else record a review" if desk.actor in life.makers else "To record your review"
        )
        out.print(
            f"\n{whose}: headgate tariff review {tariff} --approve {life.fingerprint[:12]}", soft_wrap=True
        )


def list_all(as_json: JsonOption = False) -> None:
    """List every version there is, drafted or published, with its state today."""
    use_stack()
    standings = list_tariffs(rates_desk(), today=_today())
    if as_json:
        print_json({standing.life.reference: standing_document(standing) for standing in standings})
    else:
        print_standings(standings)


def show(
    tariff: ReferenceArgument,
    canonical: Annotated[
        bool, typer.Option("--canonical", help="Print the document in its canonical form instead.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a version: its state, who did what when."""
    name = reference(tariff)
    use_stack()
    shown = show_tariff(rates_desk(), *name, today=_today())
    if canonical:
        out.print(shown.canonical, soft_wrap=True, markup=False)
    elif as_json:
        print_json(_document(shown))
    else:
        print_standing(shown)


def _told(life: TariffLife) -> str:
    return f"[green]{life.state}[/]" if life.state != "draft" else f"[yellow]{life.state}[/]"


def _document(shown: TariffOnShow) -> dict[str, object]:
    return {
        "tariff": shown.standing.life.reference,
        **standing_document(shown.standing),
        "takes_over_from": shown.before.reference if shown.before else None,
        "history": shown.standing.life.history,
    }


def _today() -> date:
    return day_of(None)
