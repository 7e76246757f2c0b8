"""What became of every row of a read file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.metering.interval_reduction import Dropped

# Rows set aside that somebody may want to look at: they are named one by one.
REMARKABLE = frozenset({Dropped.FELL, Dropped.CONTRADICTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetBoundary:
    """A period boundary near which a register of an interval file has no usable row."""

    meter_number: str
    position: str
    day: date


@dataclass(slots=True)
class ImportReport:
    """Rows by what became of them; each row is counted once.

    `superseded` are rows of an interval series that stand for no boundary, by reason; the odd ones among them
    are named in `remarkable`. `unmet` are boundaries, not rows.
    """

    recorded: int = 0
    duplicate: int = 0
    superseded: Counter[Dropped] = field(default_factory=Counter)
    rejected: list[RejectedRow] = field(default_factory=list)
    remarkable: list[RejectedRow] = field(default_factory=list)
    unmet: list[UnmetBoundary] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows of the file that were seen."""
        return self.recorded + self.duplicate + self.superseded.total() + len(self.rejected)
