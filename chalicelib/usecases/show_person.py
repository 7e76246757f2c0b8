"""Show what is known of a person."""

from __future__ import annotations

from chalicelib.domain.customers.sealed_person import OpenedPerson
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.usecases.ports.identity import Sealing
from chalicelib.usecases.ports.registry import RegistryStore


class PersonUnknown(Refusal):
    """No person has this id."""


def show_person(person_id: PersonId, *, registry: RegistryStore, sealing: Sealing) -> OpenedPerson:
    """A person in clear. Raises PersonUnknown, SealBroken."""
    sealed = registry.persons([person_id]).get(person_id)
    if sealed is None:
        raise PersonUnknown(f"no person has the id {person_id}", person_id=person_id)
    return sealing.open(sealed)
