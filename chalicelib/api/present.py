"""From what use cases give to what is answered, field by field: nothing goes out by being there."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from chalicelib.api import schemas
from chalicelib.domain.billing.bill import BillSegment
from chalicelib.domain.customers.person import Account, Address
from chalicelib.domain.customers.sealed_person import OpenedPerson
from chalicelib.domain.tariffs.line import BillLine
from chalicelib.usecases.list_bills import PostedBill
from chalicelib.usecases.show_account import AccountOverview
from chalicelib.usecases.show_usage import UsageOfService


def me_response(opened: OpenedPerson) -> schemas.MeResponse:
    """A person."""
    person = opened.person
    return schemas.MeResponse(
        name=person.name,
        email=person.email,
        phone=person.phone,
        language=person.language,
        mailing_address=_address(person.mailing_address) if person.mailing_address else None,
    )


def account_response(account: Account) -> schemas.AccountResponse:
    """An account, as lists have it."""
    return schemas.AccountResponse(
        account_id=account.account_id,
        number=account.number,
        currency=account.currency,
        opened_on=account.opened_on,
        closed_on=account.closed_on,
    )


def account_detail(account: Account, overview: AccountOverview) -> schemas.AccountDetailResponse:
    """An account with what is owed."""
    currency = account.currency
    return schemas.AccountDetailResponse(
        account_id=account.account_id,
        number=account.number,
        currency=currency,
        opened_on=account.opened_on,
        closed_on=account.closed_on,
        balance=_money(overview.balance_minor, currency),
        past_due=_money(overview.past_due_minor, currency),
        due_on=overview.dues[0].due_on if overview.dues else None,
        dues=[
            schemas.DueResponse(due_on=due.due_on, amount=_money(due.amount_minor, currency))
            for due in overview.dues
        ],
        services=[
            schemas.ServiceResponse(
                agreement_id=one.agreement_id, service_type=one.service_type, start=one.start, end=one.end
            )
            for one in overview.agreements
        ],
        service_addresses=[_address(address) for address in overview.service_addresses],
    )


def bill_response(posted: PostedBill) -> schemas.BillResponse:
    """A bill, as lists have it."""
    bill = posted.bill
    return schemas.BillResponse(
        bill_id=bill.bill_id,
        kind=bill.kind,
        period=str(bill.period),
        bill_date=bill.bill_date,
        due_on=bill.due_on,
        total=_money(bill.total_minor, bill.currency),
        standing=posted.standing,
    )


def bill_detail(posted: PostedBill) -> schemas.BillDetailResponse:
    """A bill with its services and lines."""
    bill = posted.bill
    return schemas.BillDetailResponse(
        **dict(bill_response(posted)),
        services=[_service(segment, bill.currency) for segment in bill.segments],
    )


def usage_response(found: Iterable[UsageOfService]) -> schemas.UsageResponse:
    """Billed water."""
    return schemas.UsageResponse(
        services=[
            schemas.ServiceUsageResponse(
                agreement_id=service.agreement_id,
                service_type=service.service_type,
                unit=service.unit,
                periods=[
                    schemas.UsagePeriodResponse(
                        start=one.period.start,
                        end=one.period.end,
                        days=one.period.days,
                        quantity=_text(one.quantity),
                        estimated=one.estimated,
                    )
                    for one in service.periods
                ],
            )
            for service in found
        ]
    )


def _service(segment: BillSegment, currency: str) -> schemas.BilledServiceResponse:
    return schemas.BilledServiceResponse(
        agreement_id=segment.agreement_id,
        service_type=segment.service_type,
        start=segment.period.start,
        end=segment.period.end,
        quantity=None if segment.quantity is None else _text(segment.quantity),
        unit=segment.unit,
        estimated=segment.estimated,
        lines=[_line(line, currency) for line in segment.lines],
        total=_money(segment.total_minor, currency),
    )


def _line(line: BillLine, currency: str) -> schemas.LineResponse:
    return schemas.LineResponse(
        charge=line.charge,
        kind=line.kind,
        label=line.label,
        start=line.period.start,
        end=line.period.end,
        quantity=None if line.quantity is None else _text(line.quantity),
        unit=line.unit,
        rate=None if line.rate is None else _text(line.rate),
        amount=_money(line.amount_minor, currency),
    )


def _money(amount_minor: int, currency: str) -> schemas.MoneyResponse:
    return schemas.MoneyResponse(amount_minor=amount_minor, currency=currency)


def _address(address: Address) -> schemas.AddressResponse:
    return schemas.AddressResponse(
        lines=list(address.lines),
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )


def _text(value: Decimal) -> str:
    return format(value, "f")
