"""What else must hold at the instant a transaction is posted. The store checks it in the same write."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.kernel.ids import CycleCode


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """No bill run holds this cycle: a bill made beside it would be missing from the run's frozen inputs.

    `claims` is how many runs had claimed the cycle when the bill's own inputs were read; a run that came and
    went since then has billed on. None: the transaction does not depend on what was read.
    """

    cycle: CycleCode
    claims: int | None = None


PostingCondition = NotFrozen
