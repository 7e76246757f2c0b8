"""Usage in tiers, exactly as the reference divides it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_NOTHING = Fraction(0)
_BETWEEN_TIERS = re.compile(r"[\s|]+")
_ONE = r"(?:[\d.]+%?|indoor|outdoor)"
_SEVERAL = re.compile(rf"{_ONE}(?:[\s|]+{_ONE})+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TieredAmount:
    """What was used in each tier, what it costs, and what all of it costs."""

    usage: tuple[Fraction, ...]
    amounts: tuple[Fraction, ...]
    total: Fraction


def tiered_amount(
    usage: Fraction, *, starts: Sequence[Fraction], prices: Sequence[Fraction], start_is_in_tier: bool
) -> TieredAmount:
    """`usage` in tiers, and the price of each.

    With `start_is_in_tier` a tier ends one unit below the next start, on continuous usage: 12.5 units under
    starts 0 and 13 are 12 and 0.5. Without, it ends at the next start. The first start says nothing. A start
    that does not rise makes a tier of no width. The last tier takes the rest.
    """
    quantities: list[Fraction] = []
    below = _NOTHING
    for start in starts[1:]:
        end = start - 1 if start_is_in_tier else start
        within = max(min(usage, end) - below, _NOTHING)
        quantities.append(within)
        below += within
    quantities.append(max(usage - below, _NOTHING))
    amounts = tuple(quantity * price for quantity, price in zip(quantities, prices, strict=True))
    return TieredAmount(tuple(quantities), amounts, sum(amounts, _NOTHING))


def tier_texts(text: str) -> tuple[str, ...]:
    """What stands in `text`, which may hold several tiers side by side: `0 13 26` and `0|13|26` are three."""
    return tuple(_BETWEEN_TIERS.split(text)) if _SEVERAL.fullmatch(text) else (text,)
