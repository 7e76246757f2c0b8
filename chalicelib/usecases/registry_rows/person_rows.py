"""persons.csv."""

from __future__ import annotations

import re

from chalicelib.domain.customers.person import Person
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.domain.kernel.rows import Columns, Row
from chalicelib.usecases.registry_rows.cells import ADDRESS_COLUMNS, address

PERSONS = Columns(
    required=("person", "name"), optional=(*ADDRESS_COLUMNS, "email", "phone", "language", "large_print")
)
_YES_OR_NO = {"yes": True, "no": False, "": False}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def person_of(row: Row, *, person_id: PersonId) -> Person:
    """A person; without a street there is no mailing address. Reasons do not repeat what the cell holds."""
    email, language = row.cells.get("email") or None, row.cells.get("language") or "en"
    if email and not _EMAIL.fullmatch(email):
        raise row.refused("email", "is not an e-mail address", "write it like name@example.org")
    if not _LANGUAGE.fullmatch(language):
        raise row.refused("language", "is not a language", "write a BCP 47 tag such as en or es-MX")
    large_print = (row.cells.get("large_print") or "").lower()
    if large_print not in _YES_OR_NO:
        raise row.refused("large_print", "is neither yes nor no", "write one of them, or leave it empty")
    return Person(
        person_id=person_id,
        name=row.text("name"),
        mailing_address=address(row) if row.cells.get("street") else None,
        email=email,
        phone=row.cells.get("phone") or None,
        language=language,
        large_print=_YES_OR_NO[large_print],
    )
