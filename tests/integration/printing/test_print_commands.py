"""`headgate print` against the local cloud, as a clerk uses it; killed, interrupted and taken up again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.billing.run import BillRun, RunState
from chalicelib.domain.documents.print_batch import BatchId, PrintForm, batch_id_of
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.documents import MemoryDocuments
from chalicelib.storage.memory.print_batches import MemoryPrintBatches
from cli.main import build
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.faults.print_clerk import SlowDesk
from tests.faults.print_shop import PrintShop
from tests.faults.workers import workers_of
from tests.towns import OCTOBER, reads_of_town, town

pytestmark = pytest.mark.emulator

SHARDS, ACCOUNTS = 6, 40
BILLS = SHARDS * ACCOUNTS
_ROOT = Path(__file__).parents[3]
_PATIENCE_S = 120
_numbers = count(int(datetime.now(UTC).timestamp() * 10) + 7_000_000)
RUNNER = CliRunner()


@pytest.fixture(scope="module")
def run(local_cloud: LocalCloudForTests) -> BillRun:
    """A closed run of 240 bills."""
    cycle = CycleCode(f"P{next(_numbers)}")
    in_cloud.register(town(shards=SHARDS, accounts=ACCOUNTS, cycle=cycle))
    in_cloud.read(reads_of_town(OCTOBER, shards=SHARDS, accounts=ACCOUNTS, cycle=cycle))
    closed = in_cloud.finished(in_cloud.start(OCTOBER, run=f"{cycle}-2026-10", cycle=cycle))
    assert (closed.state, closed.tally.billed) == (RunState.CLOSED, BILLS)
    return closed


@pytest.fixture
def batch_id(run: BillRun) -> Iterator[BatchId]:
    """The id of the run's batch, of which nothing is left afterwards."""
    found = batch_id_of(run.run_id, PrintForm.JSON)
    yield found
    bootstrap.document_store().forget(f"print/{found}/")
    client, table = bootstrap.aws_client("dynamodb"), bootstrap.settings().operations_table
    stored = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"PRINT#{found}"}},
    )
    for item in stored["Items"]:
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})


@pytest.fixture(scope="module")
def undisturbed(run: BillRun) -> bytes:
    """The file as it comes out in memory, where nothing goes wrong."""
    shop = PrintShop(
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
        batches=MemoryPrintBatches(audit=MemoryAuditStore()),
        documents=MemoryDocuments(),
    )
    return shop.file(shop.command(run.run_id))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "document_desk", SlowDesk)


def headgate(*arguments: str, exit_code: int = 0) -> str:
    done = RUNNER.invoke(build(), list(arguments))
    assert done.exit_code == exit_code, (done.output, done.exception)
    return done.stdout


def answer(*arguments: str) -> Any:
    return json.loads(headgate(*arguments, "--json"))


def clerk(*arguments: str, pause_ms: int = 0) -> subprocess.Popen[str]:
    """`headgate` in a process group of its own, as at a keyboard."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.print_clerk", *arguments],
        cwd=_ROOT,
        env={**os.environ, "PRINT_PAUSE_MS": str(pause_ms)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def parts_done(batch_id: BatchId) -> int:
    return sum(report.is_done for report in bootstrap.print_batches().part_reports(batch_id))


def wait_for_parts(batch_id: BatchId, at_least: int, process: subprocess.Popen[str]) -> int:
    """How many parts are done, once there are so many."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if (done := parts_done(batch_id)) >= at_least:
            return done
        time.sleep(0.02)
    raise AssertionError(f"{parts_done(batch_id)} parts are done, the clerk's exit code is {process.poll()}")


def print_the_rest(run: BillRun, batch_id: BatchId, folder: Path) -> bytes:
    """The same command again, to the end; the file as it is fetched."""
    process = clerk("print", "start", run.run_id, "--as", "json", "--json")
    told, complaints = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 0, complaints
    assert json.loads(told)["finished"]["totals"]["bills"] == BILLS
    fetched = answer("print", "fetch", batch_id, "--to", str(folder))
    return Path(fetched["file"]).read_bytes()


