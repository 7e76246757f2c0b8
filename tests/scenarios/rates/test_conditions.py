"""A drought stage that is declared in the middle of a period, and what becomes of bills made before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.bill_account import Billed
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.tariffs.line import BillLine
from chalicelib.tariff_documents.conditions import LoadedCondition
from chalicelib.usecases.declare_condition import PastChanged
from chalicelib.usecases.find_bill_facts import find_bill_facts
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.preview_bill import preview_bill
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.replay_bill import replay_bill
from tests import drought
from tests.drought import stage
from tests.in_process import InProcess
from tests.scenarios.rates.desks import billing, posting
from tests.towns import NOVEMBER, OCTOBER, on_day, reads_of_town, the_account, town

ONE = the_account(1)
WATER = AgreementId(f"{ONE}.water")
BILLED = date(2026, 10, 12)


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town(accounts=1))
    made.read(reads_of_town(OCTOBER, accounts=1))
    made.read(reads_of_town(NOVEMBER, accounts=1))
    drought.put_in_force(made.store)
    return made


def declare(
    utility: InProcess, loaded: LoadedCondition, *, since: date = BILLED, retroactive: bool = False
) -> None:
    utility.now += timedelta(minutes=1)
    desk = drought.condition_desk(utility.store, utility.lives, utility.now)
    drought.declare(desk, loaded, since=since, retroactive=retroactive)


def bills(utility: InProcess) -> list[Bill]:
    return [transaction.bill for transaction in utility.ledger_of() if transaction.bill]


def water(bill: Bill) -> list[BillLine]:
    return [line for segment in bill.segments for line in segment.lines if line.charge == "USE" and
            segment.agreement_id == WATER]  # fmt: skip


def told(lines: list[BillLine]) -> list[tuple[str, int]]:
    return [(f"{line.quantity} at {line.rate}", line.amount_minor) for line in lines]


def test_a_stage_declared_in_mid_period_cuts_the_water_on_its_day(utility: InProcess) -> None:
    declare(utility, stage(1, day_2026_01_01="0", day_2026_09_25="2"))
    utility.bill(OCTOBER)
    (bill,) = bills(utility)
    # 6 ccf over the 30 days from September 10 to October 10: half of them on either side of the 25th
    assert told(water(bill)) == [("3 at 2", 600), ("3 at 3", 900)]
    assert [str(line.period) for line in water(bill)] == ["2026-09-10/2026-09-25", "2026-09-25/2026-10-10"]


def test_a_bill_tells_what_held_on_which_of_its_days_whatever_is_declared_later(utility: InProcess) -> None:
    declare(utility, stage(1, day_2026_01_01="0", day_2026_09_25="2"))
    utility.bill(OCTOBER)
    declare(utility, stage(2, day_2026_01_01="0", day_2026_09_25="1"), retroactive=True)
    (bill,) = bills(utility)
    facts = find_bill_facts(bill, operations=utility.operations, artefacts=utility.artefacts)
    assert set(facts) == {segment.agreement_id for segment in bill.segments}
    assert [(str(part.period), part.values["drought_stage"]) for part in facts[WATER]] == [
        ("2026-09-10/2026-09-25", "0"),
        ("2026-09-25/2026-10-10", "2"),
    ]


def test_what_is_not_declared_is_the_tariffs_default(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    assert told(water(bills(utility)[0])) == [("6 at 2", 1200)]


def test_a_preview_is_rated_on_the_stage_that_is_declared(utility: InProcess) -> None:
    declare(utility, stage(1, day_2026_09_25="2"))
    outcome = preview_bill(desk=billing(utility), account_id=ONE, period=OCTOBER, today=BILLED)
    assert isinstance(outcome, Billed)
    utility.bill(OCTOBER)
    assert bills(utility) == [outcome.bill]


def test_a_bill_is_made_again_with_the_stage_it_was_made_with(utility: InProcess) -> None:
    declare(utility, stage(1, day_2026_01_01="0"))
    utility.bill(OCTOBER)
    declare(utility, stage(2, day_2026_01_01="0", day_2026_09_25="2"), retroactive=True)
    (bill,) = bills(utility)
    assert told(water(bill)) == [("6 at 2", 1200)]
    assert replay_bill(bill=bill, operations=utility.operations, artefacts=utility.artefacts).is_equal


def test_a_revision_that_changes_billed_days_is_refused_until_it_is_meant(utility: InProcess) -> None:
    declare(utility, stage(1, day_2026_01_01="0"))
    utility.bill(OCTOBER)
    late = stage(2, day_2026_01_01="0", day_2026_09_25="2")
    with pytest.raises(PastChanged, match="changes what was said of 2026-09-25"):
        declare(utility, late)
    declare(utility, late, retroactive=True)
    entry = utility.audit.entries(entity="condition", entity_id="drought_stage")[-1]
    assert (entry.action, entry.after["from"], entry.after["retroactive"]) == (
        "put in force",
        "2026-09-25",
        True,
    )


def test_a_segment_billed_anew_takes_the_stage_that_is_declared_now(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    declare(utility, stage(1, day_2026_09_25="2"))
    (bill,) = bills(utility)
    desk: Desk = posting(utility, on_day(OCTOBER, 20))
    rebill_segment(
        desk=billing(utility),
        posting=desk,
        artefacts=utility.artefacts,
        account_id=ONE,
        bill_id=bill.bill_id,
        agreement_id=WATER,
        reason="stage 2 was declared late",
    )
    anew = next(one for one in bills(utility) if one.kind is BillKind.REBILL)
    assert told(water(anew)) == [("3 at 2", 600), ("3 at 3", 900)]
    assert replay_bill(bill=anew, operations=utility.operations, artefacts=utility.artefacts).is_equal


def test_the_next_month_is_rated_on_the_latest_revision(utility: InProcess) -> None:
    declare(utility, stage(1, day_2026_01_01="0"))
    utility.bill(OCTOBER)
    declare(utility, stage(2, day_2026_01_01="0", day_2026_10_12="2"))
    utility.bill(NOVEMBER)
    # 6 ccf over the 31 days from October 10: 2 days before the stage, 29 in it, largest remainder
    assert told(water(bills(utility)[1])) == [("6 at 3", 1800)]
