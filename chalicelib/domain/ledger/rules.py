"""How transactions become balances: which accounts are which, and what a payment pays first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.ledger.account_state import Credit, OpenItem
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationPolicy:
    """The order in which open items are paid.

    What a credit names comes first (its agreement, charge group or due date), then the oldest due date, then
    `charge_group_priority`; groups it does not list come last, in order of name.
    """

    charge_group_priority: tuple[str, ...] = ()

    def rank(self, item: OpenItem, credit: Credit) -> tuple[bool, date, int, str, str]:
        """Sorts the open items for `credit`, what it pays first in front."""
        order = self.charge_group_priority
        group = item.charge_group
        place = order.index(group) if group in order else len(order)
        return not credit.is_meant_for(item), item.due_on, place, group, item.agreement_id or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRules:
    """What the fold of an account's transactions needs to know.

    Settled items are kept for `settled_kept_months` after their due date: long enough to reopen them exactly
    when a payment is returned (card disputes come within 120 days, returned bank debits within 60). A payment
    returned later is charged as an item of its own. Billed segments are kept `segments_kept_months`.
    """

    chart: ChartOfAccounts = field(default_factory=ChartOfAccounts)
    allocation: Dated[AllocationPolicy] = field(
        default_factory=lambda: Dated.since(date.min, AllocationPolicy())
    )
    settled_kept_months: int = 5
    segments_kept_months: int = 13
