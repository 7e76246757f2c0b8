"""DynamoDB calls that many stores share: pages, batches and transactions.

Throttles, timeouts and server errors are retried by the client itself (chalicelib/runtime/clients.py). Here
is what the client leaves to its caller: keys a batch left unprocessed, transactions that met another one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.domain.kernel.errors import Refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Item = dict[str, Any]  # attribute name → {"S": …}, as the service has it

_KEYS_PER_GET = 100
_PUTS_PER_WRITE = 25
_ATTEMPTS = 10
_FIRST_PAUSE_MS = 25
_LONGEST_PAUSE_MS = 5000
_TRANSIENT_REASONS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class StorageBusy(Refusal):
    """The database kept refusing part of a batch for want of capacity, after all attempts."""


def pause_before(attempt: int) -> None:
    """Sleep before the attempt after `attempt` failed ones: exponential, full jitter."""
    longest = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS * 2**attempt)
    time.sleep(random.randrange(longest + 1) / 1000)


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` values, the last one perhaps shorter."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def query(
    client: DynamoDBClient, table: str, *, pk: str, sk_prefix: str = "", sk_from: str = "", limit: int = 0
) -> Iterator[Item]:
    """All items of a partition, consistently, in order of the sort key, at most `limit` (0: all).

    `sk_prefix` narrows to sort keys that begin so, `sk_from` to those not before it; give at most one.
    """
    condition, values = "pk = :pk", {":pk": {"S": pk}}
    if sk_prefix or sk_from:
        condition += " AND begins_with(sk, :sk)" if sk_prefix else " AND sk >= :sk"
        values[":sk"] = {"S": sk_prefix or sk_from}
    request: dict[str, Any] = {
        "TableName": table,
        "ConsistentRead": True,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
    }
    left = limit
    while True:
        if limit:
            request["Limit"] = left
        page = client.query(**request)
        yield from page["Items"]
        left -= len(page["Items"])
        if "LastEvaluatedKey" not in page or (limit and left <= 0):
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def get(client: DynamoDBClient, table: str, *, pk: str, sk: str) -> Item | None:
    """One item, consistently, or None."""
    found = client.get_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True)
    return found.get("Item")


def batch_get(client: DynamoDBClient, table: str, keys: Iterable[tuple[str, str]]) -> Iterator[Item]:
    """The items with these (pk, sk) that exist, consistently, in no order. Raises StorageBusy."""
    for chunk in chunks(dict.fromkeys(keys), _KEYS_PER_GET):
        wanted: Any = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in chunk]
        for attempt in range(_ATTEMPTS):
            answer: Any = client.batch_get_item(
                RequestItems={table: {"Keys": wanted, "ConsistentRead": True}}
            )
            yield from answer["Responses"].get(table, [])
            wanted = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys")
            if not wanted:
                break
            pause_before(attempt)
        else:
            raise StorageBusy(f"{table}: {len(wanted)} keys unread after {_ATTEMPTS} attempts", table=table)


def batch_write(client: DynamoDBClient, table: str, items: Iterable[Item]) -> Decimal:
    """Put items, in no order and not together: only for items that may be repeated. Raises StorageBusy.

    Returns the write units that were consumed.
    """
    units = Decimal(0)
    for chunk in chunks(items, _PUTS_PER_WRITE):
        left: Any = [{"PutRequest": {"Item": item}} for item in chunk]
        for attempt in range(_ATTEMPTS):
            answer: Any = client.batch_write_item(RequestItems={table: left}, ReturnConsumedCapacity="TOTAL")
            units += sum(Decimal(str(used["CapacityUnits"])) for used in answer.get("ConsumedCapacity", ()))
            left = answer.get("UnprocessedItems", {}).get(table)
            if not left:
                break
            pause_before(attempt)
        else:
            raise StorageBusy(f"{table}: {len(left)} items unwritten after {_ATTEMPTS} attempts", table=table)
    return units


def transact(
    client: DynamoDBClient,
    actions: Sequence[Mapping[str, Any]],
    *,
    refusal: Callable[[int], Refusal | None] = lambda _: None,
) -> None:
    """Carry out up to 100 writes, all or none, again after a conflict with another transaction.

    `refusal(index)` gives the Refusal to raise when the condition of that action does not hold. Raises it,
    StorageBusy, or the client's error.
    """
    for attempt in range(_ATTEMPTS):
        try:
            client.transact_write_items(TransactItems=actions)  # type: ignore[arg-type]
        except ClientError as error:
            codes = cancellation_codes(error)
            for index, code in enumerate(codes):
                if code == "ConditionalCheckFailed" and (refused := refusal(index)):
                    raise refused from error
            if not set(codes) & _TRANSIENT_REASONS or set(codes) - _TRANSIENT_REASONS - {"None"}:
                raise
            pause_before(attempt)
        else:
            return
    raise StorageBusy(f"a transaction met others {_ATTEMPTS} times in a row")


def cancellation_codes(error: ClientError) -> list[str]:
    """Why a transaction was canceled, action by action ("None": not because of this one)."""
    if error.response.get("Error", {}).get("Code") != "TransactionCanceledException":
        return []
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
