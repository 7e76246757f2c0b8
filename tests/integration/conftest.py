"""A town with two customers who can sign in, billed for two months, for everything that calls the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from chalicelib import bootstrap
from chalicelib.domain.billing.run import RunState
from chalicelib.domain.kernel.ids import CycleCode, UserId
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.take_payment import take_payment
from tests import in_cloud
from tests.api_calls import Answer, a_person, a_premise, call, enroll, id_token, store_person
from tests.conftest import LocalCloudForTests
from tests.people import RIVERBEND
from tests.towns import NOVEMBER, OCTOBER, bill_minor, household, reads_of_town, town


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One who can sign in. The account's bills are OCTOBER's and NOVEMBER's, of `bill_minor(number)` each."""

    whole: AccountWithAgreements
    email: str
    user_id: UserId
    token: str
    number: int

    @property
    def account_id(self) -> str:
        return self.whole.account.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTown:
    """Ada has paid October's bill, Bert has paid nothing; the accounts stand in one shard."""

    url: str
    cycle: CycleCode
    ada: Customer
    bert: Customer

    def get(self, path: str, *, by: Customer | None = None) -> Answer:
        return call(self.url + path, token=by.token if by else None)

    def bill_id(self, month: object) -> str:
        return f"BILL.{self.cycle}.{month}.0"


@pytest.fixture(scope="session")
def api_town(local_cloud: LocalCloudForTests) -> ApiTown:
    """The town; nothing in it is changed by the tests that share it."""
    cycle = CycleCode(f"A{int(datetime.now(UTC).timestamp() * 10)}")
    in_cloud.register([RIVERBEND, *town(accounts=2, cycle=cycle)])
    for month in (OCTOBER, NOVEMBER):
        in_cloud.read(reads_of_town(month, accounts=2, cycle=cycle))
        run = in_cloud.finished(in_cloud.start(month, run=f"{cycle}-{month}", cycle=cycle))
        assert run.state is RunState.CLOSED
    ada, bert = (_customer(number, name, cycle) for number, name in ((1, "Ada"), (2, "Bert")))
    now = datetime.now(UTC)
    take_payment(
        Desk(
            ledger=bootstrap.ledger_store(), periods=bootstrap.accounting_periods(), actor="test",
            now=now, today=now.date(),
        ),
        registry=bootstrap.registry_store(),
        account_id=ada.whole.account.account_id,
        amount_minor=bill_minor(1),
        received_on=date(2026, 10, 20),
        reference=f"{cycle}-1",
    )  # fmt: skip
    return ApiTown(url=local_cloud.api_url, cycle=cycle, ada=ada, bert=bert)


def _customer(number: int, name: str, cycle: CycleCode) -> Customer:
    point, whole = household(number, cycle=cycle)
    email = f"{name.lower()}@{cycle.lower()}.example"
    in_cloud.register([a_premise(point)])
    store_person(a_person(whole.account, name=f"{name} Marsh", email=email))
    user_id = enroll(whole.account, email)
    return Customer(whole=whole, email=email, user_id=user_id, token=id_token(email), number=number)
