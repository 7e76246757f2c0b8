"""Bills of one agreement on any rates, and what comparing two of them says."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.domain.billing.bill import Bill, BillKind, BillSegment
from chalicelib.domain.documents.bill_document import ComparedWith, Comparison
from chalicelib.domain.documents.comparison import Rates, compare_bills
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, CycleCode, Month
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.premises.service_agreement import ServiceAgreement, ServicePointLink, ServiceType
from chalicelib.domain.tariffs.rating import RatingRequest, TariffBook

AGREEMENT = ServiceAgreement(
    agreement_id=AgreementId("W1"),
    account_id=AccountId("C01.001-A"),
    service_type=ServiceType.WATER,
    start=date(2024, 1, 1),
    tariff=Dated.since(date(2024, 1, 1), "W"),
    links=(ServicePointLink(service_point_id="SP", start=date(2024, 1, 1)),),  # type: ignore[arg-type]
)


def a_bill(
    start: date, days: int, usage: int, rates: TariffBook, agreement: ServiceAgreement = AGREEMENT
) -> Bill:
    period = Period(start, start + timedelta(days=days))
    rated = rates.rate(
        RatingRequest(
            tariff=agreement.tariff,
            period=period,
            bill_date=period.end,
            usage=Quantity.of(usage, Unit.CCF),
            determinants=agreement.determinants,
        )
    )
    segment = BillSegment(
        agreement_id=agreement.agreement_id,
        service_type=agreement.service_type,
        period=period,
        generation=0,
        quantity=rated.billed_quantity,
        unit="ccf",
        estimated=False,
        reads=(),
        lines=rated.lines,
    )
    month = Month.of(period.end)
    return Bill(
        bill_id=BillId(f"BILL.C01.{month}.0"),
        account_id=agreement.account_id,
        kind=BillKind.CYCLE,
        cycle=CycleCode("C01"),
        period=month,
        bill_date=period.end,
        due_on=period.end + timedelta(days=21),
        accounting_period=month,
        currency="USD",
        segments=(segment,),
    )


def compared(
    now: Bill, before: Bill, rates: TariffBook, agreement: ServiceAgreement = AGREEMENT
) -> Comparison:
    return compare_bills(
        now=now,
        before=before,
        compared_with=ComparedWith.LAST_BILL,
        rates=Rates(agreements=(agreement,), book=rates, scheduled_days=None),
        number_of=str,
    )


def parts(found: Comparison) -> tuple[int, int, int, int]:
    return found.days_minor, found.usage_minor, found.rate_minor, found.other_minor
