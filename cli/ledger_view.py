"""How ledgers look: balances, transactions and findings, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table

from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.usecases.post_transaction import Posted
from chalicelib.usecases.show_account_balance import AccountBalance
from chalicelib.usecases.verify_ledger import Findings, invariants_held
from cli.desk import money
from cli.output import err, out, print_json

_SHOWN = 20  # violations named on the terminal; --json names all


def findings_document(found: Findings) -> dict[str, Any]:
    """The outcome of a verification as JSON."""
    return {
        "accounts": found.accounts,
        "transactions": found.transactions,
        "holds": not found.violations,
        "invariants": [
            {"number": number, "invariant": words, "checked": checked, "of": of, "violations": broken}
            for number, words, checked, of, broken in invariants_held(found)
        ],
        "violations": found.violations,
        "gl_minor": {
            f"{gl} {currency}": amount for (currency, gl), amount in sorted(found.totals.gl.items())
        },
    }


def _table(*columns: tuple[str, JustifyMethod]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title, justify in columns:
        table.add_column(title, justify=justify)
    return table


def print_findings(found: Findings) -> None:
    """A line for each invariant, then what breaks them."""
    table = _table(("", "left"), ("No.", "right"), ("Invariant", "left"), ("Checked on", "right"))
    for number, words, checked, of, broken in invariants_held(found):
        mark = "[bold red]✗[/]" if broken else "[green]✓[/]" if checked else "[dim]–[/]"
        table.add_row(mark, str(number), words, f"{checked:,} {of}")
    out.print(table)
    out.print("[dim]14, that a bill can be made again, is shown by headgate bill replay[/]")
    for violation in found.violations[:_SHOWN]:
        out.print(f"[red]{violation.invariant}[/]  {violation}", soft_wrap=True)
    if len(found.violations) > _SHOWN:
        out.print(f"[dim]and {len(found.violations) - _SHOWN:,} more: --json names all[/]")
    count = len(found.violations)
    broken_ones = f"[bold red]{count:,} violation{'' if count == 1 else 's'}[/]"
    verdict = broken_ones if count else "All hold"
    out.print(f"{verdict}: {found.accounts:,} accounts, {found.transactions:,} transactions.")


def balance_document(shown: AccountBalance) -> dict[str, Any]:
    """A balance as JSON."""
    state = shown.state
    return {
        "account_id": state.account_id,
        "as_of": shown.as_of,
        "currency": state.currency,
        "balance_minor": state.balance_minor,
        "payoff_minor": shown.payoff_minor,
        "past_due_minor": shown.past_due_minor,
        "unapplied_minor": state.unapplied_minor,
        "deposit_minor": state.deposit_minor,
        "open_items": [
            {
                "agreement_id": item.agreement_id,
                "charge_group": item.charge_group,
                "due_on": item.due_on,
                "original_minor": item.original_minor,
                "open_minor": item.open_minor,
            }
            for item in state.open_items
        ],
    }


def print_balance(shown: AccountBalance) -> None:
    """Open items, oldest due date first, and what they come to."""
    state = shown.state
    table = _table(("Due", "left"), ("For", "left"), ("Charged", "right"), ("Open", "right"))
    for item in state.open_items:
        late = item.due_on < shown.as_of
        due = f"[red]{item.due_on}[/] past due" if late else str(item.due_on)
        charged, opened = (money(minor, state.currency) for minor in (item.original_minor, item.open_minor))
        table.add_row(due, item.charge_group or item.agreement_id or "charges", charged, opened)
    if state.open_items:
        out.print(table)
    lines = {
        "Balance": state.balance_minor,
        "Past due": shown.past_due_minor,
        "Unapplied credit": state.unapplied_minor,
        "Deposit held": state.deposit_minor,
        f"Settles it on {shown.as_of}": shown.payoff_minor,
    }
    for name, minor in lines.items():
        if minor or name == "Balance":
            out.print(f"{name:<24} [bold]{money(minor, state.currency):>16}[/]")


def transaction_document(one: FinancialTransaction) -> dict[str, Any]:
    """A transaction as JSON; a bill's lines are `headgate bill show`'s."""
    return {
        "transaction_id": one.transaction_id,
        "kind": one.kind.value,
        "accounting_period": str(one.accounting_period),
        "document_date": one.document_date,
        "received_on": one.received_on,
        "currency": one.currency,
        "receivable_minor": receivable_minor(one),
        "reverses": one.reverses,
        "reason": one.reason,
        "postings": list(one.postings),
    }


def receivable_minor(one: FinancialTransaction) -> int:
    """What a transaction does to the customer's balance, in minor units."""
    control = ChartOfAccounts().receivable
    return sum(posting.amount_minor for posting in one.postings if posting.gl_account == control)


def print_transactions(found: Iterable[FinancialTransaction]) -> None:
    """One line a transaction, with the balance after it."""
    table = _table(
        ("Period", "left"),
        ("Date", "left"),
        ("Transaction", "left"),
        ("Amount", "right"),
        ("Balance", "right"),
    )
    balance = 0
    for one in found:
        amount = receivable_minor(one)
        balance += amount
        what = f"{one.transaction_id}" + (f"  [dim]{one.reason}[/]" if one.reason else "")
        table.add_row(
            str(one.accounting_period),
            str(one.received_on or one.document_date),
            what,
            money(amount, one.currency),
            money(balance, one.currency),
        )
    out.print(table)


def print_posted(posted: Posted, *, as_json: bool) -> None:
    """What a posting command leaves behind."""
    if as_json:
        documents = [transaction_document(one) for one in posted.transactions]
        print_json({"already": posted.already, "transactions": documents})
        return
    if posted.already:
        err.print("[yellow]Already posted before; nothing was added.[/]")
    for one in _shown(posted.transactions):
        amount = money(receivable_minor(one), one.currency)
        out.print(
            f"{one.kind.value.capitalize()} [bold]{one.transaction_id}[/] of {one.account_id}: {amount}"
        )


def _shown(transactions: Sequence[FinancialTransaction]) -> Sequence[FinancialTransaction]:
    return sorted(transactions, key=lambda one: one.transaction_id)
