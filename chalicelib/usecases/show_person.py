"""Show what is known of a person."""

from __future__ import annotations

from chalicelib.domain.customers.sealed_person import OpenedPerson
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.usecases.ports.identity import Sealing
from chalicelib.usecases.ports.registry import RegistryStore, person_unknown


def show_person(person_id: PersonId, *, registry: RegistryStore, sealing: Sealing) -> OpenedPerson:
    """A person in clear. Raises PersonUnknown, SealBroken."""
    sealed = registry.persons([person_id]).get(person_id)
    if sealed is None:
        raise person_unknown(person_id)
    return sealing.open(sealed)
