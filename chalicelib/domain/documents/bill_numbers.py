"""The number printed on a bill: the account's, and what tells its bills apart."""

from __future__ import annotations

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import BillId, Month


class NoBillId(Refusal):
    """An id is not one that a bill has."""


def bill_number(*, account_number: str, bill_id: BillId) -> str:
    """The printed number of a bill, unique among all bills of the utility.

    `20-000137-4/2611` for a cycle's November 2026 (`-2` for the second bill of that month),
    `20-000137-4/261120` for one made for the days before November 20, and, for a correction of either, the
    corrected bill's number with `R`, the generation and the agreement. The account's number comes first, so
    that whoever types it finds the account. Raises NoBillId.
    """
    return f"{account_number}/{_distinction(bill_id)}"


def corrected_bill(bill_id: BillId) -> BillId | None:
    """The id of the bill whose charges the bill `bill_id` replaces; None for a bill that replaces none."""
    if not bill_id.startswith("RE."):
        return None
    inner, _, _ = bill_id.removeprefix("RE.").rpartition(".")
    corrected, _, _ = inner.rpartition(".")
    return BillId(corrected)


def month_of_bill(bill_id: BillId) -> Month:
    """The month a bill is for, or for a bill outside a cycle the one its days end in. Raises NoBillId."""
    kind, _, rest = bill_id.partition(".")
    corrected = corrected_bill(bill_id)
    if corrected is not None:
        return month_of_bill(corrected)
    if kind == "BILL":
        return Month.parse(rest.rpartition(".")[0].rpartition(".")[2])
    if kind == "OFF":
        return Month.parse(f"{rest[:4]}-{rest[4:6]}")
    raise NoBillId(f"{bill_id!r} is not the id of a bill", bill_id=bill_id)


def _distinction(bill_id: BillId) -> str:
    kind, _, rest = bill_id.partition(".")
    if kind == "RE":
        inner, _, generation = rest.rpartition(".")
        corrected, _, agreement = inner.rpartition(".")
        first = _distinction(BillId(corrected)).partition("R")[0]  # a correction of a correction
        return f"{first}R{generation}{agreement}"
    if kind == "BILL":
        head, _, generation = rest.rpartition(".")
        month = head.rpartition(".")[2]
        return month[2:4] + month[5:7] + _again(generation)
    if kind == "OFF":
        day, _, generation = rest.partition(".")
        return day[2:] + _again(generation)
    raise NoBillId(f"{bill_id!r} is not the id of a bill", bill_id=bill_id)


def _again(generation: str) -> str:
    return "" if generation == "0" else f"-{int(generation) + 1}"
