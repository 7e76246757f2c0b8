"""The deterministic ids of money transactions: the same event always gets the same id.

An id is unique within its account. That is what makes posting idempotent: whoever posts the same event
again, however late, meets the transaction that is already there.
"""

from __future__ import annotations

from datetime import date

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, CycleCode, Month, TransactionId

_SEPARATOR = "#"  # parts a storage key; see docs/data-model.md


class InvalidReference(Refusal):
    """A reference that should become part of an id is empty, too long, or holds a separator."""


def cycle_bill_id(*, cycle: CycleCode, period: Month, generation: int = 0) -> BillId:
    """The id of an account's bill in a cycle's period."""
    return BillId(f"BILL.{cycle}.{period}.{generation}")


def cycle_period_of(bill_id: str) -> tuple[CycleCode, Month] | None:
    """The cycle and the period of which `bill_id` is a bill's id; None of a bill made beside a cycle."""
    kind, _, rest = bill_id.partition(".")
    cycle, _, named = rest.rpartition(".")[0].rpartition(".")
    return (CycleCode(cycle), Month.parse(named)) if kind == "BILL" else None


def off_cycle_bill_id(*, billed_through: date, generation: int = 0) -> BillId:
    """The id of a bill made for one account outside its cycle, up to (not including) `billed_through`."""
    return BillId(f"OFF.{billed_through:%Y%m%d}.{generation}")


def rebill_id(*, bill_id: BillId, agreement_id: AgreementId, generation: int) -> BillId:
    """The id of the bill that replaces a canceled segment; `generation` is that of the new segment."""
    return BillId(f"RE.{bill_id}.{agreement_id}.{generation}")


def payment_id(*, source: str, external_id: str) -> TransactionId:
    """The id of a payment, from the `source` that reported it and its number there.

    Raises InvalidReference.
    """
    return TransactionId(f"PAY.{_checked(source, 'source')}.{_checked(external_id, 'reference')}")


def adjustment_id(*, reference: str) -> TransactionId:
    """The id of an adjustment, from the reference its author gave it. Raises InvalidReference."""
    return TransactionId(f"ADJ.{_checked(reference, 'reference')}")


def reversal_id(*, reversed_id: TransactionId) -> TransactionId:
    """The id of the one reversal a transaction can have."""
    return TransactionId(f"REV.{reversed_id}")


def cancellation_id(*, bill_id: BillId, agreement_id: AgreementId) -> TransactionId:
    """The id of the one cancellation an agreement's charges on a bill can have."""
    return TransactionId(f"REV.{bill_id}.{agreement_id}")


def opening_id(*, reference: str) -> TransactionId:
    """The id of the transaction that takes over an account's balance from a former system."""
    return TransactionId(f"OPEN.{_checked(reference, 'reference')}")


def uniqueness_key(*, account_id: AccountId, transaction_id: TransactionId) -> str:
    """What only one transaction may ever claim, in whatever accounting period it is posted.

    A payment's id comes from outside and is unique in the whole ledger: the same bank reference on two
    accounts is one payment posted twice. Every other id is unique within its account.
    """
    if transaction_id.startswith("PAY."):
        return transaction_id
    return f"{account_id}{_SEPARATOR}{transaction_id}"


def _checked(text: str, name: str) -> str:
    if not text or len(text) > 100 or _SEPARATOR in text or not text.isprintable():
        raise InvalidReference(
            f"{name} {text!r} cannot be part of an id: "
            f"write 1 to 100 printable characters without {_SEPARATOR!r}",
            name=name,
            text=text,
        )
    return text
