"""Parts and files of print batches in the document store, under `print/{batch}/` (docs/data-model.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from chalicelib.domain.documents.print_batch import BatchId, FinishedFile, Part, PartReport
from chalicelib.storage.codec import codec
from chalicelib.usecases.ports.documents import DocumentStore
from chalicelib.usecases.ports.printing import Bodies, Kept, PartAltered

_PART = codec(Part)
_HASH_IN_KEY = 16  # hex digits; enough to keep two writers of one shard apart
_PIECE_BYTES = 1 << 20


class StoredPrintFiles:
    """PrintFiles over a DocumentStore."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def put_part(self, part: Part, bodies: Iterable[bytes]) -> Kept:
        """See PrintFiles."""
        together = b"".join(bodies)
        stem = f"print/{part.batch_id}/parts/{part.shard}"
        key = _key(stem, hashlib.sha256(together).hexdigest(), "bodies")
        self._put_once(key, together, "application/octet-stream")
        return self._put_json(stem, _PART.dump(replace(part, bodies=key)).encode())

    def part(self, report: PartReport) -> Part:
        """See PrintFiles."""
        body = self._store.get(report.key)
        if hashlib.sha256(body).hexdigest() != report.sha256:
            raise _altered(report.key)
        return _PART.load(body.decode())

    @contextmanager
    def bodies(self, parts: Iterable[Part], folder: Path) -> Iterator[Bodies]:
        """See PrintFiles."""
        places: dict[str, tuple[int, int]] = {}
        with (folder / "bodies").open("w+b") as laid_down:
            for part in parts:
                at = laid_down.tell()
                for document in part.printed:
                    places[document.sha256] = at, document.size_bytes
                    at += document.size_bytes
                for piece in self._store.stream(part.bodies):
                    laid_down.write(piece)
                if laid_down.tell() != at:
                    raise _altered(part.bodies)

            def body(sha256: str) -> bytes:
                at, size = places[sha256]
                laid_down.seek(at)
                found = laid_down.read(size)
                if hashlib.sha256(found).hexdigest() != sha256:
                    raise PartAltered(
                        f"the printed form {sha256} is not what was printed: restore it from its versions",
                        sha256=sha256,
                    )
                return found

            yield body

    def put_manifest(self, batch_id: BatchId, body: bytes) -> Kept:
        """See PrintFiles."""
        return self._put_json(f"print/{batch_id}/manifest", body)

    def put_batch(self, batch_id: BatchId, file: Path) -> Kept:
        """See PrintFiles."""
        digest = hashlib.sha256()
        with file.open("rb") as opened:
            while piece := opened.read(_PIECE_BYTES):
                digest.update(piece)
        kept = Kept(
            _key(f"print/{batch_id}/batch", digest.hexdigest(), "zip"),
            digest.hexdigest(),
            file.stat().st_size,
        )
        if not self._store.has(kept.key):
            self._store.put_file(kept.key, file, content_type="application/zip")
        return kept

    def fetch(self, finished: FinishedFile, to: Path) -> None:
        """See PrintFiles. The file appears under its name when it is whole."""
        digest, partial = hashlib.sha256(), to.with_name(f"{to.name}.partial")
        with partial.open("wb") as opened:
            for piece in self._store.stream(finished.key):
                opened.write(piece)
                digest.update(piece)
        if digest.hexdigest() != finished.sha256:
            partial.unlink()
            raise _altered(finished.key)
        partial.replace(to)

    def _put_json(self, stem: str, body: bytes) -> Kept:
        sha256 = hashlib.sha256(body).hexdigest()
        kept = Kept(_key(stem, sha256, "json"), sha256, len(body))
        self._put_once(kept.key, body, "application/json")
        return kept

    def _put_once(self, key: str, body: bytes, content_type: str) -> None:
        """What is there under this key has this content: writing it again would only add a version."""
        if not self._store.has(key):
            self._store.put(key, body, content_type=content_type)


def _key(stem: str, sha256: str, ending: str) -> str:
    return f"{stem}.{sha256[:_HASH_IN_KEY]}.{ending}"


def _altered(key: str) -> PartAltered:
    return PartAltered(
        f"{key} is not what was recorded when it was made: restore it from its version history", key=key
    )
