"""Twenty people pay, twice reported each, while their bills are being posted: on fakes or on real stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from threading import Barrier

from chalicelib.domain.kernel.ids import AccountId
from chalicelib.storage.ledger_items import Key
from tests.faults.clerk import Clerk
from tests.faults.month import prepared
from tests.faults.plan import Plan
from tests.faults.utility import FaultyUtility, ledger_of
from tests.faults.writes import Writes
from tests.in_process import InProcess
from tests.towns import NOVEMBER, on_day, the_account

PAYMENTS = 20
BILLING_DAY = on_day(NOVEMBER, 12)


@dataclass(frozen=True)
class Outcome:
    """What must not depend on who was first. (Which of a day's payments pays which item does.)"""

    items: dict[Key, bytes]
    owed: dict[AccountId, tuple[int, dict[tuple[str, str, str], int]]]


def billed_and_paid(plan: Plan, *, at_once: bool, inside: InProcess | None = None) -> Outcome:
    """The ledger after the month's run and twenty payments, each reported twice."""
    inside = prepared(plan, inside)
    clerk = Clerk(plan=plan, utility=FaultyUtility(inside, Writes(), chance=Random(1)), chance=Random(1))
    clerk.utility.day = BILLING_DAY
    together = Barrier(2 * PAYMENTS + 1) if at_once else None

    def account_of(number: int) -> AccountId:
        return the_account(1 + number % 2, shard=1 + number % plan.shards, cycle=plan.cycle)

    def pay(number: int) -> None:
        if together:
            together.wait()
        clerk.take_payment(account_of(number), 1000 + number, number)

    def bill() -> None:
        if together:
            together.wait()
        clerk.bill(wave=1, today=BILLING_DAY)

    with ThreadPoolExecutor(2 * PAYMENTS + 1) as pool:
        work = [pool.submit(bill), *(pool.submit(pay, number) for number in [*range(PAYMENTS)] * 2)]
        for one in work:
            one.result()
    states = [
        state for shard in plan.shard_names for state in inside.ledger_reader.shard_states(shard).values()
    ]
    return Outcome(
        items=ledger_of(inside, plan.shard_names).items,
        owed={
            state.account_id: (
                state.balance_minor,
                {
                    (str(i.agreement_id), i.charge_group, str(i.due_on)): i.open_minor
                    for i in state.open_items
                },
            )
            for state in states
        },
    )
