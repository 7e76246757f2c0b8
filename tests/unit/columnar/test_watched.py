"""Long queries say how far they are; Ctrl-C is Ctrl-C, whatever DuckDB makes of it."""

from __future__ import annotations

import duckdb
import pytest

from chalicelib.columnar import watched as module
from chalicelib.columnar.watched import interruptible, watched


def test_percents_rise_and_the_watch_ends_with_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOKS_A_SECOND", 500)
    told: list[int] = []
    with duckdb.connect() as store:
        with watched(store, told.append):
            store.execute("CREATE TABLE squares AS SELECT i, i * i AS j FROM range(3000000) AS r(i)")
        ended = len(told)
        store.execute("SELECT sum(j) FROM squares").fetchall()
    assert told == sorted(told)
    assert all(0 <= percent <= 100 for percent in told)
    assert len(told) == ended > 0


def test_an_interrupted_query_is_an_interrupted_command() -> None:
    for error in (
        RuntimeError("Query interrupted"),
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
    ):
        with pytest.raises(KeyboardInterrupt), interruptible():
            raise error
    with pytest.raises(RuntimeError, match="another thing"), interruptible():
        raise RuntimeError("another thing")
