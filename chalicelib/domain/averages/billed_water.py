"""The water that live bills charge, as averages look at it, and whose water an agreement is averaged on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId, PremiseId, ServicePointId, TransactionId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceAgreement, ServiceType

PremisesOf = Callable[[frozenset[ServicePointId]], frozenset[PremiseId]]
"""The premises on which service points lie."""


class SeveralPremises(Refusal):
    """An agreement that is linked to no service point has water at more than one premise beside it."""


class MixedPeriods(Refusal):
    """Meters that belong together were billed over periods that overlap and are not the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledWater:
    """What a live segment charges: `quantity` in `unit` over `period`."""

    period: Period
    quantity: Decimal
    unit: Unit
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterBill:
    """What was billed over one period through all meters that count together, in the rule's unit."""

    period: Period
    quantity: Fraction
    estimated: bool = False


def billed_water(transactions: Iterable[FinancialTransaction]) -> Mapping[AgreementId, list[BilledWater]]:
    """The water of all segments that `transactions` bill and do not cancel, by agreement, oldest first."""
    canceled: set[tuple[TransactionId, AgreementId | None]] = set()
    billed: list[FinancialTransaction] = []
    for transaction in transactions:
        if transaction.bill is not None:
            billed.append(transaction)
        if transaction.kind is TransactionKind.REVERSAL and transaction.reverses is not None:
            canceled |= {(transaction.reverses, one) for one in transaction.cancels or (None,)}
    found: dict[AgreementId, list[BilledWater]] = {}
    for transaction in billed:
        for segment in transaction.bill.segments if transaction.bill else ():
            its_keys = {
                (transaction.transaction_id, None),
                (transaction.transaction_id, segment.agreement_id),
            }
            if segment.quantity is not None and not its_keys & canceled:
                found.setdefault(segment.agreement_id, []).append(
                    BilledWater(
                        period=segment.period,
                        quantity=segment.quantity,
                        unit=Unit.parse(segment.unit),
                        estimated=segment.estimated,
                    )
                )
    return {agreement_id: sorted(water, key=attrgetter("period")) for agreement_id, water in found.items()}


def measured_beside(
    agreement: ServiceAgreement,
    agreements: Iterable[ServiceAgreement],
    *,
    services: Iterable[ServiceType],
    premises_of: PremisesOf,
) -> tuple[AgreementId, ...]:
    """Those of the account's `agreements` whose water counts for `agreement`.

    Its own, where `services` has its service. Else those that share a service point with it; if none does,
    those that share its premise. An agreement without a service point takes all of the account's water,
    provided that it lies on one premise. Raises SeveralPremises.
    """
    wanted = frozenset(services)
    if agreement.service_type in wanted:
        return (agreement.agreement_id,)
    others = [one for one in agreements if one.service_type in wanted and _points(one)]
    here = _points(agreement)
    if not here:
        if len(others) > 1 and len(premises_of(frozenset().union(*map(_points, others)))) > 1:
            raise SeveralPremises(
                f"agreement {agreement.agreement_id} is linked to no service point and the account has water "
                "at several premises: link it (links.csv, role check), or override the value",
                agreement_id=agreement.agreement_id,
            )
        return tuple(one.agreement_id for one in others)
    found = [one for one in others if _points(one) & here]
    if not found and others:
        place = premises_of(here)
        found = [one for one in others if premises_of(_points(one)) & place]
    return tuple(one.agreement_id for one in found)


def _points(agreement: ServiceAgreement) -> frozenset[ServicePointId]:
    links = [link for link in agreement.links if link.role is not LinkRole.SUBTRACT]
    return frozenset(link.service_point_id for link in links)


def water_bills(water: Iterable[BilledWater], *, unit: Unit) -> tuple[WaterBill, ...]:
    """Water by period, oldest first: what several meters used in the same period is one bill.

    Raises MixedPeriods when two periods overlap without being the same.
    """
    by_period: dict[Period, list[BilledWater]] = {}
    for one in water:
        by_period.setdefault(one.period, []).append(one)
    for before, after in pairwise(sorted(by_period)):
        if after.start < before.end:
            raise MixedPeriods(
                f"bills of {before} and {after} overlap and are not the same: override the value",
                periods=[str(before), str(after)],
            )
    return tuple(
        WaterBill(
            period=period,
            quantity=sum((Quantity.of(one.quantity, one.unit).to(unit).value for one in its), Fraction(0)),
            estimated=any(one.estimated for one in its),
        )
        for period, its in sorted(by_period.items())
    )
