"""Every row is accepted or reported, and nothing is half-written."""

from __future__ import annotations

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.personal import Retention
from tests.unit.usecases.registry_load.utility_in_memory import NAMES, NOW, SAMPLE, Utility, told


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
