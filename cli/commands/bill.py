"""`headgate bill`: one account's bills: preview, list, show, explain, compare, replay, off-cycle bills."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from chalicelib import bootstrap
from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.billing.bill_account import Billed
from chalicelib.domain.documents.bill_numbers import is_bill_id
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId, Month, TransactionId
from chalicelib.domain.utility.profile import Paper
from chalicelib.rendering.bill_json import dump_bill, json_schema
from chalicelib.usecases.accept_usage import accept_usage
from chalicelib.usecases.bill_off_cycle import bill_off_cycle
from chalicelib.usecases.find_bill_facts import BillFacts, find_bill_facts
from chalicelib.usecases.find_bill_number import bill_with_number
from chalicelib.usecases.find_inputs import InputsNotKept
from chalicelib.usecases.ports.rendering import DocumentForm, RenderRequest
from chalicelib.usecases.preview_bill import preview_bill
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.replay_bill import replay_bill
from cli.bill_view import bill_document, outcome_document, print_bill, print_bills, print_outcome
from cli.cloud.session import use_stack
from cli.comparison_view import comparisons_document, print_comparisons
from cli.desk import account_named, actor, agreement_named, billing_desk, day_of, posting_desk
from cli.document_files import save_document
from cli.output import JsonOption, err, out, print_json

app = typer.Typer(help="One account's bills.", no_args_is_help=True)

AccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="The utility's account number, or Headgate's id.")
]
BillArgument = Annotated[
    str,
    typer.Argument(metavar="BILL", help="The number printed on it, or ACCOUNT/BILL as `bill list` has it."),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in the ledger and the audit trail.")]
OnOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The utility's day. Default: today."
    ),
]


class WrongBillReference(Refusal):
    """A bill was named in a way that cannot be understood."""


@app.command()
def preview(
    account: AccountArgument,
    period: Annotated[str, typer.Option("--period", help="The cycle's period, YYYY-MM.")],
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what an account's bill would be if its cycle ran today. Writes nothing."""
    use_stack()
    outcome = preview_bill(
        desk=billing_desk(), account_id=account_named(account), period=Month.parse(period), today=day_of(on)
    )
    if as_json:
        print_json(outcome_document(outcome))
    else:
        print_outcome(outcome)
    if not isinstance(outcome, Billed):
        raise typer.Exit(1)


@app.command("list")
def list_bills(account: AccountArgument, as_json: JsonOption = False) -> None:
    """List an account's bills, oldest first."""
    use_stack()
    found = bootstrap.ledger_store().transactions_of_account(account_named(account))
    bills = [transaction.bill for transaction in found if transaction.bill is not None]
    if as_json:
        print_json([bill_document(bill) for bill in bills])
    else:
        print_bills(bills)


@app.command()
def show(bill: BillArgument, as_json: JsonOption = False) -> None:
    """Show a bill: segments, reads, lines, total."""
    use_stack()
    found = _find(bill)
    if as_json:
        print_json(bill_document(found))
    else:
        print_bill(found)


@app.command()
def explain(bill: BillArgument, as_json: JsonOption = False) -> None:
    """Show a bill with how each line came about, and what it depended on, in figures that can be checked."""
    use_stack()
    found = _find(bill)
    facts = _facts_of(found)
    if as_json:
        print_json(bill_document(found, facts=facts))
    else:
        print_bill(found, explain=True, facts=facts)


@app.command()
def compare(bill: BillArgument, as_json: JsonOption = False) -> None:
    """Show why a bill differs from the last and from a year ago: days, usage, rates, other, to the cent."""
    use_stack()
    account_id, bill_id = _parts(bill)
    found = bootstrap.document_desk().document(account_id=account_id, bill_id=bill_id)
    if as_json:
        print_json(comparisons_document(found))
    else:
        print_comparisons(found)


@app.command()
def schema() -> None:
    """Print the JSON Schema of bill documents."""
    print_json(json_schema())


@app.command()
def document(bill: BillArgument) -> None:
    """Print the bill's document: the JSON that PDF, HTML and the print vendor's file are made from."""
    use_stack()
    account_id, bill_id = _parts(bill)
    found = bootstrap.document_desk().document(account_id=account_id, bill_id=bill_id)
    print_json(json.loads(dump_bill(found)))


LanguageOption = Annotated[
    str | None, typer.Option("--language", help="A language tag, such as es. Default: the customer's.")
]
ToOption = Annotated[Path | None, typer.Option("--to", help="File or folder. Default: this folder.")]


