"""A bill run: one cycle's period, billed together, and where that work stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard


class RunNotReady(Refusal):
    """A run is asked for a step that its state does not allow."""


class RunState(StrEnum):
    """How far a run is. Up to APPROVED it can be rejected or superseded; from POSTING on only completed."""

    OPEN = "open"  # inputs are frozen, chunks rated
    STOPPED = "stopped"  # chunks failed before the door: retry them
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    POSTING = "posting"  # the door is passed
    CLOSED = "closed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"

    @property
    def is_before_door(self) -> bool:
        """Whether the run may still be given up."""
        return self in _BEFORE_DOOR

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self in {RunState.CLOSED, RunState.REJECTED, RunState.SUPERSEDED}


_BEFORE_DOOR = frozenset({RunState.OPEN, RunState.STOPPED, RunState.AWAITING_APPROVAL, RunState.APPROVED})


class Stage(StrEnum):
    """The stages that go over chunks."""

    FREEZE = "freeze"
    RATE = "rate"
    POST = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDates:
    """The dates that every bill of a run bears, and the books it is posted to."""

    bill_date: date
    due_on: date
    accounting_period: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPolicy:
    """When a run may go on by itself: few accounts excepted and few estimated, in thousandths of all."""

    most_excepted_per_mille: int = 50
    most_estimated_per_mille: int = 100
    always_ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Control totals of a chunk or a run: every account that came in is billed, excepted or skipped.

    `amount_minor` is the sum of the bills, `withheld_minor` that of bills which could be rated but belong to
    excepted accounts. `reasons` counts exceptions by code.
    """

    accounts: int = 0
    billed: int = 0
    excepted: int = 0
    skipped: int = 0
    estimated: int = 0
    amount_minor: int = 0
    withheld_minor: int = 0
    currency: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def balances(self) -> bool:
        """Whether what came in equals what went out."""
        return self.accounts == self.billed + self.excepted + self.skipped

    def __add__(self, other: Tally) -> Tally:
        reasons = dict(self.reasons)
        for code, count in other.reasons.items():
            reasons[code] = reasons.get(code, 0) + count
        return Tally(
            accounts=self.accounts + other.accounts,
            billed=self.billed + other.billed,
            excepted=self.excepted + other.excepted,
            skipped=self.skipped + other.skipped,
            estimated=self.estimated + other.estimated,
            amount_minor=self.amount_minor + other.amount_minor,
            withheld_minor=self.withheld_minor + other.withheld_minor,
            currency=self.currency or other.currency,
            reasons=dict(sorted(reasons.items())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkReport:
    """What one stage made of one chunk. Written again by a repeated worker, with the same content.

    `artefact` is the key of what was left on S3. A chunk that failed carries the reason in `failure`.
    """

    run_id: RunId
    shard: Shard
    stage: Stage
    artefact: str = ""
    sha256: str = ""
    tally: Tally = Tally()
    failure: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the stage is done for this chunk."""
        return not self.failure


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRun:
    """A run and its state.

    `wave` counts the runs that may post for the same (cycle, period): 1 for the main run, one more each time
    excepted accounts are tried again. `today` is the utility's day on which inputs were frozen. `chunks`
    counts the shards of the run's manifest. `version` counts changes, so that nobody overwrites what somebody
    else just wrote. `passed_at` is when the door was passed; posted transactions bear it. `attempt` counts
    executions of the state machine. `failure` says why the last execution ended early.
    """

    run_id: RunId
    cycle: CycleCode
    period: Month
    wave: int
    opened_at: datetime
    today: date
    dates: RunDates
    policy: ApprovalPolicy = ApprovalPolicy()
    state: RunState = RunState.OPEN
    chunks: int = 0
    attempt: int = 1
    tally: Tally = Tally()
    manifest_hash: str = ""
    approved_by: str = ""
    approved_hash: str = ""
    passed_at: datetime | None = None
    closed_at: datetime | None = None
    failure: str = ""
    version: int = 0

    def require(self, *states: RunState) -> None:
        """Raises RunNotReady unless the run is in one of `states`."""
        if self.state not in states:
            allowed = " or ".join(state.value for state in states)
            raise RunNotReady(
                f"run {self.run_id} is {self.state.value}; this needs it to be {allowed}",
                run_id=self.run_id,
                state=self.state.value,
                allowed=[state.value for state in states],
            )

    def into(self, state: RunState, **changes: Any) -> BillRun:
        """The run in another state, with `changes`. What failed before is forgotten."""
        return replace(self, state=state, **{"failure": "", **changes})
