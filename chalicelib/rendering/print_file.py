"""The print vendor's file: a zip of the manifest and the documents (docs/printing.md), and its JSON Schema.

The same manifest and documents give the same bytes: entries have one fixed date and owner. What is deflated
also depends on the zlib at hand; whose file is the batch's is decided once, when the batch is finished.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import TypeAdapter

from chalicelib.domain.documents.print_batch import PrintForm, control_totals
from chalicelib.domain.documents.print_manifest import FORMAT, JSON_ENTRY, ManifestDocument, PrintManifest
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.usecases.ports.printing import Bodies

MANIFEST_ENTRY = "manifest.json"

# What zipfile and the JSON reader raise at bytes that are not theirs, or no longer.
_UNREADABLE = (BadZipFile, EOFError, KeyError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
_SHOWN = 3  # problems named in a refusal
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


class PrintFileWrong(Refusal):
    """A file is not what its own manifest says. `data["problems"]` lists what is wrong."""


def check_print_file(path: Path) -> PrintManifest:
    """Read a whole file and hold it against its manifest, as the vendor should. Raises PrintFileWrong."""
    try:
        with ZipFile(path) as file:
            manifest = load_manifest(file.read(MANIFEST_ENTRY))
            problems = list(_problems(file, manifest))
    except _UNREADABLE as error:
        raise _wrong(path, [f"it cannot be read as a print batch: {type(error).__name__}"]) from error
    if problems:
        raise _wrong(path, problems)
    return manifest


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


def _problems(file: ZipFile, manifest: PrintManifest) -> Iterator[str]:
    if manifest.format != FORMAT:
        yield f"the format is {manifest.format}, not {FORMAT}"
    documents = [document for envelope in manifest.envelopes for document in envelope.documents]
    if control_totals(manifest.envelopes, manifest.left_out) != manifest.totals:
        yield "documents and bills left out do not add up to the control totals"
    if [envelope.sequence for envelope in manifest.envelopes] != list(range(1, len(manifest.envelopes) + 1)):
        yield "envelopes are not numbered in order"
    if len({document.bill_number for document in documents}) != len(documents):
        yield "a bill is in the file twice"
    named = {MANIFEST_ENTRY, *(document.entry for document in documents)}
    if manifest.form is PrintForm.JSON:
        named.add(JSON_ENTRY)
    for entry in sorted(named.symmetric_difference(file.namelist())):
        yield f"{entry} is {'missing' if entry in named else 'not in the manifest'}"
    bodies = _lines(file) if manifest.form is PrintForm.JSON else _entries(file, documents)
    for document, body in zip_longest(documents, bodies):
        if document is None:
            yield "there are more documents than the manifest names"
        elif body is None or (len(body), sha256(body).hexdigest()) != (document.size_bytes, document.sha256):
            yield f"bill {document.bill_number} is not what the manifest says"


def _lines(file: ZipFile) -> Iterator[bytes]:
    with file.open(JSON_ENTRY) as lines:
        for line in lines:
            yield line.removesuffix(b"\n")


def _entries(file: ZipFile, documents: list[ManifestDocument]) -> Iterator[bytes | None]:
    there = set(file.namelist())
    for document in documents:
        yield file.read(document.entry) if document.entry in there else None


def _wrong(path: Path, problems: list[str]) -> PrintFileWrong:
    more = f", and {len(problems) - _SHOWN} more problems" if len(problems) > _SHOWN else ""
    shown = "; ".join(problems[:_SHOWN])
    return PrintFileWrong(
        f"{path} is not a sound print batch: {shown}{more}. Fetch it again: `headgate print fetch BATCH`",
        file=str(path),
        problems=problems,
    )
