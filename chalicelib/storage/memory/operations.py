"""The operations store in memory, for tests: the same refusals, the same atomic steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from threading import RLock
from typing import Any, TypeVar, cast

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.acceptance import Acceptance
from chalicelib.domain.billing.door import (
    Door,
    DoorState,
    already_posted,
    cycle_busy,
    door_of,
    door_shut,
    wave_too_early,
)
from chalicelib.domain.billing.hold import Hold
from chalicelib.domain.billing.run import BillRun, ChunkReport, RunState, Stage
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId, Shard, shard_of
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.operations import (
    RunUnknown,
    changed_meanwhile,
    hold_released_before,
    hold_unknown,
)

_DoorKey = tuple[CycleCode, Month, int]


F = TypeVar("F", bound=Callable[..., Any])


def _atomic(method: F) -> F:
    """One step, as a transaction is: threads take turns."""

    @wraps(method)
    def locked(self: MemoryOperations, *arguments: Any, **named: Any) -> Any:
        with self._lock:
            return method(self, *arguments, **named)

    return cast(F, locked)


class MemoryOperations:
    """OperationsStore in dicts. Entries go to `audit`."""

    def __init__(self, *, audit: AuditStore) -> None:
        self._audit = audit
        self._lock = RLock()
        self._runs: dict[RunId, BillRun] = {}
        self._doors: dict[_DoorKey, Door] = {}
        self._holders: dict[CycleCode, RunId] = {}
        self._claims: dict[CycleCode, int] = {}
        self._reports: dict[tuple[RunId, Stage, Shard], ChunkReport] = {}
        self._tokens: dict[RunId, str] = {}
        self._acceptances: dict[tuple[AccountId, Month], Acceptance] = {}
        self._holds: dict[tuple[AccountId, str], Hold] = {}

    @_atomic
    def open_run(self, run: BillRun, *, replaces: RunId | None, audit: AuditEntry) -> BillRun:
        if run.run_id in self._runs:
            return self._runs[run.run_id]
        door = self._doors.get(_door_key(run))
        if door is not None and door.state is not DoorState.CLAIMED:
            raise already_posted(door)
        before = self._doors.get((run.cycle, run.period, run.wave - 1))
        if run.wave > 1 and (before is None or before.state is not DoorState.CLOSED):
            raise wave_too_early(run, before)
        holder = self._holders.get(run.cycle)
        if holder is not None and holder != replaces:
            raise cycle_busy(run, holder)
        if replaces is not None:
            old = self._runs[replaces]
            self._runs[replaces] = replace(old.into(RunState.SUPERSEDED), version=old.version + 1)
        self._holders[run.cycle] = run.run_id
        self._claims[run.cycle] = self.claims(run.cycle) + 1
        self._doors[_door_key(run)] = door_of(run, DoorState.CLAIMED)
        self._runs[run.run_id] = run
        self._audit.add(audit)
        return run

    @_atomic
    def change_run(self, run: BillRun, *, audit: AuditEntry | None = None) -> BillRun:
        return self._store(run, audit)

    @_atomic
    def release_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        changed = self._store(run, audit, holding=DoorState.CLAIMED)
        del self._doors[_door_key(run)]
        del self._holders[run.cycle]
        return changed

    @_atomic
    def pass_door(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        changed = self._store(run, audit, holding=DoorState.CLAIMED)
        self._doors[_door_key(run)] = door_of(run, DoorState.PASSED)
        return changed

    @_atomic
    def close_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        changed = self._store(run, audit, holding=DoorState.PASSED)
        self._doors[_door_key(run)] = door_of(run, DoorState.CLOSED)
        del self._holders[run.cycle]
        return changed

    def run(self, run_id: RunId) -> BillRun:
        if run_id not in self._runs:
            raise RunUnknown(f"there is no bill run {run_id}", run_id=run_id)
        return self._runs[run_id]

    def runs(self) -> Sequence[BillRun]:
        newest = sorted(self._runs.values(), key=lambda run: (run.period, run.cycle, run.wave, run.run_id))
        return list(reversed(newest))

    def doors(self, cycle: CycleCode, period: Month) -> Sequence[Door]:
        keys = sorted(key for key in self._doors if key[:2] == (cycle, period))
        return [self._doors[key] for key in keys]

    def holder(self, cycle: CycleCode) -> RunId | None:
        return self._holders.get(cycle)

    def claims(self, cycle: CycleCode) -> int:
        """See OperationsStore."""
        return self._claims.get(cycle, 0)

    def report_chunk(self, report: ChunkReport) -> None:
        self._reports[(report.run_id, report.stage, report.shard)] = report

    def chunk_reports(self, run_id: RunId, stage: Stage) -> Sequence[ChunkReport]:
        keys = sorted(key for key in self._reports if key[:2] == (run_id, stage))
        return [self._reports[key] for key in keys]

    def chunk_report(self, run_id: RunId, stage: Stage, shard: Shard) -> ChunkReport | None:
        return self._reports.get((run_id, stage, shard))

    def keep_task_token(self, run_id: RunId, token: str) -> None:
        self._tokens[run_id] = token

    def task_token(self, run_id: RunId) -> str | None:
        return self._tokens.get(run_id)

    @_atomic
    def place_hold(self, hold: Hold, *, audit: AuditEntry) -> None:
        if (hold.account_id, hold.hold_id) not in self._holds:
            self._holds[(hold.account_id, hold.hold_id)] = hold
            self._audit.add(audit)

    @_atomic
    def release_hold(self, hold: Hold, *, audit: AuditEntry) -> None:
        stored = self._holds.get((hold.account_id, hold.hold_id))
        if stored is None:
            raise hold_unknown(account_id=hold.account_id, hold_id=hold.hold_id)
        if not stored.is_live:
            raise hold_released_before(stored)
        self._holds[(hold.account_id, hold.hold_id)] = hold
        self._audit.add(audit)

    def accept(self, acceptance: Acceptance, *, audit: AuditEntry) -> None:
        """See OperationsStore."""
        self._acceptances[(acceptance.account_id, acceptance.period)] = acceptance
        self._audit.add(audit)

    def acceptances(self, shard: Shard, period: Month) -> Sequence[Acceptance]:
        """See OperationsStore."""
        return [
            acceptance
            for (account_id, month), acceptance in sorted(self._acceptances.items())
            if shard_of(account_id) == shard and month == period
        ]

    def holds_of_shard(self, shard: Shard) -> Sequence[Hold]:
        return [
            hold
            for _, hold in sorted(self._holds.items())
            if hold.is_live and shard_of(hold.account_id) == shard
        ]

    def holds(self, account_id: AccountId) -> Sequence[Hold]:
        return [hold for key, hold in sorted(self._holds.items()) if key[0] == account_id]

    def _store(self, run: BillRun, audit: AuditEntry | None, *, holding: DoorState | None = None) -> BillRun:
        if self.run(run.run_id).version != run.version:
            raise changed_meanwhile(run.run_id)
        if holding is not None:
            self._require_door(run, holding)
        changed = replace(run, version=run.version + 1)
        self._runs[run.run_id] = changed
        if audit is not None:
            self._audit.add(audit)
        return changed

    def _require_door(self, run: BillRun, state: DoorState) -> None:
        door = self._doors.get(_door_key(run))
        if door is None or door.run_id != run.run_id or door.state is not state:
            raise door_shut(run, door)


def _door_key(run: BillRun) -> _DoorKey:
    return run.cycle, run.period, run.wave
