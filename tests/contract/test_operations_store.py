"""What every OperationsStore promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.acceptance import Acceptance
from chalicelib.domain.billing.door import CycleBusy, CyclePeriodAlreadyPosted, Door, DoorShut, DoorState
from chalicelib.domain.billing.hold import Hold
from chalicelib.domain.billing.run import BillRun, ChunkReport, RunDates, RunState, Stage, Tally
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId, Shard
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.operations import MemoryOperations
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.operations import (
    HoldAlreadyReleased,
    HoldUnknown,
    OperationsStore,
    RunChangedMeanwhile,
    RunUnknown,
)

_numbers = count(int(datetime.now(UTC).timestamp() * 1000))
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
NOW = datetime(2026, 10, 12, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A store, and a cycle that no other test uses."""

    store: OperationsStore
    audit: AuditStore
    cycle: CycleCode

    def run(self, name: str = "a", *, month: Month = OCTOBER, wave: int = 1) -> BillRun:
        return BillRun(
            run_id=RunId(f"{self.cycle}-{name}"),
            cycle=self.cycle,
            period=month,
            wave=wave,
            opened_at=NOW,
            today=date(2026, 10, 12),
            dates=RunDates(bill_date=date(2026, 10, 12), due_on=date(2026, 11, 2), accounting_period=OCTOBER),
        )

    def opened(self, name: str = "a", *, replaces: str = "", wave: int = 1) -> BillRun:
        run = self.run(name, wave=wave)
        other = RunId(f"{self.cycle}-{replaces}") if replaces else None
        return self.store.open_run(run, replaces=other, audit=entry(run, "opened"))

    def passed(self, name: str = "a", *, wave: int = 1, drafts: str = "drafts") -> BillRun:
        run = self.opened(name, wave=wave)
        ready = run.into(RunState.POSTING, manifest_hash=drafts, passed_at=NOW)
        return self.store.pass_door(ready, audit=entry(run, "passed"))

    def closed(self, name: str = "a", *, wave: int = 1) -> BillRun:
        run = self.passed(name, wave=wave)
        return self.store.close_run(run.into(RunState.CLOSED), audit=entry(run, "closed"))

    def actions(self, run: BillRun) -> list[str]:
        return [one.action for one in self.audit.entries(entity="bill_run", entity_id=run.run_id)]


def entry(run: BillRun, action: str) -> AuditEntry:
    return AuditEntry(
        entity="bill_run",
        entity_id=run.run_id,
        action=action,
        actor="test",
        at=NOW,
        unique=f"{action}.{run.version}",
    )


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def place(request: pytest.FixtureRequest) -> Place:
    cycle = CycleCode(f"T{next(_numbers)}")
    if request.param == "memory":
        audit = MemoryAuditStore()
        return Place(store=MemoryOperations(audit=audit), audit=audit, cycle=cycle)
    request.getfixturevalue("local_cloud")
    from chalicelib import bootstrap

    return Place(store=bootstrap.operations_store(), audit=bootstrap.audit_store(), cycle=cycle)


def refused(kind: type[Refusal], work: Callable[[], object]) -> Refusal:
    with pytest.raises(kind) as refusal:
        work()
    return refusal.value


def test_an_opened_run_holds_its_cycle_and_its_door(place: Place) -> None:
    run = place.opened()
    assert place.store.run(run.run_id) == run
    assert place.store.holder(place.cycle) == run.run_id
    assert place.store.claims(place.cycle) == 1
    (door,) = place.store.doors(place.cycle, OCTOBER)
    assert (door.run_id, door.state, door.manifest_hash) == (run.run_id, DoorState.CLAIMED, "")
    assert place.actions(run) == ["opened"]


def test_opening_again_gives_the_run_as_it_stands(place: Place) -> None:
    run = place.opened()
    changed = place.store.change_run(replace(run, chunks=7))
    assert place.opened() == changed
    assert place.store.claims(place.cycle) == 1


