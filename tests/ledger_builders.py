"""Small true-to-life ledger values for tests: say what matters, the rest is plausible."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.bill import Bill, BilledRead, BillKind, BillSegment
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    BillId,
    CycleCode,
    Month,
    RegisterId,
    Shard,
    TransactionId,
)
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.fold import fold_account
from chalicelib.domain.ledger.payment import payment_transaction
from chalicelib.domain.ledger.post_bill import transaction_of_bill
from chalicelib.domain.ledger.reversal import Undoing
from chalicelib.domain.ledger.rules import LedgerRules
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import BillLine, LineKind
from chalicelib.usecases.post_transaction import audit_entry_of

CYCLE = CycleCode("C01")
SHARD = Shard("C01.007")
ACCOUNT = AccountId("C01.007-ABCDEFGHJK")
WATER = AgreementId("W1")
SEWER = AgreementId("S1")
CHART = ChartOfAccounts()
RULES = LedgerRules()
OCTOBER, NOVEMBER, DECEMBER = Month(2026, 10), Month(2026, 11), Month(2026, 12)
_serial = count(1)
_numbers = count(int(datetime.now(UTC).timestamp() * 1000))


def fresh_shard() -> Shard:
    """A shard no other test uses (tests on the emulator share its tables)."""
    return Shard(f"T{next(_numbers)}.001")


def at(month: Month, day: int, hour: int = 12) -> datetime:
    """An instant in a month."""
    return datetime(month.year, month.month, day, hour, tzinfo=UTC)


def a_line(
    amount_minor: int,
    period: Period,
    *,
    charge: str = "usage",
    kind: LineKind = LineKind.COMMODITY,
    gl_account: str = "4100",
    fund: str = "water",
    charge_group: str = "water",
    quantity: Decimal | None = None,
) -> BillLine:
    return BillLine(
        charge=charge,
        kind=kind,
        label=charge.title(),
        tariff="R-1@2026-01",
        clause="§3",
        gl_account=gl_account,
        fund=fund,
        charge_group=charge_group,
        period=period,
        unit="ccf",
        rate=Decimal("1.00"),
        tier=None,
        factor=None,
        notes="",
        measure=None,
        quantity=Decimal(amount_minor) / 100 if quantity is None else quantity,
        base_minor=None,
        amount_minor=amount_minor,
    )


def a_read(period: Period, *, start: int = 100, usage: int = 50, register: str = "REG-1") -> BilledRead:
    return BilledRead(
        register_id=RegisterId(register),
        start_on=period.start,
        start_value=Decimal(start),
        start_quality=ReadQuality.ACTUAL,
        end_on=period.end,
        end_value=Decimal(start + usage),
        end_quality=ReadQuality.ACTUAL,
        usage=Decimal(usage),
        unit="ccf",
    )


def a_segment(
    amount_minor: int = 5000,
    *,
    month: Month = OCTOBER,
    agreement: AgreementId = WATER,
    service: ServiceType = ServiceType.WATER,
    generation: int = 0,
    period: Period | None = None,
    reads: tuple[BilledRead, ...] | None = None,
    lines: tuple[BillLine, ...] | None = None,
) -> BillSegment:
    """A month's segment: 50 ccf between reads 100 and 150 at 1.00 a ccf, unless said otherwise."""
    period = period or Period(month.first_day, month.plus(1).first_day)
    usage = Decimal(amount_minor) / 100
    start = 100 + 50 * (month.year * 12 + month.month - (2026 * 12 + 10))
    return BillSegment(
        agreement_id=agreement,
        service_type=service,
        period=period,
        generation=generation,
        quantity=Decimal(50) if reads is None else sum((read.usage for read in reads), Decimal(0)),
        unit="ccf",
        estimated=False,
        reads=(a_read(period, start=start),) if reads is None else reads,
        lines=(a_line(amount_minor, period, quantity=usage, charge_group=service.value),)
        if lines is None
        else lines,
    )


def a_bill(
    *segments: BillSegment,
    month: Month = NOVEMBER,
    account: AccountId = ACCOUNT,
    bill_id: str = "",
    kind: BillKind = BillKind.CYCLE,
    due_on: date | None = None,
) -> Bill:
    """A bill of `month`, dated the 10th, due on the 30th (or the month's last day)."""
    last = month.plus(1).first_day - timedelta(days=1)
    return Bill(
        bill_id=BillId(bill_id or f"BILL.C01.{month}.0"),
        account_id=account,
        kind=kind,
        cycle=CYCLE,
        period=month,
        bill_date=date(month.year, month.month, 10),
        due_on=due_on or min(date(month.year, month.month, 28), last),
        accounting_period=month,
        currency="USD",
        segments=segments or (a_segment(month=month.plus(-1)),),
    )


def a_posted_bill(
    *segments: BillSegment, recorded_at: datetime | None = None, **options: object
) -> FinancialTransaction:
    bill = a_bill(*segments, **options)  # type: ignore[arg-type]
    return transaction_of_bill(bill, recorded_at=recorded_at or at(bill.accounting_period, 10), chart=CHART)


def a_payment(
    amount_minor: int,
    *,
    month: Month = NOVEMBER,
    day: int = 15,
    account: AccountId = ACCOUNT,
    reference: str = "",
    received_on: date | None = None,
) -> FinancialTransaction:
    return payment_transaction(
        account_id=account,
        amount_minor=amount_minor,
        currency="USD",
        source="TEST",
        reference=reference or f"{next(_serial)}",
        received_on=received_on or date(month.year, month.month, day),
        entered_on=date(month.year, month.month, day),
        accounting_period=month,
        recorded_at=at(month, day),
        chart=CHART,
    )


def undoing(month: Month = NOVEMBER, day: int = 20, reason: str = "returned by the bank") -> Undoing:
    return Undoing(
        reason=reason,
        entered_on=date(month.year, month.month, day),
        accounting_period=month,
        recorded_at=at(month, day),
    )


def folded(*transactions: FinancialTransaction, account: AccountId = ACCOUNT) -> AccountState:
    return fold_account(AccountState(account_id=account), transactions, rules=RULES)


def open_amounts(state: AccountState) -> dict[tuple[str, str], int]:
    """What is open, by due date and charge group."""
    return {(str(item.due_on), item.charge_group): item.open_minor for item in state.open_items}


def entry(transaction: FinancialTransaction) -> AuditEntry:
    return audit_entry_of(transaction, actor="test")


def moved(transaction: FinancialTransaction, account: AccountId) -> FinancialTransaction:
    """The same transaction on another account."""
    bill = transaction.bill and replace(transaction.bill, account_id=account)
    return replace(transaction, account_id=account, bill=bill)


def in_shard(shard: Shard, serial: str = "ABCDEFGHJK") -> AccountId:
    return AccountId(f"{shard}-{serial}")


def an_id(text: str) -> TransactionId:
    return TransactionId(text)
