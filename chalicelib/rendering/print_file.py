"""The print vendor's file: a zip of the manifest and the documents (docs/printing.md), and its JSON Schema.

The same manifest and documents give the same bytes: entries have one fixed date and owner. What is deflated
also depends on the zlib at hand; whose file is the batch's is decided once, when the batch is finished.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pydantic import TypeAdapter

from chalicelib.domain.documents.print_batch import PrintForm
from chalicelib.domain.documents.print_manifest import FORMAT, JSON_ENTRY, ManifestDocument, PrintManifest
from chalicelib.usecases.ports.printing import Bodies

MANIFEST_ENTRY = "manifest.json"

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_UNIX = 3
_READABLE = 0o100644 << 16


@cache
def _adapter() -> TypeAdapter[PrintManifest]:
    return TypeAdapter(PrintManifest)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of manifests."""
    schema = _adapter().json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FORMAT,
        **schema,
        "title": "Headgate print batch manifest",
    }


def load_manifest(body: bytes) -> PrintManifest:
    """The manifest that a file holds. Raises pydantic.ValidationError."""
    return _adapter().validate_json(body)


class ZipBindery:
    """Bindery of zip files."""

    def manifest(self, manifest: PrintManifest) -> bytes:
        """See Bindery. UTF-8 JSON, indented: people look at it, too."""
        plain = _adapter().dump_python(manifest, mode="json")
        return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()

    def bind(self, manifest: PrintManifest, bodies: Bodies, to: Path) -> None:
        """See Bindery. The manifest comes first, then the documents in the order of printing."""
        documents = [document for envelope in manifest.envelopes for document in envelope.documents]
        with ZipFile(to, "w") as file:
            file.writestr(_entry(MANIFEST_ENTRY, ZIP_DEFLATED), self.manifest(manifest))
            if manifest.form is PrintForm.JSON:
                _bind_lines(file, documents, bodies)
            else:
                for document in documents:
                    file.writestr(_entry(document.entry, ZIP_STORED), bodies(document.sha256))


def _bind_lines(file: ZipFile, documents: list[ManifestDocument], bodies: Bodies) -> None:
    entry = _entry(JSON_ENTRY, ZIP_DEFLATED)
    entry.file_size = sum(document.size_bytes + 1 for document in documents)  # so that zip64 is known of
    with file.open(entry, "w") as lines:
        for document in documents:
            lines.write(bodies(document.sha256) + b"\n")


def _entry(name: str, compression: int) -> ZipInfo:
    entry = ZipInfo(name, _FIXED_DATE)
    entry.compress_type = compression
    entry.create_system = _UNIX
    entry.external_attr = _READABLE
    return entry
