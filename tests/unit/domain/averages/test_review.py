"""The figures a reviewer looks at first."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.averages.proposal import Flag, ProposedValue
from chalicelib.domain.averages.review import review_figures
from chalicelib.domain.averages.settle import settle
from tests.unit.domain.averages.builders import a_rule, measured


def value(number: int, exact: str | None, last_year: str | None = None, *flags: Flag) -> ProposedValue:
    one = measured(exact, number=number, last_year=last_year, flags=flags)
    return settle(one, rule=a_rule(defaults=()), classes={})


def test_values_are_spread_by_nearest_rank() -> None:
    # 1 to 10: a quarter of ten is 2.5, so the third smallest
    figures = review_figures(value(n, str(n)) for n in range(10, 0, -1))
    assert figures.spread is not None
    assert dict(figures.spread.quantiles) == {
        0: Decimal(1), 10: Decimal(1), 25: Decimal(3), 50: Decimal(5), 75: Decimal(8), 90: Decimal(9),
        100: Decimal(10),
    }  # fmt: skip
    assert figures.spread.mean == Fraction(11, 2)


def test_only_agreements_with_both_values_are_compared_with_last_year() -> None:
    last = review_figures(
        [value(1, "12", "10"), value(2, "9", "10"), value(3, "10", "10"), value(4, "7"), value(5, None, "3")]
    ).against_last_year
    assert (last.compared, last.up, last.down, last.same) == (3, 1, 1, 1)
    assert (last.sum_then, last.sum_now) == (Decimal(30), Decimal(31))


def test_the_weightiest_flags_come_first_and_few_are_kept() -> None:
    values = [
        value(1, "9", None, Flag.ESTIMATED),
        value(2, "9", "4"),  # more than doubled
        value(3, "9", "1"),  # more still
        value(4, None, None, Flag.FEW_BILLS),
        value(5, "9"),
    ]
    assert [one.agreement_id for one in review_figures(values).flagged] == ["SA-4", "SA-3", "SA-2", "SA-1"]
    many = [value(n, "9", None, Flag.ESTIMATED) for n in range(100)]
    few = review_figures([*many, *values], most_flagged=3)
    assert [one.agreement_id for one in few.flagged] == ["SA-4", "SA-3", "SA-2"]


def test_a_proposal_of_nothing_has_no_spread() -> None:
    figures = review_figures([value(1, None)])
    assert figures.spread is None
    assert figures.against_last_year.compared == 0
