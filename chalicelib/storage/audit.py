"""Audit entries in DynamoDB: one item each, under the thing that changed and the time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.storage.dynamo import query
from chalicelib.storage.records import Record
from chalicelib.usecases.ports.audit import AuditEntryAltered

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# A retry writes the same bytes and passes; another entry under the same key does not.
_NOT_ANOTHER = "attribute_not_exists(pk) OR entry = :entry"


class AuditRecord(Record):
    """pk `{entity}#{entity_id}`, sk `{time in UTC}#{unique}`, the rest as one JSON text."""

    entry = UnicodeAttribute()

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditRecord:
        """The record of an entry. Raises ValueError when its time has no zone."""
        return cls(
            f"{entry.entity}#{entry.entity_id}", f"{_utc(entry.at)}#{entry.unique}", entry=dump_entry(entry)
        )


def audit_put(entry: AuditEntry, *, table: str) -> dict[str, Any]:
    """The `Put` that stores an entry inside another change's transaction. Safe to repeat."""
    record = AuditRecord.of(entry)
    return record.put(
        table, ConditionExpression=_NOT_ANOTHER, ExpressionAttributeValues={":entry": {"S": record.entry}}
    )


def dump_entry(entry: AuditEntry) -> str:
    """An entry as JSON text; values JSON lacks (decimals, dates) become text."""
    return json.dumps(
        {
            "entity": entry.entity,
            "entity_id": entry.entity_id,
            "action": entry.action,
            "actor": entry.actor,
            "at": _utc(entry.at),
            "unique": entry.unique,
            "correlation_id": entry.correlation_id,
            "before": dict(entry.before),
            "after": dict(entry.after),
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        default=str,
    )


def load_entry(text: str) -> AuditEntry:
    """The entry that `dump_entry` wrote."""
    plain: Mapping[str, Any] = json.loads(text)
    return AuditEntry(**{**plain, "at": datetime.fromisoformat(plain["at"])})


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError(f"an audit entry needs an aware time, not {at}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class DynamoAuditStore:
    """AuditStore on the audit table."""

    def __init__(self, client: DynamoDBClient, *, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, entry: AuditEntry) -> None:
        """See AuditStore."""
        try:
            self._client.put_item(**audit_put(entry, table=self._table)["Put"])
        except ClientError as error:
            if error.response["Error"].get("Code") == "ConditionalCheckFailedException":
                raise AuditEntryAltered(
                    f"another audit entry stands under {entry.entity} {entry.entity_id}, {entry.unique}",
                    unique=entry.unique,
                ) from error
            raise

    def entries(
        self, *, entity: str, entity_id: str, since: datetime | None = None, limit: int = 1000
    ) -> list[AuditEntry]:
        """See AuditStore."""
        found = query(
            self._client,
            self._table,
            pk=f"{entity}#{entity_id}",
            sk_from=_utc(since) if since else "",
            limit=limit,
        )
        return [load_entry(item["entry"]["S"]) for item in found]
