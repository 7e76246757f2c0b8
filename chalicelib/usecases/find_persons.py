"""Find persons by what staff type: a name or its beginning, a house number with street, an e-mail address."""

from __future__ import annotations

from chalicelib.domain.customers.person import Person
from chalicelib.domain.customers.sealed_person import OpenedPerson, SearchField, SearchToken
from chalicelib.domain.customers.search_words import PREFIX_LENGTH, normalized
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.usecases.ports.identity import Pseudonyms, Sealing
from chalicelib.usecases.ports.registry import RegistryStore

MOST_FOUND = 50
_MOST_READ = 500  # of one token; persons beyond are found by typing more


class SearchTooShort(Refusal):
    """A search has no word of three letters or more."""


def find_persons(
    text: str, *, registry: RegistryStore, sealing: Sealing, names: Pseudonyms
) -> list[OpenedPerson]:
    """Persons who have every word of `text`, or words that begin so, by name; at most MOST_FOUND.

    Raises SearchTooShort, SealBroken.
    """
    words = normalized(text)
    longest = max(words, key=len, default="")
    if len(longest) < PREFIX_LENGTH:
        raise SearchTooShort(f"{text!r} has no word of {PREFIX_LENGTH} letters: type more")
    candidates: dict[PersonId, None] = {}
    for token in _tokens(text, words, longest, names):
        candidates.update(dict.fromkeys(registry.find_persons(token, limit=_MOST_READ)))
    opened = sealing.open_all(list(registry.persons(list(candidates)[:_MOST_READ]).values()))
    found = [one for one in opened if _has_all(one.person, words)]
    return sorted(found, key=lambda one: (one.person.name, one.person.person_id))[:MOST_FOUND]


def _tokens(text: str, words: list[str], longest: str, names: Pseudonyms) -> list[SearchToken]:
    """Where to look, the narrowest first. The longest word alone finds the candidates of a name."""
    return [
        names.token(SearchField.EMAIL, text.strip().casefold()),
        names.token(SearchField.ADDRESS, "".join(words[:2])),
        names.token(SearchField.NAME, longest),
        names.prefix_token(SearchField.NAME, longest[:PREFIX_LENGTH]),
    ]


def _has_all(person: Person, words: list[str]) -> bool:
    lines = person.mailing_address.lines[:1] if person.mailing_address else ()
    held = normalized(" ".join((person.name, *lines, person.email or "")))
    return all(any(one.startswith(word) for one in held) for word in words)
