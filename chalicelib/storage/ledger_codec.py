"""Financial transactions as small, stable bytes: positional JSON, deflated with a versioned dictionary.

A bill of four services must fit the one kilobyte that DynamoDB writes for one unit (docs/adr/0020). The first
byte names the layout; a layout that has once been written is read for ever (tests/golden/ledger). What the
item's key says (shard, accounting period, account, transaction id) is not repeated in the body.

Layout 1. Days count from the first day of the accounting period, decimals are text, empty ends are cut off:

    transaction [kind, document day, recorded at (µs since 1970), currency, received day, reverses, reason,
                 [canceled agreements], [posting …] or receivable account, bill]
    posting     [GL account, fund, amount, agreement, charge group, due day]
    bill        [kind, cycle, period ("" = accounting period), due day, segment …]
    segment     [agreement, service, start day, days, generation, quantity, unit, estimated, tariff,
                 [read …], line …]
    read        [register, start value, end value, usage, qualities, unit (0 = segment's), start day,
                 end day, event]
    line        BillLine.to_row; start, days and tariff are 0 where they are the segment's

A bill's postings follow from its lines (domain/ledger/post_bill.py): only the receivable account is kept.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from chalicelib.domain.billing.bill import Bill, BilledRead, BillKind, BillSegment
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    BillId,
    CycleCode,
    Month,
    RegisterId,
    TransactionId,
)
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.ledger.post_bill import postings_of_segments
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import BillLine
from chalicelib.storage.ledger_dictionary import DICTIONARIES, LATEST

Row = list[Any]
Member = TypeVar("Member", bound=StrEnum)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Letters are part of the stored layout: add, never change.
_KINDS = {
    TransactionKind.BILL: "B",
    TransactionKind.PAYMENT: "P",
    TransactionKind.ADJUSTMENT: "A",
    TransactionKind.REVERSAL: "R",
    TransactionKind.OPENING: "O",
}
_BILL_KINDS = {BillKind.CYCLE: "C", BillKind.OFF_CYCLE: "O", BillKind.REBILL: "R"}
_SERVICES = {
    ServiceType.WATER: "W",
    ServiceType.SEWER: "S",
    ServiceType.STORMWATER: "D",
    ServiceType.TRASH: "T",
    ServiceType.IRRIGATION: "I",
    ServiceType.FIRE: "F",
    ServiceType.HYDRANT: "H",
}
_QUALITIES = {ReadQuality.ACTUAL: "A", ReadQuality.CUSTOMER: "C", ReadQuality.ESTIMATED: "E"}


def _inverse(letters: dict[Member, str]) -> dict[str, Member]:
    return {letter: member for member, letter in letters.items()}


_KIND_OF = _inverse(_KINDS)
_BILL_KIND_OF = _inverse(_BILL_KINDS)
_SERVICE_OF = _inverse(_SERVICES)
_QUALITY_OF = _inverse(_QUALITIES)


class UnreadableTransaction(Exception):
    """Stored bytes are of no layout this version knows, or damaged."""


def encode_transaction(transaction: FinancialTransaction) -> bytes:
    """The body of `transaction`'s item: always the same bytes for the same transaction."""
    text = json.dumps(_transaction_row(transaction), ensure_ascii=False, separators=(",", ":"))
    press = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARIES[LATEST])
    return bytes((LATEST,)) + press.compress(text.encode()) + press.flush()


def decode_transaction(
    body: bytes, *, account_id: AccountId, accounting_period: Month, transaction_id: TransactionId
) -> FinancialTransaction:
    """The transaction whose key and body these are. Raises UnreadableTransaction."""
    try:
        press = zlib.decompressobj(-15, DICTIONARIES[body[0]])
        row = json.loads(press.decompress(body[1:]))
    except (KeyError, IndexError, ValueError, zlib.error) as error:
        raise UnreadableTransaction(
            f"transaction {transaction_id} of {account_id} in {accounting_period} cannot be read: {error!r}"
        ) from error
    return _transaction(row, account_id, accounting_period, transaction_id)


def _transaction_row(transaction: FinancialTransaction) -> Row:
    origin = transaction.accounting_period.first_day
    bill = transaction.bill
    postings: Row | str = [_posting_row(posting, origin) for posting in transaction.postings]
    if bill is not None:
        _check_repeats(transaction, bill)
        receivable = next((p.gl_account for p in transaction.postings if p.due_on is not None), "")
        derived = postings_of_segments(bill.segments, due_on=bill.due_on, receivable=receivable)
        if derived == transaction.postings:
            postings = receivable
    return _cut(
        [
            _KINDS[transaction.kind],
            _days(transaction.document_date, origin),
            (transaction.recorded_at - _EPOCH) // _MICROSECOND,
            transaction.currency,
            _days(transaction.received_on, origin),
            transaction.reverses,
            transaction.reason,
            list(transaction.cancels),
            postings,
            bill and _bill_row(bill, origin),
        ]
    )


def _check_repeats(transaction: FinancialTransaction, bill: Bill) -> None:
    """Refuse a bill that says otherwise than its transaction: what both say is kept once."""
    same = (
        str(bill.bill_id) == str(transaction.transaction_id)
        and bill.account_id == transaction.account_id
        and bill.accounting_period == transaction.accounting_period
        and bill.bill_date == transaction.document_date
        and bill.currency == transaction.currency
    )
    if not same:
        raise ValueError(f"bill {bill.bill_id} and its transaction {transaction.transaction_id} disagree")


