"""`headgate ledger`: balances, transactions, corrections, closing of books, and the proof."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import Month, TransactionId
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.close_accounting_period import close_accounting_period
from chalicelib.usecases.reverse_transaction import reverse_transaction
from chalicelib.usecases.show_account_balance import show_account_balance
from chalicelib.usecases.verify_ledger import Findings, verify_shards, verify_whole
from cli.cloud.session import use_stack
from cli.desk import account_named, actor, day_of, posting_desk
from cli.ledger_view import (
    balance_document,
    findings_document,
    print_balance,
    print_findings,
    print_posted,
    print_transactions,
    transaction_document,
)
from cli.output import JsonOption, out, print_json, progress_bar

app = typer.Typer(help="Balances, corrections, closing of books, proof.", no_args_is_help=True)

AccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="The utility's account number, or Headgate's id.")
]
OnOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The utility's day. Default: today."
    ),
]


@app.command()
def verify(as_json: JsonOption = False) -> None:
    """Prove the ledger's invariants over all transactions. Exit code 1 when one does not hold."""
    use_stack()
    found = verified()
    if as_json:
        print_json(findings_document(found))
    else:
        print_findings(found)
    if found.violations:
        raise typer.Exit(1)


def verified() -> Findings:
    """The whole ledger's findings, with a progress bar over its shards."""
    reader, shards = bootstrap.ledger_reader(), all_shards(bootstrap.registry_store())
    parts = []
    with progress_bar("Verifying", len(shards), unit="shards") as bar:
        for part in verify_shards(reader, shards):
            parts.append(part)
            bar.advance()
    return verify_whole(parts, reader=reader, operations=bootstrap.operations_store())


@app.command()
def balance(account: AccountArgument, on: OnOption = None, as_json: JsonOption = False) -> None:
    """Show what an account owes: open items by due date, credits, and what settles it."""
    use_stack()
    shown = show_account_balance(
        bootstrap.ledger_reader(), account_id=account_named(account), as_of=day_of(on)
    )
    if as_json:
        print_json(balance_document(shown))
    else:
        print_balance(shown)


@app.command("list")
def list_transactions(account: AccountArgument, as_json: JsonOption = False) -> None:
    """List an account's transactions in the order of the books, with the balance after each."""
    use_stack()
    found = list(bootstrap.ledger_store().transactions_of_account(account_named(account)))
    if as_json:
        print_json([transaction_document(one) for one in found])
    else:
        print_transactions(found)


@app.command()
def close(
    period: Annotated[str, typer.Argument(help="The accounting period, YYYY-MM.")],
    as_json: JsonOption = False,
) -> None:
    """Close the books of a month, and of every one before it, for good."""
    use_stack()
    month, shards = Month.parse(period), all_shards(bootstrap.registry_store())
    closing = close_accounting_period(
        month,
        reader=bootstrap.ledger_reader(),
        periods=bootstrap.accounting_periods(),
        operations=bootstrap.operations_store(),
        shards=shards,
        actor=actor(),
        now=datetime.now(UTC),
    )
    accounts = owed = 0
    with progress_bar(f"Closing {month}", len(shards), unit="shards") as bar:
        for closed in closing:
            accounts += closed.accounts
            owed += closed.balance_minor
            bar.advance()
    if as_json:
        print_json({"period": str(month), "shards": len(shards), "accounts": accounts, "balance_minor": owed})
    else:
        out.print(f"The books of [bold]{month}[/] are closed: {accounts:,} accounts in {len(shards)} shards.")


@app.command()
def reverse(
    account: AccountArgument,
    transaction: Annotated[str, typer.Argument(help="The transaction's id, as `ledger list` shows it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the reversal.")],
    on: OnOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo a transaction by a linked reversal, once."""
    use_stack()
    posted = reverse_transaction(
        posting_desk(day_of(on)),
        account_id=account_named(account),
        transaction_id=TransactionId(transaction),
        reason=reason,
    )
    print_posted(posted, as_json=as_json)
