"""The corpus of real rate files: every sound one rated as the reference does, every malformed one refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.owrs import (
    agreement,
    cases,
    checked,
    corpus,
    differing_published,
    imports,
    published,
)
from chalicelib.tariff_documents.owrs.names import Stage

pytestmark = [pytest.mark.realdata, pytest.mark.slow]

_EVERY = 5  # `make owrs` takes them all

CALIFORNIA = "full_utility_rates/California"
MALFORMED = {
    "depends_on_multiple_template.owrs": (20, "indented"),
    f"{CALIFORNIA}/Apple Valley Ranchos Water Company - 379/Need to combine files/AVRWC-2017-01-01_2.owrs": (
        31,
        "'rate_structure' is there already, in line 7",
    ),
    f"{CALIFORNIA}/California Water Service Company Antelope Valley - 406/Other/CWSCAV-2017-01-01(2).owrs": (
        17,
        "indent the line as its neighbors",
    ),
    f"{CALIFORNIA}/Oceanside  City Of - 2030/oceanside-2017-01-01.owrs": (13, "a tab"),
    f"{CALIFORNIA}/Santa Cruz  City Of - 2574/07-01-2017.owrs": (
        59,
        "'tier_starts_commodity' is there already, in line 39",
    ),
    f"{CALIFORNIA}/Santa Monica City of - 2581/smc-2018-01-03.owrs": (10, "indented"),
    f"{CALIFORNIA}/Western Municipal Water District - 3150/01-01-2018.owrs": (
        9,
        "indent the line as its neighbors",
    ),
    "templates/template.owrs": (12, "is a template"),
    "templates/tiered_template.owrs": (12, "is a template"),
}


@pytest.fixture
def folder() -> Path:
    if not corpus().is_dir():
        pytest.skip(f"the corpus is absent: {corpus()}")
    return corpus()


def test_every_malformed_file_is_refused_at_the_line_to_look_at_and_no_other(folder: Path) -> None:
    sound, malformed, notes = checked(folder)
    assert {problem.file: problem.line for problem in malformed} == {
        f: at for f, (at, _) in MALFORMED.items()
    }
    for problem in malformed:
        assert MALFORMED[problem.file][1] in problem.message
    assert len(sound) == 167
    assert [(note.line, note.field) for note in notes] == [
        (71, "RESIDENTIAL_MULTI.bill"),
        (98, "COMMERCIAL.bill"),
        (43, "RESIDENTAL_SINGLE_CONSERVATION.commodity_charge"),
        (100, "INDUSTRIAL.tier_starts_commodity.values.Winter[3]"),  # 20, then 19
        (157, "IRRIGATION.commodity_charge"),
    ]


def test_every_number_of_the_reference_is_ours(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    asked = (case for case in cases(folder) if case["source"] != "python_independent")
    found = agreement(folder, asked)
    assert found.differing == {}
    assert found.cases == found.agreeing
    assert found.cases["RateParser_renamed, drought"] == 675
    record_property("figures", f"{sum(found.cases.values()):,} cases, {found.numbers:,} numbers, all agree")


def test_what_only_a_reader_blind_to_repeated_keys_could_rate_is_refused(folder: Path) -> None:
    asked = (case for case in cases(folder) if case["source"] == "python_independent")
    found = agreement(folder, asked)
    assert {file for file, _, _ in found.differing} <= MALFORMED.keys()
    assert {why for _, _, why in found.differing} == {"InvalidTariffDocument"}
    assert sum(found.agreeing.values()) == 240, "one tier, which the reference cannot compute"


def test_every_published_bill_is_ours_to_the_cent(folder: Path) -> None:
    assert sum(1 for _ in published(folder)) == 95
    assert differing_published(folder) == {}


def test_every_sound_file_imports_and_bills_as_the_reference_does_line_by_line(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    found = imports(folder, islice(cases(folder), 0, None, _EVERY))
    assert (found.files, found.classes) == (167, 793)
    assert [(problem.line, problem.field) for problem in found.refused] == [
        (71, "RESIDENTIAL_MULTI.bill"),  # needs commodity_charge
        (98, "COMMERCIAL.bill"),
        (43, "RESIDENTAL_SINGLE_CONSERVATION.commodity_charge"),  # needs tier_prices
        (69, "FIRE_SERVICE"),  # multiplies by a meter size
        (157, "IRRIGATION.commodity_charge"),  # needs flat_rate
    ]
    assert found.differing == {}
    assert min(found.bills[stage] for stage in Stage) > 100
    record_property(
        "figures", f"{sum(found.bills.values()):,} bills of {found.classes} imported classes agree"
    )
