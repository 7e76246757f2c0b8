"""Long queries, watched: how far they are, and what Ctrl-C does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

_LOOKS_A_SECOND = 5


@contextmanager
def watched(store: duckdb.DuckDBPyConnection, tell: Callable[[int], None]) -> Iterator[None]:
    """Tell now and then how many percent of the queries within are done; never less than before."""
    store.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    store.execute("SET progress_bar_time = 0")
    ended = Event()

    def look() -> None:
        most = 0
        while not ended.wait(1 / _LOOKS_A_SECOND):
            most = max(most, int(store.query_progress()))
            tell(most)

    looking = Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt where DuckDB makes another error of it."""
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from None
        raise
