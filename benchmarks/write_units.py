"""Write units per posted bill, counted from what DynamoDB's answers say they consumed.

Sample bills of one to four services (six lines each) are posted as a bill run posts them: in batches behind
the door. The chunk's audit entry is shared by its 150 bills and counted too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from benchmarks._cloud import local_cloud
from benchmarks.row import Row
from benchmarks.sample_bills import sample_bills
from chalicelib import bootstrap
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.post_bill import transaction_of_bill

_BILLS = 150  # a shard
_TARGET = Decimal("1.1")
_AUDIT_UNITS = 1  # one entry of under a kilobyte for a chunk


def run() -> list[Row]:
    """Post a chunk of bills for each number of services; the target is for four."""
    with local_cloud():
        return [row for services in (1, 2, 3, 4) for row in _rows(services)]


def _rows(services: int) -> Iterator[Row]:
    bills = sample_bills(count=_BILLS, services=services, shard=f"U01.{services:03d}")
    at = datetime(2026, 11, 18, tzinfo=UTC)
    transactions = [transaction_of_bill(bill, recorded_at=at, chart=ChartOfAccounts()) for bill in bills]
    units = bootstrap.ledger_store().put_all(transactions) + _AUDIT_UNITS
    each = units / _BILLS
    named = f"a bill with {services} service" + ("s" if services > 1 else "")
    yield Row(
        name=f"write units, {named}",
        figure=float(each),
        unit="WRU/bill",
        target=f"≤ {_TARGET}",
        met=each <= _TARGET if services in (1, 4) else None,
    )
