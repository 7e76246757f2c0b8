"""Random tariffs of every kind of charge, what they look up, and random agreements, for properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import ANYTHING, Amount, Table
from chalicelib.domain.tariffs.charges.charge import Charge
from chalicelib.domain.tariffs.charges.one_off_charge import OneOffCharge
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge
from chalicelib.domain.tariffs.charges.quantity import METERED, QuantityRule
from chalicelib.domain.tariffs.charges.rounding_charge import RoundingCharge
from chalicelib.domain.tariffs.charges.stepped_charge import StepRule
from chalicelib.domain.tariffs.charges.tiered_charge import OutOfOrder, StartIs
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.determinants import (
    Determinant,
    DeterminantKind,
    Season,
    Source,
)
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.tariffs.ranges import Range
from chalicelib.domain.tariffs.request import Position, RatingRequest
from chalicelib.domain.tariffs.soundness import require_sound
from chalicelib.domain.tariffs.version import Effectivity, NamedFormula, TariffVersion, UsageTerms
from tests.unit.domain.tariffs.builders import (
    EXEMPT,
    LONG_AGO,
    LOW_INCOME,
    THIRTIETHS,
    discount,
    formula,
    head,
    minimum,
    percent_surcharge,
    service,
    stepped,
    tax,
    tiered,
    version,
)

START = date(2026, 4, 1)
UNITS = Determinant(name="units", kind=DeterminantKind.COUNT, default="2")
WINTER = Determinant(name="winter", kind=DeterminantKind.NUMBER, source=Source.HISTORY, default="7.5")
STAGE = Determinant(name="stage", kind=DeterminantKind.CHOICE, source=Source.UTILITY, default="0")
SEASON = Determinant(
    name="season",
    kind=DeterminantKind.CHOICE,
    source=Source.CALENDAR,
    seasons=(Season("summer", MonthDay(4, 20)), Season("winter", MonthDay(10, 1))),
)
DAYS = Determinant(name="days", kind=DeterminantKind.COUNT, source=Source.PERIOD)
HAPPENED = Determinant(name="happened", kind=DeterminantKind.EVENT)
DETERMINANTS = (LOW_INCOME, EXEMPT, UNITS, WINTER, STAGE, SEASON, DAYS, HAPPENED)

BUDGET = NamedFormula(name="budget", formula=formula("3 * units + days / 10", step="1"))
DRY = NamedFormula(name="dry", formula=formula('stage != "0" and winter > 1'))
FORMULAS = (BUDGET, DRY)

prices = st.decimals("0.01", "20", places=3).map(str)
percents = st.decimals("0", "25", places=2).map(str)
quantities = st.integers(0, 300).map(lambda tenths: Decimal(tenths) / 10)
lengths = st.integers(1, 70)
usages = st.integers(0, 20_000).map(lambda hundredths: Decimal(hundredths) / 100)
measures = st.builds(
    UsageTerms,
    unit=st.just(Unit.CCF),
    step=st.sampled_from(["1", "0.1", "0.01"]).map(Decimal),
    rounding=st.sampled_from(RoundingRule),
)


def _range(text: str) -> Range:
    found = Range.parse(text)
    assert found is not None
    return found


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    """A price: a figure, a formula, a table by text with a catch-all, or by ranges."""
    first, second, third = (Decimal(draw(prices)) for _ in range(3))
    by_season = Table(("season",), {("summer",): first, (ANYTHING,): second})
    by_stage = Table(
        ("stage", "season"),
        {("0", ANYTHING): first, (ANYTHING, "summer"): second, (ANYTHING, ANYTHING): third},
    )
    by_winter = Table(
        ("winter",), {(_range("up to 5"),): first, (_range("over 5"),): formula(f"{second} + winter / 8")}
    )
    by_units = Table(("units",), {("1",): first, (_range("2 to 4"),): second, (ANYTHING,): third})
    scaled = formula(f"{first} * if(dry, 1.25, 1)", step="0.0001")
    return draw(st.sampled_from((first, by_season, by_stage, by_winter, by_units, scaled)))


@st.composite
def quantity_rules(draw: st.DrawFn) -> QuantityRule:
    """Any of the steps, each a figure or a formula; more often than not, none."""
    if draw(st.booleans()):
        return METERED

    def bound() -> Amount | None:
        return draw(st.one_of(st.none(), quantities, st.sampled_from([formula("winter"), formula("budget")])))

    return QuantityRule(
        instead=draw(st.sampled_from([None, None, None, formula("winter")])),
        share=draw(st.sampled_from([None, Decimal(90), Decimal("66.67")])),
        at_most=bound(),
        at_least=bound(),
        included=bound(),
        multiple=draw(st.sampled_from([None, Decimal(1), Decimal("2.5"), Decimal(10)])),
        rule=draw(st.sampled_from(RoundingRule)),
    )


@st.composite
def tier_charges(draw: st.DrawFn) -> Charge:
    """Tiers of figures, or of a budget that may leave one without width."""
    widths = draw(st.lists(st.integers(1, 20), max_size=4))
    starts: list[str | Amount] = [str(sum(widths[:count])) for count in range(len(widths) + 1)]
    if draw(st.booleans()):
        starts = ["0", formula("budget"), formula("1.5 * budget", step="0.1"), "9"]
    charge = tiered(*((start, draw(amounts())) for start in starts))
    return replace(
        charge,
        width_times=draw(st.sampled_from([None, "units", "winter"])),
        out_of_order=OutOfOrder.EMPTY_TIER,
        quantity=draw(quantity_rules()),
        prorated=draw(st.booleans()),
    )


@st.composite
def step_charges(draw: st.DrawFn) -> Charge:
    """Steps of amounts, of rates, or of both, with what an amount includes."""
    widths = draw(st.lists(st.integers(2, 20), max_size=3))
    steps = []
    for count in range(len(widths) + 1):
        amount = draw(st.none() | amounts())
        rate = draw(amounts() if amount is None else st.none() | amounts())
        included = draw(st.none() | quantities | st.just(formula("winter"))) if rate is not None else None
        start = Decimal(sum(widths[:count]))
        steps.append(StepRule(start=start, amount=amount, rate=rate, included=included))
    counts = st.sampled_from([None, "units", "winter"])
    return replace(
        stepped(*steps, code="STEPPED"),
        start_is=draw(st.sampled_from(StartIs)),
        times=draw(counts) if any(step.amount is not None for step in steps) else None,
        width_times=draw(counts),
        quantity=draw(quantity_rules()),
        prorated=draw(st.booleans()),
    )


@st.composite
def tariffs(draw: st.DrawFn, *, usage: UsageTerms) -> TariffVersion:
    """A version with a charge of every class, each with its own rounding."""
    commodity = PerUnitCharge(
        head=head("FLAT", only_if=draw(st.sampled_from([None, "dry"]))),
        kind=LineKind.COMMODITY,
        rate=draw(amounts()),
        quantity=draw(quantity_rules()),
        prorated=draw(st.booleans()),
    )
    charges: list[Charge] = [
        service(draw(amounts()), times=draw(st.sampled_from([None, "units", "winter"]))),
        draw(tier_charges()),
        draw(step_charges()),
        commodity,
        PerUnitCharge(head=head("UNIT"), kind=LineKind.TAX, rate=draw(amounts())),
        replace(service(draw(amounts()), code="FIRE", unless="exempt"), kind=LineKind.TAX, prorated=False),
        percent_surcharge(draw(percents), "WATER"),
        minimum(draw(prices), "SVC", "WATER"),
        discount("SVC", "WATER", percent=draw(percents), cap=draw(prices), only_if="low_income"),
        discount("FLAT", credit=draw(prices), code="CREDIT", only_if="low_income"),
        replace(
            tax(draw(percents), "SVC", "WATER", "FLAT", "DEBT", "MIN", "LIFELINE", unless="exempt"),
            cap=draw(st.one_of(st.none(), prices.map(Decimal))),
        ),
        OneOffCharge(head=head("FEE"), when="happened", amount=draw(amounts())),
        OneOffCharge(head=head("LATE"), when="happened", percent=Decimal(5), floor=draw(amounts())),
        OneOffCharge(head=head("BOUNCED"), when="happened", percent=Decimal(20), cap=draw(amounts())),
        RoundingCharge(head=head("ROUND"), to=Decimal("0.05"), of=("SVC", "WATER", "TAX")),
    ]
    rules = st.sampled_from(RoundingRule)
    charges = [replace(charge, head=replace(charge.head, rounding=draw(rules))) for charge in charges]
    return require_sound(
        version(
            *charges,
            usage=usage,
            proration=draw(st.sampled_from([None, THIRTIETHS, replace(THIRTIETHS, tiers=False)])),
            determinants=DETERMINANTS,
            formulas=FORMULAS,
        )
    )


@st.composite
def books(draw: st.DrawFn, *, most_versions: int = 3) -> list[TariffVersion]:
    """Versions that take over from one another in the weeks after START."""
    usage = draw(measures)
    effectivity = draw(st.sampled_from([Effectivity.SERVICE_DAY, Effectivity.SERVICE_DAY, *Effectivity]))
    versions = [replace(draw(tariffs(usage=usage)), effectivity=effectivity)]
    for number in range(2, draw(st.integers(1, most_versions)) + 1):
        day = START + timedelta(days=draw(st.integers(1, 60)))
        later = replace(draw(tariffs(usage=usage)), version=number, effective_from=day)
        versions.append(replace(later, effectivity=effectivity))
    return versions


@st.composite
def stages(draw: st.DrawFn) -> Condition:
    """A drought stage that changes once or never."""
    history = Dated.since(LONG_AGO, draw(st.sampled_from("012")))
    if draw(st.booleans()):
        day = START + timedelta(days=draw(st.integers(1, 60)))
        history = history.with_entry(day, draw(st.sampled_from("012")))
    return Condition(name="stage", revision=1, histories={"": history})


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Dated[Decimal | str]]:
    """The attributes of an agreement, of which each may change once."""
    found: dict[str, Dated[Decimal | str]] = {}
    for name, values in (
        ("low_income", st.sampled_from(["yes", "no"])),
        ("exempt", st.sampled_from(["yes", "no"])),
        ("units", st.integers(1, 6).map(str)),
        ("winter", st.integers(0, 300).map(lambda tenths: str(Decimal(tenths) / 10))),
    ):
        if not draw(st.booleans()):
            continue
        found[name] = Dated[Decimal | str].since(LONG_AGO, draw(values))
        if draw(st.integers(0, 3)) == 0:
            day = START + timedelta(days=draw(st.integers(1, 60)))
            found[name] = found[name].with_entry(day, draw(values))
    days = draw(st.lists(st.integers(-5, 75), unique=True, max_size=2))
    if days:
        events = (
            (START + timedelta(days=day), draw(st.sampled_from(["1", "2", "80.25"]))) for day in sorted(days)
        )
        found["happened"] = Dated(tuple(events))
    return found


@st.composite
def requests(draw: st.DrawFn) -> RatingRequest:
    """One agreement's period of any length and position."""
    period = Period(START, START + timedelta(days=draw(lengths)))
    return RatingRequest(
        tariff=Dated.since(LONG_AGO, "R-1"),
        period=period,
        bill_date=period.end,
        usage=Quantity.of(draw(usages), Unit.CCF),
        determinants=draw(histories()),
        position=draw(st.sampled_from(Position)),
    )
