"""The API without a cloud: requests as API Gateway hands them on, and a town in memory behind it."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest

import app
from chalicelib import bootstrap
from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.customers.user import User
from chalicelib.domain.documents.bill_document import (
    AccountFacts,
    BalanceForward,
    BillDocument,
    BillFacts,
    IssuerFacts,
    PaymentFacts,
    Recipient,
)
from chalicelib.domain.kernel.ids import AccountId, BillId, CycleCode, UserId
from chalicelib.domain.premises.service_point import Premise
from chalicelib.domain.utility.profile import Brand, Contacts, Paper
from chalicelib.identity.cursors import HmacCursors
from chalicelib.identity.key_ring import memory_key_ring
from chalicelib.identity.pseudonyms import HmacPseudonyms
from chalicelib.identity.sealing import AesGcmSealing
from chalicelib.runtime.log import logger
from chalicelib.runtime.settings import Settings, read_settings
from chalicelib.usecases.make_bill_document import BillUnknown
from chalicelib.usecases.ports.rendering import RenderedFile, RenderRequest
from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, household, reads_of_town, the_account, town

POOL, CLIENT = "us-east-1_Customers", "portal-client"
SECRET = b"a secret of thirty-two bytes, at least"
ADDRESS = Address(lines=("12 Weir Lane",), city="Riverbend", region="CA", postal_code="90000")
NAMES = {1: "Ada Marsh", 2: "Bert Brook"}


class Answer(NamedTuple):
    """What the function gives back to API Gateway."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class Documents:
    """Stands for what makes, renders and keeps bill documents; remembers what it was asked."""

    document_of: Mapping[tuple[str, str], BillDocument] = field(default_factory=dict)
    refusal: Exception | None = None
    rendered: list[RenderRequest] = field(default_factory=list)
    addressed: list[tuple[str, int, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def document(self, *, account_id: AccountId, bill_id: BillId) -> BillDocument:
        self.asked.append((account_id, bill_id))
        if (account_id, bill_id) not in self.document_of:
            raise BillUnknown(f"account {account_id} has no bill {bill_id}")
        return self.document_of[account_id, bill_id]

    def render(self, request: RenderRequest) -> RenderedFile:
        self.rendered.append(request)
        if self.refusal is not None:
            raise self.refusal
        return RenderedFile(f"bills/{request.bill_id}.{request.form}", f"bill.{request.form}")

    def address(self, key: str, *, seconds: int, file_name: str) -> str:
        self.addressed.append((key, seconds, file_name))
        return f"https://documents.example/{key}?signature=s"


@dataclass
class Gateway:
    """A town of two customers with a bill each for OCTOBER and NOVEMBER, and the API before it."""

    utility: InProcess
    documents: Documents
    sealing: AesGcmSealing
    log: io.StringIO

    def claims(self, number: int, **changes: object) -> dict[str, object]:
        """The claims of a customer's ID token, as API Gateway hands them on."""
        return {
            "sub": f"user-{number}",
            "aud": CLIENT,
            "iss": f"https://cognito-idp.us-east-1.amazonaws.com/{POOL}",
            "token_use": "id",
            "exp": f"{datetime.now(UTC).replace(year=2099):%a %b %d %H:%M:%S UTC %Y}",
            "email": f"{NAMES.get(number, 'nobody').split()[0].lower()}@example.com",
        } | changes

    def get(
        self,
        route: str,
        *,
        by: int | None = None,
        claims: Mapping[str, object] | None = None,
        query: Mapping[str, list[str]] | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        **path: str,
    ) -> Answer:
        """Call a route, `by` customer 1 or 2 or with `claims`."""
        claims = claims if claims is not None else (self.claims(by) if by else None)
        context = {
            "resourcePath": route,
            "httpMethod": method,
            "requestId": "6ac2b5f0-4c0f-4d8a-9d53-d5f3a1d6d6f0",
            "identity": {"sourceIp": "192.0.2.7"},
        }
        if claims is not None:
            context["authorizer"] = {"claims": dict(claims)}
        event = {
            "requestContext": context,
            "path": route.format(**path) if path else route,
            "headers": dict(headers or {}),
            "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
            "pathParameters": path or None,
            "multiValueQueryStringParameters": dict(query) if query else None,
            "stageVariables": None,
            "body": None,
            "isBase64Encoded": False,
        }
        answer = app.handler(event, None)
        return Answer(answer["statusCode"], json.loads(answer["body"]), answer["headers"])

    def logged(self) -> str:
        return self.log.getvalue()


def bill_id(month: object) -> str:
    return f"BILL.C01.{month}.0"


def a_gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """Bill a town in memory and put it behind the API."""
    utility = InProcess()
    utility.register(town(accounts=2))
    for month in (OCTOBER, NOVEMBER):
        utility.read(reads_of_town(month, accounts=2))
        utility.bill(month)
    sealing = AesGcmSealing(memory_key_ring(), HmacPseudonyms(SECRET))
    for number, name in NAMES.items():
        point, whole = household(number)
        person = Person(
            person_id=whole.account.person_id,
            name=name,
            mailing_address=ADDRESS,
            email=f"{name.split()[0].lower()}@example.com",
        )
        user = User(
            user_id=UserId(f"user-{number}"),
            person_id=whole.account.person_id,
            created_at=utility.now,
            created_by="test",
        )
        premise = Premise(premise_id=point.premise_id, address=ADDRESS)
        utility.register([sealing.seal(person), user, premise])
    documents = Documents()
    stream = io.StringIO()
    for name, made in {
        "settings": lambda: _settings(),
        "registry_store": lambda: utility.registry,
        "ledger_store": lambda: utility.ledger,
        "ledger_reader": lambda: utility.ledger_reader,
        "sealing": lambda: sealing,
        "cursors": lambda: HmacCursors(SECRET),
        "document_desk": lambda: documents,
        "bill_rendering": lambda: documents,
        "document_store": lambda: documents,
    }.items():
        monkeypatch.setattr(bootstrap, name, made)
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return Gateway(utility=utility, documents=documents, sealing=sealing, log=stream)


def a_document(account_id: str, bill_id: str) -> BillDocument:
    """A bill's document, as short as it can be."""
    day = date(2026, 10, 12)
    contacts = Contacts(office=ADDRESS, phone="555-0199", email="office@riverbend.example", website="")
    return BillDocument(
        bill=BillFacts(
            bill_id=BillId(bill_id), number="1", kind=BillKind.CYCLE, cycle=CycleCode("C01"), bill_date=day,
            due_on=day, currency="USD",
        ),
        issuer=IssuerFacts(
            name="Riverbend Water", languages=("en",), paper=Paper.LETTER, brand=Brand(), contacts=contacts
        ),
        recipient=Recipient(name=NAMES[1], mailing_address=ADDRESS, language="en"),
        account=AccountFacts(account_id=AccountId(account_id), number="1", service_addresses=(ADDRESS,)),
        balance=BalanceForward(
            previous_minor=0, previous_bill_date=None, entries=(), payments_minor=0, adjustments_minor=0,
            forward_minor=0, past_due_minor=0, new_charges_minor=4500, due_minor=4500,
        ),
        services=(),
        usage=(),
        comparisons=(),
        messages=(),
        payment=PaymentFacts(
            amount_minor=4500, due_on=day, payable_to="Riverbend", address=ADDRESS, scanline="", link="",
            options=(),
        ),
    )  # fmt: skip


def own(number: int, *, bill: str = "") -> dict[str, str]:
    """Path parameters of a customer's own account and bill."""
    return {"account_id": the_account(number), "bill_id": bill or bill_id(OCTOBER)}


def _settings() -> Settings:
    names = Settings.__dataclass_fields__
    environment = {name.upper(): "named" for name in names}
    return read_settings(
        environment | {"STAGE": "local", "CUSTOMER_POOL_ID": POOL, "CUSTOMER_CLIENT_ID": CLIENT}
    )
