"""A quote on paper: for people as a table with derivations, for programs as one JSON document."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.domain.tariffs.line import BillLine, Note
from chalicelib.domain.tariffs.rating import Rating, RatingRequest, TariffBook
from cli.facts_view import facts_document, print_facts
from cli.output import out


def quote_document(request: RatingRequest, rating: Rating, book: TariffBook) -> dict[str, Any]:
    """The quote as JSON has it: money in minor units and as decimal text, quantities as decimal text."""
    fingerprints = book.fingerprints
    used = dict.fromkeys(line.tariff for line in rating.lines)
    return {
        "period": {"from": request.period.start, "to": request.period.end, "days": request.period.days},
        "bill_date": request.bill_date,
        "position": request.position.value,
        "tariffs": {reference: fingerprints[reference] for reference in used},
        "conditions": {name: sha for name, sha in fingerprints.items() if name.startswith("condition:")},
        "billed_quantity": rating.billed_quantity,
        "currency": rating.currency,
        "total": _amount(rating.total_minor, rating.currency),
        "total_minor": rating.total_minor,
        "lines": [line_document(line, rating.currency) for line in rating.lines],
        "facts": [facts_document(part) for part in book.slices(request)],
    }


def line_document(line: BillLine, currency: str) -> dict[str, Any]:
    """A bill line as JSON has it, with its derivation in words."""
    tier = {"number": line.tier.number, "from": line.tier.start, "to": line.tier.end} if line.tier else None
    return {
        "charge": line.charge,
        "kind": line.kind.value,
        "label": line.label,
        "tariff": line.tariff,
        "clause": line.clause,
        "from": line.period.start,
        "to": line.period.end,
        "quantity": line.quantity,
        "unit": line.unit,
        "rate": line.rate,
        "tier": None if Note.STEP in line.notes else tier,
        "step": tier if Note.STEP in line.notes else None,
        "factor": list(line.factor) if line.factor else None,
        "measure": {name: value for name, value in line.measure._asdict().items() if value is not None}
        if line.measure
        else None,
        "base_minor": line.base_minor,
        "amount": _amount(line.amount_minor, currency),
        "amount_minor": line.amount_minor,
        "gl_account": line.gl_account,
        "fund": line.fund,
        "charge_group": line.charge_group,
        "derivation": explain_line(line, currency),
    }


def print_quote(request: RatingRequest, rating: Rating, book: TariffBook, *, name: str) -> None:
    """Print the lines, the total, each line's derivation under the same number, and what that stands on."""
    period = request.period
    out.print(f"\n[bold]{name}[/]  {period.start} to {period.end}, {period.days} days\n")
    out.print(_lines(rating))
    derivations = Table.grid(padding=(0, 2))
    derivations.add_column(style="dim", justify="right")
    derivations.add_column(overflow="fold")
    for number, line in enumerate(rating.lines, 1):
        derivations.add_row(str(number), explain_line(line, rating.currency))
    out.print(derivations)
    out.print()
    print_facts(book.slices(request))


def _lines(rating: Rating) -> Table:
    table = Table(box=SIMPLE_HEAD, show_footer=True, footer_style="bold", pad_edge=False)
    table.add_column(style="dim", justify="right")
    table.add_column("Charge", "Total")
    table.add_column("Days of service", style="dim")
    table.add_column("Quantity", justify="right")
    table.add_column("Rate", justify="right")
    total = _grouped(rating.total_minor, rating.currency)
    table.add_column(f"Amount {rating.currency}", total, justify="right")
    for number, line in enumerate(rating.lines, 1):
        last_day = line.period.end - timedelta(days=1)
        table.add_row(
            str(number),
            line.label + _tier(line),
            f"{line.period.start:%b %d} – {last_day:%b %d}",
            _quantity(line, rating.currency),
            _rate(line),
            _grouped(line.amount_minor, rating.currency),
        )
    return table


def _tier(line: BillLine) -> str:
    if line.tier is None:
        return ""
    return f", {'step' if Note.STEP in line.notes else 'tier'} {line.tier.number}"


def _quantity(line: BillLine, currency: str) -> str:
    if line.quantity is not None:
        return f"{line.quantity:,f} {line.unit.replace('_', ' ')}"
    return "" if line.base_minor is None else f"of {_grouped(line.base_minor, currency)}"


def _rate(line: BillLine) -> str:
    rate = Decimal(0) if line.rate is None else line.rate
    return f"{rate:f}{'%' if line.unit == '%' else ''}"


def _grouped(minor: int, currency: str) -> str:
    """For people; `_amount` is for programs."""
    return f"{Money.of_minor(minor, currency).amount:,f}"


def _amount(minor: int, currency: str) -> str:
    return f"{Money.of_minor(minor, currency).amount:f}"
