"""Processor time of importing entry points, each in a fresh interpreter: what a cold start pays first."""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.row import Row

_PROJECT = Path(__file__).parents[1]
_RUNS = 5
_APP_TARGET_MS = 400
_ENTRIES = ("app", "functions.freeze_chunk", "functions.rate_chunk", "functions.post_chunk")


def run() -> list[Row]:
    """Import app.py and the functions that work on chunks; the target is for app.py."""
    rows = []
    for module in _ENTRIES:
        spent = statistics.median(_import_ms(module) for _ in range(_RUNS))
        judged = module == "app"
        rows.append(
            Row(
                name=f"import of {module}",
                figure=spent,
                unit="ms",
                target=f"≤ {_APP_TARGET_MS}" if judged else "",
                met=spent <= _APP_TARGET_MS if judged else None,
            )
        )
    return rows


def _import_ms(module: str) -> float:
    program = f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=_PROJECT, capture_output=True, text=True, check=True
    )
    return 1000 * float(done.stdout)
