"""A month of billing on DynamoDB and S3, broken at its writes: the ledger is that of the undisturbed fakes.

The use cases run in this process, over the real stores. `make crash` strikes every boundary once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conftest import LocalCloudForTests
from tests.faults.cloud import OnTheCloud, fresh_cycle, open_all_books
from tests.faults.month import work_a_month
from tests.faults.plan import Plan
from tests.faults.utility import violations_in
from tests.faults.writes import Fault
from tests.integration.crash_safety.conftest import EVERYTHING

pytestmark = pytest.mark.emulator
SEED = 1
SAMPLE = 40  # strike one of so many boundaries


def test_a_fault_at_a_write_to_the_stores_leaves_the_ledger_of_the_fakes(
    local_cloud: LocalCloudForTests, record_property: Callable[[str, object], None]
) -> None:
    boundaries = work_a_month(Plan.of(SEED)).utility.writes.boundaries()
    struck = boundaries[:: 1 if EVERYTHING else SAMPLE]
    for fault in struck:
        prove_the_same(fault)
    record_property("figures", f"seed {SEED}: {len(struck)} of {len(boundaries)} boundaries struck")


def prove_the_same(fault: Fault) -> None:
    open_all_books()
    plan = replace(Plan.of(SEED, cycle=fresh_cycle()), seed=SEED)
    calm = work_a_month(plan)
    disturbed = work_a_month(plan, (fault,), inside=OnTheCloud())
    assert disturbed.utility.writes.struck == [fault]
    assert disturbed.ledger == calm.ledger, f"{fault.kind} write {fault.write}"
    assert violations_in(disturbed.inside, plan.shard_names) == [], f"{fault.kind} write {fault.write}"
