"""The sample folder becomes the registry as it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode, Month, ServicePointId
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceType
from chalicelib.usecases.ports.registry import Change, RegistryBatch
from tests.unit.usecases.registry_load.utility_in_memory import (
    NAMES,
    NOW,
    SAMPLE,
    UNCHANGED,
    UPDATED,
    Utility,
    told,
)


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
