"""What every registry store promises of batches that are saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.kernel.ids import PersonId, PremiseId, Shard
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_point import Premise
from chalicelib.usecases.ports.registry import (
    AccountNumberTaken,
    BatchTooLarge,
    Registered,
    in_batches,
    pieces,
)
from tests.contract.registry.kept import (
    AN_ADDRESS,
    Kept,
    a_sealed_person,
    a_user,
    an_account,
    an_entry,
    owned,
)


def test_a_batch_is_saved_together_with_its_audit_entries(kept: Kept, fresh: str) -> None:
    kept.save(Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS), entries=(an_entry(fresh),))

    assert kept.audit.entries(entity="contract", entity_id=fresh) == [an_entry(fresh)]


def test_a_batch_that_is_refused_leaves_nothing_behind(kept: Kept, fresh: str) -> None:
    first = an_account(fresh, serial=1)
    kept.save(first)
    usurper = replace(an_account(fresh, serial=2).account, number=first.account.number)
    premise = Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS)

    with pytest.raises(AccountNumberTaken):
        kept.save(premise, AccountWithAgreements(account=usurper), entries=(an_entry(fresh),))

    assert kept.registry.premises([PremiseId(fresh)]) == {}
    assert kept.audit.entries(entity="contract", entity_id=fresh) == []


def test_what_does_not_fit_one_transaction_is_refused(kept: Kept, fresh: str) -> None:
    premises = [Premise(premise_id=PremiseId(f"{fresh}-{n}"), address=AN_ADDRESS) for n in range(101)]

    with pytest.raises(BatchTooLarge, match="101 pieces"):
        kept.save(*premises)


def test_saving_many_yields_every_batch_and_may_be_repeated(kept: Kept, fresh: str) -> None:
    accounts = [an_account(fresh, serial=serial) for serial in range(1, 91)]

    for _ in range(2):
        savings = list(kept.registry.save_many(in_batches(accounts)))
        assert sum(len(saving.batch.things) for saving in savings) == 90
        assert [saving.refused for saving in savings] == [None] * len(savings)

    assert kept.registry.accounts_of_shard(Shard(f"{fresh}.001")) == accounts


def test_what_is_saved_is_no_more_pieces_than_announced(kept: Kept, fresh: str) -> None:
    """A batch of as many things as `pieces` lets in must fit one transaction of the real store."""
    things: list[Registered] = owned(fresh, fresh, *range(1, 9))
    things += [a_user(f"{fresh}-{n}", person=fresh) for n in range(20)]
    things += [a_sealed_person(f"{fresh}-{n}") for n in range(2)]
    assert sum(map(pieces, things)) == 8 * 6 + 20 * 2 + 2 * 3 == 94

    kept.save(*things, entries=tuple(an_entry(fresh, f"done {n}") for n in range(6)))

    assert len(kept.registry.users_of_person(PersonId(fresh))) == 20
