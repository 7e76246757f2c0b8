"""Identifiers: opaque strings with a type each, and the accounting month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NewType

from chalicelib.domain.kernel.errors import Refusal

PersonId = NewType("PersonId", str)
UserId = NewType("UserId", str)  # the customer pool's `sub`
AccountId = NewType("AccountId", str)  # "{shard}-{10 characters}"; see shard_of
PremiseId = NewType("PremiseId", str)
ServicePointId = NewType("ServicePointId", str)
AgreementId = NewType("AgreementId", str)
MeterId = NewType("MeterId", str)
RegisterId = NewType("RegisterId", str)
CycleCode = NewType("CycleCode", str)
Shard = NewType("Shard", str)
RunId = NewType("RunId", str)
BillId = NewType("BillId", str)
TransactionId = NewType("TransactionId", str)


class InvalidMonth(Refusal):
    """Text is not a calendar month written YYYY-MM."""


def shard_of(account_id: AccountId) -> Shard:
    """The shard an account was born in: the part of its id before the last hyphen.

    The shard is the partition of registry and ledger and the chunk of a bill run (docs/data-model.md).
    """
    shard, _, rest = account_id.rpartition("-")
    if not shard or not rest:
        raise ValueError(f"{account_id!r} is not an account id: expected SHARD-SERIAL")
    return Shard(shard)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month: an accounting period, or the period of a bill cycle."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month written `YYYY-MM`. Raises InvalidMonth."""
        year, _, month = text.partition("-")
        if len(text) == 7 and year.isdigit() and month.isdigit() and 1 <= int(month) <= 12:
            return cls(int(year), int(month))
        raise InvalidMonth(f"{text!r} is not a month: write YYYY-MM, for example 2026-11", month=text)

    @classmethod
    def of(cls, day: date) -> Month:
        """The month `day` lies in."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    def plus(self, months: int) -> Month:
        """The month `months` later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
