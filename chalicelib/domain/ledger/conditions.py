"""What else must hold at the instant a transaction is posted. The store checks it in the same write."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.kernel.ids import CycleCode, Month


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """No bill run has frozen this cycle's period: an off-cycle bill would slip past the run's inputs."""

    cycle: CycleCode
    period: Month


PostingCondition = NotFrozen