@app.command()
def pdf(
    bill: BillArgument,
    to: ToOption = None,
    language: LanguageOption = None,
    paper: Annotated[Paper | None, typer.Option("--paper", help="Default: the utility's.")] = None,
    large_print: Annotated[
        bool | None, typer.Option("--large-print/--normal-print", help="Default: the customer's wish.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Save a bill as a PDF: tagged, with its payment stub."""
    wishes = RenderRequest(
        **_named(bill), form=DocumentForm.PDF, language=language, paper=paper, large_print=large_print
    )
    save_document(wishes, to=to, as_json=as_json)


@app.command()
def html(
    bill: BillArgument, to: ToOption = None, language: LanguageOption = None, as_json: JsonOption = False
) -> None:
    """Save a bill as one web page that needs nothing else."""
    save_document(
        RenderRequest(**_named(bill), form=DocumentForm.HTML, language=language), to=to, as_json=as_json
    )


@app.command()
def replay(bill: BillArgument, as_json: JsonOption = False) -> None:
    """Make a bill again from its frozen inputs and compare, to the cent. Exit code 1 when it differs."""
    use_stack()
    found = replay_bill(
        bill=_find(bill),
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
    )
    if as_json:
        print_json({"equal": found.is_equal, "differences": list(found.differences), "inputs": found.inputs})
    elif found.is_equal:
        out.print(f"[green]Equal[/], to the cent and to the line. Made again from {found.inputs}")
    else:
        out.print(f"[red]{len(found.differences)} differences[/]. Made again from {found.inputs}")
        for difference in found.differences:
            out.print(f"  {difference}")
    if not found.is_equal:
        raise typer.Exit(1)


@app.command()
def accept(
    account: AccountArgument,
    period: Annotated[str, typer.Option("--period", help="The cycle's period, YYYY-MM.")],
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Accept unusual usage: the next run, or a retry of the last one, bills it as it was read."""
    use_stack()
    accepted = accept_usage(
        account_id=account_named(account),
        period=Month.parse(period),
        reason=reason,
        actor=actor(),
        now=datetime.now(UTC),
        registry=bootstrap.registry_store(),
        operations=bootstrap.operations_store(),
    )
    if as_json:
        print_json(accepted)
    else:
        out.print(f"What is unusual about account {accepted.account_id} in {period} is accepted.")


@app.command("off-cycle")
def off_cycle(
    account: AccountArgument,
    reason: ReasonOption,
    through: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="Bill up to this day, not included. Default: --on.",
        ),
    ] = None,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bill one account now, by the same engine as its cycle's run. Needs reads on the last day."""
    use_stack()
    today = day_of(on)
    posted = bill_off_cycle(
        desk=billing_desk(),
        posting=posting_desk(today),
        artefacts=bootstrap.run_artefacts(),
        account_id=account_named(account),
        through=through.date() if through else today,
        reason=reason,
    )
    _posted([t.bill for t in posted.transactions if t.bill], as_json=as_json)


@app.command()
def rebill(
    bill: BillArgument,
    agreement: Annotated[
        str,
        typer.Argument(
            help="The agreement whose charges were wrong: its service, the utility's name for it, or its id."
        ),
    ],
    reason: ReasonOption,
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cancel one agreement's charges on a bill and bill the same days anew, both or neither."""
    use_stack()
    account_id, bill_id = _parts(bill)
    posted = rebill_segment(
        desk=billing_desk(),
        posting=posting_desk(day_of(on)),
        artefacts=bootstrap.run_artefacts(),
        account_id=account_id,
        bill_id=bill_id,
        agreement_id=agreement_named(account_id, agreement),
        reason=reason,
    )
    _posted([t.bill for t in posted.transactions if t.bill], as_json=as_json)


def _posted(bills: list[Bill], *, as_json: bool) -> None:
    if as_json:
        print_json([bill_document(bill) for bill in bills])
    for bill in [] if as_json else bills:
        out.print(f"Posted [bold]{bill.account_id}/{bill.bill_id}[/]")
        print_bill(bill)


def _facts_of(bill: Bill) -> BillFacts | None:
    """What the bill's charges depended on; None, and said so, where its inputs are not kept here."""
    try:
        return find_bill_facts(
            bill, operations=bootstrap.operations_store(), artefacts=bootstrap.run_artefacts()
        )
    except InputsNotKept as missing:
        err.print(f"[dim]{missing.message}[/]")
        return None


def _find(reference: str) -> Bill:
    account_id, bill_id = _parts(reference)
    transaction = posting_desk(day_of(None)).find(account_id, TransactionId(bill_id))
    if transaction.bill is None:
        raise WrongBillReference(f"{bill_id} of account {account_id} is not a bill", reference=reference)
    return transaction.bill


def _named(reference: str) -> dict[str, Any]:
    use_stack()
    account_id, bill_id = _parts(reference)
    return {"account_id": account_id, "bill_id": bill_id}


def _parts(reference: str) -> tuple[AccountId, BillId]:
    """The account and bill that are named, by ids or by the number printed on the bill."""
    account, _, rest = reference.partition("/")
    if account and rest:
        account_id = account_named(account)
        if is_bill_id(rest):
            return account_id, BillId(rest)
        found = bill_with_number(
            reference,
            account_id=account_id,
            registry=bootstrap.registry_store(),
            ledger=bootstrap.ledger_store(),
        )
        if found is not None:
            return account_id, found
    raise WrongBillReference(
        f"{reference!r} names no bill: write the number printed on it, or ACCOUNT/BILL as "
        "`headgate bill list ACCOUNT` prints it",
        reference=reference,
    )
