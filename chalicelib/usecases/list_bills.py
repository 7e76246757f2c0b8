"""List an account's bills, newest first, page by page, and find one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.ids import AccountId, BillId, Month, TransactionId, shard_of
from chalicelib.domain.ledger.transaction_ids import cancellation_id
from chalicelib.usecases.make_bill_document import bill_unknown
from chalicelib.usecases.ports.ledger import LedgerStore

MOST_MONTHS = 25  # accounting periods that one page looks through: one small read each
_LONGEST_ID = 200


class BillStanding(StrEnum):
    """What has become of a bill's charges since it was posted."""

    LIVE = "live"
    CORRECTED = "corrected"  # some services' charges were canceled, and perhaps billed anew
    CANCELED = "canceled"  # all were


class BillPlace(NamedTuple):
    """Where a bill stands in the list, which goes from the greatest place to the least."""

    accounting_period: Month
    bill_date: date
    bill_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedBill:
    """A bill as it was posted, and its standing now."""

    bill: Bill
    standing: BillStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPage:
    """Some bills, newest first. What comes after `go_on_after` is not among them yet (None: that is all).

    A page may hold fewer bills than asked for and yet not be the last: where an account was not billed for
    longer than MOST_MONTHS.
    """

    bills: tuple[PostedBill, ...]
    go_on_after: BillPlace | None


def list_bills(
    account_id: AccountId, *, ledger: LedgerStore, after: BillPlace | None = None, limit: int
) -> BillPage:
    """At most `limit` bills of an account that come after a place in the list."""
    extent = ledger.extent(shard_of(account_id))
    if extent is None:
        return BillPage(bills=(), go_on_after=None)
    first, last = extent
    month = min(after.accounting_period, last) if after else last
    earliest = max(first, month.plus(1 - MOST_MONTHS))
    found: list[Bill] = []
    while month >= earliest and len(found) <= limit:
        posted = ledger.transactions_of_account(account_id, since=month, through=month)
        bills = [one.bill for one in posted if one.bill is not None]
        found += sorted((one for one in bills if after is None or _place(one) < after), key=_place)[::-1]
        month = month.plus(-1)
    shown, go_on_after = found[:limit], None
    if len(found) > limit:
        go_on_after = _place(shown[-1])
    elif month >= first:
        go_on_after = BillPlace(month.plus(1), date.min, "")
    return BillPage(bills=_with_standing(account_id, shown, ledger), go_on_after=go_on_after)


def find_bill(account_id: AccountId, bill_id: BillId, *, ledger: LedgerStore) -> PostedBill:
    """One bill of an account. Raises BillUnknown."""
    (posted,) = _with_standing(account_id, [require_bill(account_id, bill_id, ledger=ledger)], ledger)
    return posted


def require_bill(account_id: AccountId, bill_id: BillId, *, ledger: LedgerStore) -> Bill:
    """A bill that the account has, as it was posted. Raises BillUnknown."""
    found = None
    if len(bill_id) <= _LONGEST_ID and bill_id.isprintable():
        found = ledger.find(account_id, TransactionId(bill_id))
    if found is None or found.bill is None:
        raise bill_unknown(account_id, bill_id)
    return found.bill


def _place(bill: Bill) -> BillPlace:
    return BillPlace(bill.accounting_period, bill.bill_date, bill.bill_id)


def _with_standing(
    account_id: AccountId, bills: Sequence[Bill], ledger: LedgerStore
) -> tuple[PostedBill, ...]:
    """Bills are canceled agreement by agreement, each under an id that follows from the bill's."""
    undoing = {bill.bill_id: _cancellations(bill) for bill in bills}
    done = ledger.claimed(account_id, [one for ids in undoing.values() for one in ids])
    return tuple(PostedBill(bill=bill, standing=_standing(undoing[bill.bill_id], done)) for bill in bills)


def _cancellations(bill: Bill) -> frozenset[TransactionId]:
    return frozenset(
        cancellation_id(bill_id=bill.bill_id, agreement_id=segment.agreement_id) for segment in bill.segments
    )


def _standing(ids: frozenset[TransactionId], done: frozenset[TransactionId]) -> BillStanding:
    if not ids & done:
        return BillStanding.LIVE
    return BillStanding.CANCELED if ids <= done else BillStanding.CORRECTED
