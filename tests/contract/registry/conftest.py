"""Every registry store: the fake, and DynamoDB."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.registry import MemoryRegistryStore
from tests.contract.registry.kept import Kept

_serial = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        audit = MemoryAuditStore()
        return Kept(MemoryRegistryStore(audit), audit)
    from chalicelib.bootstrap import aws_client
    from chalicelib.storage.audit import DynamoAuditStore
    from chalicelib.storage.registry import DynamoRegistryStore

    names = request.getfixturevalue("local_cloud").settings
    client = aws_client("dynamodb")
    return Kept(
        DynamoRegistryStore(client, table=names.registry_table, audit_table=names.audit_table),
        DynamoAuditStore(client, table=names.audit_table),
    )


@pytest.fixture
def fresh() -> str:
    """A name no other test uses: the store outlives the test."""
    return f"T{next(_serial)}"
