"""Tables that do not fit together: keys that no customer has, tiers without a price, starts that fall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from chalicelib.tariff_documents.owrs.file import At, Content, Listing, Lookup
from chalicelib.tariff_documents.owrs.formulas import figure
from chalicelib.tariff_documents.owrs.schedule import FieldFault, Schedule, counts_of, uneven
from chalicelib.tariff_documents.owrs.spellings import loose_key


def misfits(schedule: Schedule) -> Iterator[FieldFault]:
    """What of the fields that a bill needs looks like a slip, though some customer's bill can be computed."""
    contents = schedule.names.all
    for name in schedule.reached():
        yield from _keys(contents[name])
        if name not in schedule.tiered or schedule.fields[name].fault is not None:
            continue
        starts = schedule.names.table(name, "tier_starts")
        prices = schedule.names.table(name, "tier_prices")
        if starts is not None and prices is not None:
            yield from _falling(contents[starts])
            yield from _uneven(contents[starts], contents[prices])


def _keys(content: Content) -> Iterator[FieldFault]:
    """Keys that do not have a part for each determinant, or that are another key in another spelling."""
    if not isinstance(content, Lookup):
        return
    spelled: dict[str, str] = {}
    for key, row in content.rows.items():
        loose = loose_key(key)
        parts, needed = loose.count("|") + 1, len(content.by)
        if parts != needed:
            by = " and ".join(content.by)
            message = f"the key has {_count(parts)}, and the table depends on {by}: join one of each with |"
            yield FieldFault(row.at, message)
        elif loose in spelled:
            yield FieldFault(row.at, f"is the key {spelled[loose]} in another spelling: keep one of them")
        spelled.setdefault(loose, key)
        yield from _keys(row)


def _count(parts: int) -> str:
    return "one part" if parts == 1 else f"{parts} parts"


def _falling(starts: Content) -> Iterator[FieldFault]:
    match starts:
        case Listing(items, at):
            for place, (below, start) in enumerate(pairwise(map(figure, items)), start=1):
                if below is not None and start is not None and start < below:
                    message = f"a tier that starts at {start} has one before it that starts at {below}"
                    yield FieldFault((*at, place), f"{message}: that one is never reached")
        case Lookup(_, rows):
            for row in rows.values():
                yield from _falling(row)


def _uneven(starts: Content, prices: Content) -> Iterator[FieldFault]:
    match starts, prices:
        case Lookup(by, rows), Lookup(by_too, priced) if by == by_too:
            yield from _rows(_loose(rows), _loose(priced))
        case Lookup(), Lookup():
            return  # by different things: a customer shows whether they agree
        case Lookup(_, rows), _:
            for row in rows.values():
                yield from _uneven(row, prices)
        case _, Lookup(_, rows):
            for row in rows.values():
                yield from _uneven(starts, row)
        case _ if counts_of(starts) and counts_of(prices) and counts_of(starts) != counts_of(prices):
            yield FieldFault(max(prices.at, starts.at, key=_depth), uneven(starts, prices))


def _rows(starts: Mapping[str, Content], prices: Mapping[str, Content]) -> Iterator[FieldFault]:
    for key, row in starts.items():
        if key in prices:
            yield from _uneven(row, prices[key])
        else:
            yield FieldFault(row.at, "the tiers have starts and no prices: add them")
    for key, row in prices.items():
        if key not in starts:
            yield FieldFault(row.at, "the tiers have prices and no starts: add them")


def _loose(rows: Mapping[str, Content]) -> dict[str, Content]:
    return {loose_key(key): row for key, row in rows.items()}


def _depth(at: At) -> int:
    return len(at)
