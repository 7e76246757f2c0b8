"""`headgate condition`: facts declared for everybody at once: drought stages, cost adjustments, weather."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.files.delimited import read_delimited
from chalicelib.tariff_documents.condition_schema import ConditionDocument, json_schema
from chalicelib.tariff_documents.conditions import (
    LoadedCondition,
    load_condition,
    load_condition_file,
    read_condition,
    with_readings,
    with_value,
)
from chalicelib.usecases.add_readings import add_readings, columns_of_readings
from chalicelib.usecases.declare_condition import (
    ConditionUnknown,
    condition_in_force,
    conditions_in_force,
    nothing_to_approve,
)
from cli.cloud.session import use_stack
from cli.condition_view import (
    declaration_document,
    plain_condition,
    print_condition,
    print_conditions,
    print_declaration,
    print_readings,
)
from cli.desk import condition_desk, day_of
from cli.output import JsonOption, print_json
from cli.rejected_rows import document_of, write_rejected

app = typer.Typer(
    help="Drought stages, cost adjustments, weather: what holds for everybody at once.", no_args_is_help=True
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As tariffs name the determinant.")]
SinceOption = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="No bill stands on days from here on. Default: today.",
    ),
]
RetroactiveOption = Annotated[
    bool, typer.Option("--retroactive", help="Change also days before; their bills are yours to correct.")
]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Of a new condition: the determinant it differs by.")
]


@app.command()
def declare(
    file: Annotated[Path, typer.Argument(help="A condition document (docs/conditions.md).")],
    since: SinceOption = None,
    retroactive: RetroactiveOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hand in a revision for somebody else to approve; it takes the place of one that waits."""
    loaded = load_condition_file(file)
    use_stack()
    _declare(loaded, since, retroactive, as_json=as_json)


@app.command("set")
def set_value(
    name: NameArgument,
    value: Annotated[str, typer.Argument(help="What holds from that day on.")],
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The first day.")
    ],
    authority: Annotated[str, typer.Option(help="The resolution that says so.")] = "",
    keys: Annotated[
        list[str] | None, typer.Option("--for", help="Which zone or the like, where the condition differs.")
    ] = None,
    by: ByOption = None,
    since: SinceOption = None,
    retroactive: RetroactiveOption = False,
    as_json: JsonOption = False,
) -> None:
    """Hand in the next revision, in which a value holds from a day on; one that waits is added to."""
    use_stack()
    before = _handed_in(name)
    text = with_value(
        before,
        name=name,
        day=start.date(),
        value=value,
        keys=keys or (),
        by=by,
        authority=authority,
    )
    _declare(load_condition(text, file=name), since, retroactive, as_json=as_json)


@app.command()
def readings(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="CSV: from, to (the next day if empty), amount, a key.")],
    by: ByOption = None,
    retroactive: Annotated[
        bool, typer.Option("--retroactive", help="Replace amounts that are there; their bills are yours.")
    ] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write refused rows to this CSV file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add measured readings: every row is taken or reported. Exit code 1 when rows were refused.

    Days that were not measured before count at once; amounts that are replaced, when somebody else approves.
    """
    use_stack()
    before, document = _latest(name), _handed_in(name)
    by = before.condition.by if before else by
    found = add_readings(
        read_delimited(file, columns=columns_of_readings(by)),
        to=before.condition if before else None,
        by=by,
        correct=retroactive,
    )
    life = None
    if found.has_changed:
        text = with_readings(document, name=name, readings=found.by_key, by=by)
        loaded = load_condition(text, file=name)
        life = condition_desk().declare(
            loaded.condition, loaded.canonical, since=day_of(None), retroactive=retroactive
        )
    rejected = found.report.rejected
    if report_file is not None:
        write_rejected(report_file, rejected)
    if as_json:
        counts = {outcome.value: count for (_, outcome), count in found.report.accepted.items()}
        state = {"declared": declaration_document(life)} if life else {}
        print_json({"condition": name, **counts, **state, "rejected": [document_of(row) for row in rejected]})
    else:
        print_readings(name, found, report_file=report_file)
        if life is not None:
            print_declaration(life)
    if rejected:
        raise typer.Exit(1)


@app.command()
def review(
    name: NameArgument,
    approve: Annotated[
        str | None,
        typer.Option(metavar="FINGERPRINT", help="Put in force the revision that was shown under it."),
    ] = None,
    since: SinceOption = None,
    retroactive: RetroactiveOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the revision that waits; with --approve, put it in force as a second person."""
    use_stack()
    desk = condition_desk()
    if approve is not None:
        done = desk.approve(name, seen=approve, since=day_of(since), retroactive=retroactive)
        if as_json:
            print_json({"declared": declaration_document(done)})
        else:
            print_declaration(done)
        return
    life = desk.waiting(name)
    if life is None:
        raise nothing_to_approve(name)
    loaded = read_condition(desk.canonical_draft(life))
    if as_json:
        print_json({"declared": declaration_document(life), "document": plain_condition(loaded)})
    else:
        print_condition(loaded)
        print_declaration(life)


@app.command("list")
def list_conditions(as_json: JsonOption = False) -> None:
    """List the conditions that bill runs look up, each in its latest revision, and those that wait."""
    use_stack()
    declared = conditions_in_force(bootstrap.artefact_store())
    waiting = condition_desk().all_waiting()
    if as_json:
        in_force = {one.reference: one.fingerprint for one in declared}
        print_json({"in_force": in_force, "waiting": [declaration_document(life) for life in waiting]})
        return
    print_conditions([read_condition(one.canonical) for one in declared], today=day_of(None))
    for life in waiting:
        print_declaration(life)


@app.command()
def show(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show what a condition says that is in force, day by day."""
    use_stack()
    loaded = read_condition(condition_in_force(bootstrap.artefact_store(), name).canonical)
    if as_json:
        print_json(plain_condition(loaded))
    else:
        print_condition(loaded)


@app.command()
def schema() -> None:
    """Print the JSON Schema of conditions, for editors that check as one types."""
    print_json(json_schema())


def _latest(name: str) -> LoadedCondition | None:
    """What was handed in last: what waits, or what is in force."""
    desk = condition_desk()
    life = desk.waiting(name)
    if life is not None:
        return read_condition(desk.canonical_draft(life))
    try:
        return read_condition(condition_in_force(desk.store, name).canonical)
    except ConditionUnknown:
        return None


def _handed_in(name: str) -> ConditionDocument | None:
    """The document that the next one is made of: one that waits keeps its number."""
    latest = _latest(name)
    if latest is None or condition_desk().waiting(name) is None:
        return latest.document if latest else None
    return latest.document.model_copy(update={"revision": latest.document.revision - 1})


def _declare(loaded: LoadedCondition, since: datetime | None, retroactive: bool, *, as_json: bool) -> None:
    desk = condition_desk()
    life = desk.declare(loaded.condition, loaded.canonical, since=day_of(since), retroactive=retroactive)
    if as_json:
        print_json({"declared": declaration_document(life)})
    else:
        print_declaration(life, has_readers=bool(desk.readers(loaded.condition.name)))
