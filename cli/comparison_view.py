"""Why a bill differs from earlier ones, on the screen and as a JSON document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib.domain.documents.bill_document import BillDocument, ComparedWith, Comparison
from cli.desk import money
from cli.output import out, plain

_TITLES = {ComparedWith.LAST_BILL: "Since the last bill", ComparedWith.LAST_YEAR: "Since a year ago"}


def comparisons_document(document: BillDocument) -> dict[str, Any]:
    """All comparisons of a bill; money in minor units, quantities as decimal text."""
    return {
        "bill_number": document.bill.number,
        "currency": document.bill.currency,
        "comparisons": [plain(each) for each in document.comparisons],
    }


def print_comparisons(document: BillDocument) -> None:
    """What made the difference to the last bill and to that of a year ago, adding up."""
    if not document.comparisons:
        out.print(f"Bill {document.bill.number} has no earlier one that it can be compared with.")
    for each in document.comparisons:
        out.print(
            f"\n[bold]{_TITLES[each.compared_with]}[/]  bill {each.bill_number}, {each.start} to {each.end}"
        )
        out.print(_table(each, document.bill.currency))
        for change in each.steps:
            out.print(f"{change.charge} reached step {change.now} instead of step {change.before}.")


def _table(each: Comparison, currency: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_footer=True, footer_style="bold")
    table.add_column("Charges then", "Charges now")
    table.add_column("")
    table.add_column(money(each.before_minor, currency), money(each.now_minor, currency), justify="right")
    for reason, detail, minor in (
        ("Days billed", f"{each.days_now} instead of {each.days_before}", each.days_minor),
        ("Water a day", _water(each), each.usage_minor),
        ("Rates", "", each.rate_minor),
        ("Services, discounts, fees, other", "", each.other_minor),
    ):
        sign = "+" if minor > 0 else ""
        table.add_row(reason, detail, f"{sign}{money(minor, currency)}")
    return table


def _water(each: Comparison) -> str:
    if each.usage_now is None or each.usage_before is None:
        return ""
    now, before = _daily(each.usage_now, each.days_now), _daily(each.usage_before, each.days_before)
    return f"{now} instead of {before} {each.unit}"


def _daily(usage: Decimal, days: int) -> str:
    return f"{(usage / days).quantize(Decimal('0.001')).normalize():f}"
