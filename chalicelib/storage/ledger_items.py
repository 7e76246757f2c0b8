"""The items of the ledger table: transactions, claims, and how far a shard's books are closed."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.kernel.ids import AccountId, Month, Shard, TransactionId, shard_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.storage.dynamo import Item
from chalicelib.storage.ledger_codec import decode_transaction, encode_transaction
from chalicelib.usecases.ports.ledger import ShardBooks, SnapshotReference

Key = tuple[str, str]


def transaction_key(transaction: FinancialTransaction) -> Key:
    """Where a transaction lies: its shard; accounting period, account and id."""
    parts = (transaction.accounting_period, transaction.account_id, transaction.transaction_id)
    return shard_of(transaction.account_id), "#".join(map(str, parts))


def claim_key(claim: str) -> Key:
    """Where a claim lies: a partition of its own, so that claims are never hot."""
    return f"CLAIM#{claim}", "CLAIM"


def books_key(shard: Shard) -> Key:
    """Where a shard's books are kept: in its own partition, after all transactions."""
    return shard, "BOOKS"


def stored_key(key: Key) -> dict[str, Any]:
    """A key as DynamoDB takes it."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def transaction_item(transaction: FinancialTransaction) -> dict[str, Any]:
    """The item of a transaction, byte for byte the same each time."""
    return {**stored_key(transaction_key(transaction)), "b": {"B": encode_transaction(transaction)}}


def claim_item(claim: str, holder: FinancialTransaction) -> dict[str, Any]:
    """The item that keeps `claim` for its `holder`, whose key it tells."""
    shard, place = transaction_key(holder)
    return {**stored_key(claim_key(claim)), "shard": {"S": shard}, "place": {"S": place}}


def holder_key(claim: Item) -> Key:
    """The key of the transaction that has a claim."""
    return claim["shard"]["S"], claim["place"]["S"]


def is_transaction(item: Item) -> bool:
    """Whether an item of a shard's partition is a transaction."""
    return "b" in item


def transaction_of(item: Item) -> FinancialTransaction:
    """The transaction in an item. Raises UnreadableTransaction."""
    period, account_id, transaction_id = item["sk"]["S"].split("#", 2)
    return decode_transaction(
        item["b"]["B"],
        account_id=AccountId(account_id),
        accounting_period=Month.parse(period),
        transaction_id=TransactionId(transaction_id),
    )


def books_of(item: Item | None) -> ShardBooks:
    """How far a shard's books are closed, from their item (none before the first closing)."""
    if item is None:
        return ShardBooks()
    closed, period, sha256 = (
        item.get(name, {}).get("S") for name in ("closed_through", "snapshot_through", "snapshot_sha256")
    )
    return ShardBooks(
        closed_through=Month.parse(closed) if closed else None,
        snapshot=SnapshotReference(period=Month.parse(period), sha256=sha256 or "") if period else None,
    )
