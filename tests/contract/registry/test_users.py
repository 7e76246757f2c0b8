"""What every registry store promises of users, and of what they reach."""

from __future__ import annotations

import pytest

from chalicelib.domain.kernel.ids import AccountId, PersonId, UserId
from chalicelib.usecases.ports.registry import UserOfAnotherPerson
from tests.contract.registry.kept import Kept, a_sealed_person, a_user, an_entry, owned


def test_a_user_is_found_by_id_and_from_the_person(kept: Kept, fresh: str) -> None:
    second, first = a_user(f"{fresh}-2", person=fresh), a_user(f"{fresh}-1", person=fresh)
    kept.save(second, first, a_sealed_person(fresh), a_user(f"{fresh}-3", person=f"{fresh}-other"))

    assert kept.registry.user(first.user_id) == first
    assert kept.registry.user(UserId("nobody")) is None
    assert kept.registry.users_of_person(PersonId(fresh)) == [first, second]
    assert kept.registry.persons([PersonId(fresh)]) == {PersonId(fresh): a_sealed_person(fresh)}


def test_a_user_never_passes_to_another_person(kept: Kept, fresh: str) -> None:
    user = a_user(fresh, person=f"{fresh}-A")
    kept.save(user)
    kept.save(user)  # the same again is no change

    with pytest.raises(UserOfAnotherPerson, match=fresh):
        kept.save(a_user(fresh, person=f"{fresh}-B"), entries=(an_entry(fresh),))

    assert kept.registry.user(user.user_id) == user
    assert kept.registry.users_of_person(PersonId(f"{fresh}-B")) == []
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_a_removed_user_is_gone_with_an_entry_and_may_be_tied_anew(kept: Kept, fresh: str) -> None:
    user = a_user(fresh, person=f"{fresh}-A")
    kept.save(user)

    for _ in range(2):  # repeating it changes nothing
        kept.registry.remove_user(user.user_id, entry=an_entry(fresh, "removed"))

    assert kept.registry.user(user.user_id) is None
    assert kept.registry.users_of_person(user.person_id) == []
    assert kept.audit.entries(entity="contract", entity_id=fresh) == [an_entry(fresh, "removed")]
    kept.save(a_user(fresh, person=f"{fresh}-B"))


def test_a_persons_accounts_come_page_by_page(kept: Kept, fresh: str) -> None:
    kept.save(*owned(fresh, fresh, 1, 2, 3), a_sealed_person(fresh), a_user(fresh, person=fresh))
    kept.save(*owned(fresh, f"{fresh}-other", 4))

    def numbers(after: AccountId | None, limit: int) -> tuple[list[str], AccountId | None]:
        page = kept.registry.accounts_of_person(PersonId(fresh), after=after, limit=limit)
        return [account.account_id[-1] for account in page.accounts], page.go_on_after

    assert numbers(None, 3) == (["1", "2", "3"], None)
    first, after = numbers(None, 2)
    assert (first, numbers(after, 2)) == (["1", "2"], (["3"], None))
    assert kept.registry.accounts_of_person(PersonId("nobody"), limit=9) == ((), None)


def test_an_account_that_passed_to_somebody_else_is_no_longer_its_former_customers(
    kept: Kept, fresh: str
) -> None:
    before = owned(fresh, f"{fresh}-A", 1, 2)
    kept.save(*before)
    (passed,) = owned(fresh, f"{fresh}-B", 1)
    kept.change(before[0], passed)

    former = kept.registry.accounts_of_person(PersonId(f"{fresh}-A"), limit=1)
    assert former.accounts == ()
    assert former.go_on_after == passed.account.account_id
    rest = kept.registry.accounts_of_person(PersonId(f"{fresh}-A"), after=former.go_on_after, limit=1)
    assert rest == ((before[1].account,), None)
    assert kept.registry.accounts_of_person(PersonId(f"{fresh}-B"), limit=9) == ((passed.account,), None)
