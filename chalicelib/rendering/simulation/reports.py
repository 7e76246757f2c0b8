"""A simulation's report as files in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.simulation.report_csv import write_tables
from chalicelib.rendering.simulation.report_json import report_of
from chalicelib.rendering.simulation.report_page import report_page


class FolderReports:
    """SimulationReports as report.html, report.json and tables."""

    def write(self, folder: Path, simulation: Simulation, left_out: Sequence[RejectedRow]) -> list[Path]:
        """See SimulationReports."""
        folder.mkdir(parents=True, exist_ok=True)
        page, document = folder / "report.html", folder / "report.json"
        page.write_text(report_page(simulation), encoding="utf-8")
        document.write_text(report_of(simulation).model_dump_json(indent=2) + "\n", encoding="utf-8")
        return [page, document, *write_tables(folder, simulation, left_out)]

    def document(self, simulation: Simulation) -> object:
        """See SimulationReports."""
        return report_of(simulation).model_dump(mode="json")
