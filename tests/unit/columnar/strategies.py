"""Random tariffs, as wide as tariffs go.

A kind of charge is one entry of `CHARGES`: a strategy of charges of that kind under a code, taken on some
of the earlier codes where it is taken on any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import ANYTHING, Amount, Formula, Key, Table
from chalicelib.domain.tariffs.charges.charge import Charge, Head
from chalicelib.domain.tariffs.charges.discount import Discount
from chalicelib.domain.tariffs.charges.minimum_charge import MinimumCharge
from chalicelib.domain.tariffs.charges.one_off_charge import OneOffCharge
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge
from chalicelib.domain.tariffs.charges.percent_charge import PercentCharge
from chalicelib.domain.tariffs.charges.quantity import METERED, QuantityRule
from chalicelib.domain.tariffs.charges.rounding_charge import RoundingCharge
from chalicelib.domain.tariffs.charges.service_charge import ServiceCharge
from chalicelib.domain.tariffs.charges.stepped_charge import SteppedCharge, StepRule
from chalicelib.domain.tariffs.charges.tiered_charge import (
    OutOfOrder,
    StartIs,
    TieredCharge,
    TierRule,
)
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind, Source
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.tariffs.ranges import Range
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import (
    Effectivity,
    NamedFormula,
    OpeningAndClosing,
    Proration,
    ShortOpening,
    TariffVersion,
    UsageTerms,
)
from chalicelib.tariff_documents.expressions import parse_expression
from tests.unit.domain.tariffs.builders import DECLARED, LONG_AGO, RECONNECTED, THIRTIETHS, head, version

START = date(2026, 4, 1)
NUMBER = DeterminantKind.NUMBER
DETERMINANTS = (
    *DECLARED,
    Determinant(name="budget", kind=NUMBER),
    Determinant(name="winter", kind=NUMBER, source=Source.HISTORY, default="9"),
    Determinant(name="area", kind=NUMBER, source=Source.PREMISE, default_from="budget"),
    Determinant(name="days", kind=NUMBER, source=Source.PERIOD),
    Determinant(name="month", kind=DeterminantKind.CHOICE, source=Source.CALENDAR),
    Determinant(name="stage", kind=DeterminantKind.CHOICE, source=Source.UTILITY, default="0"),
    RECONNECTED,
)
EVENTS = tuple(one.name for one in DETERMINANTS if one.kind is DeterminantKind.EVENT)
ATTRIBUTES = tuple(one.name for one in DETERMINANTS if one.source.of_agreement and one.name not in EVENTS)

rules = st.sampled_from(RoundingRule)
rates = st.decimals("-2", "20", places=3)
money = st.decimals("-5", "60", places=2)
percents = st.decimals("-10", "30", places=2)
quantities = st.decimals("0", "30", places=2)


def formula(text: str, *, step: str = "0.000001", rule: RoundingRule = RoundingRule.HALF_UP) -> Formula:
    return Formula(parse_expression(text), Decimal(step), rule)


FORMULAS = [
    "budget",
    "winter / 3",
    "1.25 * allotment",
    "budget / winter - 1",
    "min(winter, 12.5, area)",
    "round(budget * 0.375, 0, half_even) + max(winter, 2)",
    "if(low_income and budget > 5, 0.5 * winter, area)",
    "if(wide, dwelling_units, -0.5)",
    "days * winter / 30",
    'if(month = "4", 1.5, if(stage != "0", 2.5, winter * winter * budget))',
    "-round(budget, -1, up) / days",
]
NAMED = (
    NamedFormula(name="allotment", formula=formula("winter * days / 30 + 0.1 * area", step="0.01")),
    NamedFormula(name="wide", formula=formula("area >= 10 or not exempt")),
)
formulas = st.builds(
    formula, st.sampled_from(FORMULAS), step=st.sampled_from(["0.000001", "0.01", "1"]), rule=rules
)


@st.composite
def tables(draw: st.DrawFn, figures: st.SearchStrategy[Decimal]) -> Table:
    """By meter size or by ranges of a number, with cells that may be formulas, and with or without a gap."""
    keys: list[Key]
    name, keys = draw(
        st.sampled_from(
            [
                ("meter_size", ["5/8", "1"]),
                ("meter_size", ["5/8", ANYTHING]),
                ("budget", [Range(None, False, Decimal(7), True), Range(Decimal(7), False, None, False)]),
                ("stage", ["0", "1"]),
                ("month", ["5", ANYTHING]),
            ]
        )
    )
    return Table((name,), {(key,): draw(figures | figures | formulas) for key in keys})


def amounts(figures: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Amount]:
    """A figure, a table or a formula."""
    return figures | figures | tables(figures) | formulas


def heads(code: str) -> st.SearchStrategy[Head]:
    """Of a charge that rounds in any way and may depend on flags."""
    return st.builds(
        lambda rule, only_if, unless: head(code, rounding=rule, only_if=only_if, unless=unless),
        rules,
        st.sampled_from([None, None, None, "low_income", "wide"]),
        st.sampled_from([None, None, None, "exempt"]),
    )


def services(code: str, _earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    times = st.sampled_from([None, "dwelling_units", "winter"])
    return st.builds(
        ServiceCharge, head=heads(code), amount=amounts(money), times=times, prorated=st.booleans()
    )


maybe = st.none() | amounts(quantities)
quantity_rules = st.just(METERED) | st.builds(
    QuantityRule,
    instead=st.none() | st.none() | maybe,
    share=st.none() | amounts(percents.filter(lambda percent: percent >= 0)),
    at_most=maybe,
    at_least=st.none() | maybe,
    included=st.none() | maybe,
    multiple=st.sampled_from([None, None, Decimal(1), Decimal("0.25"), Decimal(10)]),
    rule=rules,
)


def per_unit(code: str, _earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    kinds = st.sampled_from([LineKind.COMMODITY, LineKind.SURCHARGE])
    return st.builds(
        PerUnitCharge,
        head=heads(code),
        kind=kinds,
        rate=amounts(rates),
        quantity=quantity_rules,
        prorated=st.booleans(),
    )


@st.composite
def tiered(draw: st.DrawFn, code: str, _earlier: Sequence[str]) -> Charge:
    starts: list[Amount] = [Decimal(0)]
    reached = Decimal(0)
    for width in draw(st.lists(st.decimals("0.25", "12", places=2), max_size=4)):
        reached += width + 1
        starts.append(reached)
    out_of_order = draw(st.sampled_from(OutOfOrder))
    if len(starts) > 1 and draw(st.booleans()):
        starts[-1] = draw(amounts(quantities) if out_of_order is OutOfOrder.EMPTY_TIER else formulas)
    return TieredCharge(
        head=draw(heads(code)),
        start_is=draw(st.sampled_from(StartIs)),
        tiers=tuple(TierRule(start=start, rate=draw(amounts(rates))) for start in starts),
        width_times=draw(st.sampled_from([None, None, "dwelling_units", "budget"])),
        out_of_order=OutOfOrder.EMPTY_TIER if starts[-1] != reached else out_of_order,
        quantity=draw(quantity_rules),
        prorated=draw(st.booleans()),
    )


@st.composite
def stepped(draw: st.DrawFn, code: str, _earlier: Sequence[str]) -> Charge:
    """With amounts, rates or both; where a formula says where the last step starts, it may be refused."""
    starts: list[Amount] = [Decimal(0)]
    reached = Decimal(0)
    for width in draw(st.lists(st.decimals("0.25", "12", places=2), max_size=4)):
        reached += width + 1
        starts.append(reached)
    if len(starts) > 1 and draw(st.integers(0, 3)) == 3:
        starts[-1] = draw(formulas)
    steps = []
    for start in starts:
        amount, rate = draw(
            st.tuples(amounts(money), st.none() | amounts(rates)) | st.tuples(st.none(), amounts(rates))
        )
        included = draw(st.none() | amounts(quantities)) if rate is not None else None
        steps.append(StepRule(start=start, amount=amount, rate=rate, included=included))
    counts = st.sampled_from([None, None, "dwelling_units", "budget"])
    return SteppedCharge(
        head=draw(heads(code)),
        start_is=draw(st.sampled_from(StartIs)),
        steps=tuple(steps),
        times=draw(counts) if any(step.amount is not None for step in steps) else None,
        width_times=draw(counts),
        quantity=draw(quantity_rules),
        prorated=draw(st.booleans()),
    )


def percentages(code: str, earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    return st.builds(
        PercentCharge,
        head=heads(code),
        kind=st.sampled_from([LineKind.TAX, LineKind.SURCHARGE]),
        percent=amounts(percents),
        of=bases(earlier),
        cap=st.none() | amounts(money),
        prorated=st.booleans(),
    )


def minimums(code: str, earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    return st.builds(
        MinimumCharge, head=heads(code), amount=amounts(money), of=bases(earlier), prorated=st.booleans()
    )


def discounts(code: str, earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    taken = {"head": heads(code), "of": bases(earlier), "prorated": st.booleans()}
    shares = st.decimals("0", "100", places=1) | formulas
    limits = amounts(money)
    percent = st.builds(Discount, **taken, percent=shares, cap=st.none() | limits)
    return percent | st.builds(Discount, **taken, credit=limits)


def roundings(code: str, earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    steps = st.sampled_from(["0.05", "0.10", "1", "0.003"]).map(Decimal)
    return st.builds(RoundingCharge, head=heads(code), to=steps, of=bases(earlier))


def one_offs(code: str, _earlier: Sequence[str]) -> st.SearchStrategy[Charge]:
    when = {"head": heads(code), "when": st.sampled_from(EVENTS)}
    percent = st.builds(OneOffCharge, **when, percent=amounts(percents), floor=st.none() | money)
    return percent | st.builds(OneOffCharge, **when, amount=amounts(money))


def bases(earlier: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(earlier), min_size=1, unique=True).map(tuple)


_ON_OTHERS = 4  # the place of the first kind that is taken on earlier charges
CHARGES: list[Callable[[str, Sequence[str]], st.SearchStrategy[Charge]]] = [
    services,
    per_unit,
    tiered,
    stepped,
    percentages,
    minimums,
    discounts,
    roundings,
    one_offs,
]

prorations = st.sampled_from([None, None, THIRTIETHS, replace(THIRTIETHS, tiers=False)]) | st.builds(
    Proration,
    normal_days=st.just((25, 35)),
    basis_days=st.sampled_from([30, 31, None]),
    tiers=st.booleans(),
    opening_and_closing=st.sampled_from(OpeningAndClosing),
    shortest_opening_days=st.sampled_from([0, 5, 40]),
    below_shortest=st.sampled_from(ShortOpening),
)
usage_terms = st.builds(
    UsageTerms,
    unit=st.sampled_from([Unit.CCF, Unit.KGAL, Unit.CUBIC_METER]),
    step=st.sampled_from(["1", "0.1", "0.01", "100"]).map(Decimal),
    rounding=rules,
    conversions=st.sampled_from([{}, {Unit.US_GALLON: Decimal(748)}]),
)


@st.composite
def tariffs(draw: st.DrawFn, *, usage: UsageTerms) -> TariffVersion:
    """Charges of any kinds, the same ones under each of the codes A, B, … or not."""
    charges: list[Charge] = []
    for code in "ABCDEF"[: draw(st.integers(1, 6))]:
        earlier = [charge.head.code for charge in charges]
        kinds = CHARGES if earlier else CHARGES[:_ON_OTHERS]
        charges.append(draw(draw(st.sampled_from(kinds))(code, earlier)))
    return version(
        *charges,
        usage=usage,
        proration=draw(prorations),
        determinants=DETERMINANTS,
        formulas=NAMED,
        effectivity=draw(st.sampled_from([*[Effectivity.SERVICE_DAY] * 4, *Effectivity])),
    )


@st.composite
def books(draw: st.DrawFn) -> list[RateDocument]:
    """Two tariffs of up to four versions, most of which take over within the rows' periods; a condition."""
    found: list[RateDocument] = []
    for code in ("R-1", "R-2"):
        usage = draw(usage_terms)
        days = sorted(draw(st.sets(st.integers(0, 40), max_size=3)))
        effective = [LONG_AGO, *(START + timedelta(days=day) for day in days)]
        plain = draw(tariffs(usage=usage))
        for number, day in enumerate(effective, 1):
            one = plain if draw(st.integers(0, 4)) == 0 else draw(tariffs(usage=usage))
            found.append(replace(one, code=code, version=number, effective_from=day))
    days_of_stage = [LONG_AGO, START + timedelta(days=draw(st.integers(0, 40)))]
    stages = Dated(tuple(zip(days_of_stage, ("0", "1"), strict=True)))
    if draw(st.booleans()):
        found.append(Condition(name="stage", revision=1, histories={EVERYWHERE: stages}))
    return found
