"""A folder of CSV files becomes the registry: every row accepted or reported, nothing half-written."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode, Month, ServicePointId
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.kernel.rows import HeaderRefused, RowOutcome, RowReport
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceType
from chalicelib.usecases.load_registry import (
    NothingToLoad,
    UnknownFiles,
)
from chalicelib.usecases.ports.registry import Change, RegistryBatch
from chalicelib.usecases.registry_load.opening_balances import OpeningTotalsMissing
from tests.loading import NAMES, NOW, SAMPLE, Utility

ADDED, UPDATED, UNCHANGED = RowOutcome.ADDED, RowOutcome.UPDATED, RowOutcome.UNCHANGED


@pytest.fixture
def utility(tmp_path: Path) -> Utility:
    return Utility(Path(shutil.copytree(SAMPLE, tmp_path / "sample")))


def told(report: RowReport) -> list[str]:
    return [str(row) for row in report.rejected]


# The sample


def test_the_sample_loads_without_a_complaint(utility: Utility) -> None:
    report = utility.load()

    assert told(report) == []
    assert report.row_count == sum(len(path.read_text().splitlines()) - 1 for path in SAMPLE.glob("*.csv"))


def test_a_house_has_water_and_sewer_on_one_meter(utility: Utility) -> None:
    utility.load()

    water, sewer = utility.agreement("20-0001", "water"), utility.agreement("20-0001", "sewer")
    assert (water.service_type, sewer.service_type) == (ServiceType.WATER, ServiceType.SEWER)
    assert [link.service_point_id for link in water.links] == ["SP-12WEIR"]
    assert water.links == sewer.links
    assert water.billed_until == date(2026, 7, 5)
    assert water.determinants["meter_size"].on(date(2026, 7, 1)) == "5/8"


def test_a_garden_meter_is_subtracted_from_sewer(utility: Utility) -> None:
    utility.load()

    main, garden = utility.agreement("20-0002", "sewer").links
    assert (main.service_point_id, main.role, main.start) == ("SP-3MILL", LinkRole.ADD, date(2021, 3, 15))
    assert (garden.service_point_id, garden.role) == ("SP-3MILL-GARDEN", LinkRole.SUBTRACT)
    assert garden.start == date(2022, 4, 1)


def test_dated_rows_say_only_what_changes(utility: Utility) -> None:
    utility.load()

    lifeline = utility.agreement("20-0003", "water")
    assert lifeline.tariff.entries == ((date(2024, 1, 10), "W-RES"), (date(2026, 8, 1), "W-LIFELINE"))
    assert lifeline.determinants["meter_size"].entries == ((date(2024, 1, 10), "3/4"),)
    flats = utility.agreement("20-0002", "water")
    assert flats.tariff.entries == ((date(2021, 3, 15), "W-MULTI"),)
    assert flats.determinants["dwelling_units"].entries == (
        (date(2021, 3, 15), Decimal(24)),
        (date(2026, 1, 1), Decimal(28)),
    )


def test_an_average_that_no_file_knows_survives_the_next_load(utility: Utility) -> None:
    utility.load()
    before = utility.agreement("20-0001", "sewer")
    history: Dated[Decimal | str] = Dated.since(date(2026, 7, 1), Decimal(12))
    after = replace(before, determinants={**before.determinants, "winter_average_ccf": history})
    entry = AuditEntry(
        entity="account", entity_id="20-0001", action="frozen", actor="test", at=NOW, unique="frozen"
    )
    utility.registry.save(RegistryBatch(changes=(Change(before, after),), entries=(entry,)))

    again = utility.load()
    assert again.count(UNCHANGED) == again.row_count
    assert utility.agreement("20-0001", "sewer") == after

    utility.change("agreements.csv", "S-RES,SP-12WEIR,2026-07-05,5/8,", "S-RES,SP-12WEIR,2026-07-05,3/4,")
    assert utility.load().count(UPDATED, file="agreements.csv") == 1
    changed = utility.agreement("20-0001", "sewer").determinants
    assert (changed["meter_size"].on(NOW.date()), changed["winter_average_ccf"]) == ("3/4", history)


def test_a_file_with_a_column_for_averages_has_the_word_on_them(utility: Utility) -> None:
    utility.load()
    before = utility.agreement("20-0001", "sewer")
    history: Dated[Decimal | str] = Dated.since(date(2026, 7, 1), Decimal(12))
    after = replace(before, determinants={**before.determinants, "winter_average_ccf": history})
    utility.registry.save(RegistryBatch(changes=(Change(before, after),)))
    path = utility.folder / "agreements.csv"
    first, *rows = path.read_text().splitlines()
    path.write_text(
        "\n".join([f"{first},determinant:winter_average_ccf", *(f"{row},9" for row in rows)]) + "\n"
    )

    utility.load()

    found = utility.agreement("20-0001", "sewer").determinants["winter_average_ccf"]
    assert found == Dated.since(before.start, Decimal(9))


def test_a_flat_service_needs_no_meter(utility: Utility) -> None:
    utility.load()

    assert not utility.agreement("20-0003", "trash").is_metered


def test_an_exchange_keeps_both_meters(utility: Utility) -> None:
    utility.load()

    point = utility.registry.service_points([ServicePointId("SP-8CANAL")])[ServicePointId("SP-8CANAL")]
    old, new = point.installations
    assert (old.meter_id, old.removed_on) == ("M-1200", date(2026, 7, 20))
    assert old.removal_values == {"M-1200.0": Decimal(9971)}
    assert (new.meter_id, new.install_values) == ("M-5600", {"M-5600.0": Decimal("3.25")})


def test_a_compound_meter_has_two_registers(utility: Utility) -> None:
    utility.load()

    [compound] = utility.registry.find_meters(["M-7002"]).values()
    assert compound.registers == {"L": "M-7002.L", "H": "M-7002.H"}
    assert compound.service_point_ids == ("SP-3MILL",)


def test_due_dates_roll_over_holidays(utility: Utility) -> None:
    """2026-09-07 is Labor Day, a Monday: due is Tuesday."""
    utility.load()

    schedule = utility.registry.schedule(cycle=CycleCode("NORTH"), period=Month(2026, 8))
    assert schedule.due_on == date(2026, 9, 8)


def test_opening_balances_become_transactions(utility: Utility) -> None:
    """Account 20-0001 owes 61.20 + 64.80 + 58.35; 20-0003 brings 10.00 credit and a deposit of 150.00."""
    utility.load()

    def receivable(number: str) -> int:
        account_id = utility.account(number).account.account_id
        [opening] = utility.ledger.transactions_of_account(account_id)
        return sum(leg.amount_minor for leg in opening.postings if leg.gl_account == "1200")

    assert receivable("20-0001") == 6120 + 6480 + 5835
    assert receivable("20-0003") == -1000
    assert list(utility.ledger.transactions_of_account(utility.account("20-0002").account.account_id)) == []


def test_persons_are_stored_sealed_and_found_again(utility: Utility) -> None:
    utility.load()

    person_id = NAMES.person_id("1001")
    [stored] = utility.registry.persons([person_id]).values()
    assert "Rivera" not in repr(stored)
    assert utility.sealing.open(stored).person.name == "Alma Rivera"
    assert utility.account("20-0001").account.person_id == person_id


# Repeating


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


# Refusals


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "cycles.csv",
            "NORTH,North of the river",
            "NO/RTH,North",
            "cycles.csv:2 cycle: 'NO/RTH' cannot be a cycle's code",
        ),
        (
            "schedules.csv",
            "2026-09-04",
            "2026-09-31",
            "schedules.csv:3 expected_read: '2026-09-31' is not a date",
        ),
        (
            "schedules.csv",
            "2026-09-09",
            "2026-09-20",
            "schedules.csv:3: estimate_from (2026-09-20) must be no later than window_close",
        ),
        ("persons.csv", "office@example.com", "office", "persons.csv:3 email: is not an e-mail address"),
        (
            "persons.csv",
            "1002,Mill Street Homes LLC",
            "1001,Mill Street Homes LLC",
            "persons.csv:3 person: stands on line 2 already",
        ),
        ("premises.csv", "3 Mill Street", "", "premises.csv:3 street: is empty; fill it in"),
        (
            "service_points.csv",
            "P-8CANAL,R20",
            "P-9CANAL,R20",
            "service_points.csv:5 premise: 'P-9CANAL' is not known",
        ),
        (
            "service_points.csv",
            "P-8CANAL,R20",
            "P-8CANAL,R99",
            "service_points.csv:5 route: 'R99' is not known",
        ),
        (
            "meters.csv",
            "M-7003,,5,0,ccf,1,2021-03-15,12",
            "M-7003,,1,0,ccf,1,2021-03-15,12",
            "meters.csv:5 install_value: 12 does not fit 1 dials",
        ),
        ("meters.csv", "M-7003,,5,0,ccf", "M-7003,,5,0,barrels", "meters.csv:5 unit: unknown unit 'barrels'"),
        ("meters.csv", "3.25", "3,25", "meters.csv:7: has 12 cells, the header has 11"),
        (
            "meters.csv",
            "2026-07-20,9971",
            "2026-07-21,9971",
            "meters.csv:7 installed_on: meter M-1200 still hangs there on 2026-07-20",
        ),
        (
            "meters.csv",
            "SP-8CANAL,M-5600",
            "SP-8CANAL,M-4401",
            "meters.csv:7 meter: meter M-4401 hangs at SP-12WEIR at the same time",
        ),
        ("accounts.csv", "20-0003,1003", "20-0003,1999", "accounts.csv:4 person: '1999' is not known"),
        ("accounts.csv", "1003,NORTH", "1003,WEST", "accounts.csv:4 cycle: 'WEST' is not known"),
        (
            "accounts.csv",
            "2024-01-10,,USD",
            "2024-01-10,,dollars",
            "accounts.csv:4 currency: 'DOLLARS' is not a currency",
        ),
        (
            "agreements.csv",
            "20-0003,trash,trash",
            "20-0003,trash,rubbish",
            "agreements.csv:9 service: 'rubbish' is not known; use one of water",
        ),
        (
            "agreements.csv",
            "2026-08-01,W-LIFELINE",
            "2023-08-01,W-LIFELINE",
            "agreements.csv:8 from: 2023-08-01 does not follow",
        ),
        ("agreements.csv", "SP-8CANAL", "SP-NONE", "agreements.csv:7 service_point: 'SP-NONE' is not known"),
        ("links.csv", "subtract,1,", "subtract,1.5,", "links.csv:3 share: 1.5 is not above 0 and at most 1"),
        (
            "links.csv",
            "20-0002,sewer,SP-3MILL,",
            "20-0002,storm,SP-3MILL,",
            "links.csv:2 agreement: agreements.csv has no 'storm' of this account",
        ),
    ],
)
def test_a_bad_row_is_reported_with_its_place_and_a_way_to_mend_it(
    utility: Utility, file: str, old: str, new: str, complaint: str
) -> None:
    utility.change(file, old, new)

    report = utility.load()

    assert any(line.startswith(complaint) for line in told(report)), told(report)
    total = sum(len(path.read_text().splitlines()) - 1 for path in utility.folder.glob("*.csv"))
    assert report.row_count == total, "every row is accepted or reported, none twice"


def test_one_bad_agreement_holds_the_whole_account_back_and_no_other(utility: Utility) -> None:
    utility.change("agreements.csv", "20-0001,sewer,sewer,2019-05-02", "20-0001,sewer,sewer,2019-15-02")
    utility.keep_only(*(path.name for path in SAMPLE.iterdir() if not path.name.startswith("opening")))

    report = utility.load()

    assert utility.registry.find_account("20-0001") is None
    assert utility.account("20-0002").agreements
    held = "held back: agreements.csv line 3 belongs to the same thing and is refused; mend that line"
    assert told(report) == [
        "agreements.csv:3 start: '2019-15-02' is not a date; write it like 2026-11-30",
        f"accounts.csv:2: {held}",
        f"agreements.csv:2: {held}",
    ]


def test_a_row_that_cannot_be_cut_holds_its_account_back(utility: Utility) -> None:
    """A comma too many: whose row it is can still be told from its cells."""
    utility.change(
        "agreements.csv",
        "SP-12WEIR,2026-07-05,5/8,\n20-0001,sewer",
        "SP-12WEIR,2026-07-05,5/8,,\n20-0001,sewer",
    )

    utility.load()

    assert utility.registry.find_account("20-0001") is None
    assert utility.registry.find_account("20-0002") is not None


def test_an_update_that_is_refused_leaves_the_account_as_it_was(utility: Utility) -> None:
    utility.load()
    before = utility.account("20-0001")
    utility.change(
        "agreements.csv", "20-0001,sewer,sewer,2019-05-02,,,S-RES", "20-0001,sewer,sewer,2019-05-02,,,"
    )
    utility.change(
        "accounts.csv", "20-0001,1001,NORTH,2019-05-02,,", "20-0001,1001,NORTH,2019-05-02,2026-09-30,"
    )

    assert told(utility.load())[0] == "agreements.csv:3 tariff: is empty; fill it in"

    assert utility.account("20-0001") == before


def test_an_erased_person_is_not_brought_back_by_loading_again(utility: Utility) -> None:
    utility.load()
    person_id = NAMES.person_id("1003")
    for retention in Retention:
        entry = AuditEntry(
            entity="person", entity_id=person_id, action="erased", actor="test", at=NOW, unique=retention
        )
        utility.registry.erase_keys(person_id, retention=retention, entry=entry)

    report = utility.load()

    assert told(report) == [
        "persons.csv:4 person: this person's data was erased; take the row out, or give a new person a number"
    ]
    [stored] = utility.registry.persons([person_id]).values()
    assert stored.keys == {}


# Opening balances


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "opening_totals.csv",
            "174.35",
            "174.36",
            "opening balances: balance_minor are 17435, expected 17436",
        ),
        ("opening_totals.csv", ",2,", ",3,", "accounts are 2, expected 3"),
        (
            "opening_balances.csv",
            "credit,10.00",
            "credit,10.001",
            "10.001 is not a whole number of minor units of USD",
        ),
        ("opening_balances.csv", "20-0003,credit", "20-0009,credit", "'20-0009' is not known"),
        ("opening_balances.csv", "2026-06-08,water", "2026-06-08,wine", "'wine' is not known"),
        ("opening_balances.csv", "61.20,2026-06-08", "61.20,", "is empty"),
    ],
)
def test_wrong_opening_balances_are_refused_as_a_whole(
    utility: Utility, file: str, old: str, new: str, complaint: str
) -> None:
    utility.change(file, old, new)

    report = utility.load()

    opening = [line for line in told(report) if line.startswith("opening_")]
    assert complaint in "\n".join(opening)
    assert len(opening) == 1 + 5, "the totals and all five rows are reported"
    account_id = utility.account("20-0001").account.account_id
    assert list(utility.ledger.transactions_of_account(account_id)) == []


def test_opening_balances_need_their_totals(utility: Utility) -> None:
    (utility.folder / "opening_totals.csv").unlink()

    with pytest.raises(OpeningTotalsMissing, match=r"opening_totals.csv has 0 readable rows"):
        utility.load()


def test_a_balance_taken_over_before_is_not_changed_by_loading_other_figures(utility: Utility) -> None:
    utility.load()
    utility.change("opening_balances.csv", "64.80", "74.80")
    utility.change("opening_totals.csv", "174.35", "184.35")

    report = utility.load()

    assert {row.line for row in report.rejected if row.file == "opening_balances.csv"} == {2, 3, 4}
    assert "CONVERSION-2026 was posted for this account with other figures" in told(report)[0]
    assert report.count(UNCHANGED, file="opening_balances.csv") == 2


# The folder


def test_a_misspelled_column_is_named_before_anything_is_stored(utility: Utility) -> None:
    utility.change("agreements.csv", "service_point,", "servicepoint,")

    with pytest.raises(HeaderRefused, match="column 'servicepoint' is unknown: did you mean 'service_point'"):
        utility.load()

    assert utility.registry.cycles() == []


def test_a_file_nobody_would_read_is_named(utility: Utility) -> None:
    (utility.folder / "account.csv").write_text("account\n")

    with pytest.raises(UnknownFiles, match=r"account\.csv"):
        utility.load()


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToLoad):
        Utility(tmp_path).load()


def test_progress_counts_every_row(utility: Utility) -> None:
    seen: dict[str, int] = {}

    def progress(file: str, rows: int) -> None:
        seen[file] = seen.get(file, 0) + rows

    utility.load(progress=progress)

    assert seen["agreements.csv"] == 8
    assert sum(seen.values()) == utility.load().row_count


def test_shards_are_made_for_the_accounts_in_the_folder(utility: Utility) -> None:
    """301 accounts at about 150 a shard: three shards."""
    accounts = "".join(f"30-{n:04d},1001,NORTH,2024-01-10,,USD\n" for n in range(298))
    with (utility.folder / "accounts.csv").open("a") as text:
        text.write(accounts)

    utility.load()

    assert utility.registry.cycle(CycleCode("NORTH")).shard_count == 3
    assert len(utility.registry.shards_of_cycle(CycleCode("NORTH"))) == 3
