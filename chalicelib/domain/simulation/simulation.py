"""A what-if as a whole: what was compared on which usage, what came out, and the proof that it adds up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.domain.simulation.figures import (
    QUINTILE,
    Change,
    Compared,
    Comparison,
    Control,
    Measure,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A proposal over a utility's own usage.

    `first_day` to `end` (half-open) are the days of the data, `rows_read` all rows in it and `rows_rejected`
    those that could not be understood. `moved` says which tariff's agreements are put on another one.
    `events` are those that the usage tells of, `events_untold` others that a tariff on either side charges
    for. `tells_positions`: whether the usage says which bills are opening or closing ones. `needed_minor` is
    the revenue needed over these days (None: nobody said).
    """

    source: Sequence[str]
    first_day: date
    end: date
    rows_read: int
    rows_rejected: int
    current_on: date
    current: Sequence[Compared]
    proposed: Sequence[Compared]
    moved: Mapping[str, str]
    unchanged_tariffs: Sequence[str]
    events: Sequence[str] = ()
    events_untold: Sequence[str] = ()
    tells_positions: bool = False
    needed_minor: int | None = None
    comparison: Comparison

    @property
    def controls(self) -> tuple[Control, ...]:
        """The control totals, each of two counts made apart from one another."""
        return tuple(_controls(self))

    @property
    def is_proved(self) -> bool:
        """Whether every control total holds."""
        return all(control.holds for control in self.controls)


def _controls(simulation: Simulation) -> Iterator[Control]:
    found = simulation.comparison
    rows, accounts = found.rows_rated, found.overall.accounts
    yield Control(
        name="rows read = rated + refused + rejected",
        unit="rows",
        expected=simulation.rows_read,
        found=rows + found.rows_refused + simulation.rows_rejected,
    )
    yield Control(
        name="rows refused = rows by reason",
        unit="rows",
        expected=found.rows_refused,
        found=sum(reason.rows for reason in found.refused),
    )
    rows_of: dict[str, list[int]] = {
        "tariff": [group.rows for group in found.by_tariff],
        "class": [group.rows for group in found.by_class],
        "month": [group.rows for group in found.by_month],
    }
    for name, counted in rows_of.items():
        yield Control(name=f"rows rated = rows by {name}", unit="rows", expected=rows, found=sum(counted))
    parts: dict[str, Iterable[Change]] = {
        "charges": (row.revenue for row in found.by_charge),
        "tariffs": (row.revenue for row in found.by_tariff),
        "classes": (row.revenue for row in found.by_class),
        "months": (row.revenue for row in found.by_month),
        "accounts": (row.revenue for row in found.accounts),
    }
    for name, changes in parts.items():
        whole = Change(0, 0)
        for change in changes:
            whole = whole.plus(change)
        for side in ("now", "proposed"):
            yield Control(
                name=f"{side}: total = sum of {name}",
                unit="minor",
                expected=getattr(found.total, f"{side}_minor"),
                found=getattr(whole, f"{side}_minor"),
            )
    overall = found.overall
    counts = {
        "accounts = less + same + more": overall.less + overall.same + overall.more,
        "accounts = accounts listed": len(found.accounts),
        "accounts = bands of money": sum(band.accounts for band in found.bands[Measure.MONEY]),
        "accounts = bands of percent + without percentage": found.without_percentage
        + sum(band.accounts for band in found.bands[Measure.PERCENT]),
    }
    for dimension in found.dimensions:
        counts[f"accounts = accounts by {dimension}"] = sum(
            group.effect.accounts for group in found.groups_of(dimension)
        )
    counts["accounts = accounts by class and usage"] = sum(one.effect.accounts for one in found.fifths) + sum(
        group.effect.accounts for group in found.groups_of(QUINTILE) if not group.value
    )
    for name, count in counts.items():
        yield Control(name=name, unit="accounts", expected=accounts, found=count)
