"""A folder is loaded again: nothing twice, what changed is changed, what was cut off goes on."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.kernel.ids import CycleCode, ServicePointId
from tests.unit.usecases.registry_load.utility_in_memory import ADDED, UNCHANGED, UPDATED, Utility, told


def test_a_second_load_changes_nothing(utility: Utility) -> None:
    utility.load()
    entries = len(utility.registry.audit.all_entries())

    report = utility.load()

    assert told(report) == []
    assert report.count(ADDED) == report.count(UPDATED) == 0
    assert report.count(UNCHANGED) == report.row_count
    assert len(utility.registry.audit.all_entries()) == entries


def test_a_changed_row_is_updated_and_told_in_the_audit_trail(utility: Utility) -> None:
    utility.load()
    utility.change(
        "accounts.csv", "20-0003,1003,NORTH,2024-01-10,,USD", "20-0003,1003,NORTH,2024-01-10,2026-12-31,USD"
    )
    utility.change("persons.csv", "alma.rivera@example.org", "alma@example.net")

    report = utility.load()

    assert (report.count(UPDATED, file="accounts.csv"), report.count(UNCHANGED, file="accounts.csv")) == (
        1,
        2,
    )
    assert report.count(UNCHANGED, file="agreements.csv") == 8
    assert utility.account("20-0003").account.closed_on == date(2026, 12, 31)
    [of_account] = utility.entries("account")
    assert (of_account.action, of_account.actor, of_account.correlation_id) == ("updated", "test", "load-2")
    [of_person] = utility.entries("person")
    assert of_person.after == {"email": "…"}, "the trail names a personal field and does not repeat its value"


def test_a_move_to_another_cycle_keeps_the_account_id(utility: Utility) -> None:
    utility.load()
    before = utility.account("20-0001").account.account_id
    utility.append("cycles.csv", "SOUTH,South of the river")
    utility.change("accounts.csv", "20-0001,1001,NORTH", "20-0001,1001,SOUTH")

    assert told(utility.load()) == []

    assert utility.account("20-0001").account.account_id == before
    assert utility.registry.shards_of_cycle(CycleCode("SOUTH")) == [before.rpartition("-")[0]]


def test_each_file_may_come_alone_once_what_it_names_is_stored(utility: Utility) -> None:
    utility.load()
    utility.keep_only("agreements.csv")
    utility.change(
        "agreements.csv", "20-0003,trash,trash,2024-01-10,,,T-1", "20-0003,trash,trash,2024-01-10,,,T-2"
    )
    utility.change(
        "agreements.csv",
        "20-0002,sewer,sewer,2021-03-15,,,S-MULTI,,",
        "20-0002,sewer,sewer,2021-03-15,,,S-MULTI,SP-3MILL,",
    )

    report = utility.load()

    assert told(report) == []
    assert report.count(UPDATED) == 2
    assert utility.agreement("20-0003", "trash").tariff.on(date(2026, 1, 1)) == "T-2"
    assert len(utility.account("20-0003").agreements) == 2


def test_a_later_installation_may_come_alone(utility: Utility) -> None:
    utility.load()
    utility.keep_only("meters.csv")
    header = (utility.folder / "meters.csv").read_text().splitlines()[0]
    (utility.folder / "meters.csv").write_text(
        f"{header}\n"
        "SP-12WEIR,M-4401,,6,0,gal,10,2019-05-02,0,2026-08-03,81234\n"
        "SP-12WEIR,M-9000,,6,0,gal,10,2026-08-03,0,,\n"
    )

    assert told(utility.load()) == []

    point = utility.registry.service_points([ServicePointId("SP-12WEIR")])[ServicePointId("SP-12WEIR")]
    assert [one.meter_id for one in point.installations] == ["M-4401", "M-9000"]


def test_a_load_that_was_cut_off_goes_on(utility: Utility) -> None:
    whole = Utility(utility.folder)
    whole.load()
    accounts = (utility.folder / "accounts.csv").read_text()
    for file in ("accounts.csv", "agreements.csv", "links.csv", "opening_totals.csv", "opening_balances.csv"):
        (utility.folder / file).rename(utility.folder / f"{file}.later")
    utility.load()
    for file in utility.folder.glob("*.later"):
        file.rename(file.with_suffix(""))

    report = utility.load()

    assert (utility.folder / "accounts.csv").read_text() == accounts
    assert told(report) == []
    # The cycle's shards were made before its accounts were seen: ids differ by nothing, one shard either way.
    assert utility.account("20-0001") == whole.account("20-0001")


def test_a_dry_run_says_the_same_and_stores_nothing(utility: Utility) -> None:
    utility.change("accounts.csv", "20-0003,1003", "20-0003,1999")

    dry = utility.load(dry_run=True)

    assert utility.registry.cycles() == []
    assert utility.registry.audit.all_entries() == []
    wet = utility.load()
    assert told(dry) == told(wet)
    assert dry.accepted == wet.accepted


def test_a_dry_run_after_a_load_foresees_what_the_ledger_would_answer(utility: Utility) -> None:
    utility.load()
    assert utility.load(dry_run=True).count(UNCHANGED, file="opening_balances.csv") == 5
    utility.change("opening_balances.csv", "64.80", "74.80")
    utility.change("opening_totals.csv", "174.35", "184.35")

    dry = utility.load(dry_run=True)

    assert "CONVERSION-2026 was posted for this account with other figures" in told(dry)[0]
    assert told(dry) == told(utility.load())
