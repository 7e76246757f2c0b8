"""What every ArtefactStore promises, held against the fake and against S3; and run artefacts over both."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from itertools import count

import pytest

from chalicelib.domain.billing.chunk import DraftEntry, DraftManifest
from chalicelib.domain.billing.run import Stage, Tally
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.run_artefacts import StoredRunArtefacts
from chalicelib.usecases.ports.artefacts import ArtefactMissing, ArtefactStore
from chalicelib.usecases.ports.run_artefacts import ArtefactAltered
from tests.in_process import read_rate_document

_numbers = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest) -> ArtefactStore:
    if request.param == "memory":
        return MemoryArtefacts()
    request.getfixturevalue("local_cloud")
    from chalicelib import bootstrap

    return bootstrap.artefact_store()


@pytest.fixture
def prefix() -> str:
    return f"runs/test-{next(_numbers)}/"


def test_what_was_put_last_is_got(store: ArtefactStore, prefix: str) -> None:
    store.put(f"{prefix}a", b"first")
    store.put(f"{prefix}a", b"second")
    assert store.get(f"{prefix}a") == b"second"


def test_what_is_not_there_is_named(store: ArtefactStore, prefix: str) -> None:
    with pytest.raises(ArtefactMissing, match=f"{prefix}a"):
        store.get(f"{prefix}a")


def test_a_new_key_is_put_once(store: ArtefactStore, prefix: str) -> None:
    assert store.put_new(f"{prefix}a", b"first")
    assert not store.put_new(f"{prefix}a", b"second")
    assert store.get(f"{prefix}a") == b"first"


def test_keys_are_listed_by_prefix_in_order(store: ArtefactStore, prefix: str) -> None:
    for name in ("b/2", "a", "b/1", "c"):
        store.put(f"{prefix}{name}", b"")
    assert list(store.keys(f"{prefix}b/")) == [f"{prefix}b/1", f"{prefix}b/2"]
    assert list(store.keys(f"{prefix}nothing")) == []


def a_manifest(run_id: RunId, amount_minor: int = 100) -> DraftManifest:
    tally = Tally(accounts=1, billed=1, amount_minor=amount_minor, currency="USD")
    entry = DraftEntry(shard=Shard("C01.001"), key="runs/x", sha256="0" * 64, tally=tally)
    return DraftManifest(
        run_id=run_id, cycle=CycleCode("C01"), period=Month(2026, 10), wave=1, chunks=(entry,)
    )


def test_a_manifest_comes_back_under_its_hash_and_another_one_does_not_replace_it(
    store: ArtefactStore, prefix: str
) -> None:
    run_id = RunId(prefix.split("/")[1])
    artefacts = StoredRunArtefacts(store, read_rate_document=read_rate_document)
    first, second = a_manifest(run_id), a_manifest(run_id, amount_minor=200)
    stored, other = artefacts.put_manifest(first), artefacts.put_manifest(second)
    assert artefacts.put_manifest(first) == stored
    assert stored.sha256 != other.sha256
    assert artefacts.manifest(run_id, sha256=stored.sha256) == first


def test_altered_content_is_refused(store: ArtefactStore, prefix: str) -> None:
    run_id = RunId(prefix.split("/")[1])
    artefacts = StoredRunArtefacts(store, read_rate_document=read_rate_document)
    stored = artefacts.put_manifest(a_manifest(run_id))
    forged = gzip.decompress(store.get(stored.key)).replace(b"100", b"101")
    store.put(stored.key, gzip.compress(forged))
    with pytest.raises(ArtefactAltered):
        artefacts.manifest(run_id, sha256=stored.sha256)


def test_a_todo_list_is_plain_json_for_the_state_machine(store: ArtefactStore, prefix: str) -> None:
    run_id = RunId(prefix.split("/")[1])
    artefacts = StoredRunArtefacts(store, read_rate_document=read_rate_document)
    artefacts.put_todo(run_id, Stage.FREEZE, [{"shard": "C01.001"}])
    # the path is written out in statemachines/bill_run.asl.json
    assert store.get(f"runs/{run_id}/todo/freeze.json") == b'[{"shard":"C01.001"}]'
    assert artefacts.todo(run_id, Stage.FREEZE) == ({"shard": "C01.001"},)
