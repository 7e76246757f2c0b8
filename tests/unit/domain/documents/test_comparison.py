"""Why two bills differ: every part worked by hand, and the parts always add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.tariffs.rating import TariffBook, compile_book
from chalicelib.tariff_documents.load import load_tariff
from tests.unit.domain.documents.compared_bills import AGREEMENT, a_bill, compared, parts

TARIFF = """
tariff: W
version: {version}
name: Water
service_type: water
currency: USD
effective_from: {start}
effectivity: service_day
usage: {{unit: ccf, step: 1, rounding: down}}
proration: {{normal_days: {{from: 27, to: 34}}, basis: 30, tiers: true}}
determinants:
  assistance: {{kind: flag, default: "no"}}
charges:
  - {{type: service_charge, code: SVC, label: Service, gl_account: "1", fund: w, charge_group: w,
     amount: {fixed}}}
  - type: commodity_tiered
    code: USE
    label: Water
    gl_account: "2"
    fund: w
    charge_group: w
    start_is: boundary
    tiers: [{{from: 0, rate: {low}}}, {{from: 10, rate: {high}}}]
  - {{type: discount, code: HELP, label: Help, gl_account: "3", fund: w, charge_group: w, base: [SVC, USE],
     percent: 10, only_if: assistance}}
"""


def book(*versions: tuple[date, str, str, str]) -> TariffBook:
    """Versions of (day, fixed, low, high)."""
    texts = (
        TARIFF.format(version=number, start=start, fixed=fixed, low=low, high=high)
        for number, (start, fixed, low, high) in enumerate(versions, start=1)
    )
    return compile_book(load_tariff(text, file="test").version for text in texts)


STEADY = book((date(2020, 1, 1), "20.00", "2.00", "4.00"))


def test_more_water_on_the_same_days_is_usage() -> None:
    found = compared(
        a_bill(date(2026, 10, 1), 30, 14, STEADY), a_bill(date(2026, 9, 1), 30, 8, STEADY), STEADY
    )
    # 20 + 8 × 2 = 36; 20 + 10 × 2 + 4 × 4 = 56
    assert (found.before_minor, found.now_minor) == (3600, 5600)
    assert parts(found) == (0, 2000, 0, 0)


def test_more_days_at_the_same_water_a_day_are_days() -> None:
    found = compared(
        a_bill(date(2026, 10, 1), 40, 8, STEADY), a_bill(date(2026, 9, 1), 30, 6, STEADY), STEADY
    )
    # 20 + 12 = 32; 40 days are outside the normal window: 20 × 40/30 = 26.67, and 8 × 2 = 16
    assert (found.before_minor, found.now_minor) == (3200, 4267)
    assert parts(found) == (1067, 0, 0, 0)


def test_a_rate_change_is_rate() -> None:
    rates = book((date(2020, 1, 1), "20.00", "2.00", "4.00"), (date(2026, 10, 1), "21.00", "2.50", "4.00"))
    found = compared(a_bill(date(2026, 10, 1), 30, 8, rates), a_bill(date(2026, 9, 1), 30, 8, rates), rates)
    # one dollar of service charge, 8 × 0.50
    assert parts(found) == (0, 0, 500, 0)


def test_everything_at_once_is_told_apart() -> None:
    rates = book((date(2020, 1, 1), "20.00", "2.00", "4.00"), (date(2026, 10, 15), "21.00", "2.50", "4.00"))
    before = a_bill(date(2026, 8, 1), 30, 6, rates)  # 20 + 12 = 32.00
    now = a_bill(date(2026, 10, 20), 33, 11, rates)  # 21 + 10 × 2.50 + 4.00 = 50.00
    found = compared(now, before, rates)
    # usage: 11 × 30/33 = 10 ccf in 30 days: 20 + 20 = 40.00, 8.00 more
    # days: 33 days, 11 ccf on the old rates: 20 + 20 + 4 = 44.00, 4.00 more
    # rate: 50.00 − 44.00 = 6.00
    assert parts(found) == (400, 800, 600, 0)


def test_help_that_began_in_between_is_other() -> None:
    helped = replace(AGREEMENT, determinants={"assistance": Dated.since(date(2026, 10, 1), "yes")})
    before = a_bill(date(2026, 9, 1), 30, 8, STEADY)
    now = a_bill(date(2026, 10, 1), 30, 8, STEADY, helped)
    assert parts(compared(now, before, STEADY, helped)) == (0, 0, 0, -360)


def test_a_service_that_only_one_bill_has_is_other() -> None:
    before, now = a_bill(date(2026, 9, 1), 30, 8, STEADY), a_bill(date(2026, 10, 1), 30, 8, STEADY)
    other = replace(now.segments[0], agreement_id=AgreementId("W2"))
    found = compared(replace(now, segments=(*now.segments, other)), before, STEADY)
    assert parts(found) == (0, 0, 0, 3600)
    assert found.usage_now == Decimal(16)


def test_what_cannot_be_rated_again_is_other() -> None:
    later = book((date(2026, 10, 1), "21.00", "2.50", "4.00"))  # the earlier tariff is gone
    before, now = a_bill(date(2026, 9, 1), 30, 8, STEADY), a_bill(date(2026, 10, 1), 30, 8, later)
    assert parts(compared(now, before, later)) == (0, 0, 0, 500)


@given(
    days=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    usage=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    rates=st.tuples(*[st.decimals(min_value=0, max_value=90, places=2).map(str)] * 6),
    change=st.integers(-40, 80),
)
def test_the_parts_always_add_up_to_the_difference(
    days: tuple[int, int], usage: tuple[int, int], rates: tuple[str, ...], change: int
) -> None:
    start = date(2026, 9, 1)
    known = book(
        (date(2020, 1, 1), *rates[:3]),  # type: ignore[arg-type]
        (start + timedelta(days=change), *rates[3:]),  # type: ignore[arg-type]
    )
    before = a_bill(start, days[0], usage[0], known)
    now = a_bill(start + timedelta(days=days[0]), days[1], usage[1], known)
    found = compared(now, before, known)
    assert found.before_minor + sum(parts(found)) == found.now_minor
    assert found.other_minor == 0, "one service, no circumstances: everything is explained"
