"""`python -m benchmarks.owrs`: a corpus of real OWRS files against what the reference computed, in Markdown.

Needs the corpus in ../shared/owrs or in the folder that HEADGATE_OWRS names; says so and ends well where it
is not there. docs/owrs.md holds what it prints.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from chalicelib.tariff_documents.owrs.check import check_owrs
from chalicelib.tariff_documents.owrs.file import read_owrs
from chalicelib.tariff_documents.owrs.imports.documents import import_owrs
from chalicelib.tariff_documents.owrs.imports.rating import Rates
from chalicelib.tariff_documents.owrs.names import DROUGHT_CHARGE, Stage
from chalicelib.tariff_documents.owrs.requests import RateFiles
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem
from chalicelib.yaml_documents.source import text_of

_PROJECT = Path(__file__).parents[1]
_AGREE = Fraction(1, 1_000_000)  # relative
_HALF_A_CENT = Decimal("0.005")
_NOISE = Decimal("0.000001")  # of the source, which adds binary floats

# Why a case of the reference is not followed, or has nothing to follow.
DUPLICATE = "the file is malformed: it repeats a key, and the reference cannot read it either"
ONE_TIER = "the reference gives no number for one tier: its loop runs from 1 down to 0"


def corpus() -> Path:
    """Where the corpus is, or would be."""
    return Path(os.environ.get("HEADGATE_OWRS") or _PROJECT.parent / "shared" / "owrs")


def cases(folder: Path) -> Iterator[dict[str, Any]]:
    """What the reference computed: file, class, stage, source, inputs, expected."""
    with gzip.open(folder / "oracle_open.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(_read, lines)


def published(folder: Path) -> Iterator[dict[str, Any]]:
    """Bills that the corpus's owners published, to the cent."""
    with (folder / "published_open.jsonl").open(encoding="utf-8") as lines:
        yield from map(_read, lines)


def _read(line: str) -> Any:
    return json.loads(line, parse_float=Decimal)


@dataclass(slots=True)
class Agreement:
    """How many cases there are of each kind, how many agree in every number, and which do not."""

    cases: Counter[str] = field(default_factory=Counter)
    agreeing: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    without_number: Counter[tuple[str, str]] = field(default_factory=Counter)
    differing: Counter[tuple[str, str, str]] = field(default_factory=Counter)


def agreement(folder: Path, asked: Iterable[dict[str, Any]]) -> Agreement:
    """Hold our values against the reference's, in every field for which it has a number."""
    files, found = RateFiles(folder / "rates"), Agreement()
    for case in asked:
        kind = f"{case['source']}, {case['stage']}"
        expected = {k: v for k, v in case["expected"].items() if v is not None and not k.startswith("_")}
        found.cases[kind] += 1
        found.numbers += len(expected)
        if len(expected) < len(case["expected"]) - ("_spec_bill" in case["expected"]):
            found.without_number[case["file"], case["class"]] += 1
        answer = files.answer(_question(case, list(expected)))
        if "error" in answer:
            found.differing[case["file"], case["class"], answer["error"]["code"]] += 1
        elif wrong := [k for k, v in expected.items() if not _close(answer["values"][k], v)]:
            found.differing[case["file"], case["class"], ", ".join(wrong)] += 1
        else:
            found.agreeing[kind] += 1
    return found


def _question(case: dict[str, Any], fields: list[str]) -> str:
    question = {name: case[name] for name in ("file", "class", "stage", "inputs") if name in case}
    return json.dumps({**question, "fields": fields}, default=float)


def _close(ours: str, theirs: Decimal | int) -> bool:
    exact = Fraction(theirs)
    return abs(Fraction(ours) - exact) <= _AGREE * abs(exact) + Fraction(1, 10**12)


