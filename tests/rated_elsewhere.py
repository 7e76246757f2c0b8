"""A stack in memory that rates what-ifs part by part, and Riverbend's proposal to try it on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.columnar.part_rating import PartRating
from chalicelib.columnar.rated_on_stack import RatedOnStack
from chalicelib.columnar.simulation_files import PartDesk
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.tariff_documents.rate_documents import load_rate_files
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.simulate_tariff import Proposal, Simulated, simulate_tariff

RIVERBEND = Path(__file__).parents[1] / "samples" / "riverbend"
USAGE = RIVERBEND / "what-if" / "usage.csv"
ROWS_A_PART = 400
Work = Callable[[PartDesk, int], None]


def rate(desk: PartDesk, number: int) -> None:
    assert desk.rate("S1", number, transient=())


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


def riverbend(
    usage: Path = USAGE, *, stack: Stack | None = None, rows_a_part: int = ROWS_A_PART
) -> Simulated:
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
        rows_a_part=rows_a_part if stack else 1_000_000,
    )
    return simulate_tariff(proposal, source=source)
