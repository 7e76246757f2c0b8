"""`python -m benchmarks.real_meters`: a year of 26 real meters through the real stack, and a check of it.

Needs DAIAD's meter-reads/daiad_swm_open.csv.gz in ../shared or in the folder that HEADGATE_REAL_DATA names;
says so and ends well where it is not there. docs/real-meters.md tells what comes of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks._cloud import local_cloud
from benchmarks._real_months import MeterMonth, bill_month, meter_months
from benchmarks._real_registry import CYCLE, MONTHS, meters_in, write_registry
from chalicelib.domain.billing.run import BillRun
from chalicelib.domain.kernel.ids import Month

_PROJECT = Path(__file__).parents[1]
_SAMPLE = _PROJECT / "samples" / "daiad"
_STATUSES = ("billed", "estimated", "excepted")


def real_file() -> Path:
    """Where the file of real reads is, or would be."""
    folder = Path(os.environ.get("HEADGATE_REAL_DATA") or _PROJECT.parent / "shared")
    return folder / "meter-reads" / "daiad_swm_open.csv.gz"


def main(arguments: Sequence[str]) -> int:
    """Bill, write meter-months.csv and summary.json, check; the check's exit code, 0 without data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_meters")
    parser.add_argument(
        "--out", type=Path, default=_PROJECT / "build" / "real-meters", help="folder of the results"
    )
    out: Path = parser.parse_args(arguments).out
    file = real_file()
    if not file.is_file():
        _say(f"skipped: {file} is not there; HEADGATE_REAL_DATA can name the folder that has it")
        return 0
    out.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    with _lap("all", seconds), local_cloud():
        meters, imported = _load(file, seconds)
        runs = _bill(seconds)
        months = meter_months(meters, runs)
    expected = len(meters) * len(MONTHS)
    counts = _counts(months, expected)
    _hold_against_runs(months, runs)
    _write(out, months)
    summary = _summary(months, imported, runs, seconds)
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    _say(_table(months))
    _say(" + ".join(f"{counts[status]} {status}" for status in _STATUSES) + f" = {expected} meter-months")
    _say(f"seconds: {seconds}; results are in {out}")
    check = [sys.executable, str(_SAMPLE / "check_against_raw.py"), str(out / "meter-months.csv"), str(file)]
    return subprocess.run(check, check=False).returncode


def _counts(months: Sequence[MeterMonth], expected: int) -> Counter[str]:
    """How many months have which status. Raises SystemExit when they do not add up."""
    counts = Counter(month.status for month in months)
    if not sum(counts[status] for status in _STATUSES) == len(months) == expected:
        raise SystemExit(f"{dict(counts)} do not add up to {expected} meter-months")
    return counts


def _hold_against_runs(months: Sequence[MeterMonth], runs: dict[Month, list[BillRun]]) -> None:
    """Raises SystemExit when the ledger's bills are not those that the runs say they posted."""
    tallies = [run.tally for waves in runs.values() for run in waves]
    posted = sum(tally.billed for tally in tallies), sum(tally.amount_minor for tally in tallies)
    bills = [month.amount_minor for month in months if month.amount_minor is not None]
    if posted != (len(bills), sum(bills)):
        raise SystemExit(
            f"runs posted {posted}, the ledger has {len(bills), sum(bills)} (bills, minor units)"
        )


def _load(file: Path, seconds: dict[str, float]) -> tuple[list[str], dict[str, Any]]:
    """The meters, and what the import reported. By the commands a person would type."""
    meters = meters_in(file)
    with tempfile.TemporaryDirectory(prefix="headgate-daiad-") as folder:
        write_registry(Path(folder), meters)
        with _lap("load", seconds):
            _headgate("load", folder)
            _publish(_SAMPLE / "tariff.yaml")
    with _lap("import", seconds):
        imported = _headgate("reads", "import", str(file), "--mapping", str(_SAMPLE / "mapping.yaml"))
    return meters, imported


def _publish(tariff: Path) -> None:
    """One person drafts, another reviews and publishes."""
    for name, drafted in _headgate("tariff", "draft", str(tariff), actor="analyst").items():
        _headgate("tariff", "review", name, "--approve", drafted["fingerprint"], actor="supervisor")
    _headgate("tariff", "publish", str(tariff), actor="supervisor")


def _headgate(*arguments: str, actor: str = "") -> Any:
    """What a command answers. Raises SystemExit with its words when it fails."""
    _say("headgate " + " ".join(arguments))
    environment = {**os.environ, **({"HEADGATE_ACTOR": actor} if actor else {})}
    command = [sys.executable, "-m", "cli.main", *arguments, "--json"]
    done = subprocess.run(command, cwd=_PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"headgate {arguments[0]} failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def _bill(seconds: dict[str, float]) -> dict[Month, list[BillRun]]:
    runs: dict[Month, list[BillRun]] = {}
    with _lap("bill", seconds):
        for month in MONTHS:
            runs[month] = bill_month(month)
            _say(f"{CYCLE} {month}: " + "; ".join(map(_told, runs[month])))
    return runs


def _told(run: BillRun) -> str:
    tally = run.tally
    approved = f", approved by {run.approved_by}" if run.approved_by else ""
    return (
        f"wave {run.wave} on {run.today}: {tally.billed} billed ({tally.estimated} estimated), "
        f"{tally.excepted} excepted{approved}"
    )


def _write(out: Path, months: Sequence[MeterMonth]) -> None:
    rows = [month.row() for month in months]
    with (out / "meter-months.csv").open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _summary(
    months: Sequence[MeterMonth],
    imported: dict[str, Any],
    runs: dict[Month, list[BillRun]],
    seconds: dict[str, float],
) -> dict[str, Any]:
    return {
        "meter_months": len(months),
        **{status: sum(month.status == status for month in months) for status in _STATUSES},
        "usage_m3": str(sum(month.usage_m3 or 0 for month in months)),
        "amount_minor": sum(month.amount_minor or 0 for month in months),
        "runs": sum(map(len, runs.values())),
        "import": {name: found for name, found in imported.items() if name not in {"remarkable"}},
        "set_aside": len(imported["remarkable"]),
        "seconds": seconds,
    }


def _table(months: Sequence[MeterMonth]) -> str:
    """A line a meter with its twelve statuses and its sums, then every month that is not plainly billed."""
    lines = ["meter    " + "".join(f"{str(month)[2:]:>6}" for month in MONTHS) + "      m3       AUD"]
    for meter in dict.fromkeys(month.meter for month in months):
        own = [month for month in months if month.meter == meter]
        water = sum(month.usage_m3 or 0 for month in own)
        minor = sum(month.amount_minor or 0 for month in own)
        marks = "".join(f"{_cell(month):>6}" for month in own)
        lines.append(f"{meter[:8]:<9}{marks}{water:>8}{minor // 100:>7}.{minor % 100:02d}")
    lines.append("(m3 billed; E estimated, x excepted)\n")
    lines += [f"{one.meter[:8]} {one.month} {one.status}: {one.reason}" for one in months if one.reason]
    return "\n".join(lines)


def _cell(month: MeterMonth) -> str:
    if month.usage_m3 is None:
        return "x"
    return f"{month.usage_m3:f}" + ("E" if month.status == "estimated" else "")


@contextmanager
def _lap(name: str, seconds: dict[str, float]) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[name] = round(time.monotonic() - started, 1)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
