"""A what-if whose parts are rated elsewhere: the same as here, or a refusal that says which parts failed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.columnar.part_rating import PartRating
from chalicelib.columnar.rated_on_stack import PartsFailed, RatedOnStack
from chalicelib.columnar.simulation_files import PartDesk, SimulationFiles
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.tariff_documents.rate_documents import load_rate_files
from chalicelib.usecases.ports.artefacts import ArtefactMissing
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.simulate_tariff import Proposal, Simulated, simulate_tariff

RIVERBEND = Path(__file__).parents[3] / "samples" / "riverbend"
USAGE = RIVERBEND / "what-if" / "usage.csv"
ROWS_A_PART = 400
Work = Callable[[PartDesk, int], None]


class Interrupted(Exception):
    """What a lost connection raises."""


def rate(desk: PartDesk, number: int) -> None:
    assert desk.rate("S1", number, transient=(Interrupted,))


class Elsewhere:
    """RunExecutions that works on one part between two looks at it."""

    def __init__(self, store: MemoryArtefacts, work: Work) -> None:
        self._store = store
        self._work = work
        self._todo: list[int] = []
        self.desk = PartDesk(store, read=bootstrap.read_rate_document)

    def start(self, name: str, order: Mapping[str, object]) -> bool:
        assert order == {"simulation_id": name, "correlation_id": name, "map_concurrency": 3}
        self._todo = [item["part"] for item in json.loads(self._store.get(f"simulations/{name}/todo.json"))]
        return True

    def status(self, _name: str) -> ExecutionStatus:
        if not self._todo:
            return ExecutionStatus.SUCCEEDED
        self._work(self.desk, self._todo.pop())
        return ExecutionStatus.RUNNING

    def decide(self, token: str, *, approved: bool) -> bool:
        raise NotImplementedError


class Stack:
    """A stack, the progress it told of, and the documents it was given."""

    def __init__(self, work: Work = rate) -> None:
        self.store = MemoryArtefacts()
        self.elsewhere = Elsewhere(self.store, work)
        self.told: list[tuple[str, int, int]] = []

    def rating(self, documents: Mapping[str, str]) -> PartRating:
        return RatedOnStack(
            self.store,
            self.elsewhere,
            simulation_id="S1",
            map_concurrency=3,
            documents=documents,
            progress=lambda title, done, rows: self.told.append((title, done, rows)),
            pause=lambda: None,
        )


def riverbend(usage: Path = USAGE, *, stack: Stack | None = None) -> Simulated:
    """The proposal of the sample town, rated here or by the stack."""
    folders = [RIVERBEND / "tariffs", RIVERBEND / "what-if" / "proposed", RIVERBEND / "conditions"]
    texts = [[one.canonical for one in load_rate_files(sorted(each.glob("*.yaml")))] for each in folders]
    found = [[(bootstrap.read_rate_document(text), text) for text in each] for each in texts]
    documents = {document.fingerprint: text for each in found for document, text in each}
    versions = [[one for one, _ in each if isinstance(one, TariffVersion)] for each in found]
    proposal = Proposal(
        current=versions[0],
        proposed=versions[1],
        conditions=[one for one, _ in found[2] if isinstance(one, Condition)],
    )
    source = bootstrap.usage_source(
        str(usage),
        rating=stack.rating(documents) if stack else None,
        rows_a_part=ROWS_A_PART if stack else 1_000_000,
    )
    return simulate_tariff(proposal, source=source)


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
    assert stack.told[-1] == ("Rating on the stack", rows, rows)
    counts = [done for title, done, _ in stack.told if title == "Rating on the stack"]
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
