"""Winter averages broken at every write: the same values, the same trail, nothing twice.

The year's work is done once undisturbed and its writes are listed. Then each write goes wrong in every way
there is, alone and with a second fault while recovering, and the clerks type the same commands again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import pytest

from chalicelib.domain.averages.proposal import ProposalState, Stage
from chalicelib.domain.kernel.ids import Shard
from chalicelib.usecases import freeze_average
from tests.average_office import AverageOffice
from tests.faults.writes import Fault, Kind, Writes
from tests.in_process import InProcess
from tests.towns import CYCLE, the_account
from tests.winter_town import VALUES, WINTER, publish_sewer, winter_reads, winter_town

SHARDS = 3
Figures = Callable[[str, object], None]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two agreements in a transaction, so that a shard takes two."""
    monkeypatch.setattr(freeze_average, "_BATCH", 2)
    yield
    undisturbed.cache_clear()


@cache
def billed() -> InProcess:
    inside = InProcess()
    publish_sewer(inside.store)
    inside.register(winter_town(shards=SHARDS))
    for month in WINTER:
        inside.read(winter_reads(month, shards=SHARDS))
        inside.bill(month)
    return inside


def office(*faults: Fault, seed: int = 1) -> AverageOffice:
    return AverageOffice.of(
        winter_town(shards=SHARDS), ledger=billed().ledger, writes=Writes(faults), chance=Random(seed)
    )


@cache
def undisturbed() -> AverageOffice:
    calm = office()
    calm.work()
    return calm


def disturbed(*faults: Fault, seed: int = 1) -> AverageOffice:
    shaken = office(*faults, seed=seed)
    proposal = shaken.work()
    calm = undisturbed()
    for number in range(1, SHARDS + 1):
        shard = Shard(f"{CYCLE}.{number:03d}")
        assert shaken.registry.accounts_of_shard(shard) == calm.registry.accounts_of_shard(shard), faults
    assert shaken.audit.all_entries() == calm.audit.all_entries(), faults
    assert list(shaken.store.keys("")) == list(calm.store.keys("")), faults
    assert proposal == calm.proposals.proposal(proposal.proposal_id), faults
    for stage in Stage:
        known = shaken.reports(proposal.proposal_id, stage)
        assert known == calm.reports(proposal.proposal_id, stage), faults
    return shaken


def test_undisturbed_every_account_gets_its_average() -> None:
    calm = undisturbed()
    (proposal,) = calm.proposals.proposals()
    assert proposal.state is ProposalState.FROZEN
    assert (proposal.frozen.frozen, proposal.frozen.value_sum) == (SHARDS * 4, SHARDS * sum(VALUES.values()))
    for shard in range(1, SHARDS + 1):
        found = {number: calm.average(the_account(number, shard=shard)) for number in VALUES}
        assert found == VALUES


def test_a_fault_at_any_write_leaves_the_same_values(record_property: Figures) -> None:
    boundaries = undisturbed().writes.boundaries()
    for fault in boundaries:
        assert disturbed(fault).writes.struck == [fault]
    record_property("figures", f"{len(boundaries)} boundaries struck")


def test_a_second_fault_while_recovering_leaves_the_same_values(record_property: Figures) -> None:
    chance, struck = Random("second"), 0
    for first in undisturbed().writes.boundaries():
        second = Fault(first.write + chance.randint(1, 6), chance.choice(list(Kind)))
        struck += len(disturbed(first, second, seed=first.write).writes.struck)
    record_property("figures", f"{struck} faults")


def test_what_is_written_is_two_chunks_a_shard_and_two_transactions() -> None:
    names = undisturbed().writes.names
    assert names.count("registry.save") == 2 * SHARDS
    assert names.count("proposals.open") == 1
    assert names.count("proposals.change") == 4  # proposed, approved, freezing begun, frozen
    assert names.count("proposals.report_shard") == 3 * SHARDS


def test_freezing_again_writes_nothing() -> None:
    calm = office()
    proposal = calm.work()
    before = len(calm.writes.names)
    assert calm.freeze(proposal.proposal_id) == proposal
    assert len(calm.writes.names) == before
