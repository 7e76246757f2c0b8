"""A what-if whose parts are rated elsewhere: the same as here, or a refusal that says which parts failed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.columnar.rated_on_stack import PartsFailed
from chalicelib.columnar.simulation_files import PartDesk, SimulationFiles
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.artefacts import ArtefactMissing
from tests.infrastructure.reach import packages_reached
from tests.rated_elsewhere import USAGE, Stack, rate, riverbend

PROJECT = Path(__file__).parents[3]


def test_the_function_that_rates_a_part_needs_no_table_engine() -> None:
    """DuckDB would more than double its layer; it reads files, and those stay at the desk."""
    on_lambda = packages_reached(PROJECT, "functions.simulate_part")
    assert "numpy" in on_lambda
    assert "duckdb" not in on_lambda
    assert "duckdb" in packages_reached(PROJECT, "cli.commands.tariffs.simulate")


def test_the_stack_gives_the_very_same_simulation(tmp_path: Path) -> None:
    """Riverbend's year, with a row that cannot be read and some that the tariffs refuse."""
    lines = USAGE.read_text().splitlines()
    lines[40] = lines[40].replace(",ccf,", ",cups,")
    for number in (100, 901, 1400, 2002):
        lines[number] = lines[number].replace("in,", "0in,", 1)
    usage = tmp_path / "usage.csv"
    usage.write_text("\n".join(lines))
    stack = Stack()
    here, there = riverbend(usage), riverbend(usage, stack=stack)
    assert here.simulation.rows_rejected
    assert here.simulation.comparison.rows_refused
    assert here.simulation.is_proved
    assert there == here
    rows = here.simulation.rows_read - here.simulation.rows_rejected
    assert ("Uploading", rows, rows) in stack.told
    assert stack.told[-1] == ("Rating", rows, rows)
    counts = [done for title, done, _ in stack.told if title == "Rating"]
    assert counts == sorted(counts)
    assert len(counts) > 5, "there were parts enough to be put together"


def test_a_part_that_fails_is_named_with_the_reason_and_no_whole_is_told_of() -> None:
    def work(desk: PartDesk, number: int) -> None:
        if number == 2:
            assert not PartDesk(stack.store, read=broken).rate("S1", number, transient=())
        elif number != 4:  # as if the function had run out of time
            rate(desk, number)

    def broken(_canonical: str) -> TariffVersion:
        raise ZeroDivisionError

    stack = Stack(work)
    with pytest.raises(PartsFailed, match="2 of 7 parts of simulation S1 were not rated") as refused:
        riverbend(stack=stack)
    assert refused.value.data["failed"] == {
        2: "fault of this program: ZeroDivisionError",
        4: "nothing was said: the function's log may tell",
    }


def test_a_refusal_is_told_in_its_own_words() -> None:
    def work(desk: PartDesk, number: int) -> None:
        stack.store.put(f"simulations/S1/parts/{number:05}.npz", b"")
        if number:
            return
        stack.store.put("simulations/S1/order.json", json.dumps(order).encode())
        assert not desk.rate("S1", number, transient=())

    terms = {"documents": ["{}"], "moved": {}, "since": "2026-01-01"}
    order = {"now": terms, "proposed": terms, "by": []}
    stack = Stack(work)
    with pytest.raises(PartsFailed, match="part 0: InvalidTariffDocument: "):
        riverbend(stack=stack)


def test_a_lost_connection_is_left_to_be_tried_again_and_sums_that_come_later_count() -> None:
    failed = []

    def work(desk: PartDesk, number: int) -> None:
        files = SimulationFiles(stack.store, "S1")
        if number == 1 and not failed:
            with pytest.raises(ArtefactMissing):
                PartDesk(stack.store, read=bootstrap.read_rate_document).rate(
                    "another", number, transient=(ArtefactMissing,)
                )
            files.put_failure(number, "the first try")
            failed.append(number)
        rate(desk, number)

    stack = Stack(work)
    assert riverbend(stack=stack) == riverbend()
    assert failed == [1]
    assert SimulationFiles(stack.store, "S1").failures() == {}
