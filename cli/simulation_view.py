"""A simulation on the terminal: what it means in a sentence, then revenue, accounts and proof as tables."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.simulation.figures import MUCH_MORE_PERCENT, QUINTILE, Change, Effect, percentage
from chalicelib.domain.simulation.simulation import Simulation
from cli.output import out


def print_simulation(simulation: Simulation) -> None:
    """Print all but the single accounts and bands, which are for the report."""
    found, last_day = simulation.comparison, simulation.end - timedelta(days=1)
    proposed = ", ".join(one.reference for one in simulation.proposed)
    out.print(f"\n[bold]{proposed}[/]  on usage from {simulation.first_day} to {last_day}")
    out.print(
        f"[dim]beside the rates in force on {simulation.current_on}; each as if it had held the whole time[/]"
    )
    overall = found.overall
    out.print(
        f"\nOf {overall.accounts:,} accounts, {_share(overall.less, overall)} would pay less, "
        f"{_share(overall.more, overall)} more, {_share(overall.same, overall)} the same; "
        f"{overall.much_more:,} over {MUCH_MORE_PERCENT}% more."
    )
    if simulation.needed_minor is not None:
        gap = _signed(found.total.proposed_minor - simulation.needed_minor, found.currency)
        out.print(f"Beside the revenue needed: {gap} {found.currency}.")
    if simulation.events_untold:
        untold = ", ".join(simulation.events_untold)
        out.print(f"[dim]The usage does not tell of {untold}: fees for that are in no figure.[/]")
    out.print(_revenue(simulation))
    for dimension in found.dimensions:
        out.print(_groups(simulation, dimension))
    if found.refused:
        table = _table(f"Rows refused: {found.rows_refused:,}", "Refused by")
        table.add_column("Reason", overflow="fold")
        table.add_column("Rows", justify="right")
        for reason in found.refused:
            table.add_row(reason.side, reason.reason, f"{reason.rows:,}")
        out.print(table)
    _print_proof(simulation)


def _revenue(simulation: Simulation) -> Table:
    found = simulation.comparison
    table = _table("Revenue by class", "Class", "Total")
    cells = _change(found.total, found.currency)
    for head, total in zip(("Now", "Proposed", f"Change {found.currency}", "%"), cells, strict=True):
        table.add_column(head, total, justify="right")
    for row in found.by_class:
        table.add_row(row.name, *_change(row.revenue, found.currency))
    return table


def _groups(simulation: Simulation, dimension: str) -> Table:
    found = simulation.comparison
    title = "usage, fifths of each class" if dimension == QUINTILE else dimension.replace("_", " ")
    table = _table(f"Accounts by {title}", "")
    for head in ("Accounts", "Less", "Same", "More", f"Median {found.currency} a month", "Median %"):
        table.add_column(head, justify="right")
    for group in found.groups_of(dimension):
        effect = group.effect
        table.add_row(
            group.value or "–",
            f"{effect.accounts:,}",
            *(f"{count:,}" for count in (effect.less, effect.same, effect.more)),
            "" if effect.median_minor is None else _signed(effect.median_minor, found.currency),
            "" if effect.median_percent is None else f"{effect.median_percent:+f}",
        )
    return table


def _print_proof(simulation: Simulation) -> None:
    broken = [control for control in simulation.controls if not control.holds]
    rows = f"{simulation.comparison.rows_rated:,} of {simulation.rows_read:,} rows rated"
    if not broken:
        out.print(f"{rows}; all {len(simulation.controls)} control totals agree.")
        return
    out.print(f"{rows}; [bold red]{len(broken)} control totals do not agree[/]:")
    for control in broken:
        out.print(f"  {control.name}: {control.expected:,} and {control.found:,} {control.unit}")


def _table(title: str, first: str, footer: str = "") -> Table:
    table = Table(
        box=SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style="bold",
        show_footer=bool(footer),
        footer_style="bold",
        pad_edge=False,
    )
    table.add_column(first, footer)
    return table


def _change(change: Change, currency: str) -> tuple[str, str, str, str]:
    return (
        f"{Money.of_minor(change.now_minor, currency).amount:,f}",
        f"{Money.of_minor(change.proposed_minor, currency).amount:,f}",
        _signed(change.minor, currency),
        "" if change.percent is None else f"{change.percent:+f}",
    )


def _signed(minor: int, currency: str) -> str:
    return f"{Money.of_minor(minor, currency).amount:+,f}"


def _share(part: int, effect: Effect) -> str:
    share = percentage(part, of=effect.accounts) or Decimal(0)
    return f"{share.quantize(Decimal(1), ROUND_HALF_UP)}%"
