"""What a file says of itself, and what is assumed where it does not."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.tariff_documents.owrs.file import OwrsFile
from chalicelib.tariff_documents.owrs.imports.metadata import Metadata, date_in, metadata_of, service_of

RATES = "rate_structure:\n  HOME: {bill: 1}\n"


def read(said: str, file: str = "town.owrs", effective_from: date | None = None) -> Metadata:
    return metadata_of(OwrsFile(f"metadata:\n{said}{RATES}", file=file), effective_from=effective_from)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-07-01", date(2017, 7, 1)),
        ("07/01/2017", date(2017, 7, 1)),
        ("7/1/17", date(2017, 7, 1)),
        ("2017-07-01 00:00:00", date(2017, 7, 1)),
        ("smc-2018-01-03.owrs", date(2018, 1, 3)),
        ("04-06-2018.owrs", date(2018, 4, 6)),
        ("13/13/2017", None),
        ("July 2017", None),
        ("", None),
    ],
)
def test_days_are_read_in_the_ways_they_are_written(text: str, day: date | None) -> None:
    assert date_in(text) == day


def test_what_is_said_is_not_assumed() -> None:
    found = read(
        "  utility_name: Town of Example\n  effective_date: 07/01/2017\n"
        "  bill_unit: KGAL\n  bill_frequency: Bimonthly\n"
    )
    assert found == Metadata("Town of Example", Unit.KGAL, date(2017, 7, 1), "bimonthly", [])


def test_what_is_not_said_is_assumed_and_told() -> None:
    found = read("  bill_unit: buckets\n", file="rates/x-2018-02-03.owrs")
    assert (found.unit, found.effective_from) == (Unit.CCF, date(2018, 2, 3))
    assert found.assumed == [
        "Water is billed in ccf: the file says 'buckets'.",
        "It is in force from 2018-02-03, as the file's name says: there is no effective_date.",
    ]
    nothing = read("  prop_218_link:\n")
    assert nothing.assumed == [
        "Water is billed in ccf: the file does not say.",
        "It is in force from 2000-01-01: no effective_date could be read. Correct it.",
    ]


def test_a_day_that_is_given_comes_before_what_the_file_says() -> None:
    day = date(2030, 1, 1)
    assert read("  bill_unit: kilolitre\n", effective_from=day) == Metadata("", Unit.CUBIC_METER, day, "", [])


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("RESIDENTIAL_SINGLE", "water"),
        ("FIRE_SERVICE", "fire"),
        ("Irrigation", "irrigation"),
        ("HYDRANT_METER", "hydrant"),
        ("WASTEWATER_ONLY", "sewer"),
    ],
)
def test_a_class_says_what_service_it_is(name: str, service: str) -> None:
    assert service_of(name) == service
