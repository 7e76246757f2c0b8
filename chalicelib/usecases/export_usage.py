"""Export what agreements were billed for, from the ledger: the usage that simulations run over.

Accounts and agreements appear by their ids, which say nothing of anybody; persons and premises are not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.billing.segment import position_of
from chalicelib.domain.kernel.ids import CycleCode, Shard
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.ledger.account_state import AccountState, BilledSegment
from chalicelib.domain.ledger.transaction_ids import cycle_period_of
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.simulation.dated_cells import attribute_cell, event_cell
from chalicelib.domain.tariffs.determinants import DeterminantKind
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.account_inputs import schedule_for
from chalicelib.usecases.freeze_chunk import scheduled_days
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.ports.simulation import BilledUsage
from chalicelib.usecases.read_shard_state import LedgerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageWindow:
    """The periods that end after `after`, up to and with `through`."""

    after: date
    through: date

    def __contains__(self, day: date) -> bool:
        return self.after < day <= self.through


def a_year_through(day: date) -> UsageWindow:
    """The twelve months that end on a day."""
    leap_day = (day.month, day.day) == (2, 29)
    return UsageWindow(after=date(day.year - 1, day.month, 28 if leap_day else day.day), through=day)


def determinants_of(versions: Iterable[TariffVersion]) -> tuple[str, ...]:
    """The names of all attributes of agreements that tariffs declare, each once; events are none."""
    return _declared(versions, events=False)


def events_of(versions: Iterable[TariffVersion]) -> tuple[str, ...]:
    """The names of all events that tariffs declare, each once."""
    return _declared(versions, events=True)


def _declared(versions: Iterable[TariffVersion], *, events: bool) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            determinant.name
            for version in versions
            for determinant in version.determinants
            if determinant.source.of_agreement and (determinant.kind is DeterminantKind.EVENT) == events
        )
    )


def export_usage(
    *,
    shards: Iterable[Shard],
    window: UsageWindow,
    registry: RegistryStore,
    reader: LedgerReader,
    events: Collection[str] = (),
    workers: int = 4,
) -> Iterator[Sequence[BilledUsage]]:
    """The live segments of each shard's agreements in `window`, shard by shard, for progress bars.

    The tariff is that of the last day of service. `events` names the determinants that are none of a day but
    happened on it. The ledger's states keep segments for thirteen months (LedgerRules): a window further
    back finds less.
    """
    export = _Export(window=window, registry=registry, reader=reader, events=frozenset(events))
    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(export.of_shard, shards)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Export:
    window: UsageWindow
    registry: RegistryStore
    reader: LedgerReader
    events: Collection[str]

    def of_shard(self, shard: Shard) -> list[BilledUsage]:
        states = self.reader.shard_states(shard)
        schedules = _Schedules(self.registry)
        return [
            row
            for one in self.registry.accounts_of_shard(shard)
            if (state := states.get(one.account.account_id)) is not None
            for agreement in one.agreements
            for row in self._of_agreement(agreement, state, one.account.cycle, schedules)
        ]

    def _of_agreement(
        self, agreement: ServiceAgreement, state: AccountState, cycle: CycleCode, schedules: _Schedules
    ) -> Iterator[BilledUsage]:
        for segment in sorted(state.live_segments(agreement.agreement_id), key=lambda one: one.period):
            tariff = agreement.tariff.find(segment.period.end - timedelta(days=1))
            if segment.period.end in self.window and tariff is not None:
                yield self._row(agreement, segment, tariff, schedules.days_planned(segment, cycle))

    def _row(
        self, agreement: ServiceAgreement, segment: BilledSegment, tariff: str, days_planned: int | None
    ) -> BilledUsage:
        return BilledUsage(
            account=agreement.account_id,
            agreement=agreement.agreement_id,
            tariff=tariff,
            start=segment.period.start,
            end=segment.period.end,
            usage=segment.quantity,
            unit=segment.unit,
            determinants=self._cells(agreement, segment.period),
            position=position_of(agreement, segment.period),
            scheduled_days=days_planned,
        )

    def _cells(self, agreement: ServiceAgreement, period: Period) -> Mapping[str, str]:
        cells = {
            name: (event_cell if name in self.events else attribute_cell)(dated, period=period)
            for name, dated in agreement.determinants.items()
        }
        return {name: cell for name, cell in cells.items() if cell}


class _Schedules:
    """The schedules of cycles, each read once."""

    def __init__(self, registry: RegistryStore) -> None:
        self._registry = registry
        self._known: dict[CycleCode, Sequence[Schedule]] = {}

    def days_planned(self, segment: BilledSegment, cycle: CycleCode) -> int | None:
        """How many days the bill of a segment of an account in `cycle` took the period to be planned for."""
        cycle, month = cycle_period_of(segment.transaction_id) or (cycle, None)
        if cycle not in self._known:
            self._known[cycle] = self._registry.schedules(cycle)
        schedules = self._known[cycle]
        if not any(month in (None, one.period) for one in schedules):
            return None
        return scheduled_days(schedule_for(cycle, schedules, month, segment.period.end), schedules)
