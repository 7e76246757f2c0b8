"""Opening balances are taken over with their totals, all or none."""

from __future__ import annotations

import pytest

from chalicelib.usecases.registry_load.opening_balances import OpeningTotalsMissing
from tests.unit.usecases.registry_load.utility_in_memory import UNCHANGED, Utility, told


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
