"""Rows are brought together as far as they are rated alike, and refused one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest

from chalicelib.columnar import group
from chalicelib.columnar.group import groups_of
from chalicelib.columnar.rate import BEYOND, rate_rows
from chalicelib.columnar.rows import UnevenRows, UsageRows
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.amounts import ANYTHING, Formula, Table
from chalicelib.domain.tariffs.charges.tiered_charge import TieredCharge
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.plan import CurrencyMix
from chalicelib.domain.tariffs.rating import compile_book
from chalicelib.domain.tariffs.version import (
    NamedFormula,
    OpeningAndClosing,
    Proration,
    ShortOpening,
    TariffVersion,
)
from chalicelib.tariff_documents.expressions import parse_expression
from tests.unit.domain.tariffs.builders import (
    METER_SIZE,
    RECONNECTED,
    by,
    flat,
    one_off,
    service,
    step,
    stepped,
    tax,
    tiered,
    version,
)

WINTER = Determinant(name="winter", kind=DeterminantKind.NUMBER)
PLAIN = version(service("10"), flat("2"), tax("10", "SVC", "WATER"))
BY_SIZE = version(service(by("meter_size", {"1": "20"})), code="R-2", determinants=(METER_SIZE,))
BUDGETED = version(
    tiered(("0", "1"), (Formula(parse_expression("1.5 * winter")), "3")), determinants=(WINTER,), code="R-3"
)


def april(tariffs: list[str], usage: list[int], **determinants: list[str]) -> UsageRows:
    """Rows of April 2026, usage in whole ccf."""
    return UsageRows(
        agreement=np.arange(len(tariffs)).astype(str),
        tariff=np.array(tariffs, dtype=np.str_),
        start=np.full(len(tariffs), "2026-04-01", dtype="datetime64[D]"),
        end=np.full(len(tariffs), "2026-05-01", dtype="datetime64[D]"),
        usage=np.array(usage, dtype=np.int64),
        places=0,
        unit=Unit.CCF,
        determinants={name: np.array(texts) for name, texts in determinants.items()},
    )


BY_DAYS = Proration(
    normal_days=(25, 35),
    basis_days=None,
    tiers=True,
    opening_and_closing=OpeningAndClosing.BY_DAYS,
    shortest_opening_days=31,
    below_shortest=ShortOpening.USAGE_ONLY,
)


@pytest.mark.parametrize("own_from", [0, group.MOST_SHARED], ids=["own numbers", "shared numbers"])
def test_rows_alike_but_for_where_their_bill_stands_are_rated_apart(own_from: int) -> None:
    tariff = version(
        service("10"),
        tiered(("0", "1"), (Formula(parse_expression("winter")), "3")),
        one_off("45"),
        tax("10", "SVC", "WATER", "FEE"),
        proration=BY_DAYS,
        determinants=(WINTER, RECONNECTED),
    )
    told = list(
        product(
            ("", "opening", "closing"),
            (31, 28),
            ("", "2", "2026-04-09=1", "2026-04-10=1; 2026-04-20=1"),
            ("6; 2026-04-16=9", "6", "9"),
        )
    )
    positions, scheduled, events, winters = zip(*told, strict=True)
    rows = replace(
        april(["R-1"] * len(told), [20] * len(told), winter=list(winters)),
        position=np.array(positions),
        scheduled_days=np.array(scheduled, dtype=np.int64),
        events={"reconnected": np.array(events)},
    )
    book = compile_book([tariff])
    with patch.object(group, "MOST_SHARED", own_from):
        rated = rate_rows(compile_book([tariff]), rows)
    assert rated.refused == {}
    assert rated.total_minor.tolist() == [
        book.rate(rows.request(row)).total_minor for row in range(len(told))
    ]
    by_told = dict(zip(told, rated.total_minor.tolist(), strict=True))
    regular, closing = by_told["", 31, "", "6"], by_told["closing", 31, "", "6"]
    # 10.00 + 6 × 1.00 + 14 × 3.00, and a tenth; 30 of 31 days of the service charge and the tier
    assert (regular, by_told["", 31, "2", "6"], by_told["", 28, "", "6"]) == (6380, 6380 + 9900, 6380)
    assert closing not in {regular, by_told["closing", 28, "", "6"], by_told["opening", 31, "", "6"]}
    assert by_told["", 31, "", "6"] > by_told["", 31, "", "6; 2026-04-16=9"] > by_told["", 31, "", "9"]


def test_a_number_that_changes_within_a_row_cuts_no_other_row() -> None:
    def tiers(upper: str) -> TieredCharge:
        return tiered(("0", "1"), (Formula(parse_expression(upper)), "3"))

    now = version(tiers("winter"), determinants=(WINTER,))
    then = replace(now, version=2, effective_from=date(2026, 4, 20), charges=(tiers("2 * winter"),))
    rows = april(["R-1"] * 3, [20] * 3, winter=["6; 2026-04-10=9", "6", "9"])
    with patch.object(group, "MOST_SHARED", 0):
        rated = rate_rows(compile_book([now, then]), rows)
    book = compile_book([now, then])
    assert rated.total_minor.tolist() == [book.rate(rows.request(row)).total_minor for row in range(3)]


def group_count(versions: list[TariffVersion], rows: UsageRows) -> int:
    return len(list(groups_of(compile_book(versions), rows)))


def test_amounts_are_told_by_row_and_charge() -> None:
    rated = rate_rows(compile_book([PLAIN]), april(["R-1", "R-1"], [0, 7]))
    # 10.00 and 10 percent of it; 10.00 + 7 × 2.00, and 10 percent of 24.00.
    assert rated.total_minor.tolist() == [1100, 2640]
    assert {code: column.tolist() for code, column in rated.by_charge.items()} == {
        "SVC": [1000, 1000],
        "WATER": [0, 1400],
        "TAX": [100, 240],
    }
    assert (rated.currency, rated.refused) == ("USD", {})


def test_a_row_that_cannot_be_rated_is_refused_and_disturbs_no_other() -> None:
    rated = rate_rows(compile_book([PLAIN]), april(["R-1", "R-9", "R-1"], [1, 1, -4]))
    assert rated.total_minor.tolist() == [1320, 0, 0]
    assert sorted(rated.refused) == [1, 2]
    assert "no version of tariff R-9 is in force" in rated.refused[1]
    assert "usage is -4 ccf" in rated.refused[2]


def test_a_rate_beyond_64_bits_charges_nothing_for_no_water_and_is_refused_for_some() -> None:
    rated = rate_rows(compile_book([version(service("10"), flat("1e20"))]), april(["R-1"] * 3, [0, 1, 0]))
    assert rated.total_minor.tolist() == [1000, 0, 1000]
    assert rated.refused == {1: BEYOND}


def test_a_table_may_be_keyed_by_a_formula_that_is_one_number_for_all_rows() -> None:
    formulas = [
        NamedFormula(name="size", formula=Formula(parse_expression("if(1 > 0, 5, winter)"))),
        NamedFormula(name="double", formula=Formula(parse_expression("winter * 2"))),
    ]
    table = Table(("size", "double"), {("5", "8"): Decimal(3), ("5", ANYTHING): Decimal(4)})
    keyed = version(service(table), determinants=(WINTER,), formulas=tuple(formulas))
    with patch.object(group, "MOST_SHARED", 0):
        rated = rate_rows(compile_book([keyed]), april(["R-1"] * 3, [1, 1, 1], winter=["4", "5", "4.0"]))
    assert rated.total_minor.tolist() == [300, 400, 300]


def test_days_that_no_calendar_has_are_no_rows() -> None:
    rows = april(["R-1"], [1])
    last = replace(rows, start=np.array(["9999-12-01"], "M8[D]"), end=np.array(["9999-12-31"], "M8[D]"))
    assert rate_rows(compile_book([PLAIN]), last).total_minor.tolist() == [1320]
    for end in ("10000-01-01", "-0001-01-01"):
        with pytest.raises(UnevenRows, match="end has days before the year 1 or after 9999"):
            replace(rows, end=np.array([end], "M8[D]"))


def test_of_no_rows_nothing_comes() -> None:
    rated = rate_rows(compile_book([PLAIN]), april([], []))
    assert (rated.currency, len(rated.total_minor), rated.by_charge, rated.refused) == ("", 0, {}, {})


def test_rows_in_two_currencies_have_no_common_sum() -> None:
    pounds = replace(PLAIN, code="R-2", currency="GBP")
    with pytest.raises(CurrencyMix, match="rate each currency by itself"):
        rate_rows(compile_book([PLAIN, pounds]), april(["R-1", "R-2"], [1, 1]))


def test_what_a_tariff_does_not_ask_sets_no_rows_apart() -> None:
    rows = april(["R-1"] * 4, [1, 2, 3, 4], meter_size=["1", "2", "3", "4"])
    assert group_count([PLAIN, BY_SIZE], rows) == 1


def test_periods_alike_in_days_share_a_layout() -> None:
    rows = april(["R-1"] * 3, [1, 2, 3])
    moved = replace(rows, start=rows.start + np.arange(3), end=rows.end + np.arange(3))
    longer = replace(rows, end=rows.end + np.array([0, 1, 0]))
    assert (group_count([PLAIN], moved), group_count([PLAIN], longer)) == (1, 2)


def test_numbers_of_their_own_do_not_set_rows_apart() -> None:
    count = group.MOST_SHARED + 1
    rows = april(["R-3"] * count, [40] * count, winter=[f"{number}.5" for number in range(count)])
    assert group_count([BUDGETED], rows) == 1
    rated = rate_rows(compile_book([BUDGETED]), rows)
    # Tier 1 ends at one and a half times the average: of 40 units 15.75 are in it for an average of 10.5.
    assert rated.total_minor[10] == 1575 + 7275


def test_a_few_numbers_that_many_rows_share_make_groups() -> None:
    rows = april(["R-3"] * 6, [40] * 6, winter=["8", "8.0", "9", "8", "9", "9"])
    # "8" and "8.0" are one number.
    assert group_count([BUDGETED], rows) == 2


def test_a_number_that_is_none_is_refused_beside_good_ones() -> None:
    rows = april(["R-3"] * 3, [40] * 3, winter=["8", "", "much"])
    with patch.object(group, "MOST_SHARED", 0):
        rated = rate_rows(compile_book([BUDGETED]), rows)
    assert rated.total_minor.tolist() == [1200 + 2800 * 3, 0, 0]
    assert "needs winter" in rated.refused[1]
    assert "winter cannot be 'much'" in rated.refused[2]


def test_the_amount_and_the_rate_of_a_step_are_one_charge() -> None:
    steps = stepped(step("0", "20"), step("4", "35", "4.10", included="4"))
    rated = rate_rows(compile_book([version(steps, tax("10", "WATER"))]), april(["R-1"] * 3, [4, 5, 7]))
    assert {code: column.tolist() for code, column in rated.by_charge.items()} == {
        "WATER": [2000, 3910, 4730],
        "TAX": [200, 391, 473],
    }


def test_steps_by_numbers_of_their_own_do_not_set_rows_apart() -> None:
    def of(text: str) -> Formula:
        return Formula(parse_expression(text))

    steps = stepped(step("0", "5", "1"), step(of("winter"), of("2 * winter"), "3", included=of("winter")))
    tariff = version(steps, determinants=(WINTER,))
    count = group.MOST_SHARED + 1
    rows = april(["R-1"] * count, [40] * count, winter=[f"{number}.5" for number in range(count)])
    assert group_count([tariff], rows) == 1
    rated = rate_rows(compile_book([tariff]), rows)
    # An average of 10.5: 21.00, and 29.5 × 3.00 beyond it. One of 40.5: 5.00, and 40 × 1.00.
    assert [rated.total_minor[number] for number in (10, 40)] == [2100 + 8850, 4500]


def test_agreements_that_lack_the_same_are_refused_together() -> None:
    area = Determinant(name="area", kind=DeterminantKind.NUMBER)
    tariff = replace(BUDGETED, determinants=(WINTER, area))
    count = 4 * group.MOST_SHARED
    winter = [f"{number}.5" if number % 4 else "" for number in range(count)]
    rows = april(["R-3"] * count, [40] * count, winter=winter, area=[str(number) for number in range(count)])
    groups = list(groups_of(compile_book([tariff]), rows))
    assert sorted(len(members) for members, _ in groups) == [count // 4, 3 * count // 4]


def test_columns_of_different_lengths_or_of_fractions_are_no_rows() -> None:
    with pytest.raises(UnevenRows, match="meter_size has 1 rows"):
        april(["R-1", "R-1"], [1, 2], meter_size=["1"])
    rows = april(["R-1"], [1])
    with pytest.raises(UnevenRows, match="scale it"):
        replace(rows, usage=rows.usage.astype(np.float64))
    with pytest.raises(UnevenRows, match="give a day"):
        replace(rows, end=np.array(["NaT"], dtype="datetime64[D]"))


def test_a_bound_below_the_billing_step_is_kept_where_rows_differ_in_it() -> None:
    rows = april(["R-3", "R-3"], [1, 1], winter=["0.1", "0.333333"])
    with patch.object(group, "MOST_SHARED", 0):
        rated = rate_rows(compile_book([BUDGETED]), rows)
    # 0.15 × 1 + 0.85 × 3 = 0.15 + 2.55; 0.5 (of 0.4999995, in millionths 0.500000) × 1 + 0.5 × 3.
    assert rated.total_minor.tolist() == [270, 200]
    assert Decimal("0.333333") * Decimal("1.5") == Decimal("0.4999995")
