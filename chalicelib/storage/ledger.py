"""The ledger in DynamoDB: one immutable item a transaction (docs/data-model.md, docs/adr/0020, 0021)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import chain, count, takewhile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, Shard, TransactionId, shard_of
from chalicelib.domain.ledger.claims import claims_of
from chalicelib.domain.ledger.conditions import PostingCondition
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.ledger.transaction_ids import uniqueness_key
from chalicelib.storage.audit import DynamoAuditStore, audit_put
from chalicelib.storage.dynamo import Item, batch_get, batch_write, get, query, transact
from chalicelib.storage.ledger_items import (
    Key,
    books_key,
    books_of,
    claim_item,
    claim_key,
    holder_key,
    is_transaction,
    stored_key,
    transaction_item,
    transaction_key,
    transaction_of,
)
from chalicelib.storage.operations_keys import claims_key, freeze_key
from chalicelib.usecases.ports.ledger import (
    ShardBooks,
    SnapshotReference,
    check_append,
    refusal_of_closed_period,
    refusal_of_condition,
    refusal_of_repeat,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NEW = "attribute_not_exists(pk)"
_READERS = 8  # months of one account that are read at the same time
_NAMED_MONTH = re.compile(r"\.(\d{4}-(?:0[1-9]|1[0-2]))\.", re.ASCII)
_BOOKS_OPEN = "attribute_not_exists(closed_through) OR closed_through < :period"


class DynamoLedgerStore:
    """LedgerStore on the ledger table. Audit entries and run conditions lie in tables of their own."""

    def __init__(
        self, client: DynamoDBClient, *, table: str, audit_table: str, operations_table: str
    ) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table
        self._operations_table = operations_table

    def append(
        self,
        transaction: FinancialTransaction,
        *,
        audit: AuditEntry,
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        """See LedgerStore."""
        self.append_all([transaction], audit=[audit], conditions=conditions)

    def append_all(
        self,
        transactions: Sequence[FinancialTransaction],
        *,
        audit: Sequence[AuditEntry],
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        """See LedgerStore."""
        shard = check_append(transactions, audit=audit, conditions=conditions)
        earliest = min(transactions, key=lambda transaction: transaction.accounting_period)
        # In order of precedence: what is posted already is said so, even after its period closed.
        puts = [
            self._put_new(item)
            for transaction in transactions
            for item in (
                transaction_item(transaction),
                *(claim_item(claim, transaction) for claim in claims_of(transaction)),
            )
        ]
        checks = [
            self._check(self._table, books_key(shard), _BOOKS_OPEN, period=earliest.accounting_period),
            *(check for condition in conditions for check in self._checks_of(condition)),
        ]
        checked = [condition for condition in conditions for _ in self._checks_of(condition)]

        def refusal(index: int) -> Refusal | None:
            if index < len(puts):
                return refusal_of_repeat(transactions, self._holders(transactions))
            if index == len(puts):
                return refusal_of_closed_period(earliest)
            if index - len(puts) - 1 < len(checked):
                return refusal_of_condition(checked[index - len(puts) - 1])
            return None

        entries = [audit_put(entry, table=self._audit_table) for entry in audit]
        transact(self._client, [*puts, *checks, *entries], refusal=refusal)

    def put_all(
        self, transactions: Iterable[FinancialTransaction], *, audit: Sequence[AuditEntry] = ()
    ) -> Decimal:
        """See LedgerStore."""
        units = batch_write(self._client, self._table, map(_sound_item, transactions))
        trail = DynamoAuditStore(self._client, table=self._audit_table)
        for entry in audit:
            trail.add(entry)
        return units

    def transactions_of_shard(
        self, shard: Shard, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        """See LedgerStore."""
        first_too_late = str(through.plus(1)) if through else "A"
        for item in query(self._client, self._table, pk=shard, sk_from=str(since or "0")):
            if item["sk"]["S"] >= first_too_late:
                return
            if is_transaction(item):
                yield transaction_of(item)

    def transactions_of_account(
        self, account_id: AccountId, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        """See LedgerStore.

        An account's transactions lie apart, month by month: one small Query each, several at a time, for the
        months in which the shard has any.
        """
        shard = shard_of(account_id)
        if since is None or through is None:
            extent = self.extent(shard)
            if extent is None:
                return
            since, through = max(since or extent[0], extent[0]), min(through or extent[1], extent[1])
        first, last = since, through
        months = takewhile(lambda month: month <= last, (first.plus(n) for n in count()))

        def items_of(month: Month) -> list[Item]:
            return list(query(self._client, self._table, pk=shard, sk_prefix=f"{month}#{account_id}#"))

        with ThreadPoolExecutor(_READERS) as readers:
            for items in readers.map(items_of, months):
                yield from map(transaction_of, items)

    def extent(self, shard: Shard) -> tuple[Month, Month] | None:
        """See LedgerStore."""
        first, last = self._end_month(shard, forward=True), self._end_month(shard, forward=False)
        return (first, last) if first and last else None

    def find(self, account_id: AccountId, transaction_id: TransactionId) -> FinancialTransaction | None:
        """See LedgerStore.

        The accounting period is part of the key: first those around the month that the id names are tried,
        then all that the shard has, 100 in one call.
        """
        shard = shard_of(account_id)
        if named := _NAMED_MONTH.search(transaction_id):
            around = [Month.parse(named[1]).plus(n) for n in range(-1, 3)]
            if found := self._at(shard, around, account_id, transaction_id):
                return found
        extent = self.extent(shard)
        if extent is None:
            return None
        first, last = extent
        months = takewhile(lambda month: month <= last, (first.plus(n) for n in count()))
        return self._at(shard, months, account_id, transaction_id)

    def claimed(
        self, account_id: AccountId, transaction_ids: Iterable[TransactionId]
    ) -> frozenset[TransactionId]:
        """See LedgerStore."""
        keys = {
            claim_key(uniqueness_key(account_id=account_id, transaction_id=one)): one
            for one in transaction_ids
        }
        return frozenset(keys[key] for key, _ in self._items(keys))

    def books(self, shard: Shard) -> ShardBooks:
        """See LedgerStore."""
        pk, sk = books_key(shard)
        return books_of(get(self._client, self._table, pk=pk, sk=sk))

    def mark_closed(self, shard: Shard, period: Month) -> None:
        """See LedgerStore."""
        self._advance_books(shard, "SET closed_through = :period", newest="closed_through", period=period)

    def record_snapshot(self, shard: Shard, snapshot: SnapshotReference) -> None:
        """See LedgerStore."""
        self._advance_books(
            shard,
            "SET snapshot_through = :period, snapshot_sha256 = :sha256",
            newest="snapshot_through",
            period=snapshot.period,
            sha256=snapshot.sha256,
        )

    def _advance_books(self, shard: Shard, update: str, *, newest: str, **values: object) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=stored_key(books_key(shard)),
                UpdateExpression=update,
                ConditionExpression=f"attribute_not_exists({newest}) OR {newest} < :period",
                ExpressionAttributeValues={f":{name}": {"S": str(value)} for name, value in values.items()},
            )
        except ClientError as error:
            if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                raise  # else the books are as far already

    def _end_month(self, shard: Shard, *, forward: bool) -> Month | None:
        """The accounting period of the shard's first (or last) transaction."""
        page = self._client.query(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk < :after_transactions",
            ExpressionAttributeValues={":pk": {"S": shard}, ":after_transactions": {"S": "A"}},
            ScanIndexForward=forward,
            Limit=1,
        )
        return Month.parse(page["Items"][0]["sk"]["S"][:7]) if page["Items"] else None

    def _holders(self, transactions: Sequence[FinancialTransaction]) -> list[FinancialTransaction | None]:
        """For each transaction, the one that stands at its key or has one of its claims."""
        wanted = [[claim_key(claim) for claim in claims_of(transaction)] for transaction in transactions]
        claims = {key: holder_key(item) for key, item in self._items(chain.from_iterable(wanted))}
        places = [
            [transaction_key(transaction), *(claims[key] for key in keys if key in claims)]
            for transaction, keys in zip(transactions, wanted, strict=True)
        ]
        standing = {key: transaction_of(item) for key, item in self._items(chain.from_iterable(places))}
        return [next((standing[key] for key in keys if key in standing), None) for keys in places]

    def _items(self, keys: Iterable[Key]) -> Iterator[tuple[Key, Item]]:
        for item in batch_get(self._client, self._table, keys):
            yield (item["pk"]["S"], item["sk"]["S"]), item

    def _at(
        self, shard: Shard, months: Iterable[Month], account_id: AccountId, transaction_id: TransactionId
    ) -> FinancialTransaction | None:
        keys = [(shard, f"{month}#{account_id}#{transaction_id}") for month in months]
        return next((transaction_of(item) for _, item in self._items(keys)), None)

    def _put_new(self, item: dict[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": _NEW}}

    def _checks_of(self, condition: PostingCondition) -> list[dict[str, Any]]:
        checks = [self._check(self._operations_table, freeze_key(condition.cycle), _NEW)]
        if condition.claims is not None:
            counted = self._check(
                self._operations_table,
                claims_key(condition.cycle),
                "claims = :seen" if condition.claims else _NEW,
            )
            if condition.claims:
                counted["ConditionCheck"]["ExpressionAttributeValues"] = {
                    ":seen": {"N": str(condition.claims)}
                }
            checks.append(counted)
        return checks

    def _check(self, table: str, key: Key, condition: str, **values: object) -> dict[str, Any]:
        check: dict[str, Any] = {
            "TableName": table,
            "Key": stored_key(key),
            "ConditionExpression": condition,
        }
        if values:
            check["ExpressionAttributeValues"] = {f":{n}": {"S": str(v)} for n, v in values.items()}
        return {"ConditionCheck": check}


def _sound_item(transaction: FinancialTransaction) -> dict[str, Any]:
    transaction.require_sound()
    return transaction_item(transaction)
