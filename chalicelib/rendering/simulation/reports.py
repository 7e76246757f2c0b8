"""A simulation's report as files in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.simulation.report_csv import write_tables
from chalicelib.rendering.simulation.report_json import report_of
from chalicelib.rendering.simulation.report_page import report_page
from chalicelib.rendering.simulation.report_words import report_words


class FolderReports:
    """SimulationReports as report.html, report.json and tables, which appear when all of them are whole.

    There is a page in each of `languages`; the tables are headed in the first. Raises NoCatalog.
    """

    def __init__(self, languages: Sequence[str] = ("en",)) -> None:
        self._words = [report_words(language) for language in dict.fromkeys(languages)]

    def write(self, folder: Path, simulation: Simulation, left_out: Sequence[RejectedRow]) -> list[Path]:
        """See SimulationReports."""
        folder.mkdir(parents=True, exist_ok=True)
        first, *others = self._words
        pages = {"report.html": first} | {f"report.{words.language}.html": words for words in others}
        with TemporaryDirectory(dir=folder, prefix=".unfinished-") as name:
            scratch = Path(name)
            made = [scratch / file for file in (*pages, "report.json")]
            for page, words in zip(made, pages.values(), strict=False):
                page.write_text(report_page(simulation, words), encoding="utf-8")
            document = report_of(simulation).model_dump_json(indent=2)
            made[-1].write_text(document + "\n", encoding="utf-8")
            made += write_tables(scratch, simulation, left_out, words=first)
            return [file.replace(folder / file.name) for file in made]

    def document(self, simulation: Simulation) -> object:
        """See SimulationReports."""
        return report_of(simulation).model_dump(mode="json")
