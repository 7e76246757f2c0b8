"""A person as stored: nothing of them can be read without a key that can be deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from chalicelib.domain.customers.person import Person
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.domain.kernel.personal import Retention, personal_fields

ERASED: Final = "(erased)"  # shown where a required field's key is gone


class SearchField(StrEnum):
    """What a search word stands for. The same word in another field gives another token."""

    NAME = "name"
    ADDRESS = "address"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, order=True)
class SearchToken:
    """One word under which a person is found: keyed hashes of its first letters and of the whole word."""

    prefix: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPerson:
    """A person's sealed fields by name, the wrapped data keys that open them, and the search tokens.

    All texts are URL-safe base64. A retention whose key is missing has been erased: its fields cannot be read
    by anybody any more, and its tokens are gone.
    """

    person_id: PersonId
    fields: Mapping[str, str]
    keys: Mapping[Retention, str]
    tokens: tuple[SearchToken, ...] = ()


def without_key(person: SealedPerson, retention: Retention) -> SealedPerson:
    """The person after the key of `retention` was deleted: its fields and all search tokens are gone."""
    held = personal_fields(Person)
    return SealedPerson(
        person_id=person.person_id,
        fields={name: text for name, text in person.fields.items() if held[name].retention is not retention},
        keys={kept: key for kept, key in person.keys.items() if kept is not retention},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPerson:
    """A person unsealed. `erased` names the fields that could not be opened because their key is gone."""

    person: Person
    erased: frozenset[str] = field(default_factory=frozenset)
