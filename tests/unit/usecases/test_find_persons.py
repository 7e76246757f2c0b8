"""Staff find a customer by what they were told on the telephone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.domain.kernel.personal import Retention
from chalicelib.identity.key_ring import memory_key_ring
from chalicelib.identity.pseudonyms import HmacPseudonyms
from chalicelib.identity.sealing import AesGcmSealing
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.find_persons import MOST_FOUND, SearchTooShort, find_persons
from chalicelib.usecases.ports.registry import RegistryBatch

NAMES = HmacPseudonyms(b"a secret of at least thirty-two bytes")


class Office:
    def __init__(self) -> None:
        self.registry = MemoryRegistryStore()
        self.sealing = AesGcmSealing(memory_key_ring(), NAMES)

    def add(self, name: str, *, street: str = "", email: str | None = None) -> PersonId:
        person_id = NAMES.person_id(name + street)
        address = Address(lines=(street,), city="Riverbend", region="CA", postal_code="") if street else None
        person = Person(person_id=person_id, name=name, mailing_address=address, email=email)
        self.registry.save(RegistryBatch(things=(self.sealing.seal(person),)))
        return person_id

    def find(self, text: str) -> list[str]:
        found = find_persons(text, registry=self.registry, sealing=self.sealing, names=NAMES)
        return [one.person.name for one in found]


@pytest.fixture
def office() -> Office:
    office = Office()
    office.add("Alma Rivera", street="12 Weir Lane", email="alma@example.org")
    office.add("José Riveras", street="14 Weir Lane")
    office.add("Mary O'Brien")
    return office


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rivera", ["Alma Rivera", "José Riveras"]),
        ("riv", ["Alma Rivera", "José Riveras"]),
        ("ALMA RIV", ["Alma Rivera"]),
        ("jose", ["José Riveras"]),
        ("o'brien, mary", ["Mary O'Brien"]),
        ("12 Weir", ["Alma Rivera"]),
        ("14 weir lane", ["José Riveras"]),
        ("Alma@Example.org", ["Alma Rivera"]),
        ("Lindqvist", []),
        ("Mary Rivera", []),
    ],
)
def test_people_are_found(office: Office, text: str, names: list[str]) -> None:
    assert office.find(text) == names


@pytest.mark.parametrize("text", ["", "al", "o b", "…"])
def test_too_little_is_asked_for_more(office: Office, text: str) -> None:
    with pytest.raises(SearchTooShort, match="type more"):
        office.find(text)


def test_results_are_capped(office: Office) -> None:
    for number in range(MOST_FOUND + 5):
        office.add("Wei Chen", street=f"{number} Canal Street")

    assert len(office.find("chen")) == MOST_FOUND


def test_who_was_erased_is_not_found(office: Office) -> None:
    person_id = office.add("Nora Quist")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    entry = AuditEntry(
        entity="person", entity_id=person_id, action="erased", actor="test", at=at, unique="request-1"
    )
    office.registry.erase_keys(person_id, retention=Retention.RELATIONSHIP, entry=entry)

    assert office.find("Quist") == []
