"""The one wrapped key-encryption key, beside the persons whose keys it wraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.storage.dynamo import get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK, _SK = "KEYRING", "KEY"


class DynamoKeyVault:
    """A KeyVault (chalicelib/identity/key_ring.py) in the registry table: pk `KEYRING`, sk `KEY`."""

    def __init__(self, client: DynamoDBClient, *, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> bytes | None:
        """The wrapped key, or None before the first one was made."""
        item = get(self._client, self._table, pk=_PK, sk=_SK)
        return bytes(item["wrapped"]["B"]) if item else None

    def offer(self, wrapped: bytes) -> bytes:
        """Store the first wrapped key; returns the one that is stored, which may be another process's."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={"pk": {"S": _PK}, "sk": {"S": _SK}, "wrapped": {"B": wrapped}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                raise
        stored = self.read()
        return stored if stored is not None else wrapped
