"""Bills as documents: what a PDF, a page and the canonical JSON cost. The common bill has two pages."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from benchmarks.row import Row
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.rendering.bill_json import dump_bill
from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.usecases.ports.rendering import BillView
from tests.bill_examples import common

_TARGET_PDF_MS = 100
_TARGET_PDF_BYTES = 60_000
_ROUNDS = 20
_WORKERS, _BILLS_A_WORKER = 2, 30
_COLD = "from benchmarks.documents import print_one; print_one({language!r})"


def run() -> list[Row]:
    """CPU time: the median of warm rounds, all of a new process for cold ones; bills/s by the clock."""
    renderer, document = JinjaBillRenderer(), common()
    rows: list[Row] = []
    for language in renderer.languages:
        view = BillView(language=language)
        pdf = renderer.pdf(document, view)
        warm = _median_ms(partial(renderer.pdf, document, view))
        rows += [
            Row(
                name=f"PDF, {pdf.pages} pages, {language}, warm",
                figure=warm,
                unit="ms CPU",
                target=f"≤ {_TARGET_PDF_MS}",
                met=warm <= _TARGET_PDF_MS,
            ),
            Row(name=f"the same in a new process, {language}", figure=_cold_ms(language), unit="ms CPU"),
            Row(
                name=f"size of the PDF, {language}",
                figure=len(pdf.body),
                unit="bytes",
                target=f"≤ {_TARGET_PDF_BYTES:,}",
                met=len(pdf.body) <= _TARGET_PDF_BYTES,
            ),
        ]
    html = _median_ms(lambda: renderer.html(document, BillView(language="en")))
    return [
        *rows,
        Row(name=f"PDFs by {_WORKERS} processes", figure=_bills_a_second(), unit="bills/s"),
        Row(name="HTML page, warm", figure=html, unit="ms CPU"),
        Row(name="canonical JSON", figure=1000 / _median_ms(lambda: dump_bill(document)), unit="bills/s"),
    ]


def print_one(language: str) -> None:
    """Render one bill: what a new process has to do first."""
    JinjaBillRenderer().pdf(common(), BillView(language=language))


def _median_ms(work: Callable[[], object]) -> float:
    work()
    rounds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        work()
        rounds.append(time.process_time() - start)
    return sorted(rounds)[_ROUNDS // 2] * 1000


def _cold_ms(language: str) -> float:
    """User and system time of a Python that starts, imports, renders one bill and ends."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", _COLD.format(language=language)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def _bills_a_second() -> float:
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_print_many, [1] * _WORKERS))  # both have started
        start = time.perf_counter()
        list(pool.map(_print_many, [_BILLS_A_WORKER] * _WORKERS))
        return _WORKERS * _BILLS_A_WORKER / (time.perf_counter() - start)


_renderers: list[JinjaBillRenderer] = []


def _print_many(bills: int) -> None:
    if not _renderers:
        _renderers.append(JinjaBillRenderer())
    document: BillDocument = common()
    for _ in range(bills):
        _renderers[0].pdf(document, BillView(language="en"))
