"""Whatever kind of document people write, the same mistake is told in the same words, with file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.files.reads_mapping import InvalidMapping, load_reads_mapping
from chalicelib.files.utility_profile import InvalidProfile, load_utility_profile
from chalicelib.tariff_documents.averages import InvalidAveragingRule, load_averaging_rule
from chalicelib.tariff_documents.conditions import InvalidCondition, load_condition_file
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.tariff_documents.owrs.file import read_owrs
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import InvalidDocument, Problem
from cli.demo.holidays import InvalidJurisdiction, holidays_of

SAMPLES = Path(__file__).parents[3] / "samples"
RATE_FILE = "metadata:\n  utility_name: Town\nrate_structure:\n  RESIDENTIAL:\n    bill: 4\n"


class Kind(NamedTuple):
    """A kind of document: what it is read by and refused as, and a sound one."""

    read: Callable[[Path], object]
    refused: type[InvalidDocument]
    sound: str


def sample(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


KINDS = {
    "tariff": Kind(
        lambda path: load_tariff_files([path]),
        InvalidTariffDocument,
        sample("tariffs/residential-water.yaml"),
    ),
    "condition": Kind(
        load_condition_file,
        InvalidCondition,
        "condition: pumping\nrevision: 1\nvalues: [{from: 2026-01-01, value: 1}]\n",
    ),
    "averaging rule": Kind(load_averaging_rule, InvalidAveragingRule, sample("averages/winter-sewer.yaml")),
    "rate file": Kind(read_owrs, InvalidTariffDocument, RATE_FILE),
    "profile": Kind(load_utility_profile, InvalidProfile, sample("riverbend/utility.yaml")),
    "mapping": Kind(load_reads_mapping, InvalidMapping, sample("riverbend/handheld.yaml")),
    "jurisdiction": Kind(
        lambda path: holidays_of(path, years=[2026]),
        InvalidJurisdiction,
        sample("riverbend/jurisdiction.yaml"),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "written.yaml"


def problems(kind: Kind, file: Path) -> list[Problem]:
    with pytest.raises(kind.refused) as refused:
        kind.read(file)
    assert type(refused.value) is kind.refused
    assert {problem.file for problem in refused.value.problems} == {str(file)}
    return refused.value.problems


def test_a_sound_document_is_read_with_or_without_a_mark_before_it(kind: Kind, file: Path) -> None:
    file.write_text(kind.sound, encoding="utf-8")
    read = kind.read(file)
    file.write_text(kind.sound, encoding="utf-8-sig")
    assert type(kind.read(file)) is type(read)


# What is put after a sound document; then in which of the lines after it, and in what words, that is told.
AFTER = [
    ("extra:\n\tmore: 1\n", 2, "a tab cannot indent YAML: use spaces"),
    (
        "extra:\n  some: 1\n more: 2\n",
        3,
        "is indented by 1 blanks, unlike its neighbors: indent it as they are",
    ),
    ("extra: 1\n  more: 2\n", 2, "indent the line as its neighbors are"),
    ("extra: a: b\n", 1, "mapping values are not allowed here: quote a value with `: ` in it"),
    ("extra\nmore: 1\n", 1, "has no `: ` after its name: write `name: value`"),
    ("extra: 'open\nmore: 1\n", 1, "found unexpected end of stream"),
    ("extra: [open\nmore: 1\n", 1, "while parsing a flow sequence"),
    ("extra: 1\nextra: 2\n", 2, "'extra' is there already, in line {first}: keep one of them"),
    ("extra: &one 1\nmore: *one\n", 2, "aliases are not read: write the value out"),
    ('extra: "\\x07"\n', 1, "has a character that is no text (U+0007): take it out"),
    ("extra: \x07\n", 1, "has a character that is no text (U+0007): take it out"),
]


@pytest.mark.parametrize(("after", "line", "message"), AFTER)
def test_what_is_no_yaml_is_told_with_its_line(
    kind: Kind, file: Path, after: str, line: int, message: str
) -> None:
    file.write_text(kind.sound + after, encoding="utf-8")
    (problem,) = problems(kind, file)
    first = kind.sound.count("\n") + 1
    assert (problem.line, problem.field) == (first + line - 1, "")
    assert message.format(first=first) in problem.message


def test_all_that_stands_twice_is_told_at_once(kind: Kind, file: Path) -> None:
    file.write_text(kind.sound + "extra: 1\nextra: 2\nextra: 3\nmore: {a: 1, a: 2}\n", encoding="utf-8")
    found = problems(kind, file)
    before = kind.sound.count("\n")
    assert [problem.line - before for problem in found] == [2, 3, 4]


def test_a_key_that_is_no_text_is_told_with_its_line(kind: Kind, file: Path) -> None:
    file.write_text(kind.sound + "{{ name }}: 1\n", encoding="utf-8")
    (problem,) = problems(kind, file)
    assert problem.line == kind.sound.count("\n") + 1


def test_another_encoding_is_told_with_the_line_of_its_first_sign(kind: Kind, file: Path) -> None:
    file.write_bytes(kind.sound.encode() + b"# na\xefve\n")
    (problem,) = problems(kind, file)
    assert problem.line == kind.sound.count("\n") + 1
    assert problem.message == "is not UTF-8 text: save it as UTF-8"


def test_what_is_far_too_long_is_not_read(kind: Kind, file: Path) -> None:
    file.write_text(f"# {'x' * 1_000_000}\n{kind.sound}", encoding="utf-8")
    (problem,) = problems(kind, file)
    assert problem.message == "the document is longer than 1,000,000 characters: split it"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "- a\n- b\n", "just words\n"])
def test_what_is_no_mapping_is_told_how_to_begin(kind: Kind, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    (problem,) = problems(kind, file)
    assert (problem.line, "begin" in problem.message) == (1, True)


def test_what_is_nested_without_end_is_refused(kind: Kind, file: Path) -> None:
    file.write_text("# one\n" + "[" * 3_000, encoding="utf-8")
    (problem,) = problems(kind, file)
    assert (problem.line, problem.message) == (2, "is nested more than 100 deep: write it flatter")


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
def test_an_end_of_line_that_nobody_sees_is_told_with_its_line(kind: Kind, file: Path, end: str) -> None:
    file.write_text(f"{kind.sound}# one{end}two\n", encoding="utf-8")
    (problem,) = problems(kind, file)
    assert problem.line == kind.sound.count("\n") + 1
    assert problem.message == f"has a character that is no text (U+{ord(end):04X}): take it out"


def test_a_file_that_is_not_there_is_told(kind: Kind, file: Path) -> None:
    (problem,) = problems(kind, file)
    assert problem.message == "cannot be read: No such file or directory"


@pytest.mark.parametrize("name", [name for name in KINDS if name != "rate file"])
def test_a_field_that_no_schema_has_is_told_with_the_others(name: str, file: Path) -> None:
    kind = KINDS[name]
    first = kind.sound.count("\n") + 1
    file.write_text(f"{kind.sound}extra: 1\nmore: 2\n", encoding="utf-8")
    assert [str(problem) for problem in problems(kind, file)] == [
        f"{file}:{first}: extra: is not known here: correct its name, or take it out",
        f"{file}:{first + 1}: more: is not known here: correct its name, or take it out",
    ]
