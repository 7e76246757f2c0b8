"""The general ledger accounts that billing itself posts to. Revenue and tax accounts come from tariffs."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartOfAccounts:
    """Account numbers of the control accounts.

    `receivable` is the customers' control account: its balance is the sum of all account balances. Unapplied
    cash and credits are part of it (a customer's credit is a negative receivable). Deposits and write-offs
    stay in accounts of their own. `fund` is that of legs which no tariff line gives a fund.
    """

    receivable: str = "1200"
    cash_clearing: str = "1090"
    deposits: str = "2300"
    write_off: str = "6400"
    adjustments: str = "4900"
    opening_balance: str = "3900"
    fund: str = "general"

    def name_of(self, gl_account: str) -> str:
        """What an account number is in this chart; empty for revenue and tax accounts."""
        names = (field.name for field in fields(self) if field.name != "fund")
        return next((name for name in names if getattr(self, name) == gl_account), "")
