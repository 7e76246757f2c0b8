"""How a batch becomes items of the registry, each written only over what its author has read.

The detail of an item is its version: it is compared to the letter by the database, in the transaction. Where
that fails the values are compared, so that a repeat passes, and what an earlier release wrote otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.customers.sealed_person import SealedPerson
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.storage.dynamo import Item
from chalicelib.storage.records import Record
from chalicelib.storage.registry_records import guard, records_of, refused, token_mark, with_detail
from chalicelib.usecases.ports.registered import Part, as_kept
from chalicelib.usecases.ports.registry import Change, RegistryBatch, changed_meanwhile

Key = tuple[str, str]


class NotAsRead(Refusal):
    """Inside the store: an item's detail is not the text that it was read as."""


@dataclass(frozen=True, slots=True)
class ItemPut:
    """An item of `part` to be stored as `record`, in place of what was read (None: nothing was there)."""

    part: Part
    record: Record
    read: Record | None

    @property
    def key(self) -> Key:
        """Where it lies."""
        return self.record.pk, self.record.sk

    @property
    def is_versioned(self) -> bool:
        """Whether what was read is compared; marks say something by being there, others have a guard."""
        return hasattr(self.record, "detail") and not guard(self.record)

    def action(self, table: str, *, standing: Mapping[Key, str | None]) -> dict[str, Any]:
        """The Put of a transaction. `standing` are details that are known to be as good as those read."""
        if not self.is_versioned:
            return self.record.put(table, **guard(self.record))
        read = self.read.serialize()["detail"]["S"] if self.read else None
        return self.record.put(table, **with_detail(standing.get(self.key, read)))

    def refusal(self) -> Refusal | None:
        """What is raised when its condition does not hold."""
        return NotAsRead("not as read") if self.is_versioned else refused(self.key)


def puts_of(batch: RegistryBatch) -> list[ItemPut]:
    """Every item that a batch writes, each once."""
    puts: dict[Key, ItemPut] = {}
    for before, after in batch.parts():
        read = {(record.pk, record.sk): record for record in records_of(before)} if before else {}
        for record in records_of(after):
            key = record.pk, record.sk
            puts[key] = ItemPut(after, record, read.get(key))
    return list(puts.values())


def removals_of(changes: Iterable[Change]) -> Iterator[Record]:
    """The marks under which a person is found no longer."""
    for before, after in changes:
        if isinstance(before, SealedPerson) and isinstance(after, SealedPerson):
            for token in sorted({*before.tokens} - {*after.tokens}):
                yield token_mark(token, before.person_id)


def standing_details(puts: Sequence[ItemPut], items: Iterable[Item]) -> dict[Key, str | None]:
    """The details stored, by key, if each item is what was read, or what is to be written, already.

    Raises ChangedMeanwhile.
    """
    stored = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    for put in puts:
        item = stored.get(put.key)
        found = type(put.record).from_raw_data(item) if item else None
        if _kept(found) not in (_kept(put.read), _kept(put.record)):
            raise changed_meanwhile(put.part)
    return {put.key: stored[put.key]["detail"]["S"] if put.key in stored else None for put in puts}


def _kept(record: Any) -> object:
    return None if record is None else as_kept(record.detail)
