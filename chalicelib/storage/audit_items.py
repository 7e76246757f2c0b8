"""Audit entries as DynamoDB writes, to go into the transaction of the change they tell of."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from chalicelib.domain.audit.entry import AuditEntry


def audit_item(entry: AuditEntry) -> dict[str, Any]:
    """The stored form of an entry. A retry of the same change gives the same key and the same bytes."""
    item = {
        "pk": {"S": f"{entry.entity}#{entry.entity_id}"},
        "sk": {"S": f"{entry.at.astimezone(UTC).isoformat(timespec='microseconds')}#{entry.unique}"},
        "action": {"S": entry.action},
        "actor": {"S": entry.actor},
    }
    if entry.correlation_id:
        item["correlation_id"] = {"S": entry.correlation_id}
    for side, facts in (("before", entry.before), ("after", entry.after)):
        if facts:
            text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
            item[side] = {"S": text}
    return item


def audit_put(table: str, entry: AuditEntry) -> dict[str, Any]:
    """The entry as one write of a TransactWriteItems call."""
    return {"Put": {"TableName": table, "Item": audit_item(entry)}}
