"""A closed run's bills into one print batch, as JSON: documents a second, and the same file after SIGKILLs.

A town is billed on an emulator of this benchmark's own, and its bills are printed by `headgate print start`
as a clerk types it: undisturbed, then again for another batch of the same bills that is killed on its way
(parent and workers are left to find out), until it is finished. Both files must have the same bytes.
BENCH_PRINT_BILLS is how many bills, BENCH_PRINT_KILLS how often it is killed, BENCH_PRINT_WORKERS how many
processes print.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._cloud import local_cloud
from benchmarks.row import Row
from chalicelib import bootstrap
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState
from chalicelib.domain.documents.print_batch import BatchId, PrintForm, batch_id_of
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.usecases.ports.printing import PrintBatchUnknown
from tests import in_cloud
from tests.towns import OCTOBER, SEPTEMBER, reads_of_town, town

_PER_SHARD = 125
_ROOT = Path(__file__).parents[1]
_CYCLE = CycleCode("PRN")


def run() -> list[Row]:
    """Measure one town; judged is only that the killed batch has the bytes of the undisturbed one."""
    bills = int(os.environ.get("BENCH_PRINT_BILLS", "2000"))
    kills = int(os.environ.get("BENCH_PRINT_KILLS", "2"))
    shards = -(-bills // _PER_SHARD)
    with local_cloud():
        billed = _bill_a_town(shards)
        batch_id = batch_id_of(billed.run_id, PrintForm.JSON)
        wall_s, calm = _finish(billed, batch_id)
        _forget(batch_id)
        done_at = _kill(billed, batch_id, kills, shards)
        rest_s, disturbed = _finish(billed, batch_id)
        parts = list(bootstrap.document_store().keys(f"print/{batch_id}/parts/"))
    same = calm == disturbed and len(parts) == 2 * shards  # of every shard its bodies and its index
    name = f"print batch, {billed.tally.billed:,} bills as JSON"
    killed = f"killed at {', '.join(map(str, done_at))} of {shards} parts"
    return [
        Row(name=name, figure=billed.tally.billed / wall_s, unit="bills/s"),
        Row(name=f"{name}: start to finished", figure=wall_s, unit="s"),
        Row(name=f"{name}: the file", figure=len(calm) / 1_000_000, unit="MB"),
        Row(name=f"{name}: the rest, {killed}", figure=rest_s, unit="s"),
        Row(name=f"{name}: the same bytes, {killed}", figure=int(same), unit="", target="= 1", met=same),
    ]


def _bill_a_town(shards: int) -> BillRun:
    from tests.people import people_of_town

    size: dict[str, Any] = {"shards": shards, "accounts": _PER_SHARD, "cycle": _CYCLE}
    sys.stderr.write(f"storing and billing {shards * _PER_SHARD:,} accounts\n")
    in_cloud.register(town(**size))
    in_cloud.register(people_of_town(bootstrap.sealing(), **size))
    for month in (SEPTEMBER, OCTOBER):
        in_cloud.read(reads_of_town(month, **size))
    policy = ApprovalPolicy(most_excepted_per_mille=1000)
    run_id = in_cloud.start(OCTOBER, run=f"{_CYCLE}-{OCTOBER}", cycle=_CYCLE, policy=policy)
    billed = in_cloud.finished(run_id)
    if billed.state is not RunState.CLOSED or billed.tally.billed != shards * _PER_SHARD:
        raise RuntimeError(f"run {run_id} is {billed.state}: {billed.failure or billed.tally}")
    return billed


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cli.main", "print", *arguments, "--json"]


def _start(billed: BillRun) -> list[str]:
    workers = os.environ.get("BENCH_PRINT_WORKERS", "2")
    return _command("start", billed.run_id, "--as", "json", "--workers", workers)


def _finish(billed: BillRun, batch_id: BatchId) -> tuple[float, bytes]:
    """Print to the end; the seconds that took, and the file."""
    started = time.monotonic()
    _done(_start(billed))
    wall_s = time.monotonic() - started
    with tempfile.TemporaryDirectory() as folder:
        told = json.loads(_done(_command("fetch", batch_id, "--to", folder)))
        return wall_s, Path(told["file"]).read_bytes()


def _done(command: list[str]) -> str:
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def _kill(billed: BillRun, batch_id: BatchId, kills: int, shards: int) -> list[int]:
    """Start the command and kill it, evenly over the batch; how many parts were done each time."""
    done_at: list[int] = []
    for number in range(kills):
        wanted = (number + 1) * shards // (kills + 1)
        process = subprocess.Popen(
            _start(billed), cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while _parts_done(batch_id) < wanted and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.wait()
        done_at.append(_parts_done(batch_id))
        sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} killed, {done_at[-1]} of {shards} parts are done\n")
    return done_at


def _parts_done(batch_id: BatchId) -> int:
    return sum(report.is_done for report in bootstrap.print_batches().part_reports(batch_id))


def _forget(batch_id: BatchId) -> None:
    """Take a batch away as if it had never been started: no command can."""
    bootstrap.document_store().forget(f"print/{batch_id}/")
    client, table = bootstrap.aws_client("dynamodb"), bootstrap.settings().operations_table
    pages = client.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"PRINT#{batch_id}"}},
    )
    for item in [item for page in pages for item in page["Items"]]:
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    try:
        bootstrap.print_batches().batch(batch_id)
    except PrintBatchUnknown:
        return
    raise RuntimeError(f"batch {batch_id} is still there")