@pytest.mark.usefixtures("desk")
def test_a_run_is_printed_shown_listed_and_fetched(
    run: BillRun, batch_id: BatchId, undisturbed: bytes, tmp_path: Path
) -> None:
    started = answer("print", "start", run.run_id, "--as", "json", "--workers", "1")
    totals = started["finished"]["totals"]
    assert (totals["bills"], totals["printed"], totals["paperless"]) == (BILLS, BILLS * 9 // 10, BILLS // 10)
    assert answer("print", "show", batch_id) == started
    assert "not printed" in headgate("print", "show", batch_id)
    assert batch_id in [one["batch_id"] for one in answer("print", "list")]
    assert batch_id in headgate("print", "list")
    fetched = answer("print", "fetch", batch_id, "--to", str(tmp_path))
    assert fetched["sha256"] == started["finished"]["sha256"]
    assert Path(fetched["file"]).read_bytes() == undisturbed
    checked = answer("print", "check", fetched["file"])
    assert (checked["batch_id"], checked["totals"]) == (batch_id, totals)
    assert "is sound" in headgate("print", "check", fetched["file"])
    told = bootstrap.audit_store().entries(entity="print_batch", entity_id=batch_id)
    assert [one.action for one in told] == ["started", "finished"]
    assert answer("print", "start", run.run_id, "--as", "json") == started


def test_killed_midway_and_started_again_gives_the_same_file(
    run: BillRun, batch_id: BatchId, undisturbed: bytes, tmp_path: Path
) -> None:
    process = clerk("print", "start", run.run_id, "--as", "json", "--workers", "2", pause_ms=20)
    wait_for_parts(batch_id, 2, process)
    workers = workers_of(process.pid)
    process.kill()
    process.wait()
    assert len(workers) >= 2
    until_gone(workers)
    done = parts_done(batch_id)
    assert 2 <= done < SHARDS
    assert bootstrap.print_batches().batch(batch_id).finished is None

    assert print_the_rest(run, batch_id, tmp_path) == undisturbed
    keys = list(bootstrap.document_store().keys(f"print/{batch_id}/"))
    assert sum(key.endswith(".bodies") for key in keys) == SHARDS
    assert sum(key.endswith(".zip") for key in keys) == 1


def test_ctrl_c_ends_the_workers_and_the_same_command_goes_on(
    run: BillRun, batch_id: BatchId, undisturbed: bytes, tmp_path: Path
) -> None:
    process = clerk("print", "start", run.run_id, "--as", "json", pause_ms=20)
    wait_for_parts(batch_id, 1, process)
    workers = workers_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # the keyboard interrupts parent and workers alike
    _, complaints = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 130, complaints
    assert "goes on from here" in complaints
    assert "Traceback" not in complaints
    until_gone(workers)
    assert parts_done(batch_id) < SHARDS
    assert print_the_rest(run, batch_id, tmp_path) == undisturbed


def test_a_worker_that_is_killed_is_told_and_its_shard_printed_again(
    run: BillRun, batch_id: BatchId, undisturbed: bytes, tmp_path: Path
) -> None:
    process = clerk("print", "start", run.run_id, "--as", "json", "--json", pause_ms=20)
    wait_for_parts(batch_id, 1, process)
    os.kill(workers_of(process.pid)[-1], signal.SIGKILL)
    told, complaints = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 1, complaints
    assert json.loads(told)["refused"] == "WorkerDied"
    assert print_the_rest(run, batch_id, tmp_path) == undisturbed


def test_two_clerks_at_once_make_one_file(
    run: BillRun, batch_id: BatchId, undisturbed: bytes, tmp_path: Path
) -> None:
    clerks = [clerk("print", "start", run.run_id, "--as", "json", "--json", pause_ms=2) for _ in range(2)]
    told = [process.communicate(timeout=_PATIENCE_S) for process in clerks]
    assert [process.returncode for process in clerks] == [0, 0], [complaints for _, complaints in told]
    one, other = (json.loads(text)["finished"] for text, _ in told)
    assert one == other
    assert print_the_rest(run, batch_id, tmp_path) == undisturbed


@pytest.mark.usefixtures("desk")
def test_what_cannot_be_done_is_refused(run: BillRun, batch_id: BatchId, tmp_path: Path) -> None:
    def refused(*arguments: str) -> str:
        return type(RUNNER.invoke(build(), list(arguments)).exception).__name__

    assert refused("print", "show", batch_id) == "PrintBatchUnknown"
    assert refused("print", "start", "no-such-run") == "RunUnknown"
    assert refused("print", "fetch", batch_id, "--to", str(tmp_path / "missing")) == "FolderMissing"
    answer("print", "start", run.run_id, "--as", "json", "--workers", "1", "--sheets", "5")
    assert refused("print", "start", run.run_id, "--as", "json", "--sheets", "6") == "BatchStartedOtherwise"


def until_gone(pids: list[int]) -> None:
    """Wait until none of these processes is left: no worker outlives its parent."""
    deadline = time.monotonic() + _PATIENCE_S
    while alive := [pid for pid in pids if _is_alive(pid)]:
        assert time.monotonic() < deadline, f"workers {alive} live on"
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
