"""Bill runs, doors, chunk reports and holds in the operations table (docs/data-model.md, "Operations")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId, Shard, shard_of
from chalicelib.storage.audit import audit_put
from chalicelib.storage.codec import codec
from chalicelib.storage.dynamo import Item, batch_get, get, query, transact
from chalicelib.storage.operations_keys import (
    Key,
    acceptance_key,
    chunk_key,
    claims_key,
    door_key,
    freeze_key,
    hold_key,
    listed_run_key,
    run_key,
    token_key,
)
from chalicelib.storage.operations_records import (
    AcceptanceRecord,
    ChunkReportRecord,
    DoorRecord,
    HoldRecord,
    NamedRunRecord,
    RunRecord,
    TaskTokenRecord,
)
from chalicelib.storage.records import Record
from chalicelib.usecases.ports.operations import (
    RunUnknown,
    changed_meanwhile,
    hold_released_before,
    hold_unknown,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Write = dict[str, Any]  # one action of a transaction

_RUN, _REPORT, _HOLD, _DOOR = codec(BillRun), codec(ChunkReport), codec(Hold), codec(Door)
_ACCEPTANCE = codec(Acceptance)
_STATE = {"ExpressionAttributeNames": {"#state": "state"}}


class _ConditionFailed(Refusal):
    """Inside this module: some condition of a transaction did not hold."""


class DynamoOperations:
    """OperationsStore on the operations table."""

    def __init__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table

    # Runs and their doors.

    def open_run(self, run: BillRun, *, replaces: RunId | None, audit: AuditEntry) -> BillRun:
        """See OperationsStore."""
        replaced = {":replaced": {"S": replaces or "-"}}
        claimable = "attribute_not_exists(pk) OR (run_id = :replaced AND #state = :claimed)"
        writes = [
            NamedRunRecord(*freeze_key(run.cycle), run_id=run.run_id).put(
                self._table,
                ConditionExpression="attribute_not_exists(pk) OR run_id = :replaced",
                ExpressionAttributeValues=replaced,
            ),
            self._door_put(run, DoorState.CLAIMED, claimable, {**replaced, ":claimed": {"S": "claimed"}}),
            _run_record(run).put(self._table, ConditionExpression="attribute_not_exists(pk)"),
            NamedRunRecord(*_place(run), run_id=run.run_id).put(self._table),
            self._count_claim(run.cycle),
            self._told(audit),
        ]
        if run.wave > 1:
            writes.append(self._check_wave_before(run))
        if replaces is not None:
            writes.append(self._run_put(self.run(replaces).into(RunState.SUPERSEDED)))
        if self._written(writes):
            return run
        stored = get(self._client, self._table, **_named(run_key(run.run_id)))
        if stored is None:
            raise self._in_the_way(run, replaces)
        return _RUN.load(stored["detail"]["S"])

    def change_run(self, run: BillRun, *, audit: AuditEntry | None = None) -> BillRun:
        """See OperationsStore."""
        told = [] if audit is None else [self._told(audit)]
        return self._changed(run, [self._run_put(run), *told])

    def release_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        """See OperationsStore."""
        free_door = {
            "Delete": {
                "TableName": self._table,
                "Key": _key(_door_key(run)),
                **_held_by(run, DoorState.CLAIMED),
            }
        }
        return self._changed(run, [self._run_put(run), free_door, self._unfreeze(run), self._told(audit)])

    def pass_door(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        """See OperationsStore."""
        moved = self._move_door(run, source=DoorState.CLAIMED, target=DoorState.PASSED)
        return self._changed(run, [self._run_put(run), moved, self._told(audit)])

    def close_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        """See OperationsStore."""
        moved = self._move_door(run, source=DoorState.PASSED, target=DoorState.CLOSED)
        return self._changed(run, [self._run_put(run), moved, self._unfreeze(run), self._told(audit)])

    def run(self, run_id: RunId) -> BillRun:
        """See OperationsStore."""
        item = get(self._client, self._table, **_named(run_key(run_id)))
        if item is None:
            raise RunUnknown(f"there is no bill run {run_id}", run_id=run_id)
        return _RUN.load(item["detail"]["S"])

    def runs(self) -> Sequence[BillRun]:
        """See OperationsStore."""
        listed = query(self._client, self._table, pk="RUNS")
        ids = [RunId(item["run_id"]["S"]) for item in listed]
        items = batch_get(self._client, self._table, [run_key(run_id) for run_id in ids])
        found = {run.run_id: run for run in (_RUN.load(item["detail"]["S"]) for item in items)}
        return [found[run_id] for run_id in reversed(ids)]

    def doors(self, cycle: CycleCode, period: Month) -> Sequence[Door]:
        """See OperationsStore."""
        partition, _ = door_key(cycle, period, 0)
        found = query(self._client, self._table, pk=partition, sk_prefix="DOOR#")
        return [_DOOR.load(item["detail"]["S"]) for item in found]

    def holder(self, cycle: CycleCode) -> RunId | None:
        """See OperationsStore."""
        item = get(self._client, self._table, **_named(freeze_key(cycle)))
        return None if item is None else RunId(item["run_id"]["S"])

    def claims(self, cycle: CycleCode) -> int:
        """See OperationsStore."""
        item = get(self._client, self._table, **_named(claims_key(cycle)))
        return 0 if item is None else int(item["claims"]["N"])

    # What became of chunks.

    def report_chunk(self, report: ChunkReport) -> None:
        """See OperationsStore."""
        key = chunk_key(report.run_id, report.stage, report.shard)
        self._put(ChunkReportRecord(*key, detail=report))

    def chunk_reports(self, run_id: RunId, stage: Stage) -> Sequence[ChunkReport]:
        """See OperationsStore."""
        partition, prefix = chunk_key(run_id, stage, "")
        found = query(self._client, self._table, pk=partition, sk_prefix=prefix)
        return [_REPORT.load(item["detail"]["S"]) for item in found]

    def chunk_report(self, run_id: RunId, stage: Stage, shard: Shard) -> ChunkReport | None:
        """See OperationsStore."""
        item = get(self._client, self._table, **_named(chunk_key(run_id, stage, shard)))
        return None if item is None else _REPORT.load(item["detail"]["S"])

    def keep_task_token(self, run_id: RunId, token: str) -> None:
        """See OperationsStore."""
        self._put(TaskTokenRecord(*token_key(run_id), token=token))

    def task_token(self, run_id: RunId) -> str | None:
        """See OperationsStore."""
        item = get(self._client, self._table, **_named(token_key(run_id)))
        return None if item is None else str(item["token"]["S"])

    # Holds.

    def place_hold(self, hold: Hold, *, audit: AuditEntry) -> None:
        """See OperationsStore."""
        put = _hold_record(hold).put(self._table, ConditionExpression="attribute_not_exists(pk)")
        self._written([put, self._told(audit)])

    def release_hold(self, hold: Hold, *, audit: AuditEntry) -> None:
        """See OperationsStore."""
        put = _hold_record(hold).put(
            self._table,
            ConditionExpression="live = :true",
            ExpressionAttributeValues={":true": {"BOOL": True}},
        )
        if self._written([put, self._told(audit)]):
            return
        stored = get(self._client, self._table, **_named(hold_key(hold.account_id, hold.hold_id)))
        if stored is None:
            raise hold_unknown(account_id=hold.account_id, hold_id=hold.hold_id)
        raise hold_released_before(_HOLD.load(stored["detail"]["S"]))

    def accept(self, acceptance: Acceptance, *, audit: AuditEntry) -> None:
        """See OperationsStore."""
        key = acceptance_key(acceptance.account_id, acceptance.period)
        put = AcceptanceRecord(*key, detail=acceptance).put(self._table)
        self._written([put, self._told(audit)])

    def acceptances(self, shard: Shard, period: Month) -> Sequence[Acceptance]:
        """See OperationsStore."""
        found = query(self._client, self._table, pk=f"ACCEPTED#{shard}#{period}")
        return [_ACCEPTANCE.load(item["detail"]["S"]) for item in found]

    def holds_of_shard(self, shard: Shard) -> Sequence[Hold]:
        """See OperationsStore."""
        return [hold for hold in self._holds(f"HOLD#{shard}", "") if hold.is_live]

    def holds(self, account_id: AccountId) -> Sequence[Hold]:
        """See OperationsStore."""
        return self._holds(f"HOLD#{shard_of(account_id)}", f"{account_id}#")

    def _holds(self, partition: str, prefix: str) -> list[Hold]:
        found = query(self._client, self._table, pk=partition, sk_prefix=prefix)
        return [_HOLD.load(item["detail"]["S"]) for item in found]

    # Single writes of a transaction.

    def _run_put(self, run: BillRun) -> Write:
        """The run one version on, if it still has the version it was read with."""
        return _run_record(_next(run)).put(
            self._table,
            ConditionExpression="version = :version",
            ExpressionAttributeValues={":version": {"N": str(run.version)}},
        )

    def _door_put(self, run: BillRun, state: DoorState, condition: str, values: dict[str, Any]) -> Write:
        record = DoorRecord(*_door_key(run), run_id=run.run_id, state=state.value, detail=door_of(run, state))
        return record.put(
            self._table, ConditionExpression=condition, ExpressionAttributeValues=values, **_STATE
        )

    def _move_door(self, run: BillRun, *, source: DoorState, target: DoorState) -> Write:
        held = _held_by(run, source)
        return self._door_put(run, target, held["ConditionExpression"], held["ExpressionAttributeValues"])

    def _count_claim(self, cycle: CycleCode) -> Write:
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(claims_key(cycle)),
                "UpdateExpression": "ADD claims :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        }

    def _unfreeze(self, run: BillRun) -> Write:
        return {
            "Delete": {
                "TableName": self._table,
                "Key": _key(freeze_key(run.cycle)),
                "ConditionExpression": "run_id = :run",
                "ExpressionAttributeValues": {":run": {"S": run.run_id}},
            }
        }

    def _check_wave_before(self, run: BillRun) -> Write:
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": _key(door_key(run.cycle, run.period, run.wave - 1)),
                "ConditionExpression": "#state = :closed",
                "ExpressionAttributeValues": {":closed": {"S": DoorState.CLOSED.value}},
                **_STATE,
            }
        }

    def _told(self, audit: AuditEntry) -> Write:
        return audit_put(audit, table=self._audit_table)

    # Calls.

    def _put(self, record: Record) -> None:
        self._client.put_item(TableName=self._table, Item=record.serialize())

    def _written(self, writes: Sequence[Write]) -> bool:
        """Write all or nothing; False when a condition did not hold."""
        try:
            transact(self._client, writes, refusal=lambda _: _ConditionFailed("a condition failed"))
        except _ConditionFailed:
            return False
        return True

    def _changed(self, run: BillRun, writes: Sequence[Write]) -> BillRun:
        if self._written(writes):
            return _next(run)
        if self.run(run.run_id).version != run.version:
            raise changed_meanwhile(run.run_id)
        raise door_shut(run, self._door(run, run.wave))

    def _door(self, run: BillRun, wave: int) -> Door | None:
        item = get(self._client, self._table, **_named(door_key(run.cycle, run.period, wave)))
        return None if item is None else _DOOR.load(item["detail"]["S"])

    def _in_the_way(self, run: BillRun, replaces: RunId | None) -> Refusal:
        """Why a run could not be opened."""
        door = self._door(run, run.wave)
        if door is not None and door.state is not DoorState.CLAIMED:
            return already_posted(door)
        if run.wave > 1:
            before = self._door(run, run.wave - 1)
            if before is None or before.state is not DoorState.CLOSED:
                return wave_too_early(run, before)
        holder = self.holder(run.cycle)
        if holder is not None and holder != replaces:
            return cycle_busy(run, holder)
        return changed_meanwhile(replaces or run.run_id)


def _run_record(run: BillRun) -> RunRecord:
    return RunRecord(*run_key(run.run_id), version=run.version, detail=run)


def _hold_record(hold: Hold) -> HoldRecord:
    return HoldRecord(*hold_key(hold.account_id, hold.hold_id), live=hold.is_live, detail=hold)


def _next(run: BillRun) -> BillRun:
    return replace(run, version=run.version + 1)


def _place(run: BillRun) -> Key:
    return listed_run_key((run.period, run.cycle, run.wave, run.run_id))


def _door_key(run: BillRun) -> Key:
    return door_key(run.cycle, run.period, run.wave)


def _held_by(run: BillRun, state: DoorState) -> dict[str, Any]:
    """The condition that the run holds its door in `state`."""
    return {
        "ConditionExpression": "run_id = :run AND #state = :state",
        "ExpressionAttributeValues": {":run": {"S": run.run_id}, ":state": {"S": state.value}},
        **_STATE,
    }


def _named(key: Key) -> dict[str, str]:
    return {"pk": key[0], "sk": key[1]}


def _key(key: Key) -> Item:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
