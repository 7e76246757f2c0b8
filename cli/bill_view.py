"""Bills on the screen and as JSON documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib.domain.billing.bill import Bill, BilledRead, BillSegment
from chalicelib.domain.billing.bill_account import Billed, Excepted, Outcome
from chalicelib.domain.billing.exceptions import BillException
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.usecases.find_bill_facts import BillFacts
from cli.desk import money
from cli.facts_view import facts_document, print_facts
from cli.output import out
from cli.quote import line_document


def print_bills(bills: Sequence[Bill]) -> None:
    """An account's bills, one a row, under the reference by which they are called."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Bill", "Dated", "Due"):
        table.add_column(title, no_wrap=True)
    table.add_column("Total", justify="right", no_wrap=True)
    for bill in bills:
        table.add_row(
            f"{bill.account_id}/{bill.bill_id}",
            str(bill.bill_date),
            str(bill.due_on),
            money(bill.total_minor, bill.currency),
        )
    out.print(table)


def print_outcome(outcome: Outcome) -> None:
    """A preview: the bill, or why there is none."""
    if isinstance(outcome, Billed):
        print_bill(outcome.bill, explain=True)
        for note in outcome.notes:
            out.print(f"[yellow]{note.code}[/]  {note.message}")
    elif isinstance(outcome, Excepted):
        out.print(f"[yellow]Account {outcome.account_id} would be left out:[/]")
        # one meter may serve several agreements: what is wrong with it is said once
        for code, message in dict.fromkeys((e.code, e.message) for e in outcome.exceptions):
            out.print(f"  [yellow]{code}[/]  {message}")
    else:
        out.print(f"Account {outcome.account_id} has nothing to bill: {outcome.reason}")


def print_bill(bill: Bill, *, explain: bool = False, facts: BillFacts | None = None) -> None:
    """A bill, segment by segment; with `explain`, each line's derivation, then what that stands on."""
    out.print(
        f"\n[bold]{bill.bill_id}[/]  account {bill.account_id}  "
        f"[dim]dated {bill.bill_date}, due {bill.due_on}, "
        f"books of {bill.accounting_period}[/]"
    )
    order = list(ServiceType)  # as on the paper
    for segment in sorted(bill.segments, key=lambda one: (order.index(one.service_type), one.agreement_id)):
        _print_segment(segment, bill.currency, explain=explain)
        if facts is not None:
            out.print()
            print_facts(facts.get(segment.agreement_id, ()), indent=2)
    out.print(f"[bold]Total {money(bill.total_minor, bill.currency)}[/]\n")


def _print_segment(segment: BillSegment, currency: str, *, explain: bool) -> None:
    period = segment.period
    used = "" if segment.quantity is None else f", {segment.quantity} {segment.unit}"
    estimated = "  [yellow]estimated[/]" if segment.estimated else ""
    out.print(
        f"\n[bold]{segment.service_type.value.title()}[/]  {period.start} to {period.end}, {period.days} days"
        f"{used}{estimated}  [dim]{segment.agreement_id}[/]"
    )
    for read in segment.reads:
        out.print(f"  [dim]{read_in_words(read)}[/]")
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    if explain:
        table.add_column(overflow="fold", style="dim")
    for line in segment.lines:
        cells = ["  " + line.label, money(line.amount_minor, currency)]
        table.add_row(*cells, *([explain_line(line, currency)] if explain else []))
    out.print(table)


def read_in_words(read: BilledRead) -> str:
    """Two reads and the usage between them, in words."""
    start, end = _shown(read.start_value, read.start_quality), _shown(read.end_value, read.end_quality)
    event = f"; {read.event}" if read.event else ""
    return (
        f"register {read.register_id}: {start} on {read.start_on}, {end} on {read.end_on}: "
        f"{read.usage:f} {read.unit}{event}"
    )


def _shown(value: object, quality: ReadQuality) -> str:
    return str(value) if quality is ReadQuality.ACTUAL else f"{value} ({quality.value})"


def bill_document(bill: Bill, *, facts: BillFacts | None = None) -> dict[str, Any]:
    """A bill as one JSON document; money in minor units, quantities and rates as decimal text."""
    return {
        "reference": f"{bill.account_id}/{bill.bill_id}",
        "bill_id": bill.bill_id,
        "account_id": bill.account_id,
        "kind": bill.kind.value,
        "cycle": bill.cycle,
        "period": str(bill.period),
        "bill_date": bill.bill_date,
        "due_on": bill.due_on,
        "accounting_period": str(bill.accounting_period),
        "currency": bill.currency,
        "total_minor": bill.total_minor,
        "segments": [
            _segment_document(segment, bill.currency)
            | ({} if facts is None else {"facts": _facts_of(segment, facts)})
            for segment in bill.segments
        ],
    }


def _facts_of(segment: BillSegment, facts: BillFacts) -> list[dict[str, Any]]:
    return [facts_document(part) for part in facts.get(segment.agreement_id, ())]


def _segment_document(segment: BillSegment, currency: str) -> dict[str, Any]:
    return {
        "agreement_id": segment.agreement_id,
        "service_type": segment.service_type.value,
        "from": segment.period.start,
        "to": segment.period.end,
        "generation": segment.generation,
        "quantity": segment.quantity,
        "unit": segment.unit,
        "estimated": segment.estimated,
        "reads": list(segment.reads),
        "total_minor": segment.total_minor,
        "lines": [line_document(line, currency) for line in segment.lines],
    }


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """A preview as one JSON document."""
    if isinstance(outcome, Billed):
        notes = [_exception_document(note) for note in outcome.notes]
        return {"outcome": "billed", "bill": bill_document(outcome.bill), "notes": notes}
    if isinstance(outcome, Excepted):
        return {
            "outcome": "excepted",
            "account_id": outcome.account_id,
            "withheld_minor": outcome.withheld_minor,
            "exceptions": [_exception_document(exception) for exception in outcome.exceptions],
        }
    return {"outcome": "skipped", "account_id": outcome.account_id, "reason": outcome.reason}


def _exception_document(exception: BillException) -> dict[str, Any]:
    return {
        "code": exception.code,
        "message": exception.message,
        "agreement_id": exception.agreement_id,
        "blocks": exception.blocks,
    }
