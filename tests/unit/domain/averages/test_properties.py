"""What holds of every average, whatever was billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.averages.billed_water import WaterBill
from chalicelib.domain.averages.measure import own_average
from chalicelib.domain.averages.rule import BillsIn, Method
from chalicelib.domain.averages.settle import class_figures, settle
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule
from tests.unit.domain.averages.builders import a_rule, measured

figures = st.decimals(min_value=0, max_value=500, places=2)


@st.composite
def bills(draw: st.DrawFn) -> list[WaterBill]:
    """Consecutive bills of 20 to 70 days, around the winter of 2026."""
    day, found = date(2025, 10, draw(st.integers(1, 28))), []
    for _ in range(draw(st.integers(1, 8))):
        end = day + timedelta(days=draw(st.integers(20, 70)))
        found.append(WaterBill(period=Period(day, end), quantity=Fraction(draw(figures))))
        day = end
    return found


@st.composite
def rules(draw: st.DrawFn) -> dict[str, object]:
    method = draw(st.sampled_from(Method))
    some = method in {Method.LOWEST, Method.HIGHEST}
    whole = method.takes_whole_bills
    return {
        "method": method,
        "of_bills": draw(st.integers(1, 3)) if some else 0,
        "least_bills": 3 if some else 1,
        "bills": BillsIn.ENDED_WITHIN if whole else draw(st.sampled_from(BillsIn)),
    }


@given(bills(), rules())
def test_an_average_lies_between_the_least_and_the_most(
    found: list[WaterBill], rule: dict[str, object]
) -> None:
    made = a_rule(**rule)  # type: ignore[arg-type]
    own = own_average(found, rule=made, year=2026)
    if own.exact is None:
        return
    if made.method is Method.MEAN_PER_30_DAYS:
        rates = [one.bill.quantity * 30 / one.bill.period.days for one in own.bills]
    else:
        rates = [one.bill.quantity for one in own.bills]
    assert min(rates) <= own.exact <= max(rates)


@given(bills(), rules(), st.integers())
def test_the_order_of_bills_does_not_matter(
    found: list[WaterBill], rule: dict[str, object], seed: int
) -> None:
    made = a_rule(**rule)  # type: ignore[arg-type]
    shuffled = Random(seed).sample(found, len(found))
    assert own_average(shuffled, rule=made, year=2026) == own_average(found, rule=made, year=2026)


@given(bills())
def test_bills_of_the_same_use_average_to_it(found: list[WaterBill]) -> None:
    even = [WaterBill(period=one.period, quantity=Fraction(one.period.days, 3)) for one in found]
    made = a_rule(method=Method.MEAN_PER_30_DAYS, bills=BillsIn.OVERLAPPING, least_bills=1)
    own = own_average(even, rule=made, year=2026)
    assert own.exact in (None, 10)


@given(
    figures,
    figures,
    figures,
    st.sampled_from(RoundingRule),
    st.sampled_from(["1", "0.1", "5"]),
    st.booleans(),
)
def test_no_value_is_above_the_cap_or_below_the_floor(
    exact: Decimal, one: Decimal, other: Decimal, rounding: RoundingRule, step: str, has_bills: bool
) -> None:
    floor, cap = sorted((one, other))
    rule = a_rule(floor=str(floor), cap=str(cap), rounding=rounding, step=step)
    classes = class_figures([measured(str(exact))])
    settled = settle(measured(str(exact) if has_bills else None), rule=rule, classes=classes)
    assert settled.value is not None
    assert floor <= settled.value <= cap


@given(figures, st.sampled_from(RoundingRule), st.sampled_from(["1", "0.1", "0.25", "5"]))
def test_a_value_is_less_than_a_step_from_its_figure(
    exact: Decimal, rounding: RoundingRule, step: str
) -> None:
    rule = a_rule(cap=None, rounding=rounding, step=step)
    settled = settle(measured(str(exact)), rule=rule, classes={})
    assert settled.value is not None
    assert abs(settled.value - exact) < Decimal(step)
    assert settled.value % Decimal(step) == 0


@given(st.lists(figures, min_size=1, max_size=9))
def test_the_median_of_a_class_halves_it(found: list[Decimal]) -> None:
    (figure,) = class_figures(measured(str(one)) for one in found).values()
    assert sum(one <= figure.median for one in found) * 2 >= len(found)
    assert sum(one >= figure.median for one in found) * 2 >= len(found)
    assert min(found) <= figure.mean <= max(found)
