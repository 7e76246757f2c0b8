"""The months of the real meters: billed by the state machine, wave by wave, then listed as posted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from benchmarks._real_registry import CYCLE, MONTHS, account_number, first_run_day, last_run_day
from chalicelib import bootstrap
from chalicelib.domain.billing.bill import Bill, BilledRead
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState, Stage
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId
from chalicelib.usecases.decide_bill_run import approve_bill_run
from chalicelib.usecases.show_bill_run import run_progress
from cli.desk import actor, starter

_LOOK_EVERY_S = 0.2


class RunNotClosed(Exception):
    """A run ended in another state than it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterMonth:
    """A meter's month: `billed`, `estimated` or `excepted`, and why. Reads are dials in liters."""

    meter: str
    month: Month
    status: str
    reason: str
    read: BilledRead | None = None
    usage_m3: Decimal | None = None
    amount_minor: int | None = None
    currency: str = ""

    def row(self) -> dict[str, object]:
        """The month as a row of CSV; reads and figures are left out where nothing was billed."""
        found: dict[str, object] = {
            "meter": self.meter,
            "month": self.month,
            "status": self.status,
            "reason": self.reason,
        }
        read = self.read
        found |= {
            "start_on": read and read.start_on,
            "start_liters": read and format(read.start_value, "f"),
            "start_quality": read and read.start_quality.value,
            "end_on": read and read.end_on,
            "end_liters": read and format(read.end_value, "f"),
            "end_quality": read and read.end_quality.value,
            "usage_m3": None if self.usage_m3 is None else format(self.usage_m3, "f"),
            "amount_minor": self.amount_minor,
            "currency": self.currency,
        }
        return found


def bill_month(month: Month) -> list[BillRun]:
    """Run a month on its day and, for accounts left out, once more on the day the window closes."""
    run_id = starter().start(
        run_id=_new_id(month),
        cycle=CycleCode(CYCLE),
        period=month,
        today=first_run_day(month),
        actor=actor(),
        now=datetime.now(UTC),
        policy=ApprovalPolicy(),
    )
    runs = [_closed(run_id)]
    if runs[0].tally.excepted:
        today = last_run_day(month)
        again = starter().retry(
            run_id=run_id, new_run_id=_new_id(month), today=today, actor=actor(), now=datetime.now(UTC)
        )
        runs.append(_closed(again))
    return runs


def _new_id(month: Month) -> RunId:
    return RunId(f"{CYCLE}-{month}-{secrets.token_hex(3)}")


def _closed(run_id: RunId) -> BillRun:
    """Wait until a run is closed; approve it where its policy asks a person. Raises RunNotClosed."""
    operations, executions = bootstrap.operations_store(), bootstrap.run_executions()
    while True:
        progress = run_progress(run_id, operations=operations, executions=executions)
        run = progress.run
        if run.state is RunState.AWAITING_APPROVAL and operations.task_token(run_id):
            now = datetime.now(UTC)
            approve_bill_run(
                run_id=run_id, actor=actor(), now=now, operations=operations, executions=executions
            )
        elif run.state is not RunState.AWAITING_APPROVAL and not progress.is_moving:
            if run.state is RunState.CLOSED:
                return run
            raise RunNotClosed(
                f"run {run_id} is {run.state.value}: {run.failure or progress.execution.value}"
            )
        time.sleep(_LOOK_EVERY_S)


def meter_months(meters: list[str], runs: dict[Month, list[BillRun]]) -> list[MeterMonth]:
    """Every month of every meter: from the bills in the ledger, and for the others why there is none."""
    found: list[MeterMonth] = []
    told = {month: _told(waves) for month, waves in runs.items()}
    ids = bootstrap.registry_store().find_accounts(map(account_number, range(len(meters))))
    for position, meter in enumerate(meters):
        account_id = ids[account_number(position)]
        posted = bootstrap.ledger_store().transactions_of_account(account_id)
        bills = {one.bill.period: one.bill for one in posted if one.bill is not None}
        for month in MONTHS:
            reason = told[month].get(account_id, "")
            found.append(_meter_month(meter, month, bills.get(month), reason))
    return found


def _meter_month(meter: str, month: Month, bill: Bill | None, reason: str) -> MeterMonth:
    if bill is None:
        return MeterMonth(meter=meter, month=month, status="excepted", reason=reason)
    (segment,) = bill.segments
    (read,) = segment.reads
    return MeterMonth(
        meter=meter,
        month=month,
        status="estimated" if segment.estimated else "billed",
        reason=reason,
        read=read,
        usage_m3=segment.quantity,
        amount_minor=bill.total_minor,
        currency=bill.currency,
    )


def _told(waves: list[BillRun]) -> dict[AccountId, str]:
    """What the last wave that met an account said of it: why it was left out, or a note on its bill."""
    told: dict[AccountId, str] = {}
    for run in waves:
        told |= dict(_told_by(run))
    return told


def _told_by(run: BillRun) -> Iterator[tuple[AccountId, str]]:
    for report in bootstrap.operations_store().chunk_reports(run.run_id, Stage.RATE):
        draft = bootstrap.run_artefacts().draft(report.artefact, sha256=report.sha256)
        for left_out in draft.excepted:
            yield left_out.account_id, "; ".join(f"{e.code}: {e.message}" for e in left_out.exceptions)
        for billed in draft.billed:
            yield billed.bill.account_id, "; ".join(f"{e.code}: {e.message}" for e in billed.notes)
