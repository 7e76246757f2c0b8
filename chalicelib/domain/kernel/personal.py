"""Tags for personal data: what a field is, why we hold it, how long."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

_KEY = "personal"


class Category(StrEnum):
    """Kind of personal data (GDPR article 4(1); CCPA §1798.140(v))."""

    IDENTITY = "identity"
    CONTACT = "contact"
    PREFERENCE = "preference"
    HEALTH = "health"  # medical shut-off protection: special category, GDPR article 9


class Retention(StrEnum):
    """When a field must go, counted from the end of the customer relationship."""

    RELATIONSHIP = "relationship"  # erased on request, or when the last account closes and is settled
    STATUTORY = "statutory"  # kept as long as tax and records law demands, under its own key


@dataclass(frozen=True, slots=True)
class PersonalTag:
    """Why one field is held. `purpose` is a phrase for the register of processing."""

    category: Category
    purpose: str
    retention: Retention


def personal(category: Category, *, purpose: str, retention: Retention, **options: Any) -> Any:
    """A dataclass field holding personal data. It is sealed wherever it is stored.

    `options` go to `dataclasses.field`. Storage seals every tagged field under the person's data key; a
    field of a personal record that is neither tagged nor listed as impersonal fails the build.
    """
    return field(metadata={_KEY: PersonalTag(category, purpose, retention)}, **options)


def personal_fields(cls: type) -> dict[str, PersonalTag]:
    """The tagged fields of a dataclass, by name."""
    return {f.name: f.metadata[_KEY] for f in fields(cls) if _KEY in f.metadata}
