"""What every registry store promises of accounts and shards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode, Shard
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.usecases.ports.registry import AccountNumberTaken, AccountUnknown, save_all
from tests.contract.registry.kept import SPRING, SUMMER, Kept, an_account


def test_a_shard_gives_all_its_accounts_with_their_agreements_exactly(kept: Kept, fresh: str) -> None:
    second, first = an_account(fresh, serial=2), an_account(fresh, serial=1)
    elsewhere = an_account(fresh, serial=3, shard="002")

    kept.save(second, first, elsewhere)

    assert kept.registry.accounts_of_shard(Shard(f"{fresh}.001")) == [first, second]
    assert kept.registry.account(elsewhere.account.account_id) == elsewhere


def test_numbers_stay_the_type_they_were(kept: Kept, fresh: str) -> None:
    kept.save(an_account(fresh))

    [found] = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))

    determinants = found.agreements[1].determinants
    assert repr(determinants["dwelling_units"].on(SPRING)) == "Decimal('2')"
    assert repr(determinants["meter_size"].on(SPRING)) == "'2'"
    assert repr(determinants["meter_size"].on(SUMMER)) == "Decimal('0.750')"


def test_more_accounts_than_a_page_holds_come_back(kept: Kept, fresh: str) -> None:
    """DynamoDB cuts a Query at 1 MB: 250 accounts of three fat agreements are more than that."""
    history = Dated(tuple((date(2000 + year, 1, 1), f"TARIFF-{year}") for year in range(60)))

    def fat(serial: int) -> AccountWithAgreements:
        whole = an_account(fresh, serial=serial)
        return replace(whole, agreements=tuple(replace(one, tariff=history) for one in whole.agreements))

    accounts = [fat(serial) for serial in range(1, 401)]
    save_all(kept.registry, accounts)

    assert kept.registry.accounts_of_shard(Shard(f"{fresh}.001")) == accounts


def test_a_cycle_knows_its_shards_in_order(kept: Kept, fresh: str) -> None:
    kept.save(an_account(fresh, shard="002"), an_account(fresh, shard="001"), an_account(fresh, serial=2))

    assert kept.registry.shards_of_cycle(CycleCode(fresh)) == [f"{fresh}.001", f"{fresh}.002"]
    assert kept.registry.shards_of_cycle(CycleCode(f"{fresh}-none")) == []


def test_an_account_that_moves_to_another_cycle_is_found_from_both(kept: Kept, fresh: str) -> None:
    """It keeps its shard, so both cycles must visit the shard and look at `account.cycle`."""
    before = an_account(fresh)
    kept.save(before)

    kept.change(before, replace(before, account=replace(before.account, cycle=CycleCode(f"{fresh}-B"))))

    shard = Shard(f"{fresh}.001")
    assert kept.registry.shards_of_cycle(CycleCode(f"{fresh}-B")) == [shard]
    assert kept.registry.shards_of_cycle(CycleCode(fresh)) == [shard]
    assert [one.account.cycle for one in kept.registry.accounts_of_shard(shard)] == [f"{fresh}-B"]


def test_agreements_that_are_not_mentioned_stay(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)

    kept.change(whole, replace(whole, agreements=()))

    assert kept.registry.account(whole.account.account_id) == whole


def test_an_account_is_found_by_the_number_on_its_bills(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    kept.save(whole)

    assert kept.registry.find_account(whole.account.number) == whole.account.account_id
    assert kept.registry.find_account("nobody's") is None
    assert kept.registry.find_accounts([whole.account.number, "nobody's"]) == {
        whole.account.number: whole.account.account_id
    }


def test_a_number_never_belongs_to_two_accounts(kept: Kept, fresh: str) -> None:
    first = an_account(fresh, serial=1)
    kept.save(first)
    usurper = an_account(fresh, serial=2)
    usurper = replace(usurper, account=replace(usurper.account, number=first.account.number))

    with pytest.raises(AccountNumberTaken, match=first.account.number):
        kept.save(usurper)

    assert kept.registry.find_account(first.account.number) == first.account.account_id
    with pytest.raises(AccountUnknown):
        kept.registry.account(usurper.account.account_id)
