"""What cannot be rated is refused by a class of its own, with data and a way to mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.amounts import NotInTable
from chalicelib.domain.tariffs.determinants import InvalidDeterminant
from chalicelib.domain.tariffs.facts import DeterminantMissing
from chalicelib.domain.tariffs.gauge import NegativeUsage, UsageMissing, UsageTermsDiffer
from chalicelib.domain.tariffs.plan import CurrencyMix
from chalicelib.domain.tariffs.rating import VersionRepeated, compile_book
from chalicelib.domain.tariffs.slices import NoTariffInForce
from chalicelib.domain.tariffs.soundness import UnsoundTariff
from chalicelib.domain.tariffs.stretches import StepOrderConflict
from tests.unit.domain.tariffs.builders import (
    EXEMPT,
    METER_SIZE,
    UNITS,
    WHOLE_CCF,
    by,
    flat,
    percent_surcharge,
    rate,
    service,
    tax,
    version,
)

MID_APRIL = date(2026, 4, 16)
SIZED = version(service(by("meter_size", {"5/8": "12.35", "1": "24.80"})), determinants=(METER_SIZE,))


def test_a_day_before_the_first_version() -> None:
    with pytest.raises(
        NoTariffInForce, match=r"R-1 is in force on 2026-04-01.* R-1@1 from 2026-04-16"
    ) as refused:
        rate(version(flat("1"), effective_from=MID_APRIL), 1)
    assert refused.value.data == {"tariff": "R-1", "day": date(2026, 4, 1)}


def test_a_tariff_nobody_knows() -> None:
    with pytest.raises(NoTariffInForce, match=r"tariff X-9 .* no version of it at all"):
        rate(version(flat("1")), 1, tariff=Dated.since(date(2000, 1, 1), "X-9"))


def test_a_day_without_a_tariff() -> None:
    with pytest.raises(NoTariffInForce, match="has no tariff on 2026-04-01"):
        rate(version(flat("1")), 1, tariff=Dated.since(MID_APRIL, "R-1"))


def test_a_missing_determinant_is_named() -> None:
    with pytest.raises(DeterminantMissing, match="R-1@1 needs meter_size") as refused:
        rate(SIZED, 0)
    assert refused.value.data["determinant"] == "meter_size"
    with pytest.raises(DeterminantMissing):
        rate(SIZED, 0, meter_size=Dated.since(MID_APRIL, "1"))


def test_a_value_not_in_the_table_is_named_with_the_known_ones() -> None:
    with pytest.raises(NotInTable, match=r"no figure for meter_size '3': .* known are 5/8; 1") as refused:
        rate(SIZED, 0, meter_size="3")
    assert refused.value.data == {"charge": "SVC", "key": {"meter_size": "3"}, "known": ["5/8", "1"]}


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "two", "NaN", "1e999999999"])
def test_a_count_must_be_a_whole_number_from_one(value: str) -> None:
    counted = version(service("1", times="dwelling_units"), determinants=(UNITS,))
    with pytest.raises(InvalidDeterminant, match="dwelling_units cannot be"):
        rate(counted, 0, dwelling_units=value)


def test_a_flag_is_yes_or_no() -> None:
    flagged = version(flat("1"), tax("5", "WATER", unless="exempt"), determinants=(EXEMPT,))
    with pytest.raises(InvalidDeterminant, match="write yes or no"):
        rate(flagged, 1, exempt="perhaps")


def test_a_metered_tariff_without_usage() -> None:
    with pytest.raises(UsageMissing, match="R-1@1 charges by usage"):
        rate(version(flat("1")))


def test_usage_below_zero() -> None:
    with pytest.raises(NegativeUsage, match="correct the reads"):
        rate(version(flat("1")), -3)


def test_two_currencies_in_one_period() -> None:
    versions = [version(flat("1")), version(flat("1"), currency="MXN", version=2, effective_from=MID_APRIL)]
    with pytest.raises(CurrencyMix, match="MXN and USD"):
        rate(versions, 1)


def test_two_billing_units_in_one_period() -> None:
    gallons = replace(WHOLE_CCF, unit=Unit.KGAL)
    versions = [version(flat("1")), version(flat("1"), usage=gallons, version=2, effective_from=MID_APRIL)]
    with pytest.raises(UsageTermsDiffer, match="read the meter on 2026-04-16"):
        rate(versions, 1)


def test_charges_taken_on_one_another_in_a_ring() -> None:
    # B and D have the same terms in both versions and are rated over the whole period: B on C, which the
    # second version takes on D, which the first takes on A, which it takes on B.
    first = version(
        service("100"),
        percent_surcharge("1", "SVC", code="C"),
        percent_surcharge("5", "C", code="B"),
        percent_surcharge("5", "B", code="A"),
        percent_surcharge("5", "A", code="D"),
    )
    second = version(
        service("100"),
        percent_surcharge("2", "SVC", code="A"),
        percent_surcharge("5", "A", code="D"),
        percent_surcharge("3", "D", code="C"),
        percent_surcharge("5", "C", code="B"),
        version=2,
        effective_from=MID_APRIL,
    )
    assert rate(first, 0).lines
    with pytest.raises(StepOrderConflict, match="in opposite orders"):
        rate([first, second], 0)


def test_two_documents_of_one_version() -> None:
    with pytest.raises(VersionRepeated, match="R-1@1 is there twice"):
        compile_book([version(flat("1")), version(flat("2"))])


def test_an_unsound_version_names_every_flaw() -> None:
    with pytest.raises(UnsoundTariff) as refused:
        version(flat("1"), tax("5", "SEWER"), service(by("size", {"1": "1"}), code="WATER"))
    assert [flaw.path for flaw in refused.value.data["flaws"]] == [  # type: ignore[attr-defined]
        ("charges", 1, "base", 0),
        ("charges", 2, "code"),
        ("charges", 2, "amount", "by"),
    ]
