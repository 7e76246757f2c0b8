"""An account's bills, page by page, and what has become of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from chalicelib.domain.kernel.ids import AccountId, BillId, Month
from chalicelib.domain.ledger.reversal import cancellation_of, reversals_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.storage.memory.ledger import MemoryLedgerStore
from chalicelib.usecases.list_bills import (
    MOST_MONTHS,
    BillPage,
    BillPlace,
    BillStanding,
    find_bill,
    list_bills,
)
from chalicelib.usecases.make_bill_document import BillUnknown
from tests.ledger_builders import (
    ACCOUNT,
    NOVEMBER,
    OCTOBER,
    SEWER,
    WATER,
    a_payment,
    a_posted_bill,
    a_segment,
    entry,
    in_shard,
    undoing,
)

NEIGHBOR = in_shard(ACCOUNT.rpartition("-")[0], "ZYXWVUTSRQ")  # type: ignore[arg-type]
SEPTEMBER = Month(2026, 9)


class Counting(MemoryLedgerStore):
    """Counts the months that were read one by one, as each costs a call."""

    months: int = 0

    def transactions_of_account(
        self, account_id: AccountId, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        self.months += 1
        assert since == through
        return super().transactions_of_account(account_id, since=since, through=through)


def a_ledger(*bills: FinancialTransaction) -> Counting:
    ledger = Counting()
    ledger.put_all(bills)
    return ledger


def ids(page: BillPage) -> list[str]:
    return [posted.bill.bill_id for posted in page.bills]


def all_pages(ledger: MemoryLedgerStore, limit: int) -> list[list[str]]:
    pages, after = [], None
    while True:
        page = list_bills(ACCOUNT, ledger=ledger, after=after, limit=limit)
        pages.append(ids(page))
        if page.go_on_after is None:
            return pages
        assert after is None or page.go_on_after < after
        after = page.go_on_after


def month_bills(count: int, *, last: Month = NOVEMBER) -> list[FinancialTransaction]:
    return [a_posted_bill(month=last.plus(-n)) for n in range(count)]


def test_an_account_in_a_shard_without_transactions_has_no_bills() -> None:
    assert list_bills(ACCOUNT, ledger=a_ledger(), limit=5) == BillPage(bills=(), go_on_after=None)


def test_bills_come_newest_first_and_payments_are_none() -> None:
    ledger = a_ledger(*month_bills(3), a_payment(100), a_posted_bill(account=NEIGHBOR))

    page = list_bills(ACCOUNT, ledger=ledger, limit=5)

    assert ids(page) == ["BILL.C01.2026-11.0", "BILL.C01.2026-10.0", "BILL.C01.2026-09.0"]
    assert page.go_on_after is None


@pytest.mark.parametrize("limit", range(1, 9))
def test_pages_of_any_size_add_up_to_the_whole(limit: int) -> None:
    several = [
        a_posted_bill(a_segment(month=OCTOBER, agreement=SEWER), month=OCTOBER, bill_id=f"OFF.2026101{n}.0")
        for n in range(3)
    ]
    ledger = a_ledger(*month_bills(4), *several)
    [whole] = all_pages(ledger, 50)

    pages = all_pages(ledger, limit)

    assert len(whole) == 7
    assert [one for page in pages for one in page] == whole
    assert all(len(page) <= limit for page in pages)


def test_a_page_reads_no_more_months_than_it_fills() -> None:
    ledger = a_ledger(*month_bills(40))

    list_bills(ACCOUNT, ledger=ledger, limit=12)

    assert ledger.months == 13  # and one to know that there is more


def test_a_page_that_finds_nothing_stops_and_says_where_to_go_on() -> None:
    long_ago = a_posted_bill(month=NOVEMBER.plus(-60))
    ledger = a_ledger(long_ago, a_posted_bill(account=NEIGHBOR))

    first = list_bills(ACCOUNT, ledger=ledger, limit=5)

    assert ledger.months == MOST_MONTHS
    assert ids(first) == []
    assert first.go_on_after is not None
    assert all_pages(ledger, 5)[-1] == [long_ago.transaction_id]


def test_a_place_in_the_future_or_before_all_is_no_trouble() -> None:
    ledger = a_ledger(*month_bills(2))
    future = BillPlace(Month(2999, 1), date.max, "")
    past = BillPlace(Month(1999, 1), date.min, "")

    assert len(list_bills(ACCOUNT, ledger=ledger, after=future, limit=9).bills) == 2
    assert list_bills(ACCOUNT, ledger=ledger, after=past, limit=9) == BillPage(bills=(), go_on_after=None)


def test_a_bill_says_whether_its_charges_still_stand() -> None:
    segments = [a_segment(month=SEPTEMBER, agreement=one) for one in (WATER, SEWER)]
    half, whole, live = (
        a_posted_bill(*segments, month=month, bill_id=f"BILL.C01.{month}.0")
        for month in (SEPTEMBER, OCTOBER, NOVEMBER)
    )
    ledger = a_ledger(half, whole, live)
    undone = [cancellation_of(half, WATER, undoing()), *reversals_of(whole, undoing())]
    for one in undone:
        ledger.append(one, audit=entry(one))

    found = list_bills(ACCOUNT, ledger=ledger, limit=5).bills

    assert [one.standing for one in found] == [
        BillStanding.LIVE,
        BillStanding.CANCELED,
        BillStanding.CORRECTED,
    ]
    assert find_bill(ACCOUNT, BillId(half.transaction_id), ledger=ledger) == found[2]


@pytest.mark.parametrize("bill_id", ["BILL.C01.2026-10.0", "", "x" * 5000, "a\nb", "PAY.TEST.7"])
def test_a_bill_that_the_account_does_not_have_is_unknown(bill_id: str) -> None:
    neighbors = a_posted_bill(month=OCTOBER, account=NEIGHBOR)
    ledger = a_ledger(*month_bills(1), neighbors, a_payment(100, reference="7"))

    with pytest.raises(BillUnknown):
        find_bill(ACCOUNT, BillId(bill_id), ledger=ledger)
