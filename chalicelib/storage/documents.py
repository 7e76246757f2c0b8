"""Documents in S3, one object per key, in the documents bucket (which is versioned)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.storage.dynamo import StorageBusy, pause_before
from chalicelib.usecases.ports.documents import document_missing, require_prefix

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = {"NoSuchKey", "NotFound", "404"}
_PIECE_BYTES = 1 << 20
_ATTEMPTS = 10
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._ -]+")


class S3Documents:
    """DocumentStore on one bucket."""

    def __init__(self, client: S3Client, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def has(self, key: str) -> bool:
        """See DocumentStore."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["Error"].get("Code") in _MISSING:
                return False
            raise
        return True

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """See DocumentStore."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=content_type)

    def put_new(self, key: str, body: bytes, *, content_type: str) -> bool:
        """See DocumentStore. Of two writers at once S3 tells one to come again: by then it knows."""
        for attempt in range(_ATTEMPTS):
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=key, Body=body, ContentType=content_type, IfNoneMatch="*"
                )
            except ClientError as error:
                code = error.response["Error"].get("Code")
                if code in {"PreconditionFailed", "412"}:
                    return False
                if code != "ConditionalRequestConflict":
                    raise
                pause_before(attempt)
            else:
                return True
        raise StorageBusy(f"{key} was written by others {_ATTEMPTS} times in a row", key=key)

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """See DocumentStore. Large files go up in parts, and the object appears when all have arrived."""
        self._client.upload_file(str(path), self._bucket, key, ExtraArgs={"ContentType": content_type})

    def get(self, key: str) -> bytes:
        """See DocumentStore."""
        body: bytes = self._opened(key).read()
        return body

    def stream(self, key: str) -> Iterator[bytes]:
        """See DocumentStore."""
        pieces: Iterator[bytes] = self._opened(key).iter_chunks(_PIECE_BYTES)
        return pieces

    def keys(self, prefix: str) -> Iterator[str]:
        """See DocumentStore."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            yield from (found["Key"] for found in page.get("Contents", ()))

    def forget(self, prefix: str) -> int:
        """See DocumentStore. Delete markers go, too."""
        require_prefix(prefix)
        forgotten: set[str] = set()
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            versions: list[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            forgotten.update(version["Key"] for version in page.get("Versions", ()))
            if versions:
                self._delete(versions)
        return len(forgotten)

    def address(self, key: str, *, seconds: int, file_name: str) -> str:
        """See DocumentStore."""
        shown = _NOT_IN_FILE_NAMES.sub("-", file_name)
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{shown}"',
            },
            ExpiresIn=seconds,
        )

    def _opened(self, key: str) -> Any:
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"].get("Code") in _MISSING:
                raise document_missing(key) from error
            raise

    def _delete(self, versions: list[Any]) -> None:
        """Delete up to 1,000 versions. Raises RuntimeError naming the first that would not go."""
        named: Any = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
        answer = self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": named, "Quiet": True})
        for error in answer.get("Errors", ()):
            raise RuntimeError(f"{error.get('Key')} was not deleted: {error.get('Code')}")
