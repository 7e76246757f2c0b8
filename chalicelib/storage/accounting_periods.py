"""The utility's books in the operations table: one small item for all months (docs/adr/0022).

`closing` and `closed_through` are months, `in_flight` a set of "month#run id", `version` counts changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import Month, RunId
from chalicelib.storage.audit import audit_put
from chalicelib.storage.dynamo import Item, cancellation_codes, get, pause_before
from chalicelib.usecases.ports.accounting_periods import (
    ClosingNotBegun,
    PeriodState,
    refusal_of_busy,
    refusal_of_state,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK = _SK = "BOOKS"
_KEY = {"pk": {"S": _PK}, "sk": {"S": _SK}}


class DynamoAccountingPeriods:
    """AccountingPeriods on the operations table."""

    def __init__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table

    def enter(self, period: Month, run_id: RunId) -> None:
        """See AccountingPeriods."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="ADD in_flight :runs, version :one",
                ConditionExpression=(
                    "attribute_not_exists(closing) OR closing < :period OR contains(in_flight, :run)"
                ),
                ExpressionAttributeValues={
                    ":runs": {"SS": [f"{period}#{run_id}"]},
                    ":run": {"S": f"{period}#{run_id}"},
                    ":period": {"S": str(period)},
                    ":one": {"N": "1"},
                },
            )
        except ClientError as error:
            if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                raise
            raise refusal_of_state(period, self.state(period)) from error

    def leave(self, period: Month, run_id: RunId) -> None:
        """See AccountingPeriods."""
        self._client.update_item(
            TableName=self._table,
            Key=_KEY,
            UpdateExpression="DELETE in_flight :runs ADD version :one",
            ExpressionAttributeValues={":runs": {"SS": [f"{period}#{run_id}"]}, ":one": {"N": "1"}},
        )

    def in_flight(self, period: Month) -> frozenset[RunId]:
        """See AccountingPeriods."""
        inside = (entry.partition("#") for entry in _in_flight(self._item()))
        return frozenset(RunId(run_id) for month, _, run_id in inside if month <= str(period))

    def state(self, period: Month) -> PeriodState:
        """See AccountingPeriods."""
        item = self._item()
        for name, state in (("closed_through", PeriodState.CLOSED), ("closing", PeriodState.CLOSING)):
            if name in item and str(period) <= item[name]["S"]:
                return state
        return PeriodState.OPEN

    def closed_through(self) -> Month | None:
        """See AccountingPeriods."""
        closed = self._item().get("closed_through")
        return Month.parse(closed["S"]) if closed else None

    def begin_closing(self, period: Month, *, audit: AuditEntry) -> None:
        """See AccountingPeriods."""
        attempt = 0
        while self.state(period) is PeriodState.OPEN:
            item = self._item()
            if busy := [entry for entry in _in_flight(item) if entry[:7] <= str(period)]:
                raise refusal_of_busy(period, busy)
            # A run that enters meanwhile changes the version: then look again.
            seen = item.get("version")
            condition = "version = :seen" if seen else "attribute_not_exists(version)"
            values = {":seen": seen} if seen else {}
            if self._change("closing", period, condition, values, audit):
                return
            pause_before(attempt)
            attempt += 1

    def finish_closing(self, period: Month, *, audit: AuditEntry) -> None:
        """See AccountingPeriods."""
        while (state := self.state(period)) is not PeriodState.CLOSED:
            if state is PeriodState.OPEN:
                raise ClosingNotBegun(f"the closing of {period} has not begun", period=period)
            self._change(
                "closed_through",
                period,
                "closing >= :period AND (attribute_not_exists(closed_through) OR closed_through < :period)",
                {},
                audit,
            )

    def _change(
        self, name: str, period: Month, condition: str, values: dict[str, Any], audit: AuditEntry
    ) -> bool:
        """Set a month together with its audit entry; whether the condition held."""
        update = {
            "TableName": self._table,
            "Key": _KEY,
            "UpdateExpression": f"SET {name} = :period ADD version :one",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {**values, ":period": {"S": str(period)}, ":one": {"N": "1"}},
        }
        actions: Any = [{"Update": update}, audit_put(audit, table=self._audit_table)]
        try:
            self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            codes = cancellation_codes(error)
            if not codes or set(codes[1:]) - {"None"}:
                raise
            return False
        return True

    def _item(self) -> Item:
        return get(self._client, self._table, pk=_PK, sk=_SK) or {}


def _in_flight(item: Item) -> list[str]:
    return list(item.get("in_flight", {}).get("SS", ()))
