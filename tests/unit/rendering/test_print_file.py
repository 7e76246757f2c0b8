"""The print vendor's file: the same bytes each time, and a manifest that its published schema describes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import jsonschema
import pytest

from chalicelib.domain.documents.envelopes import plan_envelopes
from chalicelib.domain.documents.print_batch import (
    LeftOut,
    PrintBatch,
    PrintForm,
    Reason,
    batch_id_of,
)
from chalicelib.domain.documents.print_manifest import PrintManifest, manifest_of
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.rendering.print_file import (
    PrintFileWrong,
    ZipBindery,
    check_print_file,
    json_schema,
    load_manifest,
)
from tests.printed_bills import BILL_DATE, a_printed

ROOT = Path(__file__).parents[3]
BODIES = {hashlib.sha256(body).hexdigest(): body for body in (b"{1}", b"{22}", b"{333}")}


def a_manifest(form: PrintForm) -> PrintManifest:
    run_id = RunId("C01-2026-10-abc")
    pages = None if form is PrintForm.JSON else 2
    documents = [
        a_printed(number, sha256=sha256, size_bytes=len(body), pages=pages)
        for number, (sha256, body) in enumerate(BODIES.items(), start=1)
    ]
    kept_back = LeftOut(
        account_number="9",
        bill_number="9/2610",
        currency="USD",
        new_charges_minor=-5,
        amount_due_minor=0,
        reason=Reason.PAPERLESS,
    )
    batch = PrintBatch(
        batch_id=batch_id_of(run_id, form),
        run_id=run_id,
        form=form,
        cycle=CycleCode("C01"),
        period=Month(2026, 10),
        most_sheets=2,
        opened_at=datetime(2026, 10, 13, tzinfo=UTC),
        opened_by="test",
    )
    return manifest_of(
        batch,
        bill_date=BILL_DATE,
        utility="Riverbend",
        envelopes=plan_envelopes(documents, most_sheets=2),
        left_out=[kept_back],
    )


@pytest.mark.parametrize("form", PrintForm)
def test_the_same_manifest_and_documents_give_the_same_bytes(form: PrintForm, tmp_path: Path) -> None:
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    for file in (one, other):
        ZipBindery().bind(a_manifest(form), BODIES.__getitem__, file)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("form", PrintForm)
def test_the_manifest_in_the_file_is_read_back_as_it_was(form: PrintForm, tmp_path: Path) -> None:
    manifest, file = a_manifest(form), tmp_path / "batch.zip"
    ZipBindery().bind(manifest, BODIES.__getitem__, file)
    with ZipFile(file) as opened:
        assert load_manifest(opened.read("manifest.json")) == manifest
        assert ZipBindery().manifest(manifest) == opened.read("manifest.json")


def test_documents_as_json_end_in_a_line_feed_each(tmp_path: Path) -> None:
    file = tmp_path / "batch.zip"
    ZipBindery().bind(a_manifest(PrintForm.JSON), BODIES.__getitem__, file)
    with ZipFile(file) as opened:
        assert opened.read("documents.jsonl") == b"{1}\n{22}\n{333}\n"


@pytest.mark.parametrize("form", PrintForm)
def test_a_file_as_it_was_made_is_sound(form: PrintForm, tmp_path: Path) -> None:
    file = tmp_path / "batch.zip"
    ZipBindery().bind(a_manifest(form), BODIES.__getitem__, file)
    assert check_print_file(file) == a_manifest(form)


def altered(form: PrintForm, folder: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A file some of whose entries are not as they were."""
    file = folder / "batch.zip"
    ZipBindery().bind(a_manifest(form), BODIES.__getitem__, file)
    with ZipFile(file) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    change(entries)
    with ZipFile(file, "w") as again:
        for name, body in entries.items():
            again.writestr(name, body)
    return file


