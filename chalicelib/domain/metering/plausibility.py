"""How much water is believable: the limits that rollovers and validation are held to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.quantity import Quantity, Unit

_ONE_M3 = Quantity(Fraction(1), Unit.CUBIC_METER)
_TWENTY_M3 = Quantity(Fraction(20), Unit.CUBIC_METER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlausibilityLimits:
    """Thresholds, all against the register's own history or its dials. A utility may pass its own.

    A register that shows less than before has either rolled over or gone wrong. It is taken to have rolled
    over only if the resulting usage is at most `capacity_share` of what the dials can count and, where there
    is history, at most `rollover_times_history` times the usual usage.

    Usage above `capacity_share` is implausible. Usage above `high_times_history` times the usual is far above
    history, but never below `high_from`. Zero usage is noted where at least `zero_from` is usual, and
    `estimates_in_a_row` estimated reads are noted as too many.
    """

    capacity_share: Decimal = Decimal("0.25")
    rollover_times_history: Decimal = Decimal(10)
    high_times_history: Decimal = Decimal(4)
    high_from: Quantity = _TWENTY_M3
    zero_from: Quantity = _ONE_M3
    estimates_in_a_row: int = 3


DEFAULT_LIMITS = PlausibilityLimits()
