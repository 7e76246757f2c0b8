"""An account's open items and credits while transactions are applied to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from chalicelib.domain.kernel.ids import AgreementId, TransactionId
from chalicelib.domain.ledger.account_state import Credit, OpenItem
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind

if TYPE_CHECKING:
    from chalicelib.domain.ledger.rules import AllocationPolicy

_ItemKey = tuple[date, AgreementId | str, str]


class Receivable:
    """Changeable; used within one fold.

    An allocation, once made, stays until what it rests on is undone. Undoing a payment reopens just what that
    payment had paid; cancelling a charge sets free what had paid it, and `settle` applies that anew.
    """

    def __init__(self, items: Iterable[OpenItem], credits_: Iterable[Credit]) -> None:
        self._original: dict[_ItemKey, int] = {}
        self._applied: dict[_ItemKey, dict[TransactionId, int]] = {}
        for item in items:
            key = _key(item.due_on, item.agreement_id, item.charge_group)
            self._original[key] = item.original_minor
            self._applied[key] = dict(item.applied)
        self._credits = {credit.transaction_id: credit for credit in credits_}

    def parts(self) -> tuple[tuple[OpenItem, ...], tuple[Credit, ...]]:
        """The items, oldest due date first, and the credits, in order of receipt."""
        items = tuple(self._item(key) for key in sorted(self._original))
        by_receipt = sorted(self._credits.values(), key=lambda c: (c.received_on, c.transaction_id))
        return items, tuple(by_receipt)

    def take(self, posting: Posting, transaction: FinancialTransaction) -> None:
        """Apply one leg on the receivable account. A debit without a due date is due on its document date."""
        amount = posting.amount_minor
        due_on = posting.due_on or transaction.document_date
        key = _key(due_on, posting.agreement_id, posting.charge_group)
        if transaction.kind is TransactionKind.REVERSAL and transaction.reverses is not None:
            if amount < 0:
                amount += self._cancel_charge(key, -amount)
            else:
                amount -= self._take_back(transaction.reverses, amount)
        if amount > 0:
            self._original[key] = self._original.get(key, 0) + amount
            self._applied.setdefault(key, {})
        elif amount < 0:
            self._add_credit(posting, transaction, -amount)

    def settle(self, policy: AllocationPolicy) -> None:
        """Let unapplied credits pay open items, the credit received first in front."""
        waiting = [credit for credit in self._credits.values() if credit.unapplied_minor]
        if not waiting:
            return
        opened = [item for item in map(self._item, self._original) if item.open_minor]
        for credit in sorted(waiting, key=lambda c: (c.received_on, c.transaction_id)):
            left = credit.unapplied_minor
            for item in sorted(opened, key=lambda item: policy.rank(item, credit)):
                key = _key(item.due_on, item.agreement_id, item.charge_group)
                part = min(left, self._open(key))
                if part:
                    self._apply(key, credit.transaction_id, part)
                    left -= part

    def forget(self, before: date) -> None:
        """Drop what is settled and was due before that day, and used-up credits that paid nothing else."""
        for key in [key for key in self._original if key[0] < before and not self._open(key)]:
            del self._original[key], self._applied[key]
        in_use = {credit for applied in self._applied.values() for credit in applied}
        self._credits = {
            credit_id: credit
            for credit_id, credit in self._credits.items()
            if credit.unapplied_minor or credit.received_on >= before or credit_id in in_use
        }

    def _cancel_charge(self, key: _ItemKey, amount: int) -> int:
        """Take `amount` off what was charged; credits that paid it are free again. Returns how much."""
        taken = min(amount, self._original.get(key, 0))
        if taken:
            self._original[key] -= taken
            for credit_id in sorted(self._applied[key], key=self._receipt, reverse=True):
                excess = -self._open(key)
                if excess <= 0:
                    break
                self._apply(key, credit_id, -min(excess, self._applied[key][credit_id]))
            if not self._original[key]:
                del self._original[key], self._applied[key]
        return taken

    def _take_back(self, credit_id: TransactionId, amount: int) -> int:
        """Undo `amount` of a credit, reopening what it paid, last due first. Returns how much was undone."""
        credit = self._credits.get(credit_id)
        if credit is None:
            return 0
        wanted = min(amount, credit.amount_minor)
        for key in sorted(self._applied, reverse=True):
            short = wanted - self._credits[credit_id].unapplied_minor
            if short <= 0:
                break
            if part := self._applied[key].get(credit_id, 0):
                self._apply(key, credit_id, -min(short, part))
        undone = min(wanted, self._credits[credit_id].unapplied_minor)
        self._change(credit_id, amount=-undone)
        if not self._credits[credit_id].amount_minor:
            del self._credits[credit_id]
        return undone

    def _add_credit(self, posting: Posting, transaction: FinancialTransaction, amount: int) -> None:
        credit_id = transaction.transaction_id
        if credit_id in self._credits:
            self._change(credit_id, amount=amount)
            return
        self._credits[credit_id] = Credit(
            transaction_id=credit_id,
            received_on=transaction.received_on or transaction.document_date,
            amount_minor=amount,
            agreement_id=posting.agreement_id,
            charge_group=posting.charge_group,
            due_on=posting.due_on,
        )

    def _apply(self, key: _ItemKey, credit_id: TransactionId, amount: int) -> None:
        """Let a credit pay `amount` more of an item (less when negative)."""
        applied = self._applied[key]
        applied[credit_id] = applied.get(credit_id, 0) + amount
        if not applied[credit_id]:
            del applied[credit_id]
        self._change(credit_id, applied=amount)

    def _change(self, credit_id: TransactionId, *, amount: int = 0, applied: int = 0) -> None:
        credit = self._credits[credit_id]
        self._credits[credit_id] = Credit(
            transaction_id=credit_id,
            received_on=credit.received_on,
            amount_minor=credit.amount_minor + amount,
            applied_minor=credit.applied_minor + applied,
            agreement_id=credit.agreement_id,
            charge_group=credit.charge_group,
            due_on=credit.due_on,
        )

    def _receipt(self, credit_id: TransactionId) -> tuple[date, str]:
        return self._credits[credit_id].received_on, credit_id

    def _open(self, key: _ItemKey) -> int:
        return self._original[key] - sum(self._applied[key].values())

    def _item(self, key: _ItemKey) -> OpenItem:
        due_on, agreement_id, group = key
        return OpenItem(
            agreement_id=AgreementId(agreement_id) if agreement_id else None,
            charge_group=group,
            due_on=due_on,
            original_minor=self._original[key],
            applied=tuple(sorted(self._applied[key].items())),
        )


def _key(due_on: date, agreement_id: AgreementId | None, charge_group: str) -> _ItemKey:
    return due_on, agreement_id or "", charge_group
