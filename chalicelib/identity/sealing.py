"""Personal fields sealed one by one under data keys that can be deleted (docs/adr/0012).

Every person has two keys: one for what goes when the relationship ends, one for what the law makes us keep.
Without its wrapped key a field cannot be read by anybody, in the table or in any backup of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.customers.sealed_person import ERASED, OpenedPerson, SealedPerson, SearchToken
from chalicelib.domain.customers.search_words import search_words
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.domain.kernel.personal import PersonalTag, Retention, personal_fields
from chalicelib.identity.key_ring import KeyRing, decrypt, encrypt
from chalicelib.usecases.ports.identity import Pseudonyms

# Fields of Person that say nothing of the person. Any other field must be tagged, or the build fails.
IMPERSONAL_FIELDS = frozenset({"person_id"})


@cache
def _tags() -> Mapping[str, PersonalTag]:
    return personal_fields(Person)


class AesGcmSealing:
    """Sealing with AES-256-GCM; each seal is bound to the person and the field it belongs to."""

    def __init__(self, key_ring: KeyRing, pseudonyms: Pseudonyms) -> None:
        self._keys = key_ring
        self._pseudonyms = pseudonyms

    def seal(self, person: Person, *, stored: SealedPerson | None = None) -> SealedPerson:
        """See Sealing."""
        if stored is None:
            made = {
                retention: self._keys.new_key(bound_to=_key_name(person.person_id, retention))
                for retention in Retention
            }
            clear = {retention: key for retention, (key, _) in made.items()}
            wrapped = {retention: key for retention, (_, key) in made.items()}
        else:
            clear, wrapped = self._unwrap(stored), dict(stored.keys)
        sealed = {
            name: encrypt(clear[tag.retention], _dump(value), bound_to=_field_name(person.person_id, name))
            for name, tag in _tags().items()
            if tag.retention in clear and (value := getattr(person, name)) is not None
        }
        complete = len(wrapped) == len(Retention)  # who has been erased is not to be found by searching
        return SealedPerson(
            person_id=person.person_id,
            fields=sealed,
            keys=wrapped,
            tokens=self._tokens(person) if complete else (),
        )

    def open(self, sealed: SealedPerson) -> OpenedPerson:
        """See Sealing."""
        clear = self._unwrap(sealed)
        erased = frozenset(name for name, tag in _tags().items() if tag.retention not in clear)
        values: dict[str, Any] = {
            name: _load(
                name,
                decrypt(clear[_tags()[name].retention], text, bound_to=_field_name(sealed.person_id, name)),
            )
            for name, text in sealed.fields.items()
            if name not in erased
        }
        if "name" in erased:
            values["name"] = ERASED
        return OpenedPerson(person=Person(person_id=sealed.person_id, **values), erased=erased)

    def open_all(self, sealed: Sequence[SealedPerson]) -> list[OpenedPerson]:
        """See Sealing."""
        return [self.open(person) for person in sealed]

    def _unwrap(self, sealed: SealedPerson) -> dict[Retention, bytes]:
        return {
            retention: self._keys.unwrap(wrapped, bound_to=_key_name(sealed.person_id, retention))
            for retention, wrapped in sealed.keys.items()
        }

    def _tokens(self, person: Person) -> tuple[SearchToken, ...]:
        found = {self._pseudonyms.token(field, word) for field, word in search_words(person)}
        return tuple(sorted(found))


def _key_name(person_id: PersonId, retention: Retention) -> str:
    return f"key/{person_id}/{retention}"


def _field_name(person_id: PersonId, name: str) -> str:
    return f"field/{person_id}/{name}"


def _dump(value: object) -> bytes:
    if isinstance(value, Address):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _load(name: str, text: bytes) -> Any:
    value = json.loads(text)
    return Address(**{**value, "lines": tuple(value["lines"])}) if name == "mailing_address" else value
