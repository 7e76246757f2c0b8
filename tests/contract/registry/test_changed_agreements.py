"""What every registry store promises of agreements that are changed together."""

from __future__ import annotations

import pytest

from chalicelib.domain.kernel.ids import Shard
from chalicelib.usecases.ports.registry import BatchTooLarge, Change, ChangedMeanwhile, RegistryBatch
from tests.contract.registry.kept import Kept, an_account, an_entry, with_an_average


def test_agreements_are_changed_together_if_they_are_as_they_were_read(kept: Kept, fresh: str) -> None:
    accounts = [an_account(fresh, serial=serial) for serial in (1, 2)]
    kept.save(*accounts)
    read = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))
    changes = tuple(Change(one.agreements[0], with_an_average(one, "12")) for one in read)

    kept.registry.save(RegistryBatch(changes=changes, entries=(an_entry(fresh),)))

    found = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))
    assert [one.agreements[0] for one in found] == [change.after for change in changes]
    assert [one.agreements[1:] for one in found] == [one.agreements[1:] for one in read]
    assert len(kept.audit.entries(entity="contract", entity_id=fresh)) == 1


def test_of_changes_of_which_one_comes_too_late_none_is_stored(kept: Kept, fresh: str) -> None:
    accounts = [an_account(fresh, serial=serial) for serial in (1, 2)]
    kept.save(*accounts)
    changes = tuple(Change(one.agreements[0], with_an_average(one, "12")) for one in accounts)
    by_hand = with_an_average(accounts[1], "3")
    kept.change(accounts[1].agreements[0], by_hand)

    with pytest.raises(ChangedMeanwhile, match=by_hand.agreement_id):
        kept.registry.save(RegistryBatch(changes=changes, entries=(an_entry(fresh),)))

    found = kept.registry.accounts_of_shard(Shard(f"{fresh}.001"))
    assert [one.agreements[0] for one in found] == [accounts[0].agreements[0], by_hand]
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_an_agreement_that_is_not_there_cannot_be_changed(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    with pytest.raises(ChangedMeanwhile, match=f"agreement SEWER of account {fresh}"):
        kept.change(whole.agreements[0], with_an_average(whole, "12"))


def test_too_many_changes_are_refused(kept: Kept, fresh: str) -> None:
    whole = an_account(fresh)
    change = Change(whole.agreements[0], with_an_average(whole, "12"))
    with pytest.raises(BatchTooLarge):
        kept.registry.save(RegistryBatch(changes=(change,) * 100, entries=(an_entry(fresh),)))
