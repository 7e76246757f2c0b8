"""The base of stored records, and the attribute that holds a domain value as JSON text.

Records are pynamodb models: they say what is stored under which attribute. Calls go through the process's one
client (chalicelib/storage/dynamo.py), for transactions, batches and patience; it names the table, too.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import STRING
from pynamodb.models import Model

from chalicelib.storage.codec import Codec, codec

T = TypeVar("T")


class Record(Model):
    """What every item has: a partition key and a sort key, both text."""

    class Meta:
        table_name = "given-with-each-call"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    def put(self, table: str, **condition: Any) -> dict[str, Any]:
        """The `Put` of a transaction that stores this record."""
        return {"Put": {"TableName": table, "Item": self.serialize(), **condition}}

    def remove(self, table: str) -> dict[str, Any]:
        """The `Delete` of a transaction that takes this record's key away."""
        return {"Delete": {"TableName": table, "Key": {"pk": {"S": self.pk}, "sk": {"S": self.sk}}}}


class DetailAttribute(Attribute[T]):
    """A domain value as one JSON text, read in one step (a map would be read attribute by attribute)."""

    attr_type = STRING

    def __init__(self, kind: type[T], **options: Any) -> None:
        super().__init__(**options)
        self._codec: Codec[T] = codec(kind)

    def serialize(self, value: T) -> str:
        """The value as text."""
        return self._codec.dump(value)

    def deserialize(self, value: str) -> T:
        """The value of a text."""
        return self._codec.load(value)
