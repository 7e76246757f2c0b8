"""The state machine in this process: the stages of statemachines/bill_run.asl.json one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.domain.billing.approval import Verdict
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.usecases.check_bill_run import check_bill_run
from chalicelib.usecases.close_bill_run import close_bill_run, record_failure
from chalicelib.usecases.decide_bill_run import await_approval
from chalicelib.usecases.freeze_chunk import freeze_chunk
from chalicelib.usecases.open_bill_run import Next, open_bill_run
from chalicelib.usecases.pass_door import pass_door
from chalicelib.usecases.ports.accounting_periods import AccountingPeriods
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.events import EventPublisher
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.operations import OperationsStore, RunUnknown
from chalicelib.usecases.ports.reads import ReadStore
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.post_chunk import post_chunk
from chalicelib.usecases.rate_chunk import rate_chunk
from chalicelib.usecases.read_shard_state import LedgerReader
from chalicelib.usecases.start_bill_run import read_order
from chalicelib.usecases.work_chunk import work_chunk


@dataclass(kw_only=True)
class InProcessExecutions:
    """RunExecutions that carries a run through its stages before `start` or `decide` returns.

    A refusal ends the execution as FAILED and is kept in `errors`; a BaseException (a crash in tests) passes
    through and leaves everything as a killed worker would.
    """

    now: Callable[[], datetime]
    registry: RegistryStore
    reads: ReadStore
    ledger: LedgerStore
    ledger_reader: LedgerReader
    periods: AccountingPeriods
    operations: OperationsStore
    store: ArtefactStore
    artefacts: RunArtefacts
    events: EventPublisher
    chart: ChartOfAccounts = field(default_factory=ChartOfAccounts)
    statuses: dict[str, ExecutionStatus] = field(default_factory=dict)
    errors: dict[str, Refusal] = field(default_factory=dict)
    _waiting: dict[str, tuple[str, RunId]] = field(default_factory=dict)

    def start(self, name: str, order: Mapping[str, object]) -> bool:
        """See RunExecutions."""
        if name in self.statuses:
            return False
        self._carry(name, RunId(str(order["run_id"])), lambda: self._from_open(name, order))
        return True

    def status(self, name: str) -> ExecutionStatus:
        """See RunExecutions."""
        return self.statuses.get(name, ExecutionStatus.UNKNOWN)

    def decide(self, token: str, *, approved: bool) -> bool:
        """See RunExecutions."""
        if token not in self._waiting:
            return False
        name, run_id = self._waiting.pop(token)
        if approved:
            self._carry(name, run_id, lambda: self._from_door(run_id))
        else:
            self.statuses[name] = ExecutionStatus.SUCCEEDED
        return True

    def _carry(self, name: str, run_id: RunId, go: Callable[[], bool]) -> None:
        """Run stages until the end, a refusal, or a decision that is waited for (then it stays RUNNING)."""
        self.statuses[name] = ExecutionStatus.FAILED  # what is left behind by a crash
        try:
            finished = go()
        except Refusal as refusal:
            self.errors[name] = refusal
            self._note(run_id, refusal)
            return
        self.statuses[name] = ExecutionStatus.SUCCEEDED if finished else ExecutionStatus.RUNNING

    def _note(self, run_id: RunId, refusal: Refusal) -> None:
        try:
            record_failure(run_id=run_id, reason=refusal.message, operations=self.operations)
        except RunUnknown:
            return

    def _from_open(self, name: str, document: Mapping[str, object]) -> bool:
        order = read_order(dict(document))
        run_id = order.run_id
        going = open_bill_run(
            order=order,
            now=self.now(),
            registry=self.registry,
            operations=self.operations,
            periods=self.periods,
            artefacts=self.artefacts,
            store=self.store,
        )
        verdict = Verdict.GO if going is Next.DOOR else Verdict.ASK
        if going is Next.FREEZE:
            self._each(run_id, Stage.FREEZE, lambda item: self._freeze(run_id, item))
            self._each(run_id, Stage.RATE, lambda item: self._rate(run_id, item))
            verdict = check_bill_run(
                run_id=run_id, now=self.now(), operations=self.operations, artefacts=self.artefacts
            )
        if verdict is Verdict.STOP:
            raise ChunksFailed(f"run {run_id} has failed chunks", run_id=run_id)
        if verdict is Verdict.ASK:
            token = f"token of {name}"
            self._waiting[token] = name, run_id
            await_approval(run_id=run_id, token=token, operations=self.operations, executions=self)
            return token not in self._waiting
        return self._from_door(run_id)

    def _from_door(self, run_id: RunId) -> bool:
        manifest_hash = pass_door(
            run_id=run_id, now=self.now(), operations=self.operations, artefacts=self.artefacts
        )
        self._each(run_id, Stage.POST, lambda item: self._post(run_id, manifest_hash, item))
        closed = close_bill_run(
            run_id=run_id,
            now=self.now(),
            operations=self.operations,
            periods=self.periods,
            artefacts=self.artefacts,
            events=self.events,
        )
        if not closed:
            raise ChunksFailed(f"run {run_id} has chunks that are not posted", run_id=run_id)
        return True

    def _each(self, run_id: RunId, stage: Stage, work: Callable[[Mapping[str, str]], ChunkReport]) -> None:
        for item in self.artefacts.todo(run_id, stage):
            work_chunk(
                run_id=run_id,
                shard=Shard(item["shard"]),
                stage=stage,
                work=partial(work, item),
                operations=self.operations,
                transient=(),
            )

    def _freeze(self, run_id: RunId, item: Mapping[str, str]) -> ChunkReport:
        return freeze_chunk(
            run_id=run_id,
            shard=Shard(item["shard"]),
            registry=self.registry,
            reads=self.reads,
            ledger=self.ledger_reader,
            operations=self.operations,
            artefacts=self.artefacts,
        )

    def _rate(self, run_id: RunId, item: Mapping[str, str]) -> ChunkReport:
        return rate_chunk(
            run_id=run_id,
            shard=Shard(item["shard"]),
            operations=self.operations,
            artefacts=self.artefacts,
        )

    def _post(self, run_id: RunId, manifest_hash: str, item: Mapping[str, str]) -> ChunkReport:
        return post_chunk(
            run_id=run_id,
            manifest_hash=manifest_hash,
            shard=Shard(item["shard"]),
            draft_key=item["draft"],
            draft_sha256=item["sha256"],
            ledger=self.ledger,
            reads=self.reads,
            operations=self.operations,
            artefacts=self.artefacts,
            chart=self.chart,
        )


class ChunksFailed(Refusal):
    """An execution ends because chunks failed; the run can be retried for them alone."""


class MemoryEvents:
    """EventPublisher in a list."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, Mapping[str, Any]]] = []

    def publish(self, kind: str, *, unique: str, facts: Mapping[str, object]) -> None:
        """See EventPublisher."""
        self.published.append((kind, unique, dict(facts)))
