"""Port: bill runs, the doors they pass, what became of their chunks, and holds on accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.acceptance import Acceptance
from chalicelib.domain.billing.door import Door
from chalicelib.domain.billing.hold import Hold
from chalicelib.domain.billing.run import BillRun, ChunkReport, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId, Shard


class RunUnknown(Refusal):
    """No bill run has this id."""


class RunChangedMeanwhile(Refusal):
    """Somebody else changed a run since it was read. Read it again and decide anew."""


class HoldUnknown(Refusal):
    """An account has no such hold."""


class HoldAlreadyReleased(Refusal):
    """A hold was released before."""


class OperationsStore(Protocol):
    """The state of work in progress. Reads are consistent; a write is one atomic step with its audit entry.

    A run is written whole and only if nobody changed it since it was read (`version`).
    """

    def open_run(self, run: BillRun, *, replaces: RunId | None, audit: AuditEntry) -> BillRun:
        """Claim the cycle and the door of (cycle, period, wave) for a new run, and store the run.

        `replaces` names the run that is given up for this one. A wave above 1 needs the wave before to be
        closed. Safe to repeat: the stored run is returned. Raises CycleBusy and CyclePeriodAlreadyPosted,
        both naming the run that is in the way.
        """

    def change_run(self, run: BillRun, *, audit: AuditEntry | None = None) -> BillRun:
        """Store a changed run and return it with its new version. Raises RunChangedMeanwhile."""

    def release_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        """Store a run that is given up, and free its cycle and door. Raises RunChangedMeanwhile, DoorShut."""

    def pass_door(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        """Store a run and, in the same step, let it through its door with `run.manifest_hash`.

        Raises RunChangedMeanwhile, and DoorShut when the door is not claimed by this run.
        """

    def close_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        """Store a run that is done, close its door, free its cycle. Raises RunChangedMeanwhile, DoorShut."""

    def run(self, run_id: RunId) -> BillRun:
        """A run. Raises RunUnknown."""

    def runs(self) -> Sequence[BillRun]:
        """All runs, newest period first."""

    def doors(self, cycle: CycleCode, period: Month) -> Sequence[Door]:
        """The doors of a cycle's period, by wave."""

    def holder(self, cycle: CycleCode) -> RunId | None:
        """The run that holds the cycle: it is frozen while there is one."""

    def claims(self, cycle: CycleCode) -> int:
        """How many runs have ever claimed the cycle: grows with every run, also with one given up."""

    def report_chunk(self, report: ChunkReport) -> None:
        """Store what a stage made of a chunk, in place of an earlier report."""

    def chunk_reports(self, run_id: RunId, stage: Stage) -> Sequence[ChunkReport]:
        """The reports of one stage, in order of shard."""

    def chunk_report(self, run_id: RunId, stage: Stage, shard: Shard) -> ChunkReport | None:
        """The report of one stage of one chunk."""

    def keep_task_token(self, run_id: RunId, token: str) -> None:
        """Keep the token under which the state machine waits for a decision, in place of an earlier one."""

    def task_token(self, run_id: RunId) -> str | None:
        """The token kept last."""

    def place_hold(self, hold: Hold, *, audit: AuditEntry) -> None:
        """Store a hold. Safe to repeat."""

    def release_hold(self, hold: Hold, *, audit: AuditEntry) -> None:
        """Store a released hold. Raises HoldUnknown, HoldAlreadyReleased."""

    def holds_of_shard(self, shard: Shard) -> Sequence[Hold]:
        """Live holds on accounts of a shard, oldest first."""

    def accept(self, acceptance: Acceptance, *, audit: AuditEntry) -> None:
        """Store that an account's unusual usage of a period is right, in place of an earlier word on it."""

    def acceptances(self, shard: Shard, period: Month) -> Sequence[Acceptance]:
        """What was accepted for accounts of a shard in a period, in order of account id."""

    def holds(self, account_id: AccountId) -> Sequence[Hold]:
        """All holds an account has had, oldest first."""


def changed_meanwhile(run_id: RunId) -> RunChangedMeanwhile:
    """The refusal of a change that came too late."""
    return RunChangedMeanwhile(
        f"run {run_id} was changed by somebody else: look at it again and decide anew", run_id=run_id
    )


def hold_unknown(*, account_id: AccountId, hold_id: str) -> HoldUnknown:
    """The refusal to release a hold that was never placed."""
    return HoldUnknown(
        f"account {account_id} has no hold {hold_id}: `headgate hold list {account_id}` shows those it has",
        account_id=account_id,
        hold_id=hold_id,
    )


def hold_released_before(stored: Hold) -> HoldAlreadyReleased:
    """The refusal to release a hold twice."""
    return HoldAlreadyReleased(
        f"hold {stored.hold_id} of account {stored.account_id} was released by {stored.released_by}",
        account_id=stored.account_id,
        hold_id=stored.hold_id,
    )
