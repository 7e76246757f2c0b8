"""Whom a rule fills, and what is said of each agreement before anybody looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.averages.billed_water import BilledWater
from chalicelib.domain.averages.measure_agreement import (
    KindDiffers,
    NothingDeclares,
    Task,
    UnitsDiffer,
    measure_account,
    tariffs_to_fill,
)
from chalicelib.domain.averages.proposal import Flag, Measured
from chalicelib.domain.averages.rule import AveragingRule
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind, Source
from chalicelib.domain.tariffs.version import TariffVersion
from tests.towns import household
from tests.unit.domain.averages.builders import a_rule
from tests.unit.domain.tariffs.builders import LONG_AGO, service, version

JULY = date(2026, 7, 1)
TASK = Task(rule=a_rule(), year=2026, tariffs=frozenset({"SEWER"}))
AVERAGE = Determinant(name="winter_average_ccf", kind=DeterminantKind.NUMBER, unit="ccf")
WHOLE = household(1, since=date(2020, 1, 1))[1]
WATER = next(one for one in WHOLE.agreements if one.service_type == "water").agreement_id
SEWER = next(one for one in WHOLE.agreements if one.service_type == "sewer").agreement_id


def winters_water(*ccf: str, estimated: bool = False) -> list[BilledWater]:
    edges = [date(2025, 11, 15), date(2025, 12, 15), date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15)]
    return [
        BilledWater(
            period=Period(edges[n], edges[n + 1]), quantity=Decimal(one), unit=Unit.CCF, estimated=estimated
        )
        for n, one in enumerate(ccf)
    ]


def with_sewer(**changes: object) -> AccountWithAgreements:
    return replace(
        WHOLE,
        agreements=tuple(
            replace(one, **changes) if one.agreement_id == SEWER else one  # type: ignore[arg-type]
            for one in WHOLE.agreements
        ),
    )


def measured(
    *ccf: str, whole: AccountWithAgreements = WHOLE, task: Task = TASK, **water: list[BilledWater]
) -> list[Measured]:
    billed = {WATER: winters_water(*ccf), **{AgreementId(key): its for key, its in water.items()}}
    return list(measure_account(whole, task=task, water=billed, premises_of=lambda _: frozenset()))


def one(*ccf: str, **options: object) -> Measured:
    (found,) = measured(*ccf, **options)  # type: ignore[arg-type]
    return found


def sewer_tariff(code: str = "SEWER", *, number: int = 1, since: date = LONG_AGO) -> TariffVersion:
    return version(
        service("1.00"),
        code=code,
        version=number,
        service_type="sewer",
        effective_from=since,
        usage=None,
        determinants=(AVERAGE,),
    )


def test_the_sewer_agreement_gets_the_average_of_the_water_beside_it() -> None:
    found = one("9", "12", "12")
    assert (found.agreement_id, found.rate_class, found.exact, found.bills) == (SEWER, "SEWER", 11, 3)
    assert found.flags == ()


def test_agreements_on_other_tariffs_or_ended_are_left_out() -> None:
    assert measured("9", "12", "12", task=replace(TASK, tariffs=frozenset({"OTHER"}))) == []
    assert measured("9", "12", "12", whole=with_sewer(end=JULY)) == []
    assert len(measured("9", "12", "12", whole=with_sewer(end=date(2026, 7, 2)))) == 1


def test_an_agreement_that_changes_its_tariff_on_the_effective_day_is_filled() -> None:
    history = Dated(((date(2020, 1, 1), "OLD"), (JULY, "SEWER")))
    assert one("9", "12", "12", whole=with_sewer(tariff=history)).rate_class == "SEWER"


def test_one_that_begins_after_the_effective_day_is_filled_too() -> None:
    later = date(2026, 7, 20)
    found = one("9", "12", "12", whole=with_sewer(start=later, tariff=Dated.since(later, "SEWER")))
    assert found.rate_class == "SEWER"


def test_the_class_may_be_a_determinant() -> None:
    task = replace(TASK, rule=a_rule(rate_class="meter_size"))
    sized = with_sewer(determinants={"meter_size": Dated.since(date(2020, 1, 1), "5/8")})
    assert one("9", whole=sized, task=task).rate_class == "5/8"
    assert one("9", task=task).rate_class == ""


def test_last_year_is_what_holds_up_to_the_effective_day() -> None:
    history: Dated[Decimal | str] = Dated(((date(2025, 7, 1), Decimal(10)), (JULY, Decimal(11))))
    found = one("9", "12", "12", whole=with_sewer(determinants={"winter_average_ccf": history}))
    assert found.last_year == Decimal(10)
    assert found.flags == (Flag.SET_ALREADY,)


@pytest.mark.parametrize(
    ("water", "flag"),
    [
        (winters_water("9", "12"), Flag.FEW_BILLS),
        (winters_water("9", "12", "12", estimated=True), Flag.ESTIMATED),
        (winters_water("9", "0", "12"), Flag.ZERO_USAGE),
    ],
)
def test_what_is_odd_about_bills_is_flagged(water: list[BilledWater], flag: Flag) -> None:
    assert one(**{WATER: water}).flags == (flag,)


def test_a_bill_much_shorter_than_another_is_flagged() -> None:
    short = BilledWater(
        period=Period(date(2026, 1, 15), date(2026, 2, 4)), quantity=Decimal(4), unit=Unit.CCF
    )
    assert one(**{WATER: [*winters_water("9", "12"), short]}).flags == (Flag.UNEVEN_BILLS,)


def test_bills_out_of_step_leave_the_agreement_to_a_person() -> None:
    odd = BilledWater(period=Period(date(2025, 12, 1), date(2026, 1, 1)), quantity=Decimal(4), unit=Unit.CCF)
    found = one(**{WATER: [*winters_water("9", "12", "12"), odd]})
    assert (found.exact, found.flags) == (None, (Flag.MIXED_PERIODS,))
    assert "overlap and are not the same" in found.words


def test_bills_past_the_effective_day_are_pointed_out() -> None:
    august = Period(date(2026, 7, 15), date(2026, 8, 15))
    sewer = [BilledWater(period=august, quantity=Decimal(4), unit=Unit.CCF)]
    assert one("9", "12", "12", **{SEWER: sewer}).flags == (Flag.BILLED_BEYOND,)


def test_tariffs_that_declare_the_determinant_are_filled() -> None:
    silent = replace(sewer_tariff("S-2"), determinants=())
    assert tariffs_to_fill([sewer_tariff(), silent], rule=a_rule(), on=JULY) == ("SEWER",)


def test_of_versions_the_one_in_force_or_still_to_come_decides() -> None:
    silent = replace(sewer_tariff(number=2, since=date(2026, 1, 1)), determinants=())
    with pytest.raises(NothingDeclares, match=r"no published sewer tariff declares .*'winter_average_ccf'"):
        tariffs_to_fill([sewer_tariff(), silent], rule=a_rule(), on=JULY)
    coming = sewer_tariff(number=3, since=date(2026, 9, 1))
    assert tariffs_to_fill([sewer_tariff(), silent, coming], rule=a_rule(), on=JULY) == ("SEWER",)


def test_a_tariff_that_the_rule_names_must_declare_it() -> None:
    rule = a_rule(tariffs=("SEWER", "S-9"))
    with pytest.raises(NothingDeclares, match="tariff S-9 does not declare"):
        tariffs_to_fill([sewer_tariff()], rule=rule, on=JULY)


@pytest.mark.parametrize("source", Source)
def test_only_what_is_kept_with_agreements_is_filled(source: Source) -> None:
    declared = replace(sewer_tariff(), determinants=(replace(AVERAGE, source=source),))
    if source in {Source.HISTORY, Source.AGREEMENT, Source.METER, Source.PREMISE}:
        assert tariffs_to_fill([declared], rule=a_rule(), on=JULY) == ("SEWER",)
    else:
        with pytest.raises(NothingDeclares):
            tariffs_to_fill([declared], rule=a_rule(), on=JULY)


def test_a_determinant_in_another_unit_is_refused() -> None:
    gallons = replace(sewer_tariff(), determinants=(replace(AVERAGE, unit="kgal"),))
    with pytest.raises(UnitsDiffer, match="in kgal, the rule figures it in ccf"):
        tariffs_to_fill([gallons], rule=a_rule(), on=JULY)


@pytest.mark.parametrize(
    ("kind", "rule", "fits"),
    [
        (DeterminantKind.NUMBER, a_rule(step="0.1"), True),
        (DeterminantKind.CHOICE, a_rule(), False),
        (DeterminantKind.COUNT, a_rule(floor="1"), True),
        (DeterminantKind.COUNT, a_rule(), False),  # 0 is no count
        (DeterminantKind.COUNT, a_rule(floor="0"), False),
        (DeterminantKind.COUNT, a_rule(floor="1", step="0.5"), False),
        (DeterminantKind.COUNT, a_rule(floor="1", cap="19.5"), False),
    ],
)
def test_a_determinant_takes_every_value_the_rule_may_give(
    kind: DeterminantKind, rule: AveragingRule, fits: bool
) -> None:
    declared = replace(sewer_tariff(), determinants=(replace(AVERAGE, kind=kind),))
    if fits:
        assert tariffs_to_fill([declared], rule=rule, on=JULY) == ("SEWER",)
    else:
        with pytest.raises(KindDiffers, match="which not every value would be"):
            tariffs_to_fill([declared], rule=rule, on=JULY)


def test_an_agreement_knows_nothing_of_other_accounts() -> None:
    other: ServiceAgreement = household(2)[1].agreements[0]
    assert other.agreement_id not in {found.agreement_id for found in measured("9", "12", "12")}
