"""Simulate a proposed tariff: the same usage on the tariffs in force and on the proposal, side by side.

Both sides hold for all days of the data, as if each had been in force the whole time: so a year that saw a
rate change is still compared like with like.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.simulation.figures import Compared
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.export_usage import determinants_of, events_of
from chalicelib.usecases.ports.simulation import Terms, Usage, UsageSource

GROUPED_BY = ("meter_size", "assistance")


class MovedToNowhere(Refusal):
    """Agreements were to be put on a tariff that neither side has."""


class NothingToGroupBy(Refusal):
    """Accounts were to be grouped by a column that the usage does not have."""


class CurrenciesDiffer(Refusal):
    """The tariffs to compare are in more than one currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed. `moved` puts a tariff's agreements on another one: OLD → NEW.

    `current` are the versions known today; those in force on `current_on` are compared (None: on the last day
    of service in the data). `conditions` hold on both sides. `by` names columns that accounts are grouped by;
    without any it is GROUPED_BY, as far as the usage has them. `needed` is the revenue needed over the days
    of the usage, in major units.
    """

    current: Sequence[TariffVersion]
    proposed: Sequence[TariffVersion]
    conditions: Sequence[Condition] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    by: Sequence[str] = ()
    current_on: date | None = None
    needed: Decimal | None = None


class Simulated(NamedTuple):
    """A simulation, and every row that is not in it."""

    simulation: Simulation
    left_out: Sequence[RejectedRow]


def simulate_tariff(proposal: Proposal, *, source: UsageSource) -> Simulated:
    """Rate all usage of `source` on both sides and sum up.

    A tariff that the proposal does not touch is rated as it is on both sides. Raises MovedToNowhere,
    NothingToGroupBy, CurrenciesDiffer, NothingToRate, and what the source raises.
    """
    versions = [*proposal.current, *proposal.proposed]
    with source.open(determinants=determinants_of(versions), events=events_of(versions)) as usage:
        return _simulated(proposal, usage)


def _simulated(proposal: Proposal, usage: Usage) -> Simulated:
    first_day, end = usage.days
    current_on = proposal.current_on or end - timedelta(days=1)
    current = _in_force(proposal.current, on=current_on)
    proposed = {**current, **_in_force(proposal.proposed, on=date.max)}
    for old, new in proposal.moved.items():
        if new not in proposed:
            raise MovedToNowhere(
                f"agreements of {old} cannot be put on {new}: no document given has that tariff", tariff=new
            )
    _require_one_currency(
        [*current.values(), *proposed.values()], codes={*usage.tariffs, *proposal.moved.values()}
    )
    found = usage.compare(
        now=Terms(versions=[*current.values()], conditions=proposal.conditions, moved={}, since=first_day),
        proposed=Terms(
            versions=[*proposed.values()],
            conditions=proposal.conditions,
            moved=proposal.moved,
            since=first_day,
        ),
        by=_grouped_by(proposal.by, known=usage.attributes),
    )
    changed = {version.code for version in proposal.proposed} | set(proposal.moved)
    used = [code for code in usage.tariffs if code in current]
    simulation = Simulation(
        source=usage.files,
        first_day=first_day,
        end=end,
        rows_read=usage.row_count,
        rows_rejected=len(usage.rejected),
        current_on=current_on,
        current=[_compared(current[code]) for code in used],
        proposed=[_compared(version) for version in _in_force(proposal.proposed, on=date.max).values()],
        moved=proposal.moved,
        unchanged_tariffs=[code for code in used if code not in changed],
        events=usage.events,
        events_untold=[
            name
            for name in events_of(_rated(usage, current, proposed, moved=proposal.moved))
            if name not in usage.events
        ],
        tells_positions=usage.positions,
        needed_minor=_minor(proposal.needed, found.comparison.currency),
        comparison=found.comparison,
    )
    return Simulated(simulation, [*usage.rejected, *found.refused])


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else Money(amount, currency).rounded(RoundingRule.HALF_UP).minor


def _rated(
    usage: Usage,
    current: Mapping[str, TariffVersion],
    proposed: Mapping[str, TariffVersion],
    *,
    moved: Mapping[str, str],
) -> Iterator[TariffVersion]:
    """The versions that agreements of the usage are on, on either side."""
    for code in usage.tariffs:
        yield from (
            side[on] for side, on in ((current, code), (proposed, moved.get(code, code))) if on in side
        )


def _in_force(versions: Iterable[TariffVersion], *, on: date) -> dict[str, TariffVersion]:
    """By tariff, the version that holds on a day; where none does yet, the first one to come."""
    found: dict[str, TariffVersion] = {}
    for version in sorted(versions, key=lambda one: (one.effective_from, one.version)):
        if version.code not in found or version.effective_from <= on:
            found[version.code] = version
    return found


def _grouped_by(wanted: Sequence[str], *, known: Sequence[str]) -> Sequence[str]:
    for name in wanted:
        if name not in known:
            raise NothingToGroupBy(
                f"accounts cannot be grouped by {name}: the usage has {', '.join(known) or 'no attributes'}",
                column=name,
            )
    return wanted or [name for name in GROUPED_BY if name in known]


def _require_one_currency(versions: Iterable[TariffVersion], *, codes: Collection[str]) -> None:
    found = {version.currency: version.reference for version in versions if version.code in codes}
    if len(found) > 1:
        said = " and ".join(f"{reference} in {currency}" for currency, reference in sorted(found.items()))
        raise CurrenciesDiffer(
            f"{said} cannot be summed up together: simulate each currency by itself", currencies=sorted(found)
        )


def _compared(version: TariffVersion) -> Compared:
    return Compared(
        reference=version.reference,
        name=version.name,
        effective_from=version.effective_from,
        fingerprint=version.fingerprint,
    )
