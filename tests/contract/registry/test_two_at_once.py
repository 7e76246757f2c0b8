"""What every registry store promises where two change the same thing at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from chalicelib.domain.customers.sealed_person import SealedPerson
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import PersonId, PremiseId
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.premises.service_point import Premise
from chalicelib.usecases.ports.registry import Change, ChangedMeanwhile, RegistryBatch
from tests.contract.registry.kept import (
    AN_ADDRESS,
    SUMMER,
    Kept,
    a_sealed_person,
    an_account,
    an_entry,
    with_an_average,
)


def test_an_account_is_not_saved_over_what_somebody_else_made_of_it(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)
    frozen = with_an_average(whole, "12")
    kept.change(whole.agreements[0], frozen)
    stale = replace(whole.agreements[0], billed_until=SUMMER)

    with pytest.raises(ChangedMeanwhile, match=f"agreement SEWER of account {fresh}"):
        kept.change(whole, replace(whole, agreements=(stale, *whole.agreements[1:])))

    assert kept.registry.account(whole.account.account_id).agreements[0] == frozen


def test_of_an_account_only_what_changes_is_written(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)
    frozen = with_an_average(whole, "12")
    kept.change(whole.agreements[0], frozen)
    closed = replace(whole.account, closed_on=SUMMER)

    kept.change(whole, replace(whole, account=closed))

    assert kept.registry.account(closed.account_id).agreements[0] == frozen
    assert kept.registry.account(closed.account_id).account == closed


def test_what_is_new_is_not_put_over_what_came_meanwhile(kept: Kept, fresh: str) -> None:
    theirs = Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS)
    mine = replace(theirs, attributes={"lot_size_sqft": "7200"})
    kept.save(theirs)

    with pytest.raises(ChangedMeanwhile, match=f"premise {fresh} was changed by somebody else"):
        kept.save(mine, entries=(an_entry(fresh),))

    assert kept.registry.premises([theirs.premise_id]) == {theirs.premise_id: theirs}
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_a_change_whose_answer_was_lost_may_be_repeated(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)
    frozen = with_an_average(whole, "12")

    for _ in range(2):
        kept.change(whole.agreements[0], frozen, entries=(an_entry(fresh),))

    assert kept.registry.account(whole.account.account_id).agreements[0] == frozen
    assert len(kept.audit.entries(entity="contract", entity_id=fresh)) == 1


def test_of_many_batches_one_that_comes_too_late_stops_no_other(kept: Kept, fresh: str) -> None:
    ids = [PremiseId(f"{fresh}-{number}") for number in range(4)]
    old = [Premise(premise_id=one, address=AN_ADDRESS) for one in ids]
    new = [replace(one, attributes={"lot_size_sqft": "7200"}) for one in old]
    kept.save(*old)
    theirs = replace(old[2], attributes={"lot_size_sqft": "1"})
    kept.change(old[2], theirs)

    batches = [RegistryBatch(changes=(Change(*pair),)) for pair in zip(old, new, strict=True)]
    savings = list(kept.registry.save_many(batches))

    assert [saving.batch for saving in savings] == batches
    assert [saving.refused is None for saving in savings] == [True, True, False, True]
    assert kept.registry.premises(ids) == dict(zip(ids, [*new[:2], theirs, new[3]], strict=True))


def test_of_two_who_change_a_person_at_once_one_is_told(kept: Kept, fresh: str) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)
    moved = replace(person, fields={**person.fields, "phone": "bmV3"})
    kept.change(person, moved)

    with pytest.raises(ChangedMeanwhile, match=f"person {fresh}"):
        kept.change(person, replace(person, fields={**person.fields, "phone": "b2xk"}))

    assert kept.registry.persons([person.person_id]) == {person.person_id: moved}


def test_a_calendar_can_be_made_and_taken_back(kept: Kept) -> None:
    """Without one weekends are off: that is no state of its own that a change could miss."""
    before = kept.registry.calendar()
    for after in (BusinessCalendar(holidays=frozenset({SUMMER})), BusinessCalendar(), before):
        kept.change(kept.registry.calendar(), after)
        assert kept.registry.calendar() == after


def test_of_two_erasures_at_once_neither_brings_a_key_back(
    kept: Kept, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_sealed_person(fresh)
    kept.save(person)
    read = kept.registry.persons
    erased: list[Retention] = []

    def erase(retention: Retention) -> None:
        entry = an_entry(fresh, f"erased {retention}")
        kept.registry.erase_keys(person.person_id, retention=retention, entry=entry)
        erased.append(retention)

    def while_the_other_is_erased(ids: Iterable[PersonId]) -> Mapping[PersonId, SealedPerson]:
        found = read(ids)
        monkeypatch.setattr(kept.registry, "persons", read)
        erase(Retention.STATUTORY)
        return found

    monkeypatch.setattr(kept.registry, "persons", while_the_other_is_erased)
    erase(Retention.RELATIONSHIP)
    if Retention.STATUTORY not in erased:  # where reading and writing are one step nobody gets in between
        erase(Retention.STATUTORY)

    assert kept.registry.persons([person.person_id])[person.person_id].keys == {}
