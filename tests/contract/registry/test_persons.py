"""What every registry store promises of sealed persons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.customers.sealed_person import SearchToken
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.domain.kernel.personal import Retention
from chalicelib.usecases.ports.registry import PersonKeysChanged
from tests.contract.registry.kept import Kept, a_sealed_person, an_entry


def test_a_sealed_person_is_read_back(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)

    assert kept.registry.persons([person.person_id, PersonId("none")]) == {person.person_id: person}


def test_persons_are_found_by_word_and_by_prefix_up_to_the_limit(kept: Kept, fresh: str) -> None:
    prefix = f"{fresh}-prefix"
    words = {"a": "smith", "b": "smithe", "c": "smith"}
    for person_id, word in words.items():
        person = a_sealed_person(fresh + person_id, word=word)
        kept.save(replace(person, tokens=(SearchToken(prefix=prefix, word=word),)))

    def found(word: str, limit: int = 10) -> list[str]:
        token = SearchToken(prefix=prefix, word=word)
        return [person_id.removeprefix(fresh) for person_id in kept.registry.find_persons(token, limit=limit)]

    assert found("smith") == ["a", "c"]
    assert found("") == ["a", "c", "b"]
    assert found("", limit=2) == ["a", "c"]
    assert found("jones") == []


def test_a_changed_name_is_no_longer_found_under_the_old_one(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh, word="smith")
    kept.save(person)

    [old] = person.tokens
    kept.change(person, replace(person, tokens=(SearchToken(prefix=old.prefix, word="jones"),)))

    assert kept.registry.find_persons(old, limit=9) == []
    assert kept.registry.find_persons(SearchToken(prefix=old.prefix, word="jones"), limit=9) == [fresh]


def test_deleting_a_key_takes_its_fields_and_the_search_tokens_along(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)

    for _ in range(2):  # repeating it changes nothing
        kept.registry.erase_keys(
            person.person_id, retention=Retention.RELATIONSHIP, entry=an_entry(fresh, "erased")
        )

    left = kept.registry.persons([person.person_id])[person.person_id]
    assert left.keys == {Retention.STATUTORY: "b3RoZXI"}
    assert left.fields == {"name": "c2VhbGVk"}
    assert kept.registry.find_persons(person.tokens[0], limit=9) == []
    assert kept.audit.entries(entity="contract", entity_id=fresh) == [an_entry(fresh, "erased")]


def test_a_load_that_runs_beside_an_erasure_does_not_bring_the_keys_back(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)
    for retention in Retention:
        kept.registry.erase_keys(
            person.person_id, retention=retention, entry=an_entry(fresh, f"erased {retention}")
        )

    with pytest.raises(PersonKeysChanged):
        kept.save(person)

    assert kept.registry.persons([person.person_id])[person.person_id].keys == {}
