"""Export what agreements were billed for, from the ledger: the usage that simulations run over.

Accounts and agreements appear by their ids, which say nothing of anybody; persons and premises are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.kernel.ids import Shard
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.determinants import DeterminantKind
from chalicelib.domain.tariffs.version import TariffVersion
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
    return tuple(
        dict.fromkeys(
            determinant.name
            for version in versions
            for determinant in version.determinants
            if determinant.source.of_agreement and determinant.kind is not DeterminantKind.EVENT
        )
    )


def export_usage(
    *,
    shards: Iterable[Shard],
    window: UsageWindow,
    registry: RegistryStore,
    reader: LedgerReader,
    workers: int = 4,
) -> Iterator[Sequence[BilledUsage]]:
    """The live segments of each shard's agreements in `window`, shard by shard, for progress bars.

    Tariff and determinants are those of the last day of service. The ledger's states keep segments for
    thirteen months (LedgerRules): a window further back finds less.
    """
    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(lambda shard: _of_shard(shard, window, registry, reader), shards)


def _of_shard(
    shard: Shard, window: UsageWindow, registry: RegistryStore, reader: LedgerReader
) -> list[BilledUsage]:
    states = reader.shard_states(shard)
    return [
        row
        for one in registry.accounts_of_shard(shard)
        if (state := states.get(one.account.account_id)) is not None
        for agreement in one.agreements
        for row in _of_agreement(agreement, state, window)
    ]


def _of_agreement(
    agreement: ServiceAgreement, state: AccountState, window: UsageWindow
) -> Iterator[BilledUsage]:
    for segment in sorted(state.live_segments(agreement.agreement_id), key=lambda one: one.period):
        last_day = segment.period.end - timedelta(days=1)
        tariff = agreement.tariff.find(last_day)
        if segment.period.end not in window or tariff is None:
            continue
        values = ((name, dated.find(last_day)) for name, dated in agreement.determinants.items())
        yield BilledUsage(
            account=agreement.account_id,
            agreement=agreement.agreement_id,
            tariff=tariff,
            start=segment.period.start,
            end=segment.period.end,
            usage=segment.quantity,
            unit=segment.unit,
            determinants={name: str(value) for name, value in values if value is not None},
        )