def in_manifest(old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(entries: dict[str, bytes]) -> None:
        assert old in entries["manifest.json"]
        entries["manifest.json"] = entries["manifest.json"].replace(old, new, 1)

    return change


FIRST_PDF = "pdf/000001-000001-2610.pdf"
BOTH = tuple(PrintForm)


@pytest.mark.parametrize(
    ("forms", "change", "problem"),
    [
        ((PrintForm.JSON,), lambda e: e.update({"documents.jsonl": b"{1}\n{22}\n"}), "bill 000003/2610"),
        ((PrintForm.JSON,), lambda e: e.update({"documents.jsonl": b"{1}\n{2}\n{333}\n"}), "bill 000002"),
        ((PrintForm.JSON,), lambda e: e["documents.jsonl"] and e.update(x=b""), "x is not in the manifest"),
        (
            (PrintForm.JSON,),
            lambda e: e.update({"documents.jsonl": e["documents.jsonl"] + b"{4}\n"}),
            "more documents",
        ),
        ((PrintForm.PDF,), lambda e: e.update({FIRST_PDF: b"{0}"}), "bill 000001/2610"),
        ((PrintForm.PDF,), lambda e: e.pop(FIRST_PDF) and None, f"{FIRST_PDF} is missing"),
        (BOTH, in_manifest(b'"printed": 3', b'"printed": 4'), "add up"),
        (BOTH, in_manifest(b'"amount_due_minor": 5000', b'"amount_due_minor": 5001'), "add up"),
        (BOTH, in_manifest(b'"sequence": 2', b'"sequence": 3'), "numbered"),
        (BOTH, in_manifest(b'"bill_number": "000002/2610"', b'"bill_number": "000001/2610"'), "twice"),
        (BOTH, in_manifest(b"print-batch@1", b"print-batch@2"), "print-batch@2"),
        (BOTH, in_manifest(b'"form"', b'"from"'), "cannot be read"),
        (BOTH, lambda e: e.pop("manifest.json") and None, "cannot be read"),
    ],
)
def test_a_file_that_is_not_what_its_manifest_says_is_named(
    forms: tuple[PrintForm, ...], change: Callable[[dict[str, bytes]], None], problem: str, tmp_path: Path
) -> None:
    for form in forms:
        with pytest.raises(PrintFileWrong) as refused:
            check_print_file(altered(form, tmp_path, change))
        assert any(problem in told for told in refused.value.data["problems"]), refused.value.message  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", PrintForm)
def test_a_byte_that_changed_on_its_way_is_found_wherever_it_matters(form: PrintForm, tmp_path: Path) -> None:
    file = tmp_path / "batch.zip"
    ZipBindery().bind(a_manifest(form), BODIES.__getitem__, file)
    sound, found = file.read_bytes(), 0
    for place in range(len(sound)):
        file.write_bytes(sound[:place] + bytes([sound[place] ^ 0x55]) + sound[place + 1 :])
        try:
            assert check_print_file(file) == a_manifest(form)  # a date or a mode of an entry, for instance
        except PrintFileWrong:
            found += 1
    assert found > len(sound) * 3 // 4


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "batch.zip").write_bytes(b"PK something else")
    with pytest.raises(PrintFileWrong, match="cannot be read"):
        check_print_file(tmp_path / "batch.zip")


def test_the_published_schema_is_the_one_of_the_code() -> None:
    committed = json.loads((ROOT / "docs" / "print-batch.schema.json").read_text())
    assert committed == json_schema(), "run: headgate print schema > docs/print-batch.schema.json"


@pytest.mark.parametrize("form", PrintForm)
def test_a_manifest_has_the_fields_the_schema_names_and_no_others(form: PrintForm) -> None:
    schema, plain = json_schema(), json.loads(ZipBindery().manifest(a_manifest(form)))
    jsonschema.validate(plain, schema)
    assert set(plain) == set(schema["properties"]) == set(schema["required"])
    for name, found in (
        ("ManifestEnvelope", plain["envelopes"][0]),
        ("ManifestDocument", plain["envelopes"][0]["documents"][0]),
        ("ControlTotals", plain["totals"]),
        ("LeftOut", plain["left_out"][0]),
        ("Sums", plain["totals"]["sums"]["USD"]),
    ):
        assert set(found) == set(schema["$defs"][name]["properties"]), name
