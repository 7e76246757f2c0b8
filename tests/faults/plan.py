"""What a clerk's month of one seed holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, Shard
from chalicelib.domain.metering.meter_read import MeterRead
from tests.towns import CYCLE, SEPTEMBER, a_read, the_account

LEAVING_DAY = date(2026, 11, 18)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the month of one seed holds."""

    seed: int
    cycle: CycleCode
    shards: int
    accounts: int
    asks: bool
    late: AccountId
    never: AccountId
    held: AccountId
    payments: tuple[tuple[AccountId, int, date], ...]
    corrected: AccountId
    adjusted: AccountId
    leaving: AccountId

    @classmethod
    def of(cls, seed: int, *, cycle: CycleCode = CYCLE) -> Plan:
        """The plan of a seed: always the same. Where stores live on, every month needs a cycle of its own."""
        chance = Random(f"month {seed}")
        shards, accounts = chance.choice([2, 3]), chance.choice([2, 3])
        everyone = [
            the_account(number, shard=shard, cycle=cycle)
            for shard in range(1, shards + 1)
            for number in range(1, accounts + 1)
        ]
        late, never, held, corrected, adjusted = (chance.sample(everyone, len(everyone)) * 2)[:5]
        days = (date(2026, 11, 2), date(2026, 11, 13), date(2026, 11, 19))
        payments = tuple(
            (chance.choice(everyone), chance.randint(1, 9000), day) for day in days for _ in range(2)
        )
        return cls(
            seed=seed,
            cycle=cycle,
            shards=shards,
            accounts=accounts,
            asks=chance.random() < 0.5,
            late=late,
            never=never,
            held=held,
            payments=payments,
            corrected=corrected if corrected not in (late, never, held) else everyone[0],
            adjusted=adjusted,
            leaving=chance.choice([one for one in everyone if one != never]),
        )

    @property
    def shard_names(self) -> list[Shard]:
        return [Shard(f"{self.cycle}.{shard:03d}") for shard in range(1, self.shards + 1)]

    def reads(self, month: Month) -> Iterator[MeterRead]:
        """The month's reads, with a seed's own spread of use."""
        chance = Random(f"reads {self.seed} {month}")
        for shard in range(1, self.shards + 1):
            for number in range(1, self.accounts + 1):
                used = 12 * (month.month - SEPTEMBER.month) + chance.randint(0, 5) if month > SEPTEMBER else 0
                yield a_read(number, month, shard=shard, cycle=self.cycle, value=100 + used)
