"""`headgate billrun`: start, watch, decide, retry bill runs."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.billing.run import ApprovalPolicy, RunState
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.usecases.decide_bill_run import approve_bill_run, reject_bill_run
from chalicelib.usecases.show_bill_run import RunProgress, excepted_accounts, run_progress
from cli.billrun_view import follow, print_run, print_runs, run_document
from cli.cloud.session import use_stack
from cli.desk import actor, day_of, starter
from cli.output import JsonOption, err, out, print_json

app = typer.Typer(help="Bill a cycle: start, watch, approve, reject, retry.", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id (`headgate billrun list`).")]
OnOption = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The utility's day. Default: today."
    ),
]
WatchOption = Annotated[bool, typer.Option("--watch", help="Follow the run until it ends or asks.")]


@app.command()
def start(
    cycle: Annotated[str, typer.Argument(help="The bill cycle's code.")],
    period: Annotated[str, typer.Argument(help="The cycle's period, YYYY-MM.")],
    on: OnOption = None,
    ask: Annotated[bool, typer.Option("--ask", help="Wait for approval, whatever the drafts hold.")] = False,
    most_excepted: Annotated[
        int, typer.Option(help="Accounts per thousand that may be excepted without asking.")
    ] = 50,
    most_estimated: Annotated[
        int, typer.Option(help="Accounts per thousand that may be estimated without asking.")
    ] = 100,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Give up a run of this period that has not passed its door.")
    ] = False,
    watch: WatchOption = False,
    as_json: JsonOption = False,
) -> None:
    """Start the run of a cycle's period, or complete one that died behind its door."""
    use_stack()
    run_id = starter().start(
        run_id=_new_id(cycle, period),
        cycle=CycleCode(cycle),
        period=Month.parse(period),
        today=day_of(on),
        actor=actor(),
        now=datetime.now(UTC),
        policy=ApprovalPolicy(
            most_excepted_per_mille=most_excepted,
            most_estimated_per_mille=most_estimated,
            always_ask=ask,
        ),
        supersede=supersede,
    )
    _started(run_id, watch=watch, as_json=as_json)


@app.command()
def watch(run: RunArgument, as_json: JsonOption = False) -> None:
    """Follow a run until it ends or waits for a decision. Ctrl-C leaves the run going."""
    use_stack()
    _watch(RunId(run), as_json=as_json)


@app.command()
def show(
    run: RunArgument,
    exceptions: Annotated[int, typer.Option(help="How many accounts left out to list.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show a run: state, control totals, failed chunks, accounts left out and why."""
    use_stack()
    _show(_progress(RunId(run)), as_json=as_json, exceptions=exceptions)


@app.command("list")
def list_runs(as_json: JsonOption = False) -> None:
    """List all runs, newest period first."""
    use_stack()
    runs = bootstrap.operations_store().runs()
    if as_json:
        print_json([run_document(run) for run in runs])
    else:
        print_runs(runs)


@app.command()
def approve(run: RunArgument, watch: WatchOption = False, as_json: JsonOption = False) -> None:
    """Approve a run's drafts: they will be posted."""
    use_stack()
    approve_bill_run(
        run_id=RunId(run),
        actor=actor(),
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )
    found = _progress(RunId(run))
    goes_on = found.is_moving or found.run.state.is_over
    if not goes_on:
        err.print(f"Nothing carries the run on: [bold]headgate billrun retry {run}[/]")
    _started(RunId(run), watch=watch and goes_on, as_json=as_json, verb="approved")


@app.command()
def reject(
    run: RunArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")],
    as_json: JsonOption = False,
) -> None:
    """Give up a run that has not passed its door. Nothing is posted; the cycle is free again."""
    use_stack()
    rejected = reject_bill_run(
        run_id=RunId(run),
        actor=actor(),
        reason=reason,
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        periods=bootstrap.accounting_periods(),
        executions=bootstrap.run_executions(),
    )
    if as_json:
        print_json(run_document(rejected))
    else:
        out.print(f"Run [bold]{run}[/] is rejected; {rejected.cycle} is free for another.")


@app.command()
def retry(
    run: RunArgument, on: OnOption = None, watch: WatchOption = False, as_json: JsonOption = False
) -> None:
    """Run failed chunks again, or bill the accounts that a closed run left out (as its next wave)."""
    use_stack()
    known = bootstrap.operations_store().run(RunId(run))
    run_id = starter().retry(
        run_id=known.run_id,
        new_run_id=_new_id(known.cycle, str(known.period)),
        today=day_of(on),
        actor=actor(),
        now=datetime.now(UTC),
    )
    _started(run_id, watch=watch, as_json=as_json)


def _new_id(cycle: str, period: str) -> RunId:
    return RunId(f"{cycle}-{period}-{secrets.token_hex(3)}")


def _progress(run_id: RunId) -> RunProgress:
    return run_progress(
        run_id, operations=bootstrap.operations_store(), executions=bootstrap.run_executions()
    )


def _started(run_id: RunId, *, watch: bool, as_json: bool, verb: str = "started") -> None:
    if watch:
        _watch(run_id, as_json=as_json)
    elif as_json:
        print_json(run_document(bootstrap.operations_store().run(run_id)))
    else:
        out.print(f"Run [bold]{run_id}[/] is {verb}. Follow it: [bold]headgate billrun watch {run_id}[/]")


def _watch(run_id: RunId, *, as_json: bool) -> None:
    try:
        progress = follow(lambda: _progress(run_id))
    except KeyboardInterrupt:
        err.print(f"The run goes on without you. Look again: [bold]headgate billrun watch {run_id}[/]")
        raise typer.Exit(130) from None
    _show(progress, as_json=as_json, exceptions=10)
    if progress.run.state not in {RunState.CLOSED, RunState.AWAITING_APPROVAL}:
        raise typer.Exit(1)


def _show(progress: RunProgress, *, as_json: bool, exceptions: int) -> None:
    found = list(
        excepted_accounts(
            progress.run.run_id,
            operations=bootstrap.operations_store(),
            artefacts=bootstrap.run_artefacts(),
        )
    )
    if as_json:
        print_json(run_document(progress.run, progress=progress, excepted=found))
    else:
        print_run(progress, excepted=found, shown=exceptions)
