"""What an account's bill would be if its cycle ran today. Nothing is written."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.billing.bill_account import Outcome
from chalicelib.domain.kernel.ids import AccountId, Month
from chalicelib.usecases.account_inputs import BillingDesk


def preview_bill(*, desk: BillingDesk, account_id: AccountId, period: Month, today: date) -> Outcome:
    """The bill of `account_id` for its cycle's `period`, or the reasons why there would be none.

    Raises AccountUnknown, ScheduleUnknown.
    """
    return desk.bill(desk.gather(account_id=account_id, period=period, today=today))
