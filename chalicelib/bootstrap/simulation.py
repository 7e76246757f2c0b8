"""What-ifs: usage, what rates it, reports."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap.stores import artefact_store
from chalicelib.bootstrap.tariffs import read_rate_document
from chalicelib.runtime.clients import aws_client
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from chalicelib.columnar.part_rating import PartRating
    from chalicelib.columnar.simulation_files import PartDesk
    from chalicelib.domain.kernel.quantity import Unit
    from chalicelib.usecases.ports.simulation import Progress, SimulationReports, UsageSource, UsageWriter


def _silent(_title: str, _done: int, _rows: int) -> None:
    pass


def rated_here(progress: Progress = _silent) -> PartRating:
    """Rates the usage of simulations in this process, part by part."""
    from chalicelib.columnar.part_rating import RatedHere

    return RatedHere(progress)


def rated_on_stack(
    simulation_id: str, *, documents: Mapping[str, str], progress: Progress, pause: Callable[[], None]
) -> PartRating:
    """Has the usage of simulations rated by the stack's state machine; `documents` by fingerprint."""
    from chalicelib.columnar.rated_on_stack import RatedOnStack
    from chalicelib.runtime.executions import StepFunctionsExecutions

    names = settings()
    return RatedOnStack(
        artefact_store(),
        StepFunctionsExecutions(aws_client("stepfunctions"), state_machine_arn=names.simulation_arn),
        simulation_id=simulation_id,
        map_concurrency=int(names.map_concurrency or 1),
        documents=documents,
        progress=progress,
        pause=pause,
    )


@cache
def part_desk() -> PartDesk:
    """Rates parts of simulations; keeps the compiled tariffs of the last one at hand."""
    from chalicelib.columnar.simulation_files import PartDesk

    return PartDesk(artefact_store(), read=read_rate_document)


def usage_source(
    path: str,
    *,
    unit: Unit | None = None,
    ignored: Collection[str] = (),
    rating: PartRating | None = None,
    progress: Progress = _silent,
    rows_a_part: int = 200_000,
) -> UsageSource:
    """Files of usage for simulations, rated in this process unless `rating` says where; needs no stack."""
    from chalicelib.columnar.usage_files import DuckUsageFiles
    from chalicelib.files.delimited import read_delimited

    return DuckUsageFiles(
        path,
        careful=lambda file, columns: read_delimited(file, columns=columns),
        rating=rating or rated_here(progress),
        progress=progress,
        unit=unit,
        ignored=ignored,
        rows_a_part=rows_a_part,
    )


def usage_writer(path: Path) -> UsageWriter:
    """What writes usage as CSV, or as Parquet where the name ends so."""
    from chalicelib.files.usage_rows import CsvUsageWriter

    if path.suffix != ".parquet":
        return CsvUsageWriter(path)
    from chalicelib.columnar.parquet_usage import ParquetUsageWriter

    return ParquetUsageWriter(path, text=CsvUsageWriter)


def simulation_reports(languages: Sequence[str] = ("en",)) -> SimulationReports:
    """What writes simulations down: JSON, CSV and a page in each of `languages`; needs no stack."""
    from chalicelib.rendering.simulation.reports import FolderReports

    return FolderReports(languages)
