"""Worker processes that print the shards of a batch; all of them may die at any time.

Each shard is one piece of work. What a worker had in hand when it died is printed again by the next command.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from ctypes import c_longlong
from multiprocessing.sharedctypes import RawValue
from threading import Thread

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import bootstrap
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.print_batch import BatchId, PartReport, PrintBatch, PrintForm
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import Shard
from chalicelib.storage.dynamo import StorageBusy
from chalicelib.usecases.ports.printing import Press, Printed
from chalicelib.usecases.print_batch import print_part

_LOOKS_EVERY_S = 0.3
_tallies: list[c_longlong] = []  # in a worker: the count of bills that all of them have printed
_TRANSIENT = (ClientError, BotoCoreError, StorageBusy)


class WorkerDied(Refusal):
    """A worker process ended by itself."""


def print_shards(
    batch: PrintBatch, shards: Sequence[Shard], *, workers: int, in_hand: Callable[[int], None]
) -> Iterator[PartReport]:
    """Print shards of a batch with so many processes (1: in this one); reports as they come.

    `in_hand` is told now and then how many bills of shards that are not done are printed. Interrupted, it
    ends the workers at once. Raises WorkerDied, and what a lost connection raises.
    """
    if workers <= 1 or len(shards) <= 1:
        for shard in shards:
            yield print_shard(batch.batch_id, batch.form, shard)
        return
    # not forked: clients, locks and progress bars of this process are not the workers'
    processes = multiprocessing.get_context("spawn")
    # Without a lock, which a killed worker would keep for ever: a count that is lost moves the bar later.
    printed = RawValue(c_longlong, 0)
    pool = ProcessPoolExecutor(
        min(workers, len(shards)), mp_context=processes, initializer=_begin_work, initargs=(printed,)
    )
    try:
        working = {pool.submit(print_shard, batch.batch_id, batch.form, shard) for shard in shards}
        reported = 0
        while working:
            done, working = wait(working, timeout=_LOOKS_EVERY_S, return_when=FIRST_COMPLETED)
            for one in done:
                reported += one.result().printed
                yield one.result()
            in_hand(max(0, printed.value - reported))
    except BrokenProcessPool as broken:
        raise WorkerDied(
            "a worker process ended by itself (out of memory?): the same command again goes on from here, "
            "with fewer --workers if it happens again"
        ) from broken
    except BaseException:  # also Ctrl-C, and a caller who takes no more reports
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def print_shard(batch_id: BatchId, form: PrintForm, shard: Shard) -> PartReport:
    """Print one shard with what this process is wired to."""
    return print_part(
        batch_id=batch_id,
        shard=shard,
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
        batches=bootstrap.print_batches(),
        files=bootstrap.print_files(),
        bills=bootstrap.document_desk(),
        press=_CountedPress(bootstrap.press(form)),
        transient=_TRANSIENT,
    )


class _CountedPress:
    """Press that tells the parent of each bill it prints."""

    def __init__(self, press: Press) -> None:
        self._press = press

    def printed(self, document: BillDocument) -> Printed:
        made = self._press.printed(document)
        for tally in _tallies:
            tally.value += 1
        return made


def _begin_work(printed: c_longlong) -> None:
    """In a new worker: the keyboard is for the parent, and no worker outlives it."""
    _tallies.append(printed)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(parent_ends: Callable[[], None]) -> None:
    parent_ends()
    os._exit(1)
