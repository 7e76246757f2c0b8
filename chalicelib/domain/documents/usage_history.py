"""Thirteen months of water for the chart, from the segments that were billed and still count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from chalicelib.domain.billing.bill import Bill, BillSegment
from chalicelib.domain.documents.bill_document import UsageHistory, UsagePoint
from chalicelib.domain.kernel.ids import AgreementId, Month, TransactionId
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind
from chalicelib.domain.premises.service_agreement import ServiceType

MONTHS = 13
SAME_WATER_AGAIN = {ServiceType.SEWER}  # measured by the meter of the water that becomes it

_Key = tuple[ServiceType, str]


def live_segments(
    transactions: Iterable[FinancialTransaction],
) -> Iterator[tuple[Bill, BillSegment]]:
    """Every billed segment among an account's transactions that was not canceled by another of them."""
    found = list(transactions)
    canceled: set[tuple[TransactionId | None, AgreementId]] = {
        (one.reverses, agreement)
        for one in found
        if one.kind is TransactionKind.REVERSAL
        for agreement in one.cancels
    }
    for one in found:
        if one.bill is not None:
            for segment in one.bill.segments:
                if (one.transaction_id, segment.agreement_id) not in canceled:
                    yield one.bill, segment


def usage_history(
    segments: Iterable[tuple[Bill, BillSegment]], *, through: Month
) -> tuple[UsageHistory, ...]:
    """The metered services' water by month, up to the month `through`, services in a fixed order.

    Sewer is left out where it has the company of another service: it is the same water again. What an
    account has of one service in one unit is added up, over all its meters.
    """
    first = through.plus(1 - MONTHS)
    by_service: dict[_Key, dict[Month, list[BillSegment]]] = {}
    for bill, segment in segments:
        if segment.quantity is not None and first <= bill.period <= through:
            months = by_service.setdefault((segment.service_type, segment.unit), {})
            months.setdefault(bill.period, []).append(segment)
    others = [key for key in by_service if key[0] not in SAME_WATER_AGAIN]
    order = list(ServiceType)
    shown = sorted(others or by_service, key=lambda key: (order.index(key[0]), key[1]))
    return tuple(
        UsageHistory(
            service_type=key[0],
            unit=key[1],
            points=tuple(_point(month, its) for month, its in sorted(by_service[key].items())),
        )
        for key in shown
    )


def _point(month: Month, segments: list[BillSegment]) -> UsagePoint:
    start = min(segment.period.start for segment in segments)
    end = max(segment.period.end for segment in segments)
    return UsagePoint(
        month=str(month),
        start=start,
        end=end,
        days=(end - start).days,
        quantity=sum((segment.quantity or Decimal(0) for segment in segments), Decimal(0)),
        estimated=any(segment.estimated for segment in segments),
    )
