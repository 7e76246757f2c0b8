"""What the demo can tell at its end: figures of the month and the ledger, and where to look next."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence

from chalicelib import bootstrap
from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.billing.bill_account import Billed, Excepted
from chalicelib.domain.billing.run import BillRun, Stage
from chalicelib.domain.kernel.ids import Month
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.usecases.show_bill_run import excepted_accounts
from chalicelib.usecases.verify_ledger import Findings, invariants_held
from cli.demo.calendar import BillingYear
from cli.demo.customer import CURRENCY
from cli.demo.months import runs_of
from cli.demo.riverbend import account_number
from cli.demo.sample import Sample
from cli.demo.summary import Summary
from cli.demo.town import Town

_PAYMENTS_POSTED_ONCE = 8  # its number among the invariants
Hint = tuple[str, str]  # what, the command to try


def summary_of(town: Town, year: BillingYear, *, found: Findings) -> Summary:
    """The figures of a demo that has run and whose ledger was verified."""
    history = [run.tally for month in year.history for run in runs_of(month)]
    waves = runs_of(year.current)
    summary = Summary(town=town, currency=CURRENCY, accounts=town.accounts)
    summary.history_bills = sum(tally.billed for tally in history)
    summary.history_minor = sum(tally.amount_minor for tally in history)
    summary.posted = sum(run.tally.billed for run in waves)
    summary.posted_minor = sum(run.tally.amount_minor for run in waves)
    summary.estimated = sum(run.tally.estimated for run in waves)
    summary.skipped = waves[0].tally.skipped
    summary.excepted = dict(Counter(one.exceptions[0].code for one in left_out(waves)))
    summary.by_service = _by_service(waves)
    _tell_of_ledger(summary, found)
    return summary


def left_out(waves: Sequence[BillRun]) -> list[Excepted]:
    """The accounts that no wave of a month has billed yet."""
    return list(
        excepted_accounts(
            waves[-1].run_id, operations=bootstrap.operations_store(), artefacts=bootstrap.run_artefacts()
        )
    )


def _drafts(run: BillRun) -> Iterator[Billed]:
    for report in bootstrap.operations_store().chunk_reports(run.run_id, Stage.RATE):
        yield from bootstrap.run_artefacts().draft(report.artefact, sha256=report.sha256).billed


def _by_service(waves: Sequence[BillRun]) -> dict[str, tuple[int, int]]:
    segments: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for run in waves:
        for billed in _drafts(run):
            for segment in billed.bill.segments:
                segments[segment.service_type.value] += 1
                amounts[segment.service_type.value] += segment.total_minor
    return {service: (segments[service], amounts[service]) for service in sorted(segments)}


def _tell_of_ledger(summary: Summary, found: Findings) -> None:
    """Payments, what is owed, and the invariants, as the verification found them."""
    chart = ChartOfAccounts()
    summary.payments = found.checked[_PAYMENTS_POSTED_ONCE]
    summary.payments_minor = found.totals.gl[summary.currency, chart.cash_clearing]
    summary.receivable_minor = found.totals.gl[summary.currency, chart.receivable]
    summary.opening_minor = -found.totals.gl[summary.currency, chart.opening_balance]
    summary.invariants = [(words, not broken) for _, words, _, _, broken in invariants_held(found)]


def hints_of(year: BillingYear, *, sample: Sample, is_up: bool) -> list[Hint]:
    """Commands to try, with ids that are there, as they can be typed here."""
    program = "headgate" if shutil.which("headgate") else ".venv/bin/headgate"
    hints = (
        _hints(year, sample)
        if is_up
        else [("Bring the local cloud back", "headgate up"), *_hints(year, sample)]
    )
    return [(what, command.replace("headgate", program, 1)) for what, command in hints]


def _hints(year: BillingYear, sample: Sample) -> list[Hint]:
    waves = runs_of(year.current)
    excepted = left_out(waves)
    bill = sample.bill
    hints = [
        ("The month's run", f"headgate billrun show {waves[-1].run_id}"),
        ("A bill", f"headgate bill show {bill}"),
        ("Why each line is what it is", f"headgate bill explain {bill}"),
        ("Make it again from frozen inputs", f"headgate bill replay {bill}"),
        ("The bill on paper, in Spanish", f"headgate bill pdf {bill} --language es"),
        ("All bills of the month for the print vendor", f"headgate print start {waves[0].run_id} --as json"),
        ("Sign in as that customer", f"headgate user token {sample.email} --password {sample.password}"),
        ("What holds for everybody at once", "headgate condition list"),
        ("What an account owes", f"headgate ledger balance {bill.partition('/')[0]}"),
        ("Keep an account out of runs", f'headgate hold add {account_number(0)} --reason "meter test"'),
        ("Prove the ledger", "headgate ledger verify"),
    ]
    hints[-1:-1] = _hints_of_left_out(excepted, waves[-1], year.current)
    return hints


def _hints_of_left_out(excepted: Sequence[Excepted], run: BillRun, month: Month) -> list[Hint]:
    found: list[Hint] = []
    for one in excepted:
        if one.withheld_minor:
            accept = f'headgate bill accept {one.account_id} --period {month} --reason "burst pipe"'
            found.append(("Accept unusual usage", accept))
            break
    if excepted:
        found.append(("Bill those left out", f"headgate billrun retry {run.run_id} --watch"))
    return found


def bill_worth_a_look(year: BillingYear) -> Bill:
    """A bill of the current month that shows much: the one with the most lines."""
    waves = runs_of(year.current)
    drafts = list(_drafts(waves[0]))
    longest = max(drafts, key=lambda one: (sum(len(s.lines) for s in one.bill.segments), one.bill.account_id))
    return longest.bill
