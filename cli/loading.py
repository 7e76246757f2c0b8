"""Loading a registry folder and importing a file of reads, with progress: what several commands do."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.kernel.rows import RowReport
from chalicelib.domain.metering.import_report import ImportReport
from chalicelib.files.folder import CsvFolder
from chalicelib.files.read_rows import read_rows
from chalicelib.files.reads_mapping import Reduce, load_reads_mapping
from chalicelib.usecases.import_reads import ReadImport, ReduceToBoundaries, import_reads
from chalicelib.usecases.load_registry import LoadServices, load_registry
from chalicelib.usecases.registry_load.intake import LoadJob, Progress
from cli.cloud.session import use_stack
from cli.desk import actor, posting_desk
from cli.output import progress_bar


class ReadFileMissing(Refusal):
    """There is no file to import."""


def load_folder(folder: Path, *, today: date, dry_run: bool = False) -> tuple[LoadJob, RowReport]:
    """Load a folder of CSV files as of `today`, drawing progress. Raises what load_registry raises."""
    source = CsvFolder(folder)
    use_stack()
    now = datetime.now(UTC)
    job = LoadJob(load_id=f"{now:%Y%m%dT%H%M%S.%fZ}", actor=actor(), now=now, dry_run=dry_run)
    services = LoadServices(
        registry=bootstrap.registry_store(),
        sealing=bootstrap.sealing(),
        pseudonyms=bootstrap.pseudonyms(),
        desk=posting_desk(today),
    )
    with _rows_loaded(source) as progress:
        return job, load_registry(source, job=job, services=services, progress=progress)


@contextmanager
def _rows_loaded(source: CsvFolder) -> Iterator[Progress]:
    total = sum(source.line_count(name) for name in source.names())
    with progress_bar("Loading", total, unit="rows") as bar:

        def moved(file: str, rows: int) -> None:
            bar.update(title=f"Loading {file}")
            bar.advance(rows)

        yield moved


def import_read_file(file: Path, *, mapping_file: Path, dry_run: bool = False) -> ImportReport:
    """Import a file of reads, drawing progress.

    Raises ReadFileMissing, what load_reads_mapping and import_reads raise.
    """
    mapping = load_reads_mapping(mapping_file)
    lines, digest = _survey(file)
    job = ReadImport(
        file=file.name,
        file_id=digest[:16],
        source=f"import.{mapping.source}",
        actor=actor(),
        now=datetime.now(UTC),
        reduce=_reduction(mapping.reduce, mapping.time_zone),
        dry_run=dry_run,
    )
    use_stack()
    with progress_bar(f"Reading {file.name}", lines, unit="rows") as bar:
        return import_reads(
            read_rows(file, mapping=mapping),
            job=job,
            registry=bootstrap.registry_store(),
            store=bootstrap.read_store(),
            progress=bar.advance,
        )


def _survey(file: Path) -> tuple[int, str]:
    """How many lines a file has, and the SHA-256 of its text. Raises ReadFileMissing."""
    if not file.is_file():
        raise ReadFileMissing(f"{file} is not a file: name the file that holds the reads", file=str(file))
    lines, digest = 0, hashlib.sha256()
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as content:
        while block := content.read(1 << 20):
            lines += block.count(b"\n")
            digest.update(block)
    return lines, digest.hexdigest()


def _reduction(reduce: Reduce | None, time_zone: Any) -> ReduceToBoundaries | None:
    if reduce is None:
        return None
    return ReduceToBoundaries(
        cycle=CycleCode(reduce.cycle), at=reduce.at, tolerance=reduce.tolerance, time_zone=time_zone
    )
