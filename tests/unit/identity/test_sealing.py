"""Personal data is sealed field by field; without its key nobody reads it."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from chalicelib.domain.customers.person import Address, Person
from chalicelib.domain.customers.sealed_person import ERASED, SearchField, without_key
from chalicelib.domain.kernel.ids import PersonId
from chalicelib.domain.kernel.personal import Retention, personal_fields
from chalicelib.identity.key_ring import KeyRing, memory_key_ring
from chalicelib.identity.pseudonyms import HmacPseudonyms
from chalicelib.identity.sealing import IMPERSONAL_FIELDS, AesGcmSealing
from chalicelib.storage.registry_records import records_of
from chalicelib.usecases.ports.identity import SealBroken

PSEUDONYMS = HmacPseudonyms(b"a secret of at least thirty-two bytes")
MARY = Person(
    person_id=PersonId("PERSON1"),
    name="Mary Quillfeather",
    mailing_address=Address(
        lines=("77 Zephyrstreet", "Apt 4"), city="Brambleton", region="CA", postal_code="90317"
    ),
    email="mary.q@example.org",
    phone="+1 555 0142",
    language="es",
)


@pytest.fixture
def sealing() -> AesGcmSealing:
    return AesGcmSealing(memory_key_ring(), PSEUDONYMS)


def test_every_field_of_a_person_is_tagged_or_listed_as_impersonal() -> None:
    """A new field must be given a category, a purpose and a retention, or be said to be impersonal."""
    assert {field.name for field in fields(Person)} == set(personal_fields(Person)) | IMPERSONAL_FIELDS
    assert not set(personal_fields(Person)) & IMPERSONAL_FIELDS


def test_a_sealed_person_opens_to_the_same_person(sealing: AesGcmSealing) -> None:
    opened = sealing.open(sealing.seal(MARY))

    assert opened.person == MARY
    assert opened.erased == frozenset()


def test_nothing_that_is_stored_of_a_person_can_be_read(sealing: AesGcmSealing) -> None:
    stored = "\n".join(str(record.serialize()) for record in records_of(sealing.seal(MARY))).casefold()

    # Long words and signs only: three letters turn up in any ciphertext by chance.
    for clear in (
        "quillfeather",
        "zephyr",
        "brambleton",
        "90317",
        "mary.q@",
        "example.org",
        "555 0142",
        '"es"',
    ):
        assert clear not in stored, f"{clear!r} is stored in clear"
    assert "person1" in stored  # the check would find something


def test_the_same_person_is_sealed_differently_each_time(sealing: AesGcmSealing) -> None:
    one, other = sealing.seal(MARY), sealing.seal(MARY)

    assert not set(one.fields.values()) & set(other.fields.values())


def test_deleting_the_relationship_key_leaves_only_what_the_law_keeps(sealing: AesGcmSealing) -> None:
    opened = sealing.open(without_key(sealing.seal(MARY), Retention.RELATIONSHIP))

    assert opened.person == replace(MARY, email=None, phone=None, language="en")
    assert opened.erased == {"email", "phone", "language", "large_print"}


def test_without_any_key_a_person_shows_as_erased(sealing: AesGcmSealing) -> None:
    sealed = sealing.seal(MARY)

    # The fields may still lie in a backup: without the keys they are noise.
    opened = sealing.open(replace(sealed, keys={}))

    assert opened.person == Person(person_id=MARY.person_id, name=ERASED)
    assert opened.erased == set(personal_fields(Person))


def test_what_was_erased_is_not_brought_back_by_sealing_again(sealing: AesGcmSealing) -> None:
    left = without_key(sealing.seal(MARY), Retention.RELATIONSHIP)

    again = sealing.seal(MARY, stored=left)

    assert again.keys == left.keys
    assert set(again.fields) == {"name", "mailing_address"}
    assert again.tokens == ()


def test_sealing_a_change_keeps_the_keys(sealing: AesGcmSealing) -> None:
    before = sealing.seal(MARY)

    after = sealing.seal(replace(MARY, phone=None), stored=before)

    assert after.keys == before.keys
    assert sealing.open(after).person.phone is None


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(
            lambda a, b: replace(a, fields={**a.fields, "name": b.fields["name"]}), id="another's field"
        ),
        pytest.param(
            lambda a, b: replace(a, fields={**a.fields, "phone": a.fields["email"]}), id="another field"
        ),
        pytest.param(lambda a, b: replace(a, keys=b.keys), id="another's keys"),
        pytest.param(lambda a, b: replace(a, person_id=b.person_id), id="another's id"),
    ],
)
def test_seals_open_only_where_they_belong(sealing: AesGcmSealing, forged: object) -> None:
    mary, john = sealing.seal(MARY), sealing.seal(Person(person_id=PersonId("PERSON2"), name="John"))

    with pytest.raises(SealBroken):
        sealing.open(forged(mary, john))  # type: ignore[operator]


def test_persons_sealed_under_another_wrapping_key_do_not_open(sealing: AesGcmSealing) -> None:
    elsewhere = AesGcmSealing(memory_key_ring(b"\x08" * 32), PSEUDONYMS)

    with pytest.raises(SealBroken, match="key/PERSON1"):
        elsewhere.open(sealing.seal(MARY))


def test_a_person_is_found_by_words_without_accents_or_case(sealing: AesGcmSealing) -> None:
    sealed = sealing.seal(replace(MARY, name="María QUILLFEATHER"))

    def carries(field: SearchField, word: str) -> bool:
        return PSEUDONYMS.token(field, word) in sealed.tokens

    assert carries(SearchField.NAME, "maria")
    assert carries(SearchField.NAME, "quillfeather")
    assert carries(SearchField.ADDRESS, "77zephyrstreet")
    assert carries(SearchField.EMAIL, "mary.q@example.org")
    assert not carries(SearchField.ADDRESS, "maria")
    assert PSEUDONYMS.prefix_token(SearchField.NAME, "qui").prefix in {
        token.prefix for token in sealed.tokens
    }


def test_the_wrapping_key_is_fetched_once_and_only_when_needed() -> None:
    fetched: list[int] = []

    def fetch() -> bytes:
        fetched.append(1)
        return b"\x01" * 32

    sealing = AesGcmSealing(KeyRing(fetch), PSEUDONYMS)
    assert fetched == []

    sealing.open_all([sealing.seal(MARY), sealing.seal(MARY)])

    assert fetched == [1]
