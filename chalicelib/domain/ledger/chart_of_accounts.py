"""The general ledger accounts that billing itself posts to. Revenue and tax accounts come from tariffs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from chalicelib.domain.kernel.dated import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartOfAccounts:
    """Account numbers of the control accounts.

    `receivable` is the customers' control account: its balance is the sum of all account balances. Unapplied
    cash and credits are part of it (a customer's credit is a negative receivable). Deposits, arrangements
    and write-offs stay in accounts of their own.
    """

    receivable: str = "1200"
    cash_clearing: str = "1090"
    deposits: str = "2300"
    write_off: str = "6400"
    adjustments: str = "4900"
    opening_balance: str = "3900"
    fund: str = "general"  # of legs that no tariff line gives a fund

    @property
    def control_accounts(self) -> frozenset[str]:
        """Every account number of the chart."""
        return frozenset(getattr(self, field.name) for field in fields(self) if field.name != "fund")


DEFAULT_CHART = Dated.since(date(1900, 1, 1), ChartOfAccounts())
