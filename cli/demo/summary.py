"""What the demo tells at its end: to people on the terminal, to programs as `demo-summary.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from chalicelib.domain.kernel.money import Money, minor_unit_exponent
from cli.demo.sample import Sample
from cli.demo.town import Town


@dataclass(slots=True, kw_only=True)
class Summary:
    """Figures of one demo. Amounts are in minor units of `currency`.

    `history` counts the bills of earlier months, `posted` those of the current one. `by_service` and
    `excepted` (reason → accounts) are the current month's. `seconds` is what each stage took, in order.
    """

    town: Town
    currency: str
    accounts: int = 0
    history_bills: int = 0
    history_minor: int = 0
    posted: int = 0
    posted_minor: int = 0
    skipped: int = 0
    estimated: int = 0
    excepted: Mapping[str, int] = field(default_factory=dict)
    by_service: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # service → (segments, minor)
    payments: int = 0
    payments_minor: int = 0
    opening_minor: int = 0
    receivable_minor: int = 0
    invariants: Sequence[tuple[str, bool]] = ()
    sample: Sample | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """The JSON document. `amount_minor` is the money of the bills posted in the current month."""
        return {
            "accounts": self.accounts,
            "bills_posted": self.posted + self.history_bills,
            "bills_posted_this_month": self.posted,
            "excepted": sum(self.excepted.values()),
            "excepted_by_reason": dict(self.excepted),
            "skipped": self.skipped,
            "estimated": self.estimated,
            "currency": self.currency,
            "amount_minor": self.posted_minor + self.history_minor,
            "amount_minor_this_month": self.posted_minor,
            "amount_minor_by_service": {name: minor for name, (_, minor) in self.by_service.items()},
            "payments": self.payments,
            "payments_minor": self.payments_minor,
            "opening_minor": self.opening_minor,
            "receivable_minor": self.receivable_minor,
            "invariants_checked": len(self.invariants),
            "invariants_held": sum(held for _, held in self.invariants),
            "sample": self.sample
            and {
                "account": self.sample.account,
                "bill": self.sample.bill,
                "pdf": str(self.sample.pdf),
                "html": str(self.sample.html),
                "api_url": self.sample.api_url,
                "email": self.sample.email,
                "password": self.sample.password,
            },
            "seconds": dict(self.seconds),
            "town": {"accounts": self.town.accounts, "seed": self.town.seed, "as_of": str(self.town.as_of)},
        }


def money(minor: int, currency: str) -> str:
    """`12,345.67 USD`."""
    return f"{Money.of_minor(minor, currency).amount:,.{minor_unit_exponent(currency)}f} {currency}"


def draw(summary: Summary, *, hints: Sequence[tuple[str, str]], stays_up: bool, console: Console) -> None:
    """Draw the summary; `hints` are (what, command to try), `stays_up` whether the cloud answers now."""
    console.print()
    console.rule(f"[bold]Riverbend Water[/], {summary.town.as_of:%B %Y}")
    console.print(Padding(_figures(summary), (1, 2)))
    console.print(Padding(_services(summary), (0, 2, 1, 2)))
    if summary.excepted:
        console.print(Padding(_exceptions(summary), (0, 2, 1, 2)))
    if summary.invariants:
        console.print(Padding(_invariants(summary), (0, 2, 1, 2)))
    console.print(Padding(_seconds(summary), (0, 2, 1, 2)))
    if summary.sample is not None:
        console.print("  [bold]A customer to look at[/]")
        for name, value in _customer(summary.sample, stays_up=stays_up):
            console.print(f"    [dim]{name:<14}[/] {escape(value)}", soft_wrap=True)
        console.print()
    console.rule("Where to look next")
    for what, command in hints:
        console.print(
            f"  [dim]{what}[/]\n    [cyan]{escape(command)}[/]", soft_wrap=True
        )  # to be copied whole
    console.print()


def _figures(summary: Summary) -> Table:
    table = _grid()
    rows = {
        "Accounts": f"{summary.accounts:,}",
        "Bills this month": f"{summary.posted:,}   {money(summary.posted_minor, summary.currency)}",
        "Bills of the twelve months before": (
            f"{summary.history_bills:,}   {money(summary.history_minor, summary.currency)}"
        ),
        "Owed when it began": money(summary.opening_minor, summary.currency),
        "Payments": f"{summary.payments:,}   {money(summary.payments_minor, summary.currency)}",
        "Owed today": money(summary.receivable_minor, summary.currency),
    }
    for name, value in rows.items():
        table.add_row(name, f"[bold]{value}[/]")
    return table


def _services(summary: Summary) -> Table:
    table = Table(title="This month by service", title_justify="left", box=None, pad_edge=False)
    table.add_column("service")
    table.add_column("segments", justify="right")
    table.add_column("amount", justify="right")
    for service, (segments, minor) in sorted(summary.by_service.items()):
        table.add_row(service, f"{segments:,}", money(minor, summary.currency))
    table.add_section()
    segments = sum(count for count, _ in summary.by_service.values())
    table.add_row("total", f"{segments:,}", money(summary.posted_minor, summary.currency), style="bold")
    return table


def _exceptions(summary: Summary) -> Table:
    table = Table(title="Not billed this month", title_justify="left", box=None, pad_edge=False)
    table.add_column("reason")
    table.add_column("accounts", justify="right")
    for reason, count in sorted(summary.excepted.items()):
        table.add_row(f"[yellow]{reason.replace('_', ' ')}[/]", f"{count:,}")
    return table


def _invariants(summary: Summary) -> Table:
    table = Table(
        title="Ledger invariants", title_justify="left", box=None, pad_edge=False, show_header=False
    )
    for name, held in summary.invariants:
        table.add_row("[green]✓[/]" if held else "[bold red]✗[/]", name)
    return table


def _customer(sample: Sample, *, stays_up: bool) -> list[tuple[str, str]]:
    return [
        ("Account", sample.account),
        ("Bill as PDF", str(sample.pdf)),
        ("as a web page", str(sample.html)),
        ("API", sample.api_url if stays_up else f"{sample.api_url}   once the cloud is back"),
        ("Sign-in", f"{sample.email}   password {sample.password}"),
    ]


def _seconds(summary: Summary) -> str:
    """One paragraph: the stages were told of one by one."""
    stages = " · ".join(f"{stage} {seconds:.1f}" for stage, seconds in summary.seconds.items())
    return f"[dim]Seconds:[/] [bold]{sum(summary.seconds.values()):.0f}[/] [dim]({stages})[/]"


def _grid() -> Table:
    table = Table.grid(padding=(0, 3))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    return table
