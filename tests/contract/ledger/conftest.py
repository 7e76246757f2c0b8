"""Every ledger store: the fake, and DynamoDB."""

from __future__ import annotations

import pytest

from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.storage.memory.ledger import MemoryLedgerStore
from tests.contract.ledger.place import Place
from tests.ledger_builders import fresh_shard, in_shard


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def place(request: pytest.FixtureRequest) -> Place:
    shard = fresh_shard()
    if request.param == "memory":
        held: set[CycleCode] = set()
        claims: dict[CycleCode, int] = {}
        fake = MemoryLedgerStore(is_frozen=held.__contains__, claims=lambda cycle: claims.get(cycle, 0))
        return Place(
            store=fake,
            shard=shard,
            account=in_shard(shard),
            hold_cycle=held.add,
            count_claims=claims.__setitem__,
            audited=lambda account: [one for one in fake.audit if one.entity_id == account],
        )
    from chalicelib.bootstrap import aws_client
    from chalicelib.storage.audit import DynamoAuditStore
    from chalicelib.storage.ledger import DynamoLedgerStore
    from chalicelib.storage.operations_keys import claims_key, freeze_key

    names = request.getfixturevalue("local_cloud").settings
    client = aws_client("dynamodb")

    def hold(cycle: CycleCode) -> None:
        pk, sk = freeze_key(cycle)
        client.put_item(TableName=names.operations_table, Item={"pk": {"S": pk}, "sk": {"S": sk}})

    def count_claims(cycle: CycleCode, number: int) -> None:
        pk, sk = claims_key(cycle)
        item = {"pk": {"S": pk}, "sk": {"S": sk}, "claims": {"N": str(number)}}
        client.put_item(TableName=names.operations_table, Item=item)

    return Place(
        store=DynamoLedgerStore(
            client,
            table=names.ledger_table,
            audit_table=names.audit_table,
            operations_table=names.operations_table,
        ),
        shard=shard,
        account=in_shard(shard),
        hold_cycle=hold,
        count_claims=count_claims,
        audited=lambda account: DynamoAuditStore(client, table=names.audit_table).entries(
            entity="account", entity_id=account
        ),
    )
