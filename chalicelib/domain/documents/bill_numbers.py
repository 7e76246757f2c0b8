"""The number printed on a bill: the account's, and what tells its bills apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import BillId, Month

# The ids that domain/ledger/transaction_ids.py gives: a first bill, then what corrections added to it.
_FIRST = re.compile(
    r"BILL\..+?\.(?P<year>\d{4})-(?P<month>\d\d)\.(?P<again>\d+)"
    r"|OFF\.(?P<off_year>\d{4})(?P<off_month>\d\d)(?P<off_day>\d\d)\.(?P<off_again>\d+)"
)
_CORRECTION = "RE."


class NoBillId(Refusal):
    """An id is not one that a bill has."""


class _Parts(NamedTuple):
    """A first bill's id, and the generations of the corrections upon it, all of one agreement."""

    first: re.Match[str]
    agreement: str
    generations: tuple[str, ...]


def bill_number(*, account_number: str, bill_id: BillId) -> str:
    """The printed number of a bill, unique among all bills of the utility.

    `20-000137-4/2611` for a cycle's November 2026 (`-2` for the second bill of that month),
    `20-000137-4/261120` for one made for the days before November 20, and, for a correction of either, the
    corrected bill's number with `R`, the generation and the agreement. The account's number comes first, so
    that whoever types it finds the account. Raises NoBillId.
    """
    found = _taken_apart(bill_id)
    parts = found.first.groupdict()
    if parts["year"]:
        told = parts["year"][2:] + parts["month"] + _again(parts["again"])
    else:
        told = parts["off_year"][2:] + parts["off_month"] + parts["off_day"] + _again(parts["off_again"])
    correction = f"R{found.generations[-1]}{found.agreement}" if found.generations else ""
    return f"{account_number}/{told}{correction}"


def is_bill_id(text: str) -> bool:
    """Whether `text` is an id that a bill has."""
    try:
        _taken_apart(BillId(text))
    except NoBillId:
        return False
    return True


def corrected_bill(bill_id: BillId) -> BillId | None:
    """The id of the bill whose charges a bill replaces; None for one that replaces none. Raises NoBillId."""
    found = _taken_apart(bill_id)
    if not found.generations:
        return None
    before = found.generations[:-1]
    steps = "".join(f".{found.agreement}.{generation}" for generation in before)
    return BillId(_CORRECTION * len(before) + found.first.group() + steps)


def month_of_bill(bill_id: BillId) -> Month:
    """The month a bill is for, or for a bill outside a cycle the one its days end in. Raises NoBillId."""
    parts = _taken_apart(bill_id).first.groupdict()
    return Month.parse(f"{parts['year'] or parts['off_year']}-{parts['month'] or parts['off_month']}")


def _taken_apart(bill_id: BillId) -> _Parts:
    text: str = bill_id
    corrections = 0
    while text.startswith(_CORRECTION):
        text, corrections = text.removeprefix(_CORRECTION), corrections + 1
    first = _FIRST.match(text)
    if first is not None:
        rest = text[first.end() :]
        if not corrections and not rest:
            return _Parts(first, "", ())
        # `.{agreement}.{generation}` once for each correction, the agreement always the same.
        steps = re.fullmatch(r"\.(?P<agreement>.+?)\.\d+(?:\.(?P=agreement)\.\d+)*", rest)
        if corrections and steps is not None:
            agreement = steps["agreement"]
            generations = tuple(re.findall(rf"\.{re.escape(agreement)}\.(\d+)", rest))
            if len(generations) == corrections:
                return _Parts(first, agreement, generations)
    raise NoBillId(f"{bill_id!r} is not the id of a bill", bill_id=bill_id)


def _again(generation: str) -> str:
    return "" if generation == "0" else f"-{int(generation) + 1}"
