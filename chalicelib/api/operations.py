"""Every operation of the API: route, words for the reference, names of its schemas (api/schemas.py).

Blueprints register their routes from here, and docs/openapi.json is made from here, so that neither can know
a route that the other does not. Schemas go by name: importing this table must not import pydantic.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.api.authorization import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `name` is its operationId and the function that answers it, in `module`."""

    name: str
    path: str
    summary: str
    answer: str
    module: str
    method: str = "GET"
    query: str = "NoRequest"
    description: str = ""

    @property
    def route(self) -> Route:
        """Method and path."""
        return self.method, self.path


_CUSTOMER = "chalicelib.api.customer_answers"
_ACCOUNT = "/accounts/{account_id}"
_BILL = "/accounts/{account_id}/bills/{bill_id}"
_ADDRESS = (
    "The bill is rendered unless it was before. Whoever has the address can fetch the document until it "
    "expires: do not pass it on."
)

HEALTH = Operation(
    name="get_health",
    path="/health",
    summary="Is this API deployed, and which build is it?",
    answer="HealthResponse",
    module="chalicelib.api.health",
)
CUSTOMER = (
    Operation(
        name="get_me",
        path="/me",
        summary="The signed-in customer",
        answer="MeResponse",
        module=_CUSTOMER,
    ),
    Operation(
        name="list_accounts",
        path="/accounts",
        summary="The customer's accounts",
        answer="AccountListResponse",
        query="AccountListRequest",
        description="In order of id. A page may hold fewer than `limit` and yet not be the last: go on while "
        "there is a `next_cursor`.",
        module=_CUSTOMER,
    ),
    Operation(
        name="get_account",
        path=_ACCOUNT,
        summary="An account: what is owed, and when it is due",
        answer="AccountDetailResponse",
        module=_CUSTOMER,
    ),
    Operation(
        name="list_bills",
        path=f"{_ACCOUNT}/bills",
        summary="An account's bills, newest first",
        answer="BillListResponse",
        query="BillListRequest",
        description="A page may hold fewer than `limit` and yet not be the last: go on while there is a "
        "`next_cursor`.",
        module=_CUSTOMER,
    ),
    Operation(
        name="get_bill",
        path=_BILL,
        summary="A bill, service by service and line by line",
        answer="BillDetailResponse",
        module=_CUSTOMER,
    ),
    Operation(
        name="get_bill_document",
        path=f"{_BILL}/document",
        summary="A bill as a document: everything that is printed on it",
        answer="BillDocument",
        description="The canonical document that PDF and HTML are made from.",
        module=_CUSTOMER,
    ),
    Operation(
        name="get_bill_pdf",
        path=f"{_BILL}/pdf",
        summary="An address under which the bill can be fetched as a PDF",
        answer="DocumentAddressResponse",
        query="DocumentRequest",
        description=_ADDRESS,
        module=_CUSTOMER,
    ),
    Operation(
        name="get_bill_html",
        path=f"{_BILL}/html",
        summary="An address under which the bill can be fetched as a web page",
        answer="DocumentAddressResponse",
        query="DocumentRequest",
        description=_ADDRESS,
        module=_CUSTOMER,
    ),
    Operation(
        name="get_usage",
        path=f"{_ACCOUNT}/usage",
        summary="The water of the last thirteen months, service by service",
        answer="UsageResponse",
        module=_CUSTOMER,
    ),
)
OPERATIONS = (HEALTH, *CUSTOMER)
