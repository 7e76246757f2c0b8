"""Mapping documents are checked before a row is read, and told off by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.files.reads_mapping import InvalidMapping, load_reads_mapping

GOOD = """\
format: headgate/reads-mapping@1
source: handheld
time_zone: America/Los_Angeles
meter: {column: Meter}
taken_at: {column: Date, formats: "%m/%d/%Y"}
value: {column: Read, unit: dials}
quality:
  column: Code
  words: {A: actual, "": actual, E: estimated}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InvalidMapping) as refused:
        load_reads_mapping(written(tmp_path, text))
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in refused.value.problems]


def test_a_good_mapping_is_read(tmp_path: Path) -> None:
    mapping = load_reads_mapping(written(tmp_path, GOOD))
    assert mapping.columns == ["Meter", "Date", "Read", "Code"]
    assert mapping.value.unit is None
    assert mapping.quality is not None
    assert mapping.quality.words["E"] is ReadQuality.ESTIMATED


def test_any_spelling_of_a_unit_is_read(tmp_path: Path) -> None:
    mapping = load_reads_mapping(written(tmp_path, GOOD.replace("unit: dials", "unit: Liters")))
    assert mapping.value.unit is Unit.LITER


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("unit: dials", "unit: buckets", "m.yaml:6: value.unit: unknown unit 'buckets'"),
        ("America/Los_Angeles", "Mars/Olympus", "m.yaml:3: time_zone: 'Mars/Olympus' is not a time zone"),
        ('"%m/%d/%Y"', '"%Q"', "m.yaml:5: taken_at.formats: '%Q' is not a date format"),
        ("source: handheld", "sauce: handheld", "m.yaml:2: sauce: is not known here: correct its name"),
        (
            "words: {A: actual",
            "words: {A: perhaps",
            "m.yaml:9: quality.words.A: 'perhaps' is not known",
        ),
        ("mapping@1", "mapping@9", "m.yaml:1: format: 'headgate/reads-mapping@9' is not known: write"),
        (
            "source: handheld",
            "format: handheld",
            "m.yaml:2: 'format' is there already, in line 1",
        ),
        ("meter: {column: Meter}", "meter: {column: Meter", "m.yaml:4: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in GOOD
    assert any(problem.startswith(told) for problem in problems(tmp_path, GOOD.replace(right, wrong)))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("unit: dials", "unit: buckets").replace("America/Los_Angeles", "Mars/Olympus")
    assert len(problems(tmp_path, text)) == 2


def test_the_same_sign_cannot_group_and_point(tmp_path: Path) -> None:
    text = GOOD.replace("unit: dials", "unit: dials, decimal_sign: ',', thousands_sign: ','")
    (problem,) = problems(tmp_path, text)
    assert problem == "m.yaml:6: value.thousands_sign: is the decimal sign, too: write another"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidMapping, match="cannot be read"):
        load_reads_mapping(tmp_path / "nowhere.yaml")
