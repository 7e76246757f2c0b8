"""Invariants of bills: sums that agree, numbers that are unique, lines rounded by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from chalicelib.domain.billing.bill import BillSegment
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.ledger.invariants.history import AccountHistory
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.ledger.post_bill import LineWithoutGlAccount, postings_of_segments
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind
from chalicelib.domain.tariffs.explanation import exact_minor
from chalicelib.domain.tariffs.line import BillLine, Note

_RULES = {Note.HALF_EVEN: RoundingRule.HALF_EVEN, Note.UP: RoundingRule.UP, Note.DOWN: RoundingRule.DOWN}


def bills_add_up(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 5: a bill's total = Σ its lines, taxes included = what it posts to receivable and revenue.

    And balances carry forward: Σ bills less what was canceled of them, payments, adjustments, opening and
    returned payments make the balance.
    """
    carried = 0
    for transaction in history.transactions:
        owed = _on_receivable(transaction, history.chart.receivable)
        if transaction.kind is not TransactionKind.BILL:
            carried += owed
            if transaction.bill is not None:
                yield _of(5, transaction, f"a {transaction.kind} carries a bill")
            continue
        bill = transaction.bill
        if bill is None or str(bill.bill_id) != transaction.transaction_id:
            yield _of(5, transaction, "posts no bill of its own number")
            carried += owed
            continue
        carried += bill.total_minor
        if owed != bill.total_minor:
            message = f"its lines add up to {bill.total_minor}, its postings to {owed} minor units"
            yield _of(5, transaction, message, lines_minor=bill.total_minor, postings_minor=owed)
        else:
            yield from _wrong_legs(transaction, history.chart.receivable)
    if carried != history.state.balance_minor:
        yield Violation(
            invariant=5,
            account_id=history.account_id,
            message=(
                f"bills, payments and adjustments carry forward to {carried}, the balance is "
                f"{history.state.balance_minor} minor units"
            ),
            data={"carried_minor": carried, "balance_minor": history.state.balance_minor},
        )


def bill_numbers_unique(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 10: no two bills of an account have one number, in whatever accounting period."""
    numbers = Counter(transaction.transaction_id for transaction in history.bills)
    for transaction in history.bills:
        if numbers.pop(transaction.transaction_id, 0) > 1:
            yield _of(10, transaction, "this bill number was given more than once")


def lines_rounded_once(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 12: each line is its exact amount rounded once by the rule it names; parts make the whole.

    Parts that share a rounded whole (largest remainder) are proved together: their sum is the sum of their
    exact amounts, rounded once. A discount cut to a limit is no more than its exact amount.
    """
    for transaction in history.bills:
        for segment in transaction.bill.segments if transaction.bill else ():
            for message in _rounding_faults(segment, transaction.currency):
                yield _of(12, transaction, message, agreement_id=segment.agreement_id)


def _rounding_faults(segment: BillSegment, currency: str) -> Iterator[str]:
    shared: dict[tuple[object, ...], list[BillLine]] = {}
    cut: list[BillLine] = []
    for line in segment.lines:
        exact = exact_minor(line, currency)
        if Note.LIMITED in line.notes:  # parts of a whole, too: once one is cut they no longer add up
            cut.append(line)
        elif Note.SHARED in line.notes:
            basis = line.factor.denominator if line.factor else 1
            shared.setdefault((line.charge, line.rate, line.quantity, basis), []).append(line)
        elif line.amount_minor != to_integer(exact, rule=_rule(line)):
            yield f"{line.charge}: {line.amount_minor} is not {exact} minor units rounded {_rule(line)}"
    for line in cut:
        exact = exact_minor(line, currency)
        if abs(line.amount_minor) > abs(exact) + 1:
            yield f"{line.charge}: {line.amount_minor} is beyond the {exact} minor units it was cut from"
    cut_charges = {line.charge for line in cut}
    for lines in shared.values():
        if lines[0].charge in cut_charges:
            continue
        parts = sum(line.amount_minor for line in lines)
        whole = sum((exact_minor(line, currency) for line in lines), Fraction(0))
        if parts != to_integer(whole, rule=_rule(lines[0])):
            yield f"{lines[0].charge}: {len(lines)} parts add up to {parts}, the whole is {whole} minor units"


def _rule(line: BillLine) -> RoundingRule:
    return next((rule for note, rule in _RULES.items() if note in line.notes), RoundingRule.HALF_UP)


def _wrong_legs(transaction: FinancialTransaction, receivable: str) -> Iterator[Violation]:
    bill = transaction.bill
    if bill is None:
        return
    try:
        wanted = postings_of_segments(bill.segments, due_on=bill.due_on, receivable=receivable)
    except LineWithoutGlAccount as refusal:
        yield _of(5, transaction, refusal.message)
        return
    if Counter(wanted) != Counter(transaction.postings):
        wrong = [str(p.gl_account) for p in (Counter(transaction.postings) - Counter(wanted))]
        yield _of(5, transaction, f"its postings on {', '.join(wrong) or 'no account'} are not its lines'")


def _on_receivable(transaction: FinancialTransaction, receivable: str) -> int:
    return sum(p.amount_minor for p in transaction.postings if p.gl_account == receivable)


def _of(invariant: int, transaction: FinancialTransaction, message: str, **data: object) -> Violation:
    return Violation(
        invariant=invariant,
        account_id=transaction.account_id,
        transaction_id=transaction.transaction_id,
        message=message,
        data=data,
    )
