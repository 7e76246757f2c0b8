"""What every DocumentStore promises, held against the fake and against S3."""

from __future__ import annotations

import hashlib
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.storage.memory.documents import MemoryDocuments
from chalicelib.usecases.ports.documents import DocumentMissing, DocumentStore

PDF = "application/pdf"
_numbers = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest) -> DocumentStore:
    if request.param == "memory":
        return MemoryDocuments()
    request.getfixturevalue("local_cloud")
    from chalicelib import bootstrap

    return bootstrap.document_store()


@pytest.fixture
def prefix() -> str:
    return f"test-{next(_numbers)}/"


def test_what_was_put_is_there(store: DocumentStore, prefix: str) -> None:
    assert not store.has(f"{prefix}a")
    store.put(f"{prefix}a", b"%PDF", content_type=PDF)
    assert store.has(f"{prefix}a")
    assert store.get(f"{prefix}a") == b"%PDF"
    assert b"".join(store.stream(f"{prefix}a")) == b"%PDF"


def test_what_is_not_there_is_named(store: DocumentStore, prefix: str) -> None:
    with pytest.raises(DocumentMissing, match=f"{prefix}a"):
        store.get(f"{prefix}a")
    with pytest.raises(DocumentMissing, match=f"{prefix}a"):
        store.stream(f"{prefix}a")


def test_a_repeat_is_allowed(store: DocumentStore, prefix: str) -> None:
    store.put(f"{prefix}a", b"same", content_type=PDF)
    store.put(f"{prefix}a", b"same", content_type=PDF)
    assert store.get(f"{prefix}a") == b"same"


def test_a_new_key_is_put_once(store: DocumentStore, prefix: str) -> None:
    assert store.put_new(f"{prefix}a", b"first", content_type=PDF)
    assert not store.put_new(f"{prefix}a", b"second", content_type=PDF)
    assert store.get(f"{prefix}a") == b"first"


def test_of_many_who_put_a_new_key_at_once_one_does(store: DocumentStore, prefix: str) -> None:
    bodies = [f"writer {number}".encode() for number in range(8)]
    with ThreadPoolExecutor(len(bodies)) as pool:
        told = list(pool.map(lambda body: store.put_new(f"{prefix}a", body, content_type=PDF), bodies))
    assert sum(told) == 1
    assert store.get(f"{prefix}a") == bodies[told.index(True)]


def test_a_large_file_comes_back_piece_by_piece(store: DocumentStore, prefix: str, tmp_path: Path) -> None:
    piece = bytes(range(256)) * 4096
    with (tmp_path / "large").open("wb") as file:
        for _ in range(20):  # 20 MB: more than goes up in one request
            file.write(piece)
    store.put_file(f"{prefix}large", tmp_path / "large", content_type="application/zip")
    found = hashlib.sha256()
    for got in store.stream(f"{prefix}large"):
        found.update(got)
    assert found.hexdigest() == hashlib.sha256(piece * 20).hexdigest()


def test_keys_are_listed_by_prefix_in_order(store: DocumentStore, prefix: str) -> None:
    for name in ("b/2", "a", "b/1", "c"):
        store.put(f"{prefix}{name}", b"x", content_type=PDF)
    assert list(store.keys(f"{prefix}b/")) == [f"{prefix}b/1", f"{prefix}b/2"]
    assert list(store.keys(f"{prefix}nothing")) == []


def test_what_is_forgotten_is_gone_and_its_neighbors_stay(store: DocumentStore, prefix: str) -> None:
    for name in ("old/1", "old/2", "older"):
        store.put(f"{prefix}{name}", b"1", content_type=PDF)
        store.put(f"{prefix}{name}", b"2", content_type=PDF)
    assert store.forget(f"{prefix}old/") == 2
    assert list(store.keys(prefix)) == [f"{prefix}older"]
    assert store.forget(f"{prefix}old/") == 0
    with pytest.raises(DocumentMissing):
        store.get(f"{prefix}old/1")


def test_nobody_forgets_everything_by_mistake(store: DocumentStore, prefix: str) -> None:
    store.put(f"{prefix}a", b"x", content_type=PDF)
    with pytest.raises(ValueError, match="empty prefix"):
        store.forget("")
    assert store.has(f"{prefix}a")


def test_an_address_gives_the_document_to_anybody(store: DocumentStore, prefix: str) -> None:
    store.put(f"{prefix}a", b"%PDF", content_type=PDF)
    address = store.address(f"{prefix}a", seconds=60, file_name='bill "7".pdf')
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"%PDF"
        assert answer.headers["Content-Type"] == PDF


@pytest.mark.emulator
def test_forgetting_takes_every_version(local_cloud: object, prefix: str) -> None:
    from chalicelib import bootstrap

    store = bootstrap.document_store()
    for body in (b"1", b"2", b"3"):
        store.put(f"{prefix}a", body, content_type=PDF)
    named = {"Bucket": bootstrap.settings().documents_bucket, "Prefix": prefix}
    client = bootstrap.aws_client("s3")
    assert len(client.list_object_versions(**named)["Versions"]) == 3  # type: ignore[arg-type]
    assert store.forget(prefix) == 1
    left = client.list_object_versions(**named)  # type: ignore[arg-type]
    assert (left.get("Versions", []), left.get("DeleteMarkers", [])) == ([], [])


@pytest.mark.emulator
def test_an_address_is_signed_with_a_name_and_an_end(local_cloud: object, prefix: str) -> None:
    from chalicelib import bootstrap

    address = bootstrap.document_store().address(f"{prefix}a", seconds=60, file_name='bill "7".pdf')
    query = parse_qs(urlsplit(address).query)
    # objects under a KMS key are only given out against signatures of version 4
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["60"]
    assert query["response-content-disposition"] == ['attachment; filename="bill -7-.pdf"']
