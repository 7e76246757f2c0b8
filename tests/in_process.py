"""Headgate without a cloud: every port in memory, the state machine in this process, a clock that is set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from chalicelib.domain.billing.run import ApprovalPolicy, BillRun
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.storage.ledger_snapshots import ArtefactSnapshots
from chalicelib.storage.memory.accounting_periods import MemoryAccountingPeriods
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.executions import InProcessExecutions, MemoryEvents
from chalicelib.storage.memory.ledger import MemoryLedgerStore
from chalicelib.storage.memory.operations import MemoryOperations
from chalicelib.storage.memory.reads import MemoryReadStore
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.storage.memory.tariff_lives import MemoryTariffLives
from chalicelib.storage.run_artefacts import StoredRunArtefacts
from chalicelib.tariff_documents.load import LoadedTariff, load_tariff
from chalicelib.tariff_documents.rate_documents import read_rate_document as read
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import Change, RegistryBatch, in_batches
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.rates_desk import RatesDesk
from chalicelib.usecases.read_shard_state import LedgerReader
from chalicelib.usecases.start_bill_run import BillRunStarter
from tests.rates_office import SUPERVISOR, put_in_force
from tests.towns import CYCLE, TARIFFS, entry


@dataclass
class InProcess:
    """A utility in memory. `now` is what every clock says."""

    now: datetime = datetime(2026, 10, 12, 12, tzinfo=UTC)
    audit: MemoryAuditStore = field(default_factory=MemoryAuditStore)
    store: MemoryArtefacts = field(default_factory=MemoryArtefacts)
    reads: MemoryReadStore = field(default_factory=MemoryReadStore)
    periods: MemoryAccountingPeriods = field(default_factory=MemoryAccountingPeriods)
    events: MemoryEvents = field(default_factory=MemoryEvents)

    def __post_init__(self) -> None:
        self.registry = MemoryRegistryStore(self.audit)
        self.operations = MemoryOperations(audit=self.audit)
        self.ledger = MemoryLedgerStore(
            is_frozen=lambda cycle: self.operations.holder(cycle) is not None, claims=self.operations.claims
        )
        self.snapshots = ArtefactSnapshots(self.store)
        self.ledger_reader = LedgerReader(ledger=self.ledger, snapshots=self.snapshots)
        self.artefacts = StoredRunArtefacts(self.store, read_rate_document=read_rate_document)
        self.executions = self.new_executions()
        self.lives = MemoryTariffLives(audit=self.audit)
        self.publish(*_town_tariffs())

    def rates_desk(self, actor: str = SUPERVISOR) -> RatesDesk:
        return RatesDesk(
            lives=self.lives,
            store=self.store,
            registry=self.registry,
            ledger=self.ledger,
            operations=self.operations,
            artefacts=self.artefacts,
            read=read_rate_document,
            actor=actor,
            now=self.now,
        )

    def billing_desk(self) -> BillingDesk:
        return BillingDesk(
            registry=self.registry,
            reads=self.reads,
            ledger=self.ledger_reader,
            operations=self.operations,
            store=self.store,
            read_rate_document=read_rate_document,
        )

    def posting_desk(self, today: date, *, actor: str = "test") -> Desk:
        """Where postings of `today` are made, in the afternoon."""
        return Desk(
            ledger=self.ledger,
            periods=self.periods,
            actor=actor,
            now=datetime(today.year, today.month, today.day, 15, tzinfo=UTC),
            today=today,
        )

    def publish(self, *documents: str | LoadedTariff) -> dict[str, bool]:
        """Put tariffs in force, drafted by one person and reviewed by another."""
        return put_in_force(self.rates_desk(), *documents)

    def new_executions(self) -> InProcessExecutions:
        return InProcessExecutions(
            now=lambda: self.now,
            registry=self.registry,
            reads=self.reads,
            ledger=self.ledger,
            ledger_reader=self.ledger_reader,
            periods=self.periods,
            operations=self.operations,
            store=self.store,
            artefacts=self.artefacts,
            events=self.events,
        )

    @property
    def starter(self) -> BillRunStarter:
        return BillRunStarter(registry=self.registry, operations=self.operations, executions=self.executions)

    def register(self, things: Iterable[Registered]) -> None:
        for batch in in_batches(things):
            self.registry.save(batch)

    def change(self, before: Registered, after: Registered) -> None:
        self.registry.save(RegistryBatch(changes=(Change(before, after),)))

    def read(self, reads: Iterable[MeterRead]) -> None:
        self.reads.record(list(reads), entry=entry())

    def bill(
        self,
        month: Month,
        *,
        run: str = "",
        on: date | None = None,
        cycle: CycleCode = CYCLE,
        policy: ApprovalPolicy | None = None,
        supersede: bool = False,
    ) -> BillRun:
        """Start a run on `on` (the 12th of the month) and return what became of it."""
        today = on or date(month.year, month.month, 12)
        self.now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        run_id = self.starter.start(
            run_id=RunId(run or f"{cycle}-{month}"),
            cycle=cycle,
            period=month,
            today=today,
            actor="test",
            now=self.now,
            policy=policy or ApprovalPolicy(most_excepted_per_mille=1000),
            supersede=supersede,
        )
        return self.operations.run(run_id)

    def retry(self, run: BillRun, *, on: date, name: str = "") -> BillRun:
        """Take the run up again, or bill what it left out, on `on`."""
        self.now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        run_id = self.starter.retry(
            run_id=run.run_id,
            new_run_id=RunId(name or f"{run.run_id}-again"),
            today=on,
            actor="test",
            now=self.now,
        )
        return self.operations.run(run_id)

    def ledger_of(self, *shards: str) -> list[FinancialTransaction]:
        return [
            transaction
            for shard in shards or ("C01.001",)
            for transaction in self.ledger.transactions_of_shard(Shard(shard))
        ]


@cache
def read_tariff(text: str) -> TariffVersion:
    """A tariff, read once for all utilities of a test process."""
    return load_tariff(text, file="frozen").version


@cache
def read_rate_document(text: str) -> RateDocument:
    """A frozen tariff or condition, read once for all utilities of a test process."""
    return read(text)


@cache
def _town_tariffs() -> tuple[LoadedTariff, ...]:
    """The tariffs that towns are billed on."""
    return tuple(load_tariff(text, file="towns.py") for text in TARIFFS)