def differing_published(folder: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """The published bills that are not ours to the cent: field → ours, published."""
    files, found = RateFiles(folder / "rates"), dict[str, dict[str, tuple[str, str]]]()
    for bill in published(folder):
        answer = files.answer(_question(bill, list(bill["published"])))
        values = answer.get("values", {})
        wrong = {
            name: (values.get(name, "none"), cents)
            for name, cents in bill["published"].items()
            if name not in values or abs(Decimal(values[name]) - Decimal(cents)) > _HALF_A_CENT + _NOISE
        }
        if wrong:
            found[bill["file"]] = wrong
    return found


@dataclass(slots=True)
class Imports:
    """How many classes became documents, why others did not, and how the bills of those compare."""

    files: int = 0
    classes: int = 0
    refused: list[Problem] = field(default_factory=list)
    bills: Counter[str] = field(default_factory=Counter)
    cents: Counter[int] = field(default_factory=Counter)
    differing: Counter[tuple[str, str]] = field(default_factory=Counter)


def imports(folder: Path, asked: Iterable[dict[str, Any]]) -> Imports:
    """Import every file; hold our bills against the reference's: half a cent off for each line at most."""
    found = Imports()
    rates: dict[tuple[str, str], Rates] = {}
    for name in checked(folder)[0]:
        imported = import_owrs(read_owrs(folder / "rates" / name, name=name))
        found.files += bool(imported.imported)
        found.classes += len(imported.imported)
        found.refused += imported.refused
        rates.update({(name, one.rate_class): Rates.imported(one) for one in imported.imported})
    for case in asked:
        key, expected = (case["file"], case["class"]), case["expected"]["bill"]
        if key not in rates or expected is None:
            continue
        stage = Stage(case["stage"])
        rating = rates[key].rate(_inputs(case), stage)
        of = DROUGHT_CHARGE if stage is Stage.DROUGHT else None
        fields = rates[key].fields
        lines = [line.amount_minor for line in rating.lines if of is None or fields[line.charge] == of]
        off = abs(Fraction(sum(lines)) - 100 * Fraction(expected))
        found.bills[stage] += 1
        found.cents[round(off)] += 1
        if off > Fraction(len(lines), 2) + Fraction(1, 10**6):
            found.differing[key] += 1
    return found


def _inputs(case: dict[str, Any]) -> dict[str, Fraction | str]:
    return {k: v if isinstance(v, str) else Fraction(v) for k, v in case["inputs"].items()}


def checked(folder: Path) -> tuple[list[str], list[Problem], list[Problem]]:
    """The sound files, the first problem of each malformed one, and the notes."""
    sound: list[str] = []
    malformed: list[Problem] = []
    notes: list[Problem] = []
    rates = folder / "rates"
    for path in sorted(rates.rglob("*.owrs")):
        name = str(path.relative_to(rates))
        try:
            notes += check_owrs(text_of(path, name=name, refused=InvalidTariffDocument), file=name).notes
            sound.append(name)
        except InvalidTariffDocument as invalid:
            malformed.append(invalid.problems[0])
    return sound, malformed, notes


def main() -> int:
    """Print the report; 1 if a case that counts differs, 0 otherwise and where there is no corpus."""
    folder = corpus()
    if not folder.is_dir():
        _say(f"skipped: {folder} is not there; HEADGATE_OWRS can name the folder that has the corpus")
        return 0
    sound, malformed, notes = checked(folder)
    _say(f"{len(sound)} files can be rated, {len(malformed)} are malformed:\n")
    _say("| file | line | cause |\n|---|---|---|")
    for problem in malformed:
        _say(f"| {problem.file} | {problem.line} | {problem.message} |")
    _say("\nClasses that cannot be billed, in files that can:\n\n| file | line | cause |\n|---|---|---|")
    for note in notes:
        _say(f"| {note.file} | {note.line} | {note.field}: {note.message} |")
    found = agreement(folder, cases(folder))
    _say("\n| source, stage | cases | agree in every number |\n|---|---|---|")
    for kind, count in sorted(found.cases.items()):
        _say(f"| {kind} | {count:,} | {found.agreeing[kind]:,} |")
    _say(f"\n{found.numbers:,} numbers compared. What does not agree, or has no number to agree with:\n")
    _say("| file | class | cases | why |\n|---|---|---|---|")
    for (file, name, what), count in sorted(found.differing.items()):
        _say(f"| {file} | {name} | {count} | {DUPLICATE if what == 'InvalidTariffDocument' else what} |")
    for (file, name), count in sorted(found.without_number.items()):
        _say(f"| {file} | {name} | {count} | {ONE_TIER} |")
    ours = imports(folder, cases(folder))
    _say(f"\n{ours.files} files import, {ours.classes} classes. Not imported:\n")
    _say("| file | line | cause |\n|---|---|---|")
    for problem in ours.refused:
        _say(f"| {problem.file} | {problem.line} | {problem.field}: {problem.message} |")
    counts = ", ".join(f"{count:,} {stage}" for stage, count in ours.bills.items())
    spread = ", ".join(f"{count:,} by {off}" for off, count in sorted(ours.cents.items()))
    _say(
        f"\nTheir bills ({counts}) differ in cents: {spread}. Beyond the rounding of lines: {ours.differing}"
    )
    bills = differing_published(folder)
    _say(f"\nPublished bills: {sum(1 for _ in published(folder))}, {len(bills)} not to the cent.")
    for file, wrong in bills.items():
        _say(f"- {file}: {wrong}")
    counted = (count for (_, _, what), count in found.differing.items() if what != "InvalidTariffDocument")
    return 1 if sum(counted) + len(bills) + len(ours.differing) else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
