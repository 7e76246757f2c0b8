"""Register reads in DynamoDB (layout: read_items.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.metering.record_read import ReadOutcome, ReadStatus, entry_of_reads, outcome_of
from chalicelib.storage.audit import audit_put
from chalicelib.storage.dynamo import Item, StorageBusy, batch_get, cancellation_codes, chunks, pause_before
from chalicelib.storage.read_items import (
    instant_name,
    item_key,
    read_text,
    reads_in,
    register_of,
    year_of,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_Place = tuple[RegisterId, int]  # register and year: one item

_ITEMS_PER_TRANSACTION = 99  # the hundredth is the audit entry
_READS_PER_UPDATE = 40  # keeps the condition under DynamoDB's 4 KB of expression
_ATTEMPTS = 10
_TRY_AGAIN = {"ConditionalCheckFailed", "TransactionConflict", "ThrottlingError"}


class DynamoReadStore:
    """The ReadStore of the stack."""

    def __init__(
        self, client: DynamoDBClient, *, metering_table: str, audit_table: str, workers: int = 4
    ) -> None:
        self._client = client
        self._table = metering_table
        self._audit_table = audit_table
        self._workers = workers

    def reads_of(
        self, register_ids: Iterable[RegisterId], *, since: date, until: date
    ) -> Mapping[RegisterId, tuple[MeterRead, ...]]:
        """As ReadStore.reads_of: one item a year and register, 100 a call, consistent."""
        wanted = list(dict.fromkeys(register_ids))
        years = range(since.year, (until - timedelta(days=1)).year + 1)
        found: dict[RegisterId, list[MeterRead]] = {register_id: [] for register_id in wanted}
        for item in self._items([(register_id, year) for register_id in wanted for year in years]):
            found[register_of(item)] += [read for read in reads_in(item) if since <= read.read_on < until]
        return {
            register_id: tuple(sorted(reads, key=lambda read: read.taken_at))
            for register_id, reads in found.items()
        }

    def record(self, reads: Sequence[MeterRead], *, entry: AuditEntry) -> tuple[ReadOutcome, ...]:
        """As ReadStore.record: looks first, then writes what is new, each read on condition that it still is.

        Up to 99 register-years and the audit entry are one transaction (two write units an item up to 1 KB).
        Raises StorageBusy.
        """
        positions: dict[_Place, list[int]] = defaultdict(list)
        for position, read in enumerate(reads):
            positions[read.register_id, year_of(read)].append(position)
        outcomes: dict[int, ReadOutcome] = {}

        def record_places(places: list[_Place]) -> None:
            outcomes.update(self._record_places({p: positions[p] for p in places}, reads, entry))

        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(record_places, chunks(positions, _ITEMS_PER_TRANSACTION)))
        return tuple(outcomes[position] for position in range(len(reads)))

    def _record_places(
        self, places: Mapping[_Place, list[int]], reads: Sequence[MeterRead], entry: AuditEntry
    ) -> dict[int, ReadOutcome]:
        """Decide and store one transaction's worth of items, from the start again if another was faster.

        Items with more new reads than one update takes are finished in further rounds.
        """
        settled: dict[int, ReadOutcome] = {}
        attempt = 0
        while attempt < _ATTEMPTS:
            outcomes = self._decide(places, reads, settled)
            fresh = {
                place: [
                    p for p in positions if outcomes[p].status is ReadStatus.RECORDED and p not in settled
                ]
                for place, positions in places.items()
            }
            now = {place: todo[:_READS_PER_UPDATE] for place, todo in fresh.items() if todo}
            if not now:
                return outcomes
            if self._stored({place: [reads[p] for p in todo] for place, todo in now.items()}, entry):
                settled.update({p: outcomes[p] for todo in now.values() for p in todo})
                attempt = 0
            else:
                pause_before(attempt)
                attempt += 1
        raise StorageBusy(f"reads met other writers {_ATTEMPTS} times in a row: repeat the import")

    def _decide(
        self,
        places: Mapping[_Place, list[int]],
        reads: Sequence[MeterRead],
        settled: Mapping[int, ReadOutcome],
    ) -> dict[int, ReadOutcome]:
        held: dict[tuple[RegisterId, datetime], MeterRead] = {
            (read.register_id, read.taken_at): read for item in self._items(places) for read in reads_in(item)
        }
        outcomes = dict(settled)
        for positions in places.values():
            for position in positions:
                if position in settled:
                    continue
                read = reads[position]
                outcome = outcome_of(read=read, stored=held.get((read.register_id, read.taken_at)))
                outcomes[position] = outcome
                if outcome.status is ReadStatus.RECORDED:
                    held[read.register_id, read.taken_at] = read
        return outcomes

    def _stored(self, new: Mapping[_Place, list[MeterRead]], entry: AuditEntry) -> bool:
        """Write `new` and the audit entry, all or nothing; False where another writer came between."""
        updates = [self._update(place, reads) for place, reads in new.items()]
        told = entry_of_reads(entry=entry, reads=[read for reads in new.values() for read in reads])
        items: Any = [*updates, audit_put(told, table=self._audit_table)]
        try:
            self._client.transact_write_items(TransactItems=items)
        except ClientError as error:
            if set(cancellation_codes(error)) & _TRY_AGAIN:
                return False
            raise
        return True

    def _update(self, place: _Place, reads: Sequence[MeterRead]) -> dict[str, Any]:
        pk, sk = item_key(*place)
        numbers = range(len(reads))
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
                "UpdateExpression": "SET " + ",".join(f"#{n}=:{n}" for n in numbers),
                "ConditionExpression": " AND ".join(f"attribute_not_exists(#{n})" for n in numbers),
                "ExpressionAttributeNames": {f"#{n}": instant_name(reads[n].taken_at) for n in numbers},
                "ExpressionAttributeValues": {f":{n}": {"S": read_text(reads[n])} for n in numbers},
            }
        }

    def _items(self, places: Iterable[_Place]) -> Iterator[Item]:
        return batch_get(self._client, self._table, (item_key(*place) for place in places))