def test_of_many_starts_at_once_one_wins_and_the_others_learn_which(place: Place) -> None:
    def start(number: int) -> str:
        try:
            return place.opened(f"r{number}").run_id
        except CycleBusy as busy:
            return f"told {busy.data['run_id']}"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(start, range(8)))
    winner = place.store.holder(place.cycle)
    assert sorted(answers) == sorted([str(winner), *[f"told {winner}"] * 7])


def test_another_period_of_a_held_cycle_waits(place: Place) -> None:
    place.opened()
    other = place.run("b", month=NOVEMBER)
    busy = refused(
        CycleBusy, lambda: place.store.open_run(other, replaces=None, audit=entry(other, "opened"))
    )
    assert busy.data["run_id"] == f"{place.cycle}-a"
    refused(RunUnknown, lambda: place.store.run(other.run_id))


def test_a_run_may_take_the_place_of_one_before_its_door(place: Place) -> None:
    first = place.opened("a")
    second = place.opened("b", replaces="a")
    assert place.store.run(first.run_id).state is RunState.SUPERSEDED
    assert place.store.holder(place.cycle) == second.run_id
    assert place.store.claims(place.cycle) == 2
    # the first one, should it still be at work, finds the door shut
    late = first.into(RunState.POSTING, manifest_hash="late", passed_at=NOW)
    refused(RunChangedMeanwhile, lambda: place.store.pass_door(late, audit=entry(first, "passed")))
    again = place.store.run(first.run_id).into(RunState.POSTING, manifest_hash="late", passed_at=NOW)
    shut = refused(DoorShut, lambda: place.store.pass_door(again, audit=entry(again, "passed")))
    assert shut.data["holder"] == second.run_id


def test_the_door_names_the_run_and_its_drafts(place: Place) -> None:
    run = place.passed(drafts="4711")
    assert place.store.doors(place.cycle, OCTOBER) == [
        Door(
            cycle=place.cycle,
            period=OCTOBER,
            wave=1,
            run_id=run.run_id,
            state=DoorState.PASSED,
            manifest_hash="4711",
        )
    ]
    assert place.actions(run) == ["opened", "passed"]


def test_behind_the_door_a_run_is_neither_replaced_nor_given_up(place: Place) -> None:
    run = place.passed()
    posted = refused(CyclePeriodAlreadyPosted, lambda: place.opened("b", replaces="a"))
    assert posted.data["run_id"] == run.run_id
    given_up = run.into(RunState.REJECTED)
    refused(DoorShut, lambda: place.store.release_run(given_up, audit=entry(run, "rejected")))
    refused(DoorShut, lambda: place.store.pass_door(run, audit=entry(run, "passed")))
    assert place.store.run(run.run_id) == run
    assert place.store.holder(place.cycle) == run.run_id


def test_a_released_run_frees_cycle_and_door(place: Place) -> None:
    run = place.opened()
    place.store.release_run(run.into(RunState.REJECTED), audit=entry(run, "rejected"))
    assert place.store.holder(place.cycle) is None
    assert place.store.doors(place.cycle, OCTOBER) == []
    assert place.opened("b").run_id == f"{place.cycle}-b"


def test_a_closed_run_frees_the_cycle_but_not_its_door(place: Place) -> None:
    run = place.closed()
    assert place.store.holder(place.cycle) is None
    assert [door.state for door in place.store.doors(place.cycle, OCTOBER)] == [DoorState.CLOSED]
    posted = refused(CyclePeriodAlreadyPosted, lambda: place.opened("b"))
    assert posted.data["run_id"] == run.run_id


def test_a_wave_waits_until_the_one_before_is_closed(place: Place) -> None:
    refused(CycleBusy, lambda: place.opened("b", wave=2))
    run = place.passed()
    refused(CycleBusy, lambda: place.opened("b", wave=2))
    place.store.close_run(run.into(RunState.CLOSED), audit=entry(run, "closed"))
    second = place.closed("b", wave=2)
    assert [door.run_id for door in place.store.doors(place.cycle, OCTOBER)] == [run.run_id, second.run_id]


