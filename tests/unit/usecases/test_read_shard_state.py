"""Account states from the last snapshot and what came after it."""

from __future__ import annotations

from chalicelib.domain.kernel.ids import shard_of
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.storage.ledger_snapshots import ArtefactSnapshots
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.memory.ledger import MemoryLedgerStore
from chalicelib.usecases.read_shard_state import LedgerReader
from tests.ledger_builders import ACCOUNT, DECEMBER, NOVEMBER, OCTOBER, a_payment, a_posted_bill, in_shard

SHARD = shard_of(ACCOUNT)
NEIGHBOR, NEWCOMER = in_shard(SHARD, "ZYXWVUTSRQ"), in_shard(SHARD, "NEWNEWNEWN")


def a_reader() -> LedgerReader:
    """Bills of three months for two accounts, and a payment; a third account joins in the last month."""
    ledger = MemoryLedgerStore()
    months = (OCTOBER, NOVEMBER, DECEMBER)
    ledger.put_all(a_posted_bill(account=one, month=month) for one in (ACCOUNT, NEIGHBOR) for month in months)
    ledger.put_all([a_payment(700, month=DECEMBER), a_posted_bill(account=NEWCOMER, month=DECEMBER)])
    return LedgerReader(ledger=ledger, snapshots=ArtefactSnapshots(MemoryArtefacts()))


def close(reader: LedgerReader) -> None:
    """Close the books through NOVEMBER."""
    states = reader.shard_states(SHARD, through=NOVEMBER).values()
    reader.ledger.mark_closed(SHARD, NOVEMBER)
    reader.ledger.record_snapshot(SHARD, reader.snapshots.put(SHARD, NOVEMBER, states))


def test_one_account_is_the_same_as_among_its_shard_before_and_after_closing() -> None:
    reader = a_reader()
    before = {one: reader.account_state(one) for one in (ACCOUNT, NEIGHBOR, NEWCOMER)}
    assert before == reader.shard_states(SHARD)
    assert before[ACCOUNT].balance_minor == before[NEIGHBOR].balance_minor - 700

    close(reader)

    assert {one: reader.account_state(one) for one in before} == before == reader.shard_states(SHARD)


def test_a_snapshot_gives_one_account_or_none() -> None:
    reader = a_reader()
    close(reader)
    reference = reader.ledger.books(SHARD).snapshot
    assert reference is not None

    whole = {state.account_id: state for state in reader.snapshots.get(SHARD, reference)}

    assert reader.snapshots.get_one(SHARD, reference, NEIGHBOR) == whole[NEIGHBOR]
    assert reader.snapshots.get_one(SHARD, reference, NEWCOMER) is None
    assert reader.account_state(in_shard(SHARD, "NOBODY")) == AccountState(
        account_id=in_shard(SHARD, "NOBODY")
    )
