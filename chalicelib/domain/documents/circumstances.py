"""What is true of a bill, and which messages and leaflets go with it for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.domain.documents.bill_document import (
    BalanceForward,
    BillFacts,
    MessageFacts,
    ServiceCharges,
    UsageHistory,
    UsagePoint,
)
from chalicelib.domain.kernel.ids import Month
from chalicelib.domain.utility.profile import BillMessage, BillRule, Circumstance, Insert

_HIGH = (3, 2)  # half as much again as a year ago


@dataclass(frozen=True, slots=True, kw_only=True)
class BillInLife:
    """A bill's facts as far as rules look at them."""

    bill: BillFacts
    balance: BalanceForward
    services: tuple[ServiceCharges, ...]
    usage: tuple[UsageHistory, ...]
    paperless: bool

    def holds(self, circumstance: Circumstance) -> bool:
        """Whether `circumstance` is true of the bill."""
        return _TESTS[circumstance](self)

    def follows(self, rule: BillRule) -> bool:
        """Whether everything that `rule` asks for is true of the bill."""
        day = self.bill.bill_date
        return (
            all(self.holds(one) for one in rule.when)
            and (rule.start is None or rule.start <= day)
            and (rule.end is None or day < rule.end)
            and (not rule.services or any(one.service_type in rule.services for one in self.services))
            and (not rule.cycles or self.bill.cycle in rule.cycles)
        )

    def messages(self, known: Iterable[BillMessage]) -> tuple[MessageFacts, ...]:
        """The messages that go on the bill, the most important first."""
        chosen = [message for message in known if self.follows(message.rule)]
        return tuple(
            MessageFacts(code=one.code, title=one.title, text=one.text)
            for one in sorted(chosen, key=lambda one: (-one.rank, one.code))
        )

    def inserts(self, known: Iterable[Insert]) -> tuple[str, ...]:
        """The codes of the leaflets that go along with the bill."""
        return tuple(sorted(insert.code for insert in known if self.follows(insert.rule)))


def _is_high(life: BillInLife) -> bool:
    return any(_rose(history.points) for history in life.usage)


def _rose(points: tuple[UsagePoint, ...]) -> bool:
    if not points:
        return False
    now = points[-1]
    a_year_ago = str(Month.parse(now.month).plus(-12))
    then = next((point for point in points if point.month == a_year_ago), None)
    if then is None or not then.quantity:
        return False
    high, low = _HIGH
    return low * now.quantity * then.days >= high * then.quantity * now.days


def _is_zero(life: BillInLife) -> bool:
    return any(one.quantity is not None and not one.quantity for one in life.services)


_TESTS: dict[Circumstance, Callable[[BillInLife], bool]] = {
    Circumstance.ALWAYS: lambda _: True,
    Circumstance.PAST_DUE: lambda life: life.balance.past_due_minor > 0,
    Circumstance.CREDIT_BALANCE: lambda life: life.balance.due_minor < 0,
    Circumstance.ESTIMATED: lambda life: any(one.estimated for one in life.services),
    Circumstance.HIGH_USAGE: _is_high,
    Circumstance.ZERO_USAGE: _is_zero,
    Circumstance.CORRECTED: lambda life: life.bill.corrects is not None,
    Circumstance.FIRST_BILL: lambda life: life.bill.is_first,
    Circumstance.FINAL_BILL: lambda life: life.bill.is_final,
    Circumstance.PAPERLESS: lambda life: life.paperless,
    Circumstance.ON_PAPER: lambda life: not life.paperless,
}
