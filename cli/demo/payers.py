"""Who pays what, and when: every account has habits, the same every month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random

from chalicelib.domain.kernel.ids import Month

_ROUND_MINOR = 5000


class Habit(Enum):
    """How an account pays; the figure is its share of all accounts in percent."""

    IN_FULL = 74  # within three weeks of the bill
    EVERY_OTHER_MONTH = 12
    ROUND_SUMS = 7  # 50 dollars at a time, ahead or behind
    PART = 4  # two thirds of what is owed
    NEVER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMade:
    """A payment as it comes in from the bank, with the account number on the slip."""

    account: str
    amount_minor: int
    received_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Payers:
    """The paying public of a town."""

    seed: int

    def habit(self, account: str) -> Habit:
        """The account's habit."""
        habits = list(Habit)
        weights = [habit.value for habit in habits]
        return Random(f"{self.seed}/habit/{account}").choices(habits, weights=weights)[0]

    def payments(
        self, balances: Mapping[str, int], *, period: Month, bill_date: date, until: date
    ) -> Iterator[PaymentMade]:
        """What comes in for the bills of `period`, given what each account owes; nothing after `until`.

        Accounts go by their numbers, which are the same whenever the town is made anew.
        """
        for account, balance_minor in balances.items():
            rng = Random(f"{self.seed}/{period}/{account}")
            amount_minor = self._amount(account, balance_minor, period)
            received_on = bill_date + timedelta(days=rng.randrange(2, 24))
            if amount_minor > 0 and received_on <= until:
                yield PaymentMade(account=account, amount_minor=amount_minor, received_on=received_on)

    def _amount(self, account: str, balance_minor: int, period: Month) -> int:
        match self.habit(account):
            case Habit.NEVER:
                return 0
            case Habit.EVERY_OTHER_MONTH:
                return balance_minor if period.month % 2 else 0
            case Habit.ROUND_SUMS:
                return -(-balance_minor // _ROUND_MINOR) * _ROUND_MINOR if balance_minor > 0 else 0
            case Habit.PART:
                return balance_minor * 2 // 3
            case _:
                return balance_minor
