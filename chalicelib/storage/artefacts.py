"""Artefacts in S3, one object per key, in the artefacts bucket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.usecases.ports.artefacts import artefact_missing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Artefacts:
    """ArtefactStore on one bucket."""

    def __init__(self, client: S3Client, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes) -> None:
        """See ArtefactStore."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def put_new(self, key: str, body: bytes) -> bool:
        """See ArtefactStore."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"].get("Code") in {"PreconditionFailed", "412"}:
                return False
            raise
        return True

    def get(self, key: str) -> bytes:
        """See ArtefactStore."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"].get("Code") in {"NoSuchKey", "404"}:
                raise artefact_missing(key) from error
            raise

    def keys(self, prefix: str) -> Iterator[str]:
        """See ArtefactStore."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            yield from (found["Key"] for found in page.get("Contents", ()))
