"""What a rate file says of itself, as a tariff document needs it; what is left out is assumed, and said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.tariff_documents.owrs.file import OwrsFile

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4}|\d{2})(?!\d)")
_NO_DATE = date(2000, 1, 1)
_SERVICES = {
    "FIRE": "fire",
    "HYDRANT": "hydrant",
    "SEWER": "sewer",
    "WASTEWATER": "sewer",
    "IRRIG": "irrigation",
}


@dataclass(slots=True)
class Metadata:
    """Of the whole file, with what was assumed."""

    utility: str
    unit: Unit
    effective_from: date
    frequency: str
    assumed: list[str] = field(default_factory=list)


def metadata_of(owrs: OwrsFile, *, effective_from: date | None = None) -> Metadata:
    """The metadata of a file; `effective_from` comes before what the file says."""
    said = owrs.metadata
    found = Metadata(
        utility=said.get("utility_name", "").strip(),
        unit=Unit.CCF,
        effective_from=effective_from or _NO_DATE,
        frequency=said.get("bill_frequency", "").strip().lower(),
    )
    _read_unit(found, said.get("bill_unit", ""))
    if effective_from is None:
        _read_date(found, said.get("effective_date", ""), owrs.file)
    return found


def _read_unit(found: Metadata, text: str) -> None:
    try:
        found.unit = Unit.parse(text)
    except Refusal:
        said = f"the file says {text!r}" if text else "the file does not say"
        found.assumed.append(f"Water is billed in ccf: {said}.")


def _read_date(found: Metadata, text: str, file: str) -> None:
    if (said := date_in(text)) is not None:
        found.effective_from = said
        return
    name = file.rpartition("/")[2]
    if (named := date_in(name)) is not None:
        found.effective_from = named
        found.assumed.append(
            f"It is in force from {named}, as the file's name says: there is no effective_date."
        )
    else:
        found.assumed.append(f"It is in force from {_NO_DATE}: no effective_date could be read. Correct it.")


def date_in(text: str) -> date | None:
    """The first day written in `text`, as 2017-07-01 or as 07/01/2017 (the month first)."""
    for pattern in (_YEAR_FIRST, _MONTH_FIRST):
        if (found := pattern.search(text)) is not None:
            year = int(found["year"])
            try:
                return date(year if year > 99 else 2000 + year, int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return None


def service_of(rate_class: str) -> str:
    """The service a class is named for; water where it is for none in particular."""
    return next((service for word, service in _SERVICES.items() if word in rate_class.upper()), "water")
