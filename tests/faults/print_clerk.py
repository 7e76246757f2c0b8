"""`headgate` in a process of its own that prints slowly: `python -m tests.faults.print_clerk print start …`.

Bills come from DocumentsOfDrafts, each after PRINT_PAUSE_MS milliseconds. Worker processes are started anew
and import this module as their main one, so that they print the same way.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.kernel.ids import RunId, Shard
from tests.printed_bills import DocumentsOfDrafts


class SlowDesk:
    """BillDocuments that take their time."""

    def documents_of_run(self, run_id: RunId, shard: Shard) -> Iterator[BillDocument]:
        """See BillDocuments."""
        pause_s = int(os.environ.get("PRINT_PAUSE_MS", "0")) / 1000
        desk = DocumentsOfDrafts(operations=bootstrap.operations_store(), artefacts=bootstrap.run_artefacts())
        for document in desk.documents_of_run(run_id, shard):
            time.sleep(pause_s)
            yield document


if __name__ in ("__main__", "__mp_main__"):  # a test that imports SlowDesk keeps its own desk
    wired: Any = bootstrap
    wired.document_desk = SlowDesk

if __name__ == "__main__":
    from cli.main import run

    # Tests that run in a shell's background inherit a deaf ear for Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()
