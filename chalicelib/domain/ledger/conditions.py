"""What else must hold at the instant a transaction is posted. The store checks it in the same write."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.kernel.ids import CycleCode


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """No bill run holds this cycle: a bill made beside it would be missing from the run's frozen inputs."""

    cycle: CycleCode


PostingCondition = NotFrozen
