"""The state machine of statemachines/bill_run.asl.json in this process, with workers that can die.

Unlike chalicelib.storage.memory.executions it tries a state again when its worker died or lost its answer,
goes over chunks in any order, and delivers a chunk's work more than once when asked to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.domain.billing.approval import Verdict
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.usecases.check_bill_run import check_bill_run
from chalicelib.usecases.close_bill_run import close_bill_run, record_failure
from chalicelib.usecases.decide_bill_run import await_approval
from chalicelib.usecases.freeze_chunk import freeze_chunk
from chalicelib.usecases.open_bill_run import Next, open_bill_run
from chalicelib.usecases.pass_door import pass_door
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.ports.operations import RunUnknown
from chalicelib.usecases.post_chunk import post_chunk
from chalicelib.usecases.rate_chunk import rate_chunk
from chalicelib.usecases.start_bill_run import read_order
from chalicelib.usecases.work_chunk import work_chunk
from tests.faults.writes import ConnectionLost, Died

if TYPE_CHECKING:
    from tests.faults.utility import FaultyUtility

T = TypeVar("T")


class StateFailed(Exception):
    """A state was tried as often as it may be."""


class ExecutionEnds(Exception):
    """The execution fails for a reason that the run's own state tells."""


class Machine:
    """RunExecutions. `tries` is how often a state is tried; 1 leaves every fault to the clerk."""

    def __init__(self, utility: FaultyUtility, *, tries: int, chance: Random) -> None:
        self._utility = utility
        self._tries = tries
        self._chance = chance
        self.statuses: dict[str, ExecutionStatus] = {}
        self.refusals: list[Refusal] = []
        self._waiting: dict[str, tuple[str, RunId]] = {}

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
        self.statuses[name] = ExecutionStatus.RUNNING
        why = ""
        try:
            finished = go()
        except (StateFailed, ExecutionEnds) as failure:
            why = str(failure) or "a worker died"
        except Refusal as refusal:
            self.refusals.append(refusal)
            why = refusal.message
        else:
            self.statuses[name] = ExecutionStatus.SUCCEEDED if finished else ExecutionStatus.RUNNING
            return
        with suppress(StateFailed, Refusal):
            self._try(lambda: self._note(run_id, why))
        self.statuses[name] = ExecutionStatus.FAILED

    def _note(self, run_id: RunId, why: str) -> None:
        with suppress(RunUnknown):
            record_failure(run_id=run_id, reason=why, operations=self._utility.operations)

    def _try(self, work: Callable[[], T]) -> T:
        """What `work` returns, each time in a fresh worker."""
        for _ in range(self._tries):
            try:
                return work()
            except (Died, ConnectionLost):
                self._utility.new_process()
        raise StateFailed

    def _from_open(self, name: str, document: Mapping[str, object]) -> bool:
        ports = self._utility
        order = read_order(dict(document))
        run_id = order.run_id
        going = self._try(
            lambda: open_bill_run(
                order=order,
                now=ports.run_clock(),
                registry=ports.registry,
                operations=ports.operations,
                periods=ports.periods,
                artefacts=ports.artefacts,
                store=ports.store,
            )
        )
        verdict = Verdict.GO if going is Next.DOOR else Verdict.ASK
        if going is Next.FREEZE:
            self._each(run_id, Stage.FREEZE, self.freeze)
            self._each(run_id, Stage.RATE, self.rate)
            verdict = self._try(
                lambda: check_bill_run(
                    run_id=run_id,
                    now=ports.run_clock(),
                    operations=ports.operations,
                    artefacts=ports.artefacts,
                )
            )
        if verdict is Verdict.STOP:
            raise ExecutionEnds("chunks failed")
        if verdict is Verdict.ASK:
            token = f"token of {name}"
            self._waiting[token] = name, run_id
            self._try(
                lambda: await_approval(
                    run_id=run_id, token=token, operations=ports.operations, executions=self
                )
            )
            return token not in self._waiting and self.statuses[name] is ExecutionStatus.SUCCEEDED
        return self._from_door(run_id)

    def _from_door(self, run_id: RunId) -> bool:
        ports = self._utility
        manifest_hash = self._try(
            lambda: pass_door(
                run_id=run_id, now=ports.run_clock(), operations=ports.operations, artefacts=ports.artefacts
            )
        )
        self._each(run_id, Stage.POST, lambda run, item: self.post(run, manifest_hash, item))
        closed = self._try(
            lambda: close_bill_run(
                run_id=run_id,
                now=ports.run_clock(),
                operations=ports.operations,
                periods=ports.periods,
                artefacts=ports.artefacts,
                events=ports.events,
            )
        )
        if not closed:
            raise ExecutionEnds("chunks are not posted")
        return True

    def _each(self, run_id: RunId, stage: Stage, work: Callable[[RunId, Mapping[str, str]], Any]) -> None:
        """A chunk that fails is that chunk's alone, as the Map's Catch has it."""
        items = list(self._utility.artefacts.todo(run_id, stage))
        for item in self._chance.sample(items, len(items)):
            with suppress(StateFailed):
                self._try(lambda item=item: work(run_id, item))  # type: ignore[misc]

    def freeze(self, run_id: RunId, item: Mapping[str, str]) -> ChunkReport:
        """What the function FreezeChunk does."""
        ports, shard = self._utility, Shard(item["shard"])
        return self._work(
            run_id,
            shard,
            Stage.FREEZE,
            lambda: freeze_chunk(
                run_id=run_id,
                shard=shard,
                registry=ports.registry,
                reads=ports.reads,
                ledger=ports.ledger_reader,
                operations=ports.operations,
                artefacts=ports.artefacts,
            ),
        )

    def rate(self, run_id: RunId, item: Mapping[str, str]) -> ChunkReport:
        """What the function RateChunk does."""
        ports, shard = self._utility, Shard(item["shard"])
        return self._work(
            run_id,
            shard,
            Stage.RATE,
            lambda: rate_chunk(
                run_id=run_id, shard=shard, operations=ports.operations, artefacts=ports.artefacts
            ),
        )

    def post(self, run_id: RunId, manifest_hash: str, item: Mapping[str, str]) -> ChunkReport:
        """What the function PostChunk does."""
        ports, shard = self._utility, Shard(item["shard"])
        return self._work(
            run_id,
            shard,
            Stage.POST,
            lambda: post_chunk(
                run_id=run_id,
                manifest_hash=manifest_hash,
                shard=shard,
                draft_key=item["draft"],
                draft_sha256=item["sha256"],
                ledger=ports.ledger,
                reads=ports.reads,
                operations=ports.operations,
                artefacts=ports.artefacts,
                chart=ports.chart,
            ),
        )

    def _work(
        self, run_id: RunId, shard: Shard, stage: Stage, work: Callable[[], ChunkReport]
    ) -> ChunkReport:
        return work_chunk(
            run_id=run_id,
            shard=shard,
            stage=stage,
            work=work,
            operations=self._utility.operations,
            transient=(ConnectionLost,),
        )
