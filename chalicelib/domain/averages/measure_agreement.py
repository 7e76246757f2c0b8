"""Which agreements a rule fills, and what each of an account's own bills give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from chalicelib.domain.averages.billed_water import (
    BilledWater,
    MixedPeriods,
    PremisesOf,
    SeveralPremises,
    WaterBill,
    measured_beside,
    water_bills,
)
from chalicelib.domain.averages.measure import CountedBill, own_average
from chalicelib.domain.averages.proposal import Flag, Measured
from chalicelib.domain.averages.rule import AveragingRule, Method
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.kernel.quantity import Unit, UnknownUnit
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.determinants import DeterminantKind, table_key
from chalicelib.domain.tariffs.version import TariffVersion

_FLAG_OF: dict[type[Refusal], Flag] = {
    SeveralPremises: Flag.SEVERAL_PREMISES,
    MixedPeriods: Flag.MIXED_PERIODS,
}
_UNEVEN_PERCENT = 67  # of the longest bill: a shorter one moves a mean per bill


class NothingDeclares(Refusal):
    """No tariff that the rule could fill a determinant of declares it."""


class UnitsDiffer(Refusal):
    """A tariff declares the determinant in another unit than the rule figures it in."""


class KindDiffers(Refusal):
    """A tariff declares the determinant as something that not every value of the rule would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A rule for a year, and the tariffs whose agreements it fills."""

    rule: AveragingRule
    year: int
    tariffs: frozenset[str]

    @property
    def effective_on(self) -> date:
        """The day from which the values hold."""
        return self.rule.effective_on(self.year)


def tariffs_to_fill(versions: Iterable[TariffVersion], *, rule: AveragingRule, on: date) -> tuple[str, ...]:
    """The codes of the rule's tariffs that declare its determinant on `on` or in a later version.

    Raises NothingDeclares, UnitsDiffer, KindDiffers.
    """
    in_time = sorted(versions, key=lambda version: (version.effective_from, version.version))
    latest: dict[str, TariffVersion] = {}
    found: set[str] = set()
    for version in in_time:
        if version.service_type != rule.service.value or (rule.tariffs and version.code not in rule.tariffs):
            continue
        if version.effective_from <= on:
            latest[version.code] = version
        elif _declares(version, rule):
            found.add(version.code)
    found |= {code for code, version in latest.items() if _declares(version, rule)}
    if missing := [code for code in rule.tariffs if code not in found]:
        raise _nothing(rule, f"tariff {', '.join(missing)} does not declare")
    if not found:
        raise _nothing(rule, f"no published {rule.service} tariff declares")
    return tuple(sorted(found))


def _nothing(rule: AveragingRule, which: str) -> NothingDeclares:
    return NothingDeclares(
        f"{which} the determinant {rule.determinant!r}: publish a version that does, or correct the rule",
        determinant=rule.determinant,
    )


def _declares(version: TariffVersion, rule: AveragingRule) -> bool:
    declared = next((one for one in version.determinants if one.name == rule.determinant), None)
    if declared is None or not declared.source.of_agreement:
        return False
    try:
        unit = Unit.parse(declared.unit) if declared.unit else rule.unit
    except UnknownUnit:
        unit = rule.unit  # a tariff may call a unit what it likes, for people
    if unit is not rule.unit:
        raise UnitsDiffer(
            f"tariff {version.reference} declares {rule.determinant} in {unit}, the rule figures it in "
            f"{rule.unit}: correct one of them",
            tariff=version.reference,
        )
    if not _takes(declared.kind, rule):
        raise KindDiffers(
            f"tariff {version.reference} declares {rule.determinant} as a {declared.kind}, which not every "
            "value would be: declare a number, or for a count round to whole ones with a floor of 1",
            tariff=version.reference,
        )
    return True


def _takes(kind: DeterminantKind, rule: AveragingRule) -> bool:
    """Whether a determinant of this kind takes whatever the rule may give."""
    if kind is DeterminantKind.COUNT:
        figures = [rule.rounding.step, rule.cap, *(one.value for one in rule.defaults)]
        whole = all(one is None or one == one.to_integral_value() for one in figures)
        return whole and rule.floor is not None and rule.floor == max(rule.floor.to_integral_value(), 1)
    return kind is DeterminantKind.NUMBER


def measure_account(
    whole: AccountWithAgreements,
    *,
    task: Task,
    water: Mapping[AgreementId, Sequence[BilledWater]],
    premises_of: PremisesOf,
) -> Iterator[Measured]:
    """The own average of every agreement of an account that the task fills."""
    for agreement in whole.agreements:
        if is_filled(agreement, task):
            yield _measured(agreement, whole.agreements, task, water, premises_of)


def is_filled(agreement: ServiceAgreement, task: Task) -> bool:
    """Whether the agreement runs on a tariff of the task on the effective day, or begins later on one."""
    day = max(agreement.start, task.effective_on)
    runs = agreement.end is None or agreement.end > task.effective_on
    return runs and agreement.service_type is task.rule.service and agreement.tariff.find(day) in task.tariffs


def _measured(
    agreement: ServiceAgreement,
    beside: Sequence[ServiceAgreement],
    task: Task,
    water: Mapping[AgreementId, Sequence[BilledWater]],
    premises_of: PremisesOf,
) -> Measured:
    rule, flags = task.rule, _standing_flags(agreement, task, water)
    bills: tuple[WaterBill, ...] = ()
    why = ""
    try:
        ids = measured_beside(agreement, beside, services=rule.usage_of, premises_of=premises_of)
        bills = water_bills((one for key in ids for one in water.get(key, ())), unit=rule.unit)
    except (SeveralPremises, MixedPeriods) as refusal:
        flags.append(_FLAG_OF[type(refusal)])
        why = refusal.message
    own = own_average(bills, rule=rule, year=task.year)
    flags += _bill_flags(own.bills, rule)
    if own.exact is None and not why:
        flags.append(Flag.FEW_BILLS)
    return Measured(
        account_id=agreement.account_id,
        agreement_id=agreement.agreement_id,
        rate_class=rate_class(agreement, task),
        exact=own.exact,
        words=why or own.words,
        bills=len(own.bills),
        last_year=last_year(agreement, task),
        flags=tuple(flags),
    )


def rate_class(agreement: ServiceAgreement, task: Task) -> str:
    """The class whose mean or median may stand in for the agreement's own."""
    day = max(agreement.start, task.effective_on)
    if not task.rule.rate_class:
        return agreement.tariff.on(day)
    history = agreement.determinants.get(task.rule.rate_class)
    value = history.find(day) if history is not None else None
    return "" if value is None else table_key(str(value))