def test_a_change_made_on_stale_knowledge_is_refused(place: Place) -> None:
    run = place.opened()
    place.store.change_run(replace(run, chunks=3))
    refused(RunChangedMeanwhile, lambda: place.store.change_run(replace(run, chunks=4)))
    assert place.store.run(run.run_id).chunks == 3


def test_runs_are_listed_newest_period_first(place: Place) -> None:
    place.closed("a")
    later = place.run("b", month=NOVEMBER)
    place.store.open_run(later, replaces=None, audit=entry(later, "opened"))
    listed = [run.run_id for run in place.store.runs() if run.cycle == place.cycle]
    assert listed == [f"{place.cycle}-b", f"{place.cycle}-a"]


def test_a_chunk_is_reported_per_stage_and_a_later_report_replaces_an_earlier(place: Place) -> None:
    run_id = RunId(f"{place.cycle}-a")

    def report(shard: str, stage: Stage, **more: object) -> ChunkReport:
        return ChunkReport(run_id=run_id, shard=Shard(shard), stage=stage, **more)  # type: ignore[arg-type]

    done = report("S.001", Stage.RATE, tally=Tally(accounts=2, billed=2, amount_minor=9900, currency="USD"))
    place.store.report_chunk(report("S.002", Stage.RATE, failure="broken"))
    place.store.report_chunk(report("S.001", Stage.FREEZE))
    place.store.report_chunk(report("S.001", Stage.RATE, failure="broken"))
    place.store.report_chunk(done)

    assert place.store.chunk_report(run_id, Stage.RATE, Shard("S.001")) == done
    assert place.store.chunk_report(run_id, Stage.POST, Shard("S.001")) is None
    found = place.store.chunk_reports(run_id, Stage.RATE)
    assert [(one.shard, one.is_done) for one in found] == [("S.001", True), ("S.002", False)]


def test_the_newest_task_token_is_kept(place: Place) -> None:
    run_id = RunId(f"{place.cycle}-a")
    assert place.store.task_token(run_id) is None
    for token in ("first", "second"):
        place.store.keep_task_token(run_id, token)
    assert place.store.task_token(run_id) == "second"


def a_hold(place: Place, number: int, hold_id: str) -> Hold:
    account = AccountId(f"{place.cycle}.001-{number:010d}")
    return Hold(
        hold_id=hold_id, account_id=account, reason="meter in dispute", placed_at=NOW, placed_by="test"
    )


def test_holds_of_a_shard_are_those_not_released(place: Place) -> None:
    shard, run = Shard(f"{place.cycle}.001"), place.run()
    first, second = a_hold(place, 1, "h1"), a_hold(place, 2, "h2")
    for hold in (first, second, first):  # placing again changes nothing
        place.store.place_hold(hold, audit=replace(entry(run, "held"), unique=hold.hold_id))
    assert place.store.holds_of_shard(shard) == [first, second]

    released = replace(first, released_at=NOW, released_by="test")
    place.store.release_hold(released, audit=entry(run, "released"))

    assert place.store.holds_of_shard(shard) == [second]
    assert place.store.holds(first.account_id) == [released]
    again = replace(entry(run, "released"), unique="again")
    refused(HoldAlreadyReleased, lambda: place.store.release_hold(released, audit=again))
    unknown = replace(released, hold_id="h9")
    refused(HoldUnknown, lambda: place.store.release_hold(unknown, audit=again))


def test_what_is_accepted_for_a_period_is_found_by_shard(place: Place) -> None:
    run = place.run()
    accepted = Acceptance(
        account_id=AccountId(f"{place.cycle}.001-0000000001"),
        period=OCTOBER,
        reason="pool filled",
        accepted_at=NOW,
        accepted_by="test",
    )
    place.store.accept(accepted, audit=entry(run, "accepted"))
    assert place.store.acceptances(Shard(f"{place.cycle}.001"), OCTOBER) == [accepted]
    assert place.store.acceptances(Shard(f"{place.cycle}.001"), NOVEMBER) == []
    assert place.store.acceptances(Shard(f"{place.cycle}.002"), OCTOBER) == []
