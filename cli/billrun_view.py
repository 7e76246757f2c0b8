"""Bill runs on the screen: live progress, a run's page, the list of runs; and as JSON documents."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from chalicelib.domain.billing.bill_account import Excepted
from chalicelib.domain.billing.run import BillRun, RunState, Stage
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.show_bill_run import RunProgress
from cli.desk import money
from cli.output import err, out

_TITLES = {Stage.FREEZE: "Freeze", Stage.RATE: "Rate", Stage.POST: "Post"}
_COLORS = {
    RunState.CLOSED: "green",
    RunState.REJECTED: "red",
    RunState.STOPPED: "red",
    RunState.SUPERSEDED: "dim",
    RunState.AWAITING_APPROVAL: "yellow",
}
_LOOK_EVERY_S = 0.5


def follow(look: Callable[[], RunProgress]) -> RunProgress:
    """Draw a run's stages until nothing moves without a person; return the last look."""
    columns = (
        TextColumn("{task.description:<7}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.fields[whole]} chunks"),
        TextColumn("{task.fields[accounts]:,} accounts"),
        TextColumn("[dim]{task.fields[rate]}[/]"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        view = _Bars(bars)
        while True:
            progress = look()
            view.draw(progress)
            if not progress.is_moving:
                return progress
            time.sleep(_LOOK_EVERY_S)


class _Bars:
    """One bar a stage; its clock runs from the stage's first report to its last."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        fields: dict[str, Any] = {"accounts": 0, "rate": "", "whole": "?"}
        self._tasks: dict[Stage, TaskID] = {
            stage: bars.add_task(_TITLES[stage], total=None, start=False, **fields) for stage in Stage
        }

    def draw(self, progress: RunProgress) -> None:
        for stage, task_id in self._tasks.items():
            found = progress.stages[stage]
            chunks = progress.run.chunks
            task = next(one for one in self._bars.tasks if one.id == task_id)
            if found.done and task.start_time is None:
                self._bars.start_task(task_id)
            speed = found.accounts / task.elapsed if task.elapsed else 0
            failed = f"[red]{len(found.failed)} failed[/]" if found.failed else ""
            self._bars.update(
                task_id,
                total=chunks or None,
                completed=found.done,
                accounts=found.accounts,
                whole=f"{chunks:,}" if chunks else "?",
                rate=failed or (f"{speed:,.0f}/s" if speed and not task.finished else task.fields["rate"]),
            )


def print_run(progress: RunProgress, *, excepted: Sequence[Excepted], shown: int) -> None:
    """A run's page."""
    run, tally = progress.run, progress.run.tally
    color = _COLORS.get(run.state, "cyan")
    out.print(
        f"\n[bold]{run.run_id}[/]  {run.cycle} {run.period}, wave {run.wave}  "
        f"[{color}]{run.state.value.replace('_', ' ')}[/]"
    )
    if run.failure:
        out.print(f"[red]{run.failure}[/]")
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column(justify="right")
    facts.add_column()
    facts.add_row("accounts in", f"{tally.accounts:,}", "")
    facts.add_row("billed", f"{tally.billed:,}", money(tally.amount_minor, tally.currency))
    facts.add_row("  of them estimated", f"{tally.estimated:,}", "")
    facts.add_row(
        "excepted",
        f"{tally.excepted:,}",
        f"{money(tally.withheld_minor, tally.currency)} withheld" if tally.withheld_minor else "",
    )
    facts.add_row("skipped", f"{tally.skipped:,}", "")
    out.print(facts)
    _print_dates(run)
    _print_failures(progress)
    _print_excepted(excepted, shown)
    _print_next_step(progress)


def _print_dates(run: BillRun) -> None:
    dates = run.dates
    out.print(
        f"[dim]bills dated {dates.bill_date}, due {dates.due_on}, books of {dates.accounting_period}"
        + (f", approved by {run.approved_by}" if run.approved_by else "")
        + "[/]"
    )


def _print_failures(progress: RunProgress) -> None:
    for stage, found in progress.stages.items():
        for report in found.failed:
            out.print(f"[red]{_TITLES[stage].lower()} {report.shard}[/]  {report.failure}")


def _print_excepted(excepted: Sequence[Excepted], shown: int) -> None:
    if not excepted:
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Account left out", no_wrap=True)
    table.add_column("Why", style="yellow", no_wrap=True)
    table.add_column("", overflow="fold")
    for one in excepted[:shown]:
        # one meter may serve several agreements: what is wrong with it is said once
        for code, message in dict.fromkeys((e.code, e.message) for e in one.exceptions):
            table.add_row(one.account_id, code, message)
    out.print(table)
    if len(excepted) > shown:
        out.print(f"[dim]and {len(excepted) - shown:,} more (--exceptions)[/]")


def _print_next_step(progress: RunProgress) -> None:
    run = progress.run
    command = "headgate billrun"
    if run.state is RunState.AWAITING_APPROVAL:
        out.print(f"Decide: [bold]{command} approve {run.run_id}[/] or [bold]reject[/]")
    elif run.state is RunState.CLOSED and run.tally.excepted:
        out.print(f"Bill those left out when reads have come: [bold]{command} retry {run.run_id}[/]")
    elif not run.state.is_over and progress.execution is not ExecutionStatus.RUNNING:
        out.print(f"Nothing carries the run on: [bold]{command} retry {run.run_id}[/]")


def print_runs(runs: Sequence[BillRun]) -> None:
    """The list of runs."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    # ids and amounts are copied: they are never cut short
    table.add_column("Run", no_wrap=True, min_width=max((len(run.run_id) for run in runs), default=0))
    table.add_column("Wave")
    table.add_column("State")
    for title in ("Billed", "Left out", "Skipped"):
        table.add_column(title, justify="right")
    amounts = [money(run.tally.amount_minor, run.tally.currency) for run in runs]
    table.add_column(
        "Amount", justify="right", no_wrap=True, min_width=max((len(one) for one in amounts), default=0)
    )
    for run in runs:
        tally = run.tally
        table.add_row(
            run.run_id,
            str(run.wave),
            f"[{_COLORS.get(run.state, 'cyan')}]{run.state.value.replace('_', ' ')}[/]",
            *(f"{count:,}" for count in (tally.billed, tally.excepted, tally.skipped)),
            money(tally.amount_minor, tally.currency),
        )
    out.print(table)


def run_document(
    run: BillRun, *, progress: RunProgress | None = None, excepted: Sequence[Excepted] = ()
) -> dict[str, Any]:
    """A run as one JSON document; with its chunks and the accounts left out where they were looked up."""
    tally = run.tally
    document: dict[str, Any] = {
        "run_id": run.run_id,
        "cycle": run.cycle,
        "period": str(run.period),
        "wave": run.wave,
        "state": run.state.value,
        "failure": run.failure,
        "opened_at": run.opened_at,
        "passed_at": run.passed_at,
        "closed_at": run.closed_at,
        "approved_by": run.approved_by,
        "bill_date": run.dates.bill_date,
        "due_on": run.dates.due_on,
        "accounting_period": str(run.dates.accounting_period),
        "manifest_hash": run.manifest_hash,
        "chunks": run.chunks,
        "accounts": tally.accounts,
        "billed": tally.billed,
        "estimated": tally.estimated,
        "excepted": tally.excepted,
        "skipped": tally.skipped,
        "amount_minor": tally.amount_minor,
        "withheld_minor": tally.withheld_minor,
        "currency": tally.currency,
        "reasons": dict(tally.reasons),
    }
    if progress is not None:
        document["execution"] = progress.execution.value
        document["stages"] = {
            stage.value: {
                "chunks": found.done,
                "accounts": found.accounts,
                "failed": {str(report.shard): report.failure for report in found.failed},
            }
            for stage, found in progress.stages.items()
        }
        document["left_out"] = [
            {
                "account_id": one.account_id,
                "withheld_minor": one.withheld_minor,
                "exceptions": [{"code": e.code, "message": e.message} for e in one.exceptions],
            }
            for one in excepted
        ]
    return document
