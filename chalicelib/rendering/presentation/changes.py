"""Why this bill differs from an earlier one, in words and in figures that add up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.domain.documents.bill_document import BillDocument, ComparedWith, Comparison
from chalicelib.rendering.presentation.usage import daily
from chalicelib.rendering.words import Words, message

_HEADS = {
    ComparedWith.LAST_BILL: message("Since your last bill"),
    ComparedWith.LAST_YEAR: message("Since a year ago"),
}
_HIGHER = {
    ComparedWith.LAST_BILL: message("Your new charges are {amount} higher than on your last bill."),
    ComparedWith.LAST_YEAR: message("Your new charges are {amount} higher than a year ago."),
}
_LOWER = {
    ComparedWith.LAST_BILL: message("Your new charges are {amount} lower than on your last bill."),
    ComparedWith.LAST_YEAR: message("Your new charges are {amount} lower than a year ago."),
}
_SAME = {
    ComparedWith.LAST_BILL: message("Your new charges are the same as on your last bill."),
    ComparedWith.LAST_YEAR: message("Your new charges are the same as a year ago."),
}
_OTHER = message("Mainly because of changed services or discounts.")
_REASONS_UP = {
    "days": message("Mainly because this bill covers more days."),
    "usage": message("Mainly because you used more water a day."),
    "rate": message("Mainly because rates went up."),
    "other": _OTHER,
}
_REASONS_DOWN = {
    "days": message("Mainly because this bill covers fewer days."),
    "usage": message("Mainly because you used less water a day."),
    "rate": message("Mainly because rates went down."),
    "other": _OTHER,
}


def changes(document: BillDocument, words: Words) -> dict[str, Any]:
    """A sentence and a column for each comparison; empty `columns` where there is nothing to compare with."""
    currency = document.bill.currency
    compared = document.comparisons
    return {
        "sentences": [
            words.joined(_sentence(each, currency, words), *_steps(each, document, words))
            for each in compared
        ],
        "columns": [
            {
                "head": words.say(_HEADS[each.compared_with]),
                "number": words.isolate(each.bill_number),
                "days": words.days(each.start, each.end),
            }
            for each in compared
        ],
        "rows": _rows(compared, currency, words) if compared else [],
    }


def _sentence(each: Comparison, currency: str, words: Words) -> str:
    difference = each.now_minor - each.before_minor
    amount = words.money(abs(difference), currency)
    texts = _HIGHER if difference > 0 else _LOWER if difference < 0 else _SAME
    first = words.say(texts[each.compared_with], amount=amount)
    reason = _main_reason(each, words)
    return words.joined(first, reason) if reason else first


def _steps(each: Comparison, document: BillDocument, words: Words) -> Iterator[str]:
    """Steps of usage that are others than then, by what the customer reads beside their charges."""
    labels = {line.charge: line.label for service in document.services for line in service.lines}
    for change in each.steps:
        yield words.say(
            "{charge}: step {now} instead of step {before}.",
            charge=words.name(words.choose(labels[change.charge], document.issuer.languages).text),
            now=words.number(change.now),
            before=words.number(change.before),
        )


def _main_reason(each: Comparison, words: Words) -> str:
    """What moved the charges most in the direction they went."""
    difference = each.now_minor - each.before_minor
    if not difference:
        return ""
    reasons = {
        "days": each.days_minor,
        "usage": each.usage_minor,
        "rate": each.rate_minor,
        "other": each.other_minor,
    }
    sign = 1 if difference > 0 else -1
    main = max(reasons, key=lambda name: reasons[name] * sign)
    return words.say((_REASONS_UP if difference > 0 else _REASONS_DOWN)[main])


def _rows(compared: tuple[Comparison, ...], currency: str, words: Words) -> list[dict[str, Any]]:
    """From the charges then to the charges now; a reason that moved nothing anywhere is left out."""
    reasons = [
        (words.say("Days billed"), [each.days_minor for each in compared], _days),
        (words.say("Water a day"), [each.usage_minor for each in compared], _usage),
        (words.say("Rates"), [each.rate_minor for each in compared], _nothing),
        (words.say("Services, discounts, other"), [each.other_minor for each in compared], _nothing),
    ]
    then = [{"amount": words.money(each.before_minor, currency), "note": ""} for each in compared]
    now = [{"amount": words.money(each.now_minor, currency), "note": ""} for each in compared]
    rows: list[dict[str, Any]] = [{"label": words.say("Charges then"), "kind": "line", "cells": then}]
    for label, moved, note in reasons:
        if any(moved):
            cells = [
                {"amount": words.signed(minor, currency), "note": note(each, words)}
                for minor, each in zip(moved, compared, strict=True)
            ]
            rows.append({"label": label, "kind": "line", "cells": cells})
    rows.append({"label": words.say("Charges now"), "kind": "total", "cells": now})
    return rows


def _nothing(_each: Comparison, _words: Words) -> str:
    return ""


def _days(each: Comparison, words: Words) -> str:
    if each.days_now == each.days_before:
        return ""
    return words.say(
        "{now} instead of {before}", now=words.number(each.days_now), before=words.number(each.days_before)
    )


def _usage(each: Comparison, words: Words) -> str:
    if each.usage_now is None or each.usage_before is None:
        return ""
    now, _ = daily(each.usage_now, each.unit, each.days_now)
    before, unit = daily(each.usage_before, each.unit, each.days_before)
    return words.say("{now} instead of {before}", now=words.number(now), before=words.quantity(before, unit))
