"""Ports whose writes are counted and can go wrong. They wrap fakes and real stores alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, TypeVar, cast

from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.storage.ledger_items import Key, transaction_item, transaction_key
from tests.faults.writes import Writes

P = TypeVar("P")

OPERATIONS = (
    "open_run",
    "change_run",
    "release_run",
    "pass_door",
    "close_run",
    "report_chunk",
    "keep_task_token",
    "place_hold",
    "release_hold",
)
PERIODS = ("enter", "leave", "begin_closing", "finish_closing")
STORE = ("put", "put_new")
LEDGER = ("append", "append_all", "put_all", "mark_closed", "record_snapshot")
READS = ("record",)
AUDIT = ("add",)
EVENTS = ("publish",)
EXECUTIONS = ("start", "decide")


class _Watched:
    def __init__(self, port: Any, label: str, methods: tuple[str, ...], writes: Writes) -> None:
        self._port = port
        self._label = label
        self._methods = methods
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if name not in self._methods:
            return method
        return lambda *args, **options: self._write(name, method, args, options)

    def _write(self, name: str, method: Callable[..., Any], args: Any, options: Any) -> Any:
        return self._writes.carry_out(f"{self._label}.{name}", lambda: method(*args, **options))


class _WatchedBatches(_Watched):
    """A port that writes batches: of `put_all` and `record` also a part may be written, in any order."""

    def _write(self, name: str, method: Callable[..., Any], args: Any, options: Any) -> Any:
        if name not in ("put_all", "record"):
            return super()._write(name, method, args, options)
        pieces = list(args[0])
        shuffled = Random(len(pieces)).sample(pieces, len(pieces))

        def part(size: int) -> None:
            # What the audit trail is told of a ledger batch comes after the batch.
            method(shuffled[:size], **({} if name == "put_all" else options))

        return self._writes.carry_out(
            f"{self._label}.{name}", lambda: method(pieces, **options), batch=len(pieces), part=part
        )


def watched(port: P, label: str, methods: tuple[str, ...], writes: Writes) -> P:
    """`port`, with its writing `methods` passing through `writes`."""
    kind = _WatchedBatches if label in ("ledger", "reads") else _Watched
    return cast("P", kind(port, label, methods, writes))


class LedgerRewritten(BaseException):
    """An item of the ledger was written a second time with other bytes. No worker may swallow this."""


class SameBytes:
    """A ledger store that notes the bytes of every item written, and objects when they ever change."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger
        self.written: dict[Key, bytes] = {}
        self.times_written: dict[Key, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def append(self, transaction: FinancialTransaction, **options: Any) -> None:
        self._ledger.append(transaction, **options)
        self._note([transaction])

    def append_all(self, transactions: Sequence[FinancialTransaction], **options: Any) -> None:
        self._ledger.append_all(transactions, **options)
        self._note(transactions)

    def put_all(self, transactions: Iterable[FinancialTransaction], **options: Any) -> Any:
        pieces = list(transactions)
        self._note(pieces)
        return self._ledger.put_all(pieces, **options)

    def _note(self, transactions: Iterable[FinancialTransaction]) -> None:
        for transaction in transactions:
            key, body = transaction_key(transaction), transaction_item(transaction)["b"]["B"]
            self.times_written[key] = self.times_written.get(key, 0) + 1
            if self.written.setdefault(key, body) != body:
                raise LedgerRewritten(f"{key} was written again with other bytes")
