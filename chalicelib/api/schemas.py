"""What travels over the API. A response holds exactly the fields named here, whatever the domain object has.

Amounts are whole minor units beside their currency; quantities and rates are decimal text; days are
YYYY-MM-DD. There is no floating-point number anywhere.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.utility.profile import Paper
from chalicelib.usecases.list_bills import BillStanding

MOST_ACCOUNTS = 100
MOST_BILLS = 24


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 9):
        raise ValueError("write a whole number in digits")
    return value


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("write true or false")
    return value


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Response(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Limit = Annotated[int, BeforeValidator(_whole_number), Field(ge=1)]
Cursor = Annotated[
    str | None,
    Field(
        max_length=400,
        description="`next_cursor` of the page before. It belongs to one list, and cannot be made up.",
    ),
]
DecimalText = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["7.25"])]


class NoRequest(_Request):
    """No query parameters."""


class AccountListRequest(_Request):
    """Which accounts."""

    limit: Annotated[Limit, Field(le=MOST_ACCOUNTS, description="How many accounts a page may hold.")] = 25
    cursor: Cursor = None


class BillListRequest(_Request):
    """Which bills."""

    limit: Annotated[Limit, Field(le=MOST_BILLS, description="How many bills a page may hold.")] = 12
    cursor: Cursor = None


class DocumentRequest(_Request):
    """How the document is to look. What is left out is as the customer has chosen, or the utility."""

    language: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
            description="A language tag, such as `en`. One that the utility does not have gives its own.",
        ),
    ] = None
    paper: Paper | None = None
    large_print: Annotated[bool | None, BeforeValidator(_yes_or_no)] = None


class HealthResponse(_Response):
    """That this API is deployed."""

    status: str = Field(examples=["ok"])
    stage: str = Field(examples=["local"])
    version: str = Field(examples=["0.1.0"])


class MoneyResponse(_Response):
    """An amount in whole minor units (cents) of a currency (ISO 4217). What the customer owes is positive."""

    amount_minor: int = Field(examples=[4525])
    currency: str = Field(examples=["USD"])


class AddressResponse(_Response):
    """A postal address; `lines` as they are printed."""

    lines: list[str] = Field(examples=[["12 Weir Lane"]])
    city: str = Field(examples=["Riverbend"])
    region: str = Field(examples=["CA"])
    postal_code: str = Field(examples=["90000"])
    country: str = Field(examples=["US"])


class MeResponse(_Response):
    """The signed-in customer. A field that was erased, or was never known, is null."""

    name: str = Field(examples=["Ada Marsh"])
    email: str | None = Field(examples=["ada@example.com"])
    phone: str | None
    language: str = Field(examples=["en"])
    mailing_address: AddressResponse | None


class AccountResponse(_Response):
    """An account. `number` is the utility's own, as printed on bills; `account_id` is what paths take."""

    account_id: str = Field(examples=["C01.007-K3QZ7M2XAB"])
    number: str = Field(examples=["10-2044"])
    currency: str = Field(examples=["USD"])
    opened_on: date
    closed_on: date | None


class AccountListResponse(_Response):
    """A page of accounts. `next_cursor` is null on the last one."""

    accounts: list[AccountResponse]
    next_cursor: str | None


class DueResponse(_Response):
    """What is open of all that is due on one day."""

    due_on: date
    amount: MoneyResponse


class ServiceResponse(_Response):
    """A service of the account; `end` is the first day without it, null while it runs."""

    agreement_id: str
    service_type: ServiceType
    start: date
    end: date | None


class AccountDetailResponse(AccountResponse):
    """An account today. `balance` is negative when the utility owes; `due_on` is the first of `dues`."""

    balance: MoneyResponse
    past_due: MoneyResponse
    due_on: date | None
    dues: list[DueResponse]
    services: list[ServiceResponse]
    service_addresses: list[AddressResponse]


class BillResponse(_Response):
    """A bill. `total` is what it charges, without earlier balances.

    `standing`: all its charges hold, some were canceled (and perhaps billed anew), or all were.
    """

    bill_id: str = Field(examples=["BILL.C01.2026-11.0"])
    kind: BillKind
    period: str = Field(pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])
    bill_date: date
    due_on: date
    total: MoneyResponse
    standing: BillStanding


class BillListResponse(_Response):
    """A page of bills. `next_cursor` is null on the last one."""

    bills: list[BillResponse]
    next_cursor: str | None


class LineResponse(_Response):
    """One charge: `quantity` in `unit` at `rate`.

    `rate` is in major units of the currency, a percentage where `unit` is "%".
    """

    charge: str
    kind: LineKind
    label: str = Field(examples=["Water, first 10 ccf"])
    start: date
    end: date
    quantity: DecimalText | None
    unit: str = Field(examples=["ccf"])
    rate: DecimalText | None
    amount: MoneyResponse


class BilledServiceResponse(_Response):
    """One service over one period; `end` is the first day of the next. `quantity` is null without a meter."""

    agreement_id: str
    service_type: ServiceType
    start: date
    end: date
    quantity: DecimalText | None
    unit: str
    estimated: bool
    lines: list[LineResponse]
    total: MoneyResponse


class BillDetailResponse(BillResponse):
    """A bill with its services and lines."""

    services: list[BilledServiceResponse]


class DocumentAddressResponse(_Response):
    """Where a document can be fetched for `expires_in` seconds, by anybody who has the address."""

    url: str
    expires_in: int = Field(le=300, examples=[300])


class UsagePeriodResponse(_Response):
    """The water of one billed period; `end` is the first day of the next."""

    start: date
    end: date
    days: int
    quantity: DecimalText
    estimated: bool


class ServiceUsageResponse(_Response):
    """One service's billed water, oldest period first."""

    agreement_id: str
    service_type: ServiceType
    unit: str = Field(examples=["ccf"])
    periods: list[UsagePeriodResponse]


class UsageResponse(_Response):
    """An account's billed water."""

    services: list[ServiceUsageResponse]


class ParameterFaultResponse(_Response):
    """A query parameter that cannot be used, and how to mend it."""

    parameter: str = Field(examples=["limit"])
    message: str = Field(examples=["Input should be less than or equal to 24"])


class ProblemResponse(_Response):
    """What went wrong (RFC 9457). Programs look at `type`; `instance` names the request to the utility."""

    type: str = Field(examples=["urn:problem-type:headgate:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str
    instance: str = Field(examples=["urn:headgate:request:6ac2b5f0-4c0f-4d8a-9d53-d5f3a1d6d6f0"])
    errors: list[ParameterFaultResponse] | None = None
