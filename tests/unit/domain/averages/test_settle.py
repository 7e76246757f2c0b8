"""Rounding, cap, floor and defaults: from what was measured to what is proposed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from chalicelib.domain.averages.measure import own_average
from chalicelib.domain.averages.proposal import Basis, Flag
from chalicelib.domain.averages.rule import Default, Fallback
from chalicelib.domain.averages.settle import class_figures, settle
from chalicelib.domain.kernel.rounding import RoundingRule
from tests.unit.domain.averages.builders import MEDIAN, a_rule, measured, winter

LAST_YEAR = Default(kind=Fallback.LAST_YEAR)
MEAN = Default(kind=Fallback.CLASS_MEAN)
SIX = Default(kind=Fallback.FIXED, value=Decimal(6))


def test_the_average_of_three_winter_bills_with_a_cap_in_full() -> None:
    own = own_average(winter("12.4", "11.0", "13.1"), rule=a_rule(), year=2026)
    assert own.exact is not None
    one = measured(str(own.exact))

    settled = settle(one, rule=a_rule(), classes={})

    assert settled.value == Decimal(12)
    assert settled.basis is Basis.MEASURED
    assert settled.words == "so it was measured, rounded half up to 12 ccf; cap 20 not reached"
    assert settled.flags == ()


@pytest.mark.parametrize(
    ("exact", "value", "words", "flags"),
    [
        ("20.4", "20", ", rounded half up to 20 ccf; just at the cap", ()),
        ("20.5", "20", ", rounded half up to 21 ccf; held at the cap of 20", (Flag.CAPPED,)),
        ("12.5", "13", ", rounded half up to 13 ccf; cap 20 not reached", ()),
        ("1.4", "2", ", rounded half up to 1 ccf; raised to the floor of 2", ()),
        ("9", "9", "; cap 20 not reached", ()),
    ],
)
def test_what_is_rounded_is_held_between_floor_and_cap(
    exact: str, value: str, words: str, flags: tuple[Flag, ...]
) -> None:
    settled = settle(measured(exact), rule=a_rule(floor="2"), classes={})
    assert (settled.value, settled.words, settled.flags) == (
        Decimal(value), f"so it was measured{words}", flags,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("step", "rule", "value"),
    [
        ("0.1", RoundingRule.HALF_UP, "12.2"),
        ("0.01", RoundingRule.DOWN, "12.16"),
        ("1", RoundingRule.UP, "13"),
        ("5", RoundingRule.HALF_UP, "10"),
    ],
)
def test_the_step_and_the_rule_are_those_of_the_ordinance(step: str, rule: RoundingRule, value: str) -> None:
    settled = settle(measured("73/6"), rule=a_rule(step=step, rounding=rule), classes={})  # 12.1666…
    assert settled.value == Decimal(value)


def test_new_customers_get_the_median_of_their_class() -> None:
    # S-1 measured 4, 7 and 30: the median is 7, the mean 41/3 = 13.67. S-2 measured 11 alone.
    found = [
        measured("4", number=1),
        measured("30", number=2),
        measured("7", number=3),
        measured("11", number=4, rate_class="S-2"),
        measured(None, number=5),
    ]
    classes = class_figures(found)
    assert (classes["S-1"].count, classes["S-1"].median, classes["S-1"].mean) == (3, 7, Fraction(41, 3))

    new = settle(found[4], rule=a_rule(defaults=(MEDIAN,)), classes=classes)
    assert (new.value, new.basis) == (Decimal(7), Basis.CLASS_MEDIAN)
    assert new.words == ("so it was measured; median of class S-1 (3 agreements) = 7 ccf; cap 20 not reached")
    mean = settle(found[4], rule=a_rule(defaults=(MEAN,)), classes=classes)
    assert (mean.value, mean.basis) == (Decimal(14), Basis.CLASS_MEAN)
    other = settle(measured(None, rate_class="S-2"), rule=a_rule(), classes=classes)
    assert other.value == Decimal(11)


def test_of_the_defaults_the_first_that_can_be_had_stands() -> None:
    rule = a_rule(defaults=(LAST_YEAR, MEDIAN, SIX))
    classes = class_figures([measured("8")])
    kept = settle(measured(None, last_year="9"), rule=rule, classes=classes)
    assert (kept.value, kept.basis) == (Decimal(9), Basis.LAST_YEAR)
    assert settle(measured(None), rule=rule, classes=classes).value == Decimal(8)
    fixed = settle(measured(None), rule=rule, classes={})
    assert (fixed.value, fixed.basis) == (Decimal(6), Basis.FIXED)
    assert fixed.words == "so it was measured; default 6 ccf"


def test_without_any_default_there_is_no_value_and_a_flag() -> None:
    settled = settle(measured(None, flags=(Flag.FEW_BILLS,)), rule=a_rule(defaults=()), classes={})
    assert (settled.value, settled.basis) == (None, Basis.NOTHING)
    assert settled.flags == (Flag.FEW_BILLS, Flag.NO_VALUE)


@pytest.mark.parametrize(
    ("exact", "last_year", "flagged"),
    [
        ("15", "10", False),  # just half more
        ("16", "10", True),
        ("5", "10", False),
        ("4", "10", True),
        ("1", "0", True),
        ("0", "0", False),
        ("16", None, False),
    ],
)
def test_a_change_beyond_half_of_last_years_is_flagged(
    exact: str, last_year: str | None, flagged: bool
) -> None:
    settled = settle(measured(exact, last_year=last_year), rule=a_rule(), classes={})
    assert (Flag.CHANGED in settled.flags) is flagged
