"""Lives of tariff versions in the operations table (docs/data-model.md, "Operations")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.lifecycle import TariffLife
from chalicelib.storage.audit import audit_put
from chalicelib.storage.codec import codec
from chalicelib.storage.dynamo import get, query, transact
from chalicelib.storage.records import DetailAttribute, Record
from chalicelib.usecases.ports.tariff_lives import (
    PublishingAct,
    published_meanwhile,
    require_fits,
    tariff_changed_meanwhile,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LIFE = codec(TariffLife)
_ALL = "TARIFFS"
_PUBLISHINGS = "TARIFFS#PUBLISHED"


class TariffLifeRecord(Record):
    """A version: pk `TARIFFS`, sk `{code}#{version}`. `acts` is what a change is conditional on."""

    acts = NumberAttribute()
    detail = DetailAttribute(TariffLife)


class PublishingsRecord(Record):
    """pk `TARIFFS#PUBLISHED`, sk `COUNT`: how many times versions were published."""

    publishings = NumberAttribute()


class _ActedMeanwhile(Refusal):
    """Inside this module: another number of acts is stored."""


class DynamoTariffLives:
    """TariffLives on the operations table."""

    def __init__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> None:
        self._client = client
        self._table = table
        self._audit_table = audit_table

    def save(self, life: TariffLife, *, audit: AuditEntry) -> None:
        """See TariffLives."""
        try:
            transact(
                self._client,
                self._puts(PublishingAct(life, audit)),
                refusal=lambda index: _ActedMeanwhile("acted on") if index == 0 else None,
            )
        except _ActedMeanwhile:
            if self.find(life.code, life.version) != life:
                raise tariff_changed_meanwhile(life) from None

    def publish(self, acts: Sequence[PublishingAct], *, after: int) -> None:
        """See TariffLives."""
        require_fits(acts)
        count = PublishingsRecord(_PUBLISHINGS, "COUNT", publishings=after + 1)
        writes = [put for act in acts for put in self._puts(act)]
        try:
            transact(
                self._client,
                [count.put(self._table, **_if_count_is(after)), *writes],
                refusal=lambda index: _ActedMeanwhile("acted on") if index % 2 == 1 or index == 0 else None,
            )
        except _ActedMeanwhile:
            if any(self.find(life.code, life.version) != life for life, _ in acts):
                raise published_meanwhile([act.life for act in acts]) from None

    def publishings(self) -> int:
        """See TariffLives."""
        item = get(self._client, self._table, pk=_PUBLISHINGS, sk="COUNT")
        return 0 if item is None else int(item["publishings"]["N"])

    def _puts(self, act: PublishingAct) -> list[dict[str, Any]]:
        life = act.life
        key = _sort_key(life.code, life.version)
        record = TariffLifeRecord(_ALL, key, acts=len(life.history), detail=life)
        return [record.put(self._table, **_after(life)), audit_put(act.audit, table=self._audit_table)]

    def find(self, code: str, version: int) -> TariffLife | None:
        """See TariffLives."""
        item = get(self._client, self._table, pk=_ALL, sk=_sort_key(code, version))
        return None if item is None else _LIFE.load(item["detail"]["S"])

    def lives(self) -> Sequence[TariffLife]:
        """See TariffLives."""
        items = query(self._client, self._table, pk=_ALL)
        found = (_LIFE.load(item["detail"]["S"]) for item in items)
        return sorted(found, key=lambda life: (life.code, life.version))


def _after(life: TariffLife) -> dict[str, Any]:
    """The condition that exactly the acts before the last one are stored."""
    before = len(life.history) - 1
    if before == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "acts = :before",
        "ExpressionAttributeValues": {":before": {"N": str(before)}},
    }


def _if_count_is(count: int) -> dict[str, Any]:
    if count == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "publishings = :count",
        "ExpressionAttributeValues": {":count": {"N": str(count)}},
    }


def _sort_key(code: str, version: int) -> str:
    return f"{code}#{version:06d}"
