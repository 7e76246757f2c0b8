"""A small utility whose every write can go wrong: the fakes behind watched ports, with a clock that moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from chalicelib.domain.kernel.ids import Shard
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.storage.ledger_items import Key, transaction_item, transaction_key
from chalicelib.storage.ledger_snapshots import ArtefactSnapshots, dump_states
from chalicelib.storage.run_artefacts import StoredRunArtefacts
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.read_shard_state import LedgerReader
from chalicelib.usecases.start_bill_run import BillRunStarter
from chalicelib.usecases.verify_ledger import verify_shard, verify_whole
from tests.faults import ports
from tests.faults.machine import Machine
from tests.faults.ports import SameBytes, watched
from tests.faults.writes import Writes
from tests.in_process import InProcess, read_rate_document

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class FaultyUtility:
    """What the use cases are given, over the stores of `inside`.

    The stores are the cloud and survive every process; what a worker keeps for itself does not.
    """

    def __init__(self, inside: InProcess, writes: Writes, *, tries: int = 1, chance: Random) -> None:
        self.inside = inside
        self.writes = writes
        self.chart = ChartOfAccounts()
        self._seconds = 0
        self.microsecond = 0
        self.run_clock: Callable[[], datetime] = self.clock
        self.day = date(2026, 10, 1)
        self.same_bytes = SameBytes(inside.ledger)
        self.registry = inside.registry
        self.operations = watched(inside.operations, "operations", ports.OPERATIONS, writes)
        self.periods = watched(inside.periods, "periods", ports.PERIODS, writes)
        self.ledger = watched(self.same_bytes, "ledger", ports.LEDGER, writes)
        self.reads = watched(inside.reads, "reads", ports.READS, writes)
        self.events = watched(inside.events, "events", ports.EVENTS, writes)
        self.store = watched(inside.store, "store", ports.STORE, writes)
        self.machine = Machine(self, tries=tries, chance=chance)
        self.executions = watched(self.machine, "executions", ports.EXECUTIONS, writes)
        self.new_process()

    def new_process(self) -> None:
        """Forget what a process keeps in memory."""
        self.artefacts = StoredRunArtefacts(self.store, read_rate_document=read_rate_document)
        self.ledger_reader = LedgerReader(ledger=self.ledger, snapshots=ArtefactSnapshots(self.store))  # type: ignore[arg-type]

    def clock(self) -> datetime:
        """The time, later each time it is asked."""
        self._seconds += 1
        morning = datetime(self.day.year, self.day.month, self.day.day, 9, tzinfo=UTC)
        return morning + timedelta(seconds=self._seconds, microseconds=self.microsecond)

    @property
    def desk(self) -> Desk:
        return Desk(
            ledger=self.ledger,  # type: ignore[arg-type]
            periods=self.periods,
            actor="clerk",
            now=self.clock(),
            today=self.day,
        )

    @property
    def billing_desk(self) -> BillingDesk:
        return BillingDesk(
            registry=self.registry,
            reads=self.reads,
            ledger=self.ledger_reader,
            operations=self.operations,
            store=self.store,
            read_rate_document=read_rate_document,
        )

    @property
    def starter(self) -> BillRunStarter:
        return BillRunStarter(registry=self.registry, operations=self.operations, executions=self.executions)


@dataclass(frozen=True)
class Ledger:
    """All that a ledger amounts to. Two are equal when no cent and no byte differs.

    When a transaction was entered may differ: it is left out of `items` (and of nothing else).
    """

    items: dict[Key, bytes]
    states: dict[Shard, bytes]
    snapshots: dict[str, bytes] = field(default_factory=dict)


def violations_of(inside: InProcess, shards: list[Shard]) -> list[Violation]:
    """What `headgate ledger verify` would name of these shards."""
    reader = LedgerReader(ledger=inside.ledger, snapshots=inside.snapshots)
    parts = [verify_shard(reader, shard) for shard in shards]
    return verify_whole(parts, reader=reader, operations=inside.operations).violations


def violations_in(inside: InProcess, shards: list[Shard]) -> list[Violation]:
    """What is wrong within these shards, wherever the ledger holds others too."""
    reader = LedgerReader(ledger=inside.ledger, snapshots=inside.snapshots)
    return [found for shard in shards for found in verify_shard(reader, shard).violations]


def ledger_of(inside: InProcess, shards: list[Shard]) -> Ledger:
    """The ledger behind `inside`, read from the stores themselves."""
    transactions = [one for shard in shards for one in inside.ledger.transactions_of_shard(shard)]
    reader = LedgerReader(ledger=inside.ledger, snapshots=inside.snapshots)
    return Ledger(
        items={
            transaction_key(one): transaction_item(replace(one, recorded_at=_EPOCH))["b"]["B"]
            for one in transactions
        },
        states={shard: dump_states(reader.shard_states(shard).values()) for shard in shards},
        snapshots={
            key: inside.store.get(key)
            for key in inside.store.keys("ledger/snapshots/")
            if key.rpartition("/")[2].removesuffix(".json.gz") in shards
        },
    )