def last_year(agreement: ServiceAgreement, task: Task) -> Decimal | None:
    """The number that holds up to the effective day."""
    history = agreement.determinants.get(task.rule.determinant)
    value = history.find(task.effective_on - timedelta(days=1)) if history is not None else None
    return value if isinstance(value, Decimal) else None


def value_of_day(agreement: ServiceAgreement, *, determinant: str, day: date) -> Decimal | str | None:
    """The value that the agreement was given for this very day."""
    history = agreement.determinants.get(determinant)
    return dict(history.entries).get(day) if history is not None else None


def _standing_flags(
    agreement: ServiceAgreement, task: Task, water: Mapping[AgreementId, Sequence[BilledWater]]
) -> list[Flag]:
    flags: list[Flag] = []
    day = task.effective_on
    if value_of_day(agreement, determinant=task.rule.determinant, day=day) is not None:
        flags.append(Flag.SET_ALREADY)
    if any(one.period.end > day for one in water.get(agreement.agreement_id, ())):
        flags.append(Flag.BILLED_BEYOND)
    return flags


def _bill_flags(bills: Sequence[CountedBill], rule: AveragingRule) -> list[Flag]:
    flags: list[Flag] = []
    if any(one.bill.estimated for one in bills):
        flags.append(Flag.ESTIMATED)
    if any(not one.bill.quantity for one in bills):
        flags.append(Flag.ZERO_USAGE)
    lengths = [one.bill.period.days for one in bills]
    by_bill = rule.method is not Method.MEAN_PER_30_DAYS
    if by_bill and lengths and 100 * min(lengths) < _UNEVEN_PERCENT * max(lengths):
        flags.append(Flag.UNEVEN_BILLS)
    return flags
