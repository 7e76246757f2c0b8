"""How much water is believable: the limits that rollovers and validation are held to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlausibilityLimits:
    """Thresholds, all against the register's own history or its dials. A utility may pass its own.

    A register that shows less than before has either rolled over or gone wrong. It is taken to have rolled
    over only if the resulting usage is at most `rollover_capacity_share` of what the dials can count and,
    where there is history, at most `rollover_times_history` times the usual usage.

    Usage above `high_times_history` times the usual is reported, and above `implausible_times_history` times
    refused as implausible; zero usage is reported where the usual usage of these days is at least
    `zero_from_dials` of the dials' last digit before the point.
    """

    rollover_capacity_share: Decimal = Decimal("0.25")
    rollover_times_history: Decimal = Decimal(10)
    high_times_history: Decimal = Decimal(4)
    implausible_times_history: Decimal = Decimal(20)
    zero_from_dials: Decimal = Decimal(10)
    estimates_in_a_row: int = 3


DEFAULT_LIMITS = PlausibilityLimits()
