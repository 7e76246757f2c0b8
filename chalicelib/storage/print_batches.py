"""Print batches in the operations table (docs/data-model.md, "Operations").

What conditions look at is an attribute: whether a batch is `finished`, whether a part is `done`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.documents.print_batch import BatchId, PartReport, PrintBatch
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import Shard
from chalicelib.storage.audit import audit_put
from chalicelib.storage.codec import codec
from chalicelib.storage.dynamo import batch_get, get, query, transact
from chalicelib.storage.records import DetailAttribute, Record
from chalicelib.usecases.ports.printing import batch_unknown

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH, _REPORT = codec(PrintBatch), codec(PartReport)
_NOT_YET: dict[str, Any] = {":false": {"BOOL": False}}


class PrintBatchRecord(Record):
    """A batch: pk `PRINT#{batch_id}`, sk `BATCH`."""

    finished = BooleanAttribute()
    detail = DetailAttribute(PrintBatch)


class PartReportRecord(Record):
    """What became of a shard: pk `PRINT#{batch_id}`, sk `PART#{shard}`."""

    done = BooleanAttribute()
    detail = DetailAttribute(PartReport)


class ListedBatchRecord(Record):
    """A batch's place in the list of batches: pk `PRINTS`, sk `{period}#{cycle}#{batch_id}`."""

    batch_id = UnicodeAttribute()


class _StandsAlready(Refusal):
    """Inside this module: there is one, and it stays."""


class DynamoPrintBatches:
    """PrintBatches on the operations table."""

    def __init__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table

    def open(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        """See PrintBatches."""
        place = f"{batch.period}#{batch.cycle}#{batch.batch_id}"
        return self._stands(
            batch,
            [
                _record(batch).put(self._table, ConditionExpression="attribute_not_exists(pk)"),
                ListedBatchRecord("PRINTS", place, batch_id=batch.batch_id).put(self._table),
                audit_put(audit, table=self._audit_table),
            ],
        )

    def finish(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        """See PrintBatches."""
        put = _record(batch).put(
            self._table, ConditionExpression="finished = :false", ExpressionAttributeValues=_NOT_YET
        )
        return self._stands(batch, [put, audit_put(audit, table=self._audit_table)])

    def batch(self, batch_id: BatchId) -> PrintBatch:
        """See PrintBatches."""
        partition, sort = _batch_key(batch_id)
        item = get(self._client, self._table, pk=partition, sk=sort)
        if item is None:
            raise batch_unknown(batch_id)
        return _BATCH.load(item["detail"]["S"])

    def batches(self) -> Sequence[PrintBatch]:
        """See PrintBatches."""
        ids = [item["batch_id"]["S"] for item in query(self._client, self._table, pk="PRINTS")]
        keys = [_batch_key(BatchId(batch_id)) for batch_id in ids]
        items = batch_get(self._client, self._table, keys)
        found = {batch.batch_id: batch for batch in (_BATCH.load(item["detail"]["S"]) for item in items)}
        return [found[batch_id] for batch_id in reversed(ids) if batch_id in found]

    def report_part(self, report: PartReport) -> PartReport:
        """See PrintBatches."""
        record = PartReportRecord(
            *_part_key(report.batch_id, report.shard), done=report.is_done, detail=report
        )
        try:
            self._client.put_item(
                TableName=self._table,
                Item=record.serialize(),
                ConditionExpression="attribute_not_exists(pk) OR done = :false",
                ExpressionAttributeValues=_NOT_YET,
            )
        except ClientError as error:
            if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                raise
            return self.part_report(report.batch_id, report.shard) or report
        return report

    def part_reports(self, batch_id: BatchId) -> Sequence[PartReport]:
        """See PrintBatches."""
        partition, prefix = _part_key(batch_id, "")
        found = query(self._client, self._table, pk=partition, sk_prefix=prefix)
        return [_REPORT.load(item["detail"]["S"]) for item in found]

    def part_report(self, batch_id: BatchId, shard: Shard) -> PartReport | None:
        """See PrintBatches."""
        partition, sort = _part_key(batch_id, shard)
        item = get(self._client, self._table, pk=partition, sk=sort)
        return None if item is None else _REPORT.load(item["detail"]["S"])

    def _stands(self, batch: PrintBatch, writes: Sequence[dict[str, Any]]) -> PrintBatch:
        """Write all or nothing; return the batch that is stored afterwards."""
        try:
            transact(self._client, writes, refusal=lambda _: _StandsAlready("stored before"))
        except _StandsAlready:
            return self.batch(batch.batch_id)
        return batch


def _record(batch: PrintBatch) -> PrintBatchRecord:
    key = _batch_key(batch.batch_id)
    return PrintBatchRecord(*key, finished=batch.finished is not None, detail=batch)


def _batch_key(batch_id: BatchId) -> tuple[str, str]:
    return f"PRINT#{batch_id}", "BATCH"


def _part_key(batch_id: BatchId, shard: Shard | str) -> tuple[str, str]:
    return f"PRINT#{batch_id}", f"PART#{shard}"
