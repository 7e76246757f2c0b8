"""What is wrong with a rate file: what keeps it from being rated, and what is merely worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chalicelib.tariff_documents.owrs.file import RATES, At, OwrsFile
from chalicelib.tariff_documents.owrs.names import DROUGHT_CHARGE, Stage
from chalicelib.tariff_documents.owrs.schedule import FieldFault, Schedule
from chalicelib.tariff_documents.owrs.shapes import misfits
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem

# What is called so is a part of the tariff, hardly ever something a customer brings along.
_OF_A_TARIFF = ("charge", "rate", "price")


@dataclass(frozen=True, slots=True)
class Findings:
    """A rate file that can be used. `notes` tell which classes and rows of it cannot."""

    file: OwrsFile
    notes: tuple[Problem, ...]


def check_owrs(text: str, *, file: str) -> Findings:
    """The rate file that `text` is, and what of it cannot be rated.

    A class that cannot be billed spoils no other class. Raises InvalidTariffDocument where the file cannot be
    read, or no class of it can be billed.
    """
    owrs = OwrsFile(text, file=file)
    notes: dict[Problem, None] = {}
    usable = 0
    for rate_class in owrs.classes.values():
        schedule = Schedule(rate_class)
        faults = schedule.faults()
        usable += not faults
        if DROUGHT_CHARGE in rate_class.fields:
            drought = Schedule(rate_class, Stage.DROUGHT)
            faults += [*drought.faults(), *misfits(drought)]
        faults += misfits(schedule)
        faults += [row for name in schedule.reached() for row in schedule.fields[name].faulty_rows]
        notes.update(
            dict.fromkeys(
                problem_in(owrs, fault.at, fault.message) for fault in [*faults, *_absent(schedule)]
            )
        )
    if not usable:
        raise InvalidTariffDocument(list(notes))
    return Findings(owrs, tuple(sorted(notes, key=lambda note: note.line)))


def _absent(schedule: Schedule) -> Iterator[FieldFault]:
    """Parts of the tariff that a bill needs and the class has not."""
    for name in schedule.reached():
        for need in schedule.fields[name].needs:
            if need.lower().endswith(_OF_A_TARIFF) and schedule.names.field(need) is None:
                at, mend = schedule.names.all[name].at, _mend(schedule, need)
                yield FieldFault(at, f"needs {need}, which the class has not: {mend}")


def _mend(schedule: Schedule, need: str) -> str:
    """What to do for `need`, which may be half of a name that a formula reads as a subtraction."""
    for name in schedule.fields:
        if "-" in name and need.lower() in name.lower().split("-"):
            return f"{name} is a subtraction, write it with _ where it is and where it is used"
    return "add it, or give it as an input"


def problem_in(owrs: OwrsFile, at: At, message: str) -> Problem:
    """A problem with what stands `at`, its field named from the class on."""
    found = owrs.problem(at, message)
    return replace(found, field=found.field.removeprefix(f"{RATES}."))
