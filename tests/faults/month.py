"""A clerk's month: the story whose every write is made to go wrong.

November in a small town. Customers pay ahead; the cycle is billed; three accounts are left out (a read that
comes late, one that never comes, a hold); people pay; the second wave bills who was left out; one check comes
back, one bill is corrected, one customer moves out, one account is adjusted; the books are closed.
Whatever breaks, the clerk does what a clerk does: the same command again, or `retry`, or a new start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from chalicelib.domain.billing.hold import Hold
from chalicelib.domain.billing.run import RunState
from tests.faults.clerk import Clerk
from tests.faults.plan import Plan
from tests.faults.utility import FaultyUtility, Ledger, ledger_of
from tests.faults.writes import Fault, Writes
from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, SEPTEMBER, entry, town


def prepared(plan: Plan, inside: InProcess | None = None) -> InProcess:
    """The town before the month: October is billed, November's reads are in but two, one account is held."""
    inside = inside or InProcess()
    inside.register(town(shards=plan.shards, accounts=plan.accounts, cycle=plan.cycle))
    inside.read(read for month in (SEPTEMBER, OCTOBER) for read in plan.reads(month))
    run = inside.bill(OCTOBER, cycle=plan.cycle)
    assert run.state is RunState.CLOSED, run.failure
    missing = {f"REG-{plan.late}", f"REG-{plan.never}"}
    inside.read(read for read in plan.reads(NOVEMBER) if read.register_id not in missing)
    hold = Hold(
        hold_id="1",
        account_id=plan.held,
        reason="the owner disputes the meter",
        placed_at=datetime(2026, 11, 1, tzinfo=UTC),
        placed_by="clerk",
    )
    inside.operations.place_hold(hold, audit=entry("hold"))
    return inside


@dataclass(frozen=True, kw_only=True)
class Worked:
    """A month that was worked through."""

    inside: InProcess
    utility: FaultyUtility
    ledger: Ledger


def work_a_month(
    plan: Plan,
    faults: tuple[Fault, ...] = (),
    *,
    inside: InProcess | None = None,
    run_clock: Callable[[], datetime] | None = None,
) -> Worked:
    """Work through the month with these faults, on fakes or on the stores of `inside`.

    `run_clock` is what bill runs go by, as functions go by the time of day (the clerk's days are made up).
    """
    inside = prepared(plan, inside)
    chance = Random(f"work {plan.seed} {faults}")
    writes = Writes(faults, chance=chance)
    utility = FaultyUtility(inside, writes, tries=chance.choice([1, 3]), chance=Random(f"order {plan.seed}"))
    if run_clock is not None:
        utility.run_clock = run_clock
    Clerk(plan=plan, utility=utility, chance=chance).work()
    return Worked(inside=inside, utility=utility, ledger=ledger_of(inside, plan.shard_names))
