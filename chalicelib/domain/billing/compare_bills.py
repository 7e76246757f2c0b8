"""Where two makings of the same bill differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from chalicelib.domain.billing.bill import Bill, BillSegment
from chalicelib.domain.tariffs.line import BillLine

_HEAD = ("bill_date", "due_on", "accounting_period", "currency", "total_minor")
_SEGMENT = ("period", "quantity", "unit", "estimated", "reads", "total_minor")


def differences(posted: Bill, replayed: Bill) -> tuple[str, ...]:
    """Every difference between a posted bill and the same bill made again; empty when they are equal.

    Ids and kinds are not compared: they say why a bill was made, not what it charges.
    """
    return tuple(_differences(posted, replayed))


def _differences(posted: Bill, replayed: Bill) -> Iterator[str]:
    yield from _fields("the bill", posted, replayed, _HEAD)
    again = {segment.agreement_id: segment for segment in replayed.segments}
    for segment in posted.segments:
        other = again.pop(segment.agreement_id, None)
        if other is None:
            yield f"agreement {segment.agreement_id} was billed and is not any more"
        else:
            yield from _of_segments(segment, other)
    yield from (f"agreement {agreement_id} was not billed" for agreement_id in again)


def _of_segments(posted: BillSegment, replayed: BillSegment) -> Iterator[str]:
    where = f"agreement {posted.agreement_id}"
    yield from _fields(where, posted, replayed, _SEGMENT)
    for number, pair in enumerate(zip_longest(posted.lines, replayed.lines), 1):
        first, second = pair
        if first != second:
            yield f"{where}, line {number}: posted {_shown(first)}, replayed {_shown(second)}"


def _fields(where: str, posted: object, replayed: object, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        first, second = getattr(posted, name), getattr(replayed, name)
        if first != second:
            yield f"{where}: {name} was {first}, is {second}"


def _shown(line: BillLine | None) -> str:
    return "nothing" if line is None else f"{line.label} {line.amount_minor} ({line.period}, {line.tariff})"
