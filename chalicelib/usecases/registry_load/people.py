"""Persons: sealed before anything keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from chalicelib.domain.customers.sealed_person import SealedPerson
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.kernel.rows import Row, RowRefused
from chalicelib.usecases.ports.identity import Pseudonyms, Sealing
from chalicelib.usecases.ports.registry import Change
from chalicelib.usecases.registry_load.intake import Candidate, Intake
from chalicelib.usecases.registry_load.known import Known
from chalicelib.usecases.registry_rows.cells import number
from chalicelib.usecases.registry_rows.person_rows import PERSONS, person_of

T = TypeVar("T")
ROWS_AT_ONCE = 1_000


def load_persons(intake: Intake, known: Known, *, sealing: Sealing, names: Pseudonyms) -> None:
    """persons.csv. A person who was erased is not brought back: the row is refused."""

    def candidates() -> Iterator[Candidate]:
        for rows in in_chunks(intake.unique("persons.csv", PERSONS, "person"), ROWS_AT_ONCE):
            ids = [names.person_id(row.cells["person"]) for row in rows]
            stored = intake.registry.persons(ids)
            for row, person_id in zip(rows, ids, strict=True):
                try:
                    yield _candidate(row, stored.get(person_id), sealing, names)
                except RowRefused as refused:
                    intake.refuse(refused)
                else:
                    known.persons.add(person_id)

    intake.keep(candidates())


def _candidate(row: Row, stored: SealedPerson | None, sealing: Sealing, names: Pseudonyms) -> Candidate:
    person = person_of(row, person_id=names.person_id(number(row, "person")))
    if stored is not None and len(stored.keys) < len(Retention):
        raise row.refused(
            "person", "this person's data was erased", "take the row out, or give a new person a number"
        )
    before = sealing.open(stored).person if stored else None
    return Candidate(
        entity="person",
        entity_id=person.person_id,
        before=before,
        after=person,
        change=Change(stored, stored if stored and before == person else sealing.seal(person, stored=stored)),
        rows=[row],
    )


def in_chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` values, the last one perhaps shorter."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
