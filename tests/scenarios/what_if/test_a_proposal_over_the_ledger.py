"""A proposal over what the utility has billed: export the usage, simulate, meet the posted cents again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.simulation.figures import Change
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.export_usage import UsageWindow, a_year_through, determinants_of, export_usage
from chalicelib.usecases.ports.simulation import BilledUsage
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.reverse_transaction import reverse_transaction
from tests.in_process import InProcess, read_tariff
from tests.towns import NOVEMBER, OCTOBER, TARIFFS, bill_minor, household, reads_of_town, the_account, town
from tests.usage_files import simulated

ACCOUNTS = 3
YEAR = a_year_through(date(2026, 11, 30))


@pytest.fixture
def utility() -> InProcess:
    utility = InProcess()
    utility.register(town(shards=2, accounts=ACCOUNTS))
    utility.read(reads_of_town(OCTOBER, shards=2) + reads_of_town(NOVEMBER, shards=2))
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    return utility


def exported(utility: InProcess, window: UsageWindow = YEAR) -> list[BilledUsage]:
    found = export_usage(
        shards=all_shards(utility.registry),
        window=window,
        registry=utility.registry,
        reader=utility.ledger_reader,
    )
    return list(chain.from_iterable(found))


def current() -> list[TariffVersion]:
    return [read_tariff(load_tariff(text, file="towns.py").canonical) for text in TARIFFS]


def write(rows: Sequence[BilledUsage], file: Path) -> Path:
    assert bootstrap.usage_writer(file).write(rows, determinants=determinants_of(current())) == len(rows)
    return file


@pytest.mark.parametrize("name", ["usage.csv", "usage.parquet"])
def test_the_tariffs_in_force_bring_in_what_was_billed_to_the_cent(
    name: str, utility: InProcess, tmp_path: Path
) -> None:
    file = write(exported(utility), tmp_path / name)
    dearer = load_tariff(
        TARIFFS[0].replace("version: 1", "version: 2").replace("rate: 2.00", "rate: 2.50"), file="proposal"
    ).version
    simulation, left_out = simulated(file, current=current(), proposed=[dearer])
    billed = sum(one.bill.total_minor for one in utility.ledger_of("C01.001", "C01.002") if one.bill)
    assert billed == 2 * 2 * sum(map(bill_minor, range(1, ACCOUNTS + 1)))
    # 6, 7 and 8 ccf a month, twice in each of two shards, at 0.50 more
    assert simulation.comparison.total == Change(billed, billed + 2 * 2 * (6 + 7 + 8) * 50)
    assert (simulation.rows_read, list(left_out), simulation.is_proved) == (2 * 2 * ACCOUNTS * 3, [], True)
    assert list(tmp_path.iterdir()) == [file], "nothing half-written is left"


def test_a_row_names_ids_and_nobody(utility: InProcess) -> None:
    rows = [row for row in exported(utility) if row.account == the_account(1)]
    assert [(row.tariff, row.start, row.end, row.usage, row.unit) for row in rows[:1]] == [
        ("SEWER", date(2026, 9, 10), date(2026, 10, 10), 6, "ccf")
    ]
    trash = next(row for row in rows if row.tariff == "TRASH")
    assert (trash.usage, trash.unit) == (None, "")


def test_only_periods_that_end_within_the_window_are_exported(utility: InProcess) -> None:
    november = exported(utility, UsageWindow(after=date(2026, 10, 10), through=date(2026, 11, 10)))
    assert {row.end for row in november} == {date(2026, 11, 10)}
    assert exported(utility, a_year_through(date(2025, 1, 1))) == []


def test_what_was_canceled_is_not_usage(utility: InProcess) -> None:
    posted = next(
        one for one in utility.ledger_of("C01.001") if one.bill and one.account_id == the_account(1)
    )
    reverse_transaction(
        Desk(
            ledger=utility.ledger,
            periods=utility.periods,
            actor="test",
            now=utility.now,
            today=utility.now.date(),
        ),
        account_id=posted.account_id,
        transaction_id=posted.transaction_id,
        reason="test",
    )
    rows = [row for row in exported(utility) if row.account == the_account(1)]
    assert {row.end for row in rows} == {date(2026, 11, 10)}


def test_an_attribute_that_changes_is_exported_with_the_day(utility: InProcess) -> None:
    _, account = household(1)
    changed = Dated.since(date(2026, 9, 10), "5/8").with_entry(date(2026, 10, 10), "1")
    agreements = tuple(replace(one, determinants={"meter_size": changed}) for one in account.agreements)
    utility.change(account, replace(account, agreements=agreements))
    rows = [row for row in exported(utility) if row.account == the_account(1)]
    assert {row.end: row.determinants for row in rows} == {
        date(2026, 10, 10): {"meter_size": "5/8; 2026-10-10=1"},
        date(2026, 11, 10): {"meter_size": "1"},
    }


@pytest.mark.parametrize(
    ("day", "after"), [(date(2026, 11, 30), date(2025, 11, 30)), (date(2028, 2, 29), date(2027, 2, 28))]
)
def test_a_year_is_the_twelve_months_that_end_on_a_day(day: date, after: date) -> None:
    assert a_year_through(day) == UsageWindow(after=after, through=day)
