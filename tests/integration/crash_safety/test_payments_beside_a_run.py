"""People pay while their bills are being posted, on DynamoDB."""

from __future__ import annotations

import pytest

from tests.conftest import LocalCloudForTests
from tests.faults.cloud import OnTheCloud, fresh_cycle
from tests.faults.payments import billed_and_paid
from tests.faults.plan import Plan

pytestmark = pytest.mark.emulator


def test_twenty_payments_beside_the_posting_of_bills_all_count_once(local_cloud: LocalCloudForTests) -> None:
    plan = Plan.of(5, cycle=fresh_cycle())
    one_by_one = billed_and_paid(plan, at_once=False)  # on fakes
    assert billed_and_paid(plan, at_once=True, inside=OnTheCloud()) == one_by_one