def _transaction(
    row: Row, account_id: AccountId, accounting_period: Month, transaction_id: TransactionId
) -> FinancialTransaction:
    kind, document, recorded, currency, received, reverses, reason, cancels, postings, bill_row = _filled(
        row, 10
    )
    origin = accounting_period.first_day
    bill: Bill | None = None
    if bill_row:
        bill = _bill(bill_row, origin, account_id, accounting_period, transaction_id, document, currency)
    if bill and not isinstance(postings, list):
        legs = postings_of_segments(bill.segments, due_on=bill.due_on, receivable=postings or "")
    else:
        legs = tuple(_posting(leg, origin) for leg in postings or ())
    return FinancialTransaction(
        transaction_id=transaction_id,
        account_id=account_id,
        kind=_KIND_OF[kind],
        accounting_period=accounting_period,
        document_date=_day(document, origin),
        recorded_at=_EPOCH + recorded * _MICROSECOND,
        currency=currency,
        postings=legs,
        received_on=None if received is None else _day(received, origin),
        reverses=reverses and TransactionId(reverses),
        reason=reason or "",
        bill=bill,
        cancels=tuple(AgreementId(agreement) for agreement in cancels or ()),
    )


def _posting_row(posting: Posting, origin: date) -> Row:
    due_on = _days(posting.due_on, origin)
    return _cut(
        [
            posting.gl_account,
            posting.fund,
            posting.amount_minor,
            posting.agreement_id,
            posting.charge_group,
            due_on,
        ]
    )


def _posting(row: Row, origin: date) -> Posting:
    gl_account, fund, amount, agreement, group, due = _filled(row, 6)
    return Posting(
        gl_account=gl_account,
        fund=fund or "",
        amount_minor=amount,
        agreement_id=agreement and AgreementId(agreement),
        charge_group=group or "",
        due_on=None if due is None else _day(due, origin),
    )


def _bill_row(bill: Bill, origin: date) -> Row:
    return [
        _BILL_KINDS[bill.kind],
        bill.cycle,
        "" if bill.period == bill.accounting_period else str(bill.period),
        _days(bill.due_on, origin),
        *(_segment_row(segment, origin) for segment in bill.segments),
    ]


def _bill(
    row: Row,
    origin: date,
    account_id: AccountId,
    accounting_period: Month,
    transaction_id: TransactionId,
    document: int,
    currency: str,
) -> Bill:
    kind, cycle, period, due, *segments = row
    return Bill(
        bill_id=BillId(transaction_id),
        account_id=account_id,
        kind=_BILL_KIND_OF[kind],
        cycle=CycleCode(cycle),
        period=Month.parse(period) if period else accounting_period,
        bill_date=_day(document, origin),
        due_on=_day(due, origin),
        accounting_period=accounting_period,
        currency=currency,
        segments=tuple(_segment(segment, origin) for segment in segments),
    )


def _segment_row(segment: BillSegment, origin: date) -> Row:
    tariff = segment.lines[0].tariff if segment.lines else ""
    start, days = segment.period.start.toordinal(), segment.period.days
    lines = []
    for line in segment.lines:
        row = line.to_row()
        if row[3:5] == [start, days]:
            row[3] = row[4] = 0
        if row[5] == tariff:
            row[5] = 0
        lines.append(row)
    return [
        segment.agreement_id,
        _SERVICES[segment.service_type],
        _days(segment.period.start, origin),
        days,
        segment.generation,
        None if segment.quantity is None else str(segment.quantity),
        segment.unit,
        int(segment.estimated),
        tariff,
        [_read_row(read, segment, origin) for read in segment.reads],
        *lines,
    ]


def _segment(row: Row, origin: date) -> BillSegment:
    agreement, service, start, days, generation, quantity, unit, estimated, tariff, reads, *lines = row
    first = _day(start, origin)
    ordinal = first.toordinal()
    for line in lines:
        if not line[4]:
            line[3], line[4] = ordinal, days
        line[5] = line[5] or tariff
    period = Period(first, first + timedelta(days=days))
    return BillSegment(
        agreement_id=AgreementId(agreement),
        service_type=_SERVICE_OF[service],
        period=period,
        generation=generation,
        quantity=None if quantity is None else Decimal(quantity),
        unit=unit,
        estimated=bool(estimated),
        reads=tuple(_read(read, period, unit, origin) for read in reads),
        lines=tuple(BillLine.from_row(line) for line in lines),
    )


def _read_row(read: BilledRead, segment: BillSegment, origin: date) -> Row:
    return _cut(
        [
            read.register_id,
            str(read.start_value),
            str(read.end_value),
            str(read.usage),
            _QUALITIES[read.start_quality] + _QUALITIES[read.end_quality],
            0 if read.unit == segment.unit else read.unit,
            None if read.start_on == segment.period.start else _days(read.start_on, origin),
            None if read.end_on == segment.period.end else _days(read.end_on, origin),
            read.event,
        ]
    )


def _read(row: Row, period: Period, unit: str, origin: date) -> BilledRead:
    register, start_value, end_value, usage, qualities, own_unit, start, end, event = _filled(row, 9)
    return BilledRead(
        register_id=RegisterId(register),
        start_on=period.start if start is None else _day(start, origin),
        start_value=Decimal(start_value),
        start_quality=_QUALITY_OF[qualities[0]],
        end_on=period.end if end is None else _day(end, origin),
        end_value=Decimal(end_value),
        end_quality=_QUALITY_OF[qualities[1]],
        usage=Decimal(usage),
        unit=unit if own_unit == 0 else own_unit or "",
        event=event or "",
    )


def _cut(row: Row) -> Row:
    while row and (row[-1] is None or row[-1] == "" or row[-1] == []):
        row.pop()
    return row


def _filled(row: Row, length: int) -> Row:
    return [*row, *[None] * (length - len(row))]


def _days(day: date | None, origin: date) -> int | None:
    return None if day is None else (day - origin).days


def _day(days: int, origin: date) -> date:
    return origin + timedelta(days=days)
