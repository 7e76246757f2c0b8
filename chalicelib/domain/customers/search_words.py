"""The words under which a person can be found again, normalized alike when writing and when searching."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.customers.sealed_person import SearchField

PREFIX_LENGTH = 3
_WORD = re.compile(r"[^\W_]+")
_NAME_WORDS = 6  # of a long company name, the first ones


def normalized(text: str) -> list[str]:
    """The words of a text: no accents, no case, no punctuation ("O'Brien-Núñez" is o, brien, nunez)."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(character for character in flat if not unicodedata.combining(character))
    return _WORD.findall(bare)


def search_words(person: Person) -> list[tuple[SearchField, str]]:
    """What a person is found by: words of the name, house number with street, the e-mail address."""
    words = [(SearchField.NAME, word) for word in dict.fromkeys(normalized(person.name))][:_NAME_WORDS]
    if person.mailing_address and (street := street_word(person.mailing_address)):
        words.append((SearchField.ADDRESS, street))
    if person.email:
        words.append((SearchField.EMAIL, person.email.strip().casefold()))
    return words


def street_word(address: Address) -> str:
    """The first two words of the first line together: "12weir" for 12 Weir Lane. One alone finds too many."""
    return "".join(normalized(address.lines[0])[:2]) if address.lines else ""
