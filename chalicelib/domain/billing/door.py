"""The one-way door between drafts and postings, and the claim on a cycle that leads up to it.

While a run is under way it holds its cycle: no other run starts there and no off-cycle bill is posted, so the
inputs it froze stay true. The door of (cycle, period, wave) is passed at most once, by one run with one draft
manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.billing.run import BillRun
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId


class CycleBusy(Refusal):
    """Another run holds the cycle. `data["run_id"]` names it."""


class CyclePeriodAlreadyPosted(Refusal):
    """Another run has passed the door of this cycle's period. `data["run_id"]` names it."""


class DoorShut(Refusal):
    """A run that does not hold the door, or not with these drafts, tries to pass it or to post."""


class DoorState(StrEnum):
    """A door is claimed by a run, passed by it, and closed when everything is posted."""

    CLAIMED = "claimed"
    PASSED = "passed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Who may post, or has posted, a cycle's period in a wave, and which drafts."""

    cycle: CycleCode
    period: Month
    wave: int
    run_id: RunId
    state: DoorState
    manifest_hash: str = ""

    def require_passed(self, *, run_id: RunId, manifest_hash: str) -> None:
        """Raises DoorShut unless `run_id` has passed with the drafts of `manifest_hash`."""
        passed = self.state is not DoorState.CLAIMED and self.run_id == run_id
        if not passed or self.manifest_hash != manifest_hash:
            raise DoorShut(
                f"run {run_id} may not post {self.cycle} {self.period}: its door is {self.state.value} by "
                f"run {self.run_id}" + (" with other drafts" if passed else ""),
                run_id=run_id,
                holder=self.run_id,
                door=self.state.value,
            )


def already_posted(door: Door) -> CyclePeriodAlreadyPosted:
    """The refusal that tells a late run who was there before."""
    return CyclePeriodAlreadyPosted(
        f"{door.cycle} {door.period} was posted by run {door.run_id}; to bill the accounts it left out, "
        f"use `headgate billrun retry {door.run_id}`",
        run_id=door.run_id,
        cycle=door.cycle,
        period=str(door.period),
        wave=door.wave,
    )


def cycle_busy(run: BillRun, holder: RunId) -> CycleBusy:
    """The refusal that tells the second starter who is at work."""
    return CycleBusy(
        f"cycle {run.cycle} is held by run {holder}: wait until it is closed, reject it, or look at it with "
        f"`headgate billrun show {holder}`",
        run_id=holder,
        cycle=run.cycle,
    )


def wave_too_early(run: BillRun, before: Door | None) -> CycleBusy:
    """The refusal of a wave whose predecessor is not closed."""
    return CycleBusy(
        f"wave {run.wave} of {run.cycle} {run.period} must wait until wave {run.wave - 1} is closed",
        run_id=before.run_id if before else None,
        cycle=run.cycle,
    )


def door_shut(run: BillRun, door: Door | None) -> DoorShut:
    """The refusal of a run that does not hold the door it wants to move."""
    held = f"it is {door.state.value} by run {door.run_id}" if door else "nobody has claimed it"
    return DoorShut(
        f"run {run.run_id} does not hold the door of {run.cycle} {run.period}: {held}",
        run_id=run.run_id,
        holder=door.run_id if door else None,
    )


def door_of(run: BillRun, state: DoorState) -> Door:
    """The run's door in `state`; from passing on it names the drafts."""
    return Door(
        cycle=run.cycle,
        period=run.period,
        wave=run.wave,
        run_id=run.run_id,
        state=state,
        manifest_hash="" if state is DoorState.CLAIMED else run.manifest_hash,
    )
