"""A clerk who works through a month, and does everything again until it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from random import Random
from zlib import crc32

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.door import CycleBusy, CyclePeriodAlreadyPosted, Door, DoorShut, DoorState
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunNotReady, RunState
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, RunId
from chalicelib.domain.ledger.adjustment import Adjustment
from chalicelib.domain.ledger.transaction_ids import cancellation_id, off_cycle_bill_id, payment_id
from chalicelib.usecases.adjust_account import adjust_account
from chalicelib.usecases.bill_off_cycle import UnableToBill, bill_off_cycle
from chalicelib.usecases.close_accounting_period import close_accounting_period
from chalicelib.usecases.decide_bill_run import approve_bill_run
from chalicelib.usecases.open_bill_run import NothingToBill, RunOrder
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.ports.ledger import ConflictingTransaction
from chalicelib.usecases.ports.operations import RunChangedMeanwhile
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.reverse_transaction import reverse_transaction
from chalicelib.usecases.start_bill_run import RunStillWorking
from chalicelib.usecases.take_payment import take_payment
from tests.faults.plan import LEAVING_DAY, Plan
from tests.faults.utility import FaultyUtility
from tests.faults.writes import ConnectionLost, Died
from tests.towns import NOVEMBER, entry, the_register

LOOK_AGAIN = (
    CycleBusy,
    CyclePeriodAlreadyPosted,
    DoorShut,
    NothingToBill,
    RunChangedMeanwhile,
    RunNotReady,
    RunStillWorking,
)
PATIENCE = 20  # how often a clerk repeats one thing before giving up


class NeverEnds(AssertionError):
    """A clerk who repeats and retries gets nowhere."""


@dataclass
class Clerk:
    """Does the month's work, and does it again until it is done."""

    plan: Plan
    utility: FaultyUtility
    chance: Random
    name: str = "run"
    shares: bool = False  # the cycle with another clerk, whose work may refuse this one's
    runs_named: int = 0
    refused: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Where stores live on, no two months may sign the same act at the same instant.
        self.utility.microsecond = crc32(self.plan.cycle.encode()) % 1_000_000

    def work(self) -> None:
        """The whole month."""
        self.take_payments(date(2026, 11, 2))
        self.bill(wave=1, today=date(2026, 11, 12))
        self.take_payments(date(2026, 11, 13))
        self.do(self.record_late_read)
        self.do(self.release_hold)
        self.bill(wave=2, today=date(2026, 11, 18))
        self.take_payments(date(2026, 11, 19))
        self.do(self.return_a_check)
        self.do(self.correct_a_bill)
        self.do(self.record_last_read)
        self.do(self.bill_who_leaves)
        self.do(self.adjust)
        self.utility.day = date(2026, 12, 1)
        self.do(self.close_books)

    def do(self, act: Callable[[], object]) -> None:
        """One command, again and again until it answers."""
        for _ in range(PATIENCE):
            try:
                act()
            except (Died, ConnectionLost):
                self.utility.new_process()
            except LOOK_AGAIN as refusal:
                if not self.shares:
                    raise
                self.refused.append(refusal)
            else:
                return
        raise NeverEnds(act)

    # Billing.

    def bill(self, *, wave: int, today: date) -> None:
        """Start, approve, retry or start anew until the wave is closed."""
        self.utility.day = today
        for _ in range(PATIENCE):
            door = self.door(wave)
            if door is not None and door.state is DoorState.CLOSED:
                return
            self.do(lambda: self.push(wave))
        raise NeverEnds(f"wave {wave}")

    def door(self, wave: int) -> Door | None:
        doors = self.utility.operations.doors(self.plan.cycle, NOVEMBER)
        return next((door for door in doors if door.wave == wave), None)

    def push(self, wave: int) -> None:
        """Look where the wave is, and do the one thing that takes it further."""
        door = self.door(wave)
        if door is None:
            self.start() if wave == 1 else self.retry(self.run_of_wave(1))
            return
        run = self.utility.operations.run(door.run_id)
        if door.state is DoorState.CLOSED:
            return
        if run.state in (RunState.AWAITING_APPROVAL, RunState.APPROVED) and self.waits(run):
            self.approve(run)
        elif door.state is DoorState.CLAIMED and self.chance.random() < 0.5:
            self.start()
        else:
            self.retry(run)

    def start(self, *, supersede: bool = False) -> None:
        order = self.order()
        self.utility.starter.start(
            run_id=order.run_id,
            cycle=order.cycle,
            period=order.period,
            today=order.today,
            actor=order.actor,
            now=self.utility.clock(),
            policy=order.policy,
            supersede=supersede,
        )

    def order(self) -> RunOrder:
        """The next run to start."""
        return RunOrder(
            run_id=self.new_name(),
            cycle=self.plan.cycle,
            period=NOVEMBER,
            today=self.utility.day,
            actor="clerk",
            policy=ApprovalPolicy(
                most_excepted_per_mille=1000, most_estimated_per_mille=1000, always_ask=self.plan.asks
            ),
        )

    def retry(self, run: BillRun) -> None:
        utility = self.utility
        utility.starter.retry(
            run_id=run.run_id,
            new_run_id=self.new_name(),
            today=utility.day,
            actor="clerk",
            now=utility.clock(),
        )

    def approve(self, run: BillRun) -> None:
        utility = self.utility
        approve_bill_run(
            run_id=run.run_id,
            actor="supervisor",
            now=utility.clock(),
            operations=utility.operations,
            executions=utility.executions,
        )

    def waits(self, run: BillRun) -> bool:
        statuses = self.utility.machine.statuses
        names = [name for name in statuses if name == run.run_id or name.startswith(f"{run.run_id}-")]
        return any(statuses[name] is ExecutionStatus.RUNNING for name in names)

    def run_of_wave(self, wave: int) -> BillRun:
        door = self.door(wave)
        assert door is not None
        return self.utility.operations.run(door.run_id)

    def new_name(self) -> RunId:
        self.runs_named += 1
        return RunId(f"{self.plan.cycle}.{self.name}{self.runs_named}")

    # The rest of the desk.

    def take_payments(self, day: date) -> None:
        self.utility.day = day
        for number, (account, amount, on) in enumerate(self.plan.payments):
            if on == day:
                self.do(partial(self.take_payment, account, amount, number))

    def take_payment(self, account: AccountId, amount_minor: int, number: int) -> None:
        take_payment(
            self.utility.desk,
            registry=self.utility.registry,
            account_id=account,
            amount_minor=amount_minor,
            received_on=self.utility.day,
            reference=self.reference(number),
        )

    def reference(self, number: int) -> str:
        return f"{self.plan.cycle}.{number}"

    def record_late_read(self) -> None:
        late = [read for read in self.plan.reads(NOVEMBER) if read.register_id == f"REG-{self.plan.late}"]
        self.utility.reads.record(late, entry=entry("late read"))

    def release_hold(self) -> None:
        for hold in self.utility.operations.holds(self.plan.held):
            if hold.is_live:
                released = replace(hold, released_at=self.utility.clock(), released_by="clerk")
                self.utility.operations.release_hold(released, audit=entry("hold released"))

    def return_a_check(self) -> None:
        account, _, _ = self.plan.payments[0]
        reverse_transaction(
            self.utility.desk,
            account_id=account,
            transaction_id=payment_id(source="CASH", external_id=self.reference(0)),
            reason="returned by the bank",
        )

    def correct_a_bill(self) -> None:
        """Cancel the trash on a bill and bill it anew."""
        account = self.plan.corrected
        agreement = AgreementId(f"{account}.trash")
        bill_id = self.bill_of(account).bill_id
        try:
            rebill_segment(
                desk=self.utility.billing_desk,
                posting=self.utility.desk,
                artefacts=self.utility.artefacts,
                account_id=account,
                bill_id=bill_id,
                agreement_id=agreement,
                reason="the bin was counted twice",
            )
        except ConflictingTransaction:  # done before, though nobody heard of it
            self.require_posted(account, cancellation_id(bill_id=bill_id, agreement_id=agreement))

    def record_last_read(self) -> None:
        """The dials on the day somebody moves out, five ccf after the month's read."""
        register = the_register(self.plan.leaving)
        last = next(read for read in self.plan.reads(NOVEMBER) if read.register_id == register)
        taken_at = last.taken_at + (LEAVING_DAY - last.read_on)
        read = replace(last, read_on=LEAVING_DAY, taken_at=taken_at, value=last.value + 5)
        self.utility.reads.record([read], entry=entry("last read"))

    def bill_who_leaves(self) -> None:
        """A bill beside the cycle."""
        account = self.plan.leaving
        try:
            bill_off_cycle(
                desk=self.utility.billing_desk,
                posting=self.utility.desk,
                artefacts=self.utility.artefacts,
                account_id=account,
                through=LEAVING_DAY,
                reason="moves out",
            )
        except UnableToBill:  # nothing is left to bill: done before, though nobody heard of it
            self.require_posted(account, off_cycle_bill_id(billed_through=LEAVING_DAY))

    def require_posted(self, account: AccountId, transaction_id: str) -> None:
        posted = self.utility.ledger.transactions_of_account(account, since=NOVEMBER)
        assert transaction_id in {one.transaction_id for one in posted}

    def bill_of(self, account: AccountId) -> Bill:
        posted = self.utility.ledger.transactions_of_account(account, since=NOVEMBER)
        return next(one.bill for one in posted if one.bill and one.bill.kind is BillKind.CYCLE)

    def adjust(self) -> None:
        adjust_account(
            self.utility.desk,
            registry=self.utility.registry,
            adjustment=Adjustment(
                account_id=self.plan.adjusted,
                amount_minor=-250,
                reference="goodwill-1",
                reason="water was brown",
                gl_account="4090",
                fund="water",
            ),
        )

    def close_books(self) -> None:
        closed = close_accounting_period(
            NOVEMBER,
            reader=self.utility.ledger_reader,
            periods=self.utility.periods,
            operations=self.utility.operations,
            shards=self.plan.shard_names,
            actor="clerk",
            now=self.utility.clock(),
            workers=1,
        )
        assert len(list(closed)) == self.plan.shards
