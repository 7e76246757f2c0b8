"""From the last bill's amount to this one's, in words."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.documents.bill_document import BalanceEntry, BillDocument, EntryKind
from chalicelib.rendering.presentation.names import SERVICES
from chalicelib.rendering.words import Words, message

_MOST_ENTRIES = 5  # in the summary; more of them are listed on their own
_ENTRIES = {
    EntryKind.PAYMENT: message("Payment, {day}, thank you"),
    EntryKind.RETURNED_PAYMENT: message("Returned payment, {day}"),
    EntryKind.ADJUSTMENT: message("Adjustment, {day}"),
    EntryKind.CORRECTION: message("Bill {number} canceled, {day}"),
    EntryKind.OPENING_BALANCE: message("Balance taken over, {day}"),
}


def due(document: BillDocument, words: Words) -> dict[str, Any]:
    """The box that says what to pay and by when. `state`: due, nothing or credit."""
    amount, currency = document.balance.due_minor, document.bill.currency
    past_due = document.balance.past_due_minor
    state = "due" if amount > 0 else "credit" if amount < 0 else "nothing"
    return {
        "state": state,
        "amount": words.money(abs(amount), currency),
        "day": words.long_day(document.payment.due_on),
        "short_day": words.day(document.payment.due_on),
        "past_due": words.money(past_due, currency) if past_due > 0 and amount > 0 else "",
    }


def summary(document: BillDocument, words: Words) -> list[dict[str, str]]:
    """Rows of label, amount and kind: line, sum or total."""
    balance, currency = document.balance, document.bill.currency
    rows: list[dict[str, str]] = []

    def add(label: str, minor: int, kind: str = "line") -> None:
        rows.append({"label": label, "amount": words.money(minor, currency), "kind": kind})

    if balance.previous_bill_date is not None or balance.previous_minor or balance.entries:
        add(_previous(document, words), balance.previous_minor)
        if len(balance.entries) <= _MOST_ENTRIES:
            for entry in balance.entries:
                add(_entry(entry, words), entry.amount_minor)
        else:
            add(words.say("Payments"), balance.payments_minor)
            add(words.say("Adjustments and corrections"), balance.adjustments_minor)
        add(words.say("Balance forward"), balance.forward_minor, "sum")
    totals: dict[str, int] = {}
    for service in document.services:
        name = words.say(SERVICES[service.service_type])
        totals[name] = totals.get(name, 0) + service.total_minor
    for name, minor in totals.items():
        add(name, minor)
    add(words.say("New charges"), balance.new_charges_minor, "sum")
    last = words.say("Amount due") if balance.due_minor >= 0 else words.say("Credit balance, do not pay")
    add(last, balance.due_minor, "total")
    return rows


def activity(document: BillDocument, words: Words) -> list[dict[str, str]]:
    """Everything since the last bill, where it is too much for the summary."""
    entries = document.balance.entries
    if len(entries) <= _MOST_ENTRIES:
        return []
    currency = document.bill.currency
    return [
        {"label": _entry(entry, words), "amount": words.money(entry.amount_minor, currency)}
        for entry in entries
    ]


def notices(document: BillDocument, words: Words) -> list[dict[str, str]]:
    """What has to be known before anything else; `kind` is warning or note."""
    found: list[dict[str, str]] = []
    bill, balance = document.bill, document.balance
    if balance.past_due_minor > 0 and balance.due_minor > 0:
        amount = words.money(balance.past_due_minor, bill.currency)
        text = words.say(
            "{amount} of this was due before this bill. Please pay it right away.", amount=amount
        )
        found.append({"kind": "warning", "text": text})
    if bill.corrects is not None:
        number = words.isolate(bill.corrects)
        text = words.say(
            "This bill replaces the charges of bill {number}, which were canceled.", number=number
        )
        found.append({"kind": "note", "text": text})
    if bill.is_final:
        text = words.say("This is your final bill: all services on this account have ended.")
        found.append({"kind": "note", "text": text})
    if bill.is_first:
        text = words.say("Welcome! This is your first bill from us.")
        found.append({"kind": "note", "text": text})
    return found


def _previous(document: BillDocument, words: Words) -> str:
    day = document.balance.previous_bill_date
    if day is None:
        return words.say("Previous balance")
    return words.say("Previous bill, {day}", day=words.day(day))


def _entry(entry: BalanceEntry, words: Words) -> str:
    if entry.kind is EntryKind.CORRECTION and not entry.bill_number:
        return words.say("Charges canceled, {day}", day=words.day(entry.on))
    number = words.isolate(entry.bill_number)
    return words.say(_ENTRIES[entry.kind], day=words.day(entry.on), number=number)
