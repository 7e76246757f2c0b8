"""Two clerks who figure winter averages, over stores whose every write can go wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from random import Random
from typing import TypeVar

from chalicelib.domain.averages.proposal import Proposal, ProposalId, ProposedValue, ShardReport, Stage
from chalicelib.domain.averages.rule import AveragingRule
from chalicelib.domain.kernel.ids import AccountId
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.storage.average_files import StoredAverageFiles
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.averages import MemoryAverageProposals
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.freeze_average import begin_freezing, finish_freezing, freeze_shard
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import in_batches
from chalicelib.usecases.propose_average import (
    AverageDesk,
    finish_proposal,
    measure_shard,
    measured_classes,
    open_proposal,
    settle_shard,
    stage_progress,
)
from chalicelib.usecases.review_average import (
    Review,
    approve_proposal,
    manifest_of,
    proposed_chunks,
    review_proposal,
)
from tests.faults.ports import STORE, watched
from tests.faults.writes import ConnectionLost, Died, Writes
from tests.in_process import InProcess, read_tariff
from tests.winter_town import AVERAGE, EFFECTIVE, PROPOSED_ON, SEWER_TARIFF, the_rule, the_sewer

PROPOSALS = ("open", "change", "override", "withdraw_override", "report_shard")
REGISTRY = ("save",)
MAKER, CHECKER = "cli:maker", "cli:checker"
T = TypeVar("T")
_TRIES = 8
_LOST = (ConnectionLost,)


class AverageOffice:
    """What the commands of `headgate average` do, in this process; shards come in any order."""

    def __init__(
        self,
        *,
        ledger: LedgerStore,
        registry: MemoryRegistryStore,
        writes: Writes | None = None,
        chance: Random | None = None,
    ) -> None:
        self.writes = writes or Writes()
        self.chance = chance or Random(1)
        self.ledger = ledger
        self.audit: MemoryAuditStore = registry.audit
        self.store = MemoryArtefacts()
        self.stored = registry
        self.registry = watched(registry, "registry", REGISTRY, self.writes)
        self.proposals = watched(
            MemoryAverageProposals(audit=self.audit), "proposals", PROPOSALS, self.writes
        )
        self.files = StoredAverageFiles(watched(self.store, "store", STORE, self.writes))
        self.now = datetime(2027, 4, 2, 9, tzinfo=UTC)

    @classmethod
    def over(cls, utility: InProcess) -> AverageOffice:
        """An office of a utility in memory."""
        return cls(ledger=utility.ledger, registry=utility.registry)

    @classmethod
    def of(cls, things: Iterable[Registered], *, ledger: LedgerStore, **options: object) -> AverageOffice:
        """An office with a registry of its own, for bills that another utility has posted."""
        registry = MemoryRegistryStore(MemoryAuditStore())
        for batch in in_batches(things):
            registry.save(batch)
        return cls(ledger=ledger, registry=registry, **options)  # type: ignore[arg-type]

    def desk(self, actor: str = MAKER) -> AverageDesk:
        return AverageDesk(
            registry=self.registry,
            ledger=self.ledger,
            proposals=self.proposals,
            files=self.files,
            actor=actor,
            now=self.now,
        )

    def open(
        self,
        rule: AveragingRule | None = None,
        *,
        year: int = 2027,
        today: date = PROPOSED_ON,
        anew: bool = False,
        tariffs: Iterable[TariffVersion] = (),
    ) -> Proposal:
        return open_proposal(
            self.desk(),
            rule=rule or the_rule(),
            year=year,
            today=today,
            tariffs=[*tariffs] or [read_tariff(SEWER_TARIFF)],
            anew=anew,
        )

    def propose(
        self,
        rule: AveragingRule | None = None,
        *,
        year: int = 2027,
        today: date = PROPOSED_ON,
        anew: bool = False,
    ) -> Proposal:
        """What one `headgate average propose` does."""
        desk, proposal = self.desk(), self.open(rule, year=year, today=today, anew=anew)
        if proposal.manifest_sha256:
            return proposal
        for shard in self._any_order(stage_progress(desk, proposal.proposal_id, Stage.MEASURE).to_do):
            measure_shard(desk, proposal, shard, transient=_LOST)
        classes = measured_classes(desk, proposal)
        for shard in self._any_order(stage_progress(desk, proposal.proposal_id, Stage.SETTLE).to_do):
            settle_shard(desk, proposal, shard, classes=classes, transient=_LOST)
        return finish_proposal(desk, proposal.proposal_id, classes=classes)

    def review(self, proposal_id: ProposalId) -> Review:
        return review_proposal(self.desk(), proposal_id)

    def values(self) -> dict[AccountId, ProposedValue]:
        """What the newest proposal gives each account."""
        proposal = self.proposals.proposals()[0]
        chunks = proposed_chunks(self.desk(), manifest_of(self.desk(), proposal))
        return {one.account_id: one for chunk in chunks for one in chunk.values}

    def approve(self, proposal_id: ProposalId) -> Proposal:
        """What the checker does after looking at it."""
        sha256 = self.review(proposal_id).decision_sha256
        return approve_proposal(self.desk(CHECKER), proposal_id, sha256=sha256)

    def freeze(self, proposal_id: ProposalId) -> Proposal:
        """What one `headgate average freeze` does."""
        desk = self.desk(CHECKER)
        work = begin_freezing(desk, proposal_id)
        for shard in self._any_order(stage_progress(desk, proposal_id, Stage.FREEZE).to_do):
            freeze_shard(desk, work, shard, transient=_LOST)
        return finish_freezing(desk, work)

    def work(self) -> Proposal:
        """All three commands, each again until it comes through: whatever kills it, it is typed once more."""
        proposal = self._again(self.propose)
        self._again(lambda: self.approve(proposal.proposal_id))
        return self._again(lambda: self.freeze(proposal.proposal_id))

    def reports(self, proposal_id: ProposalId, stage: Stage) -> tuple[ShardReport, ...]:
        return tuple(self.proposals.shard_reports(proposal_id, stage))

    def sewer(self, account_id: AccountId) -> ServiceAgreement:
        """The sewer agreement as the registry has it."""
        agreements = self.registry.account(account_id).agreements
        return next(one for one in agreements if one.agreement_id == the_sewer(account_id))

    def average(self, account_id: AccountId, on: date = EFFECTIVE) -> object:
        """The winter average that holds on a day."""
        history = self.sewer(account_id).determinants.get(AVERAGE)
        return history.find(on) if history is not None else None

    def _any_order(self, shards: tuple[T, ...]) -> list[T]:
        return self.chance.sample(shards, len(shards))

    def _again(self, command: Callable[[], Proposal]) -> Proposal:
        for _ in range(_TRIES):
            with suppress(Died, ConnectionLost):
                return command()
        raise AssertionError(f"{_TRIES} commands did not come through")
