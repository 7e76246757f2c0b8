"""Usage in parts: however it is split, and in whatever order the parts come back, the same what-if."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.columnar.accounts import AccountBeyondMeasure, AccountTwice
from chalicelib.columnar.compare import combined
from chalicelib.columnar.packed import dump_part, dump_sums, load_part, load_sums
from chalicelib.columnar.part_rating import Comparing
from chalicelib.columnar.part_sums import PartSums
from chalicelib.columnar.usage_store import UsageStore
from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.simulation import Compared, NothingToRate, Terms
from tests.unit.columnar.random_rows import Row, random_rows
from tests.unit.columnar.strategies import ATTRIBUTES, EVENTS, START, books
from tests.unit.domain.tariffs.builders import service, version
from tests.usage_files import NOW, PROPOSED, YEAR, written

SINCE = date(2026, 1, 1)
UNITS = (Unit.CCF, Unit.CUBIC_METER)


class Owned(NamedTuple):
    """A row, whose it is, and where its account is rated."""

    row: Row
    account: int
    agreement: int
    rate_class: str
    unit: int


owned = st.builds(
    Owned,
    row=random_rows,
    account=st.integers(0, 9),
    agreement=st.integers(0, 1),
    rate_class=st.sampled_from(["homes", "shops"]),
    unit=st.sampled_from([0, 0, 0, 1]),
)
usages = st.lists(owned, min_size=8, max_size=30)


def coded(texts: Sequence[str]) -> Coded:
    names = sorted(set(texts))
    return Coded(np.array([names.index(text) for text in texts], dtype=np.int64), tuple(names))


def table_of(numbered: Sequence[tuple[int, Owned]]) -> UsageTable:
    """Rows with their numbers as a part; it knows no name that none of its rows has."""
    numbers, owned_rows = [number for number, _ in numbered], [one for _, one in numbered]
    rows = [one.row for one in owned_rows]
    starts = np.datetime64(START, "D") + np.array([row.start for row in rows], dtype="timedelta64[D]")
    return UsageTable(
        row=np.array(numbers, dtype=np.int64),
        file=coded(["usage.csv"] * len(rows)),
        line=np.array(numbers, dtype=np.int64) + 2,
        account=coded([f"A{one.account}" for one in owned_rows]),
        agreement=coded([f"A{one.account}/{one.agreement}" for one in owned_rows]),
        tariff=coded([row.tariff for row in rows]),
        rate_class=coded([one.rate_class for one in owned_rows]),
        units=UNITS,
        unit=np.array([one.unit for one in owned_rows], dtype=np.int64),
        start=starts,
        end=starts + np.array([row.days for row in rows], dtype="timedelta64[D]"),
        metered=np.array([row.metered for row in rows], dtype=np.bool_),
        usage=np.array([row.usage for row in rows], dtype=np.int64),
        places=2,
        determinants={name: coded([row.cell(name) for row in rows]) for name in ATTRIBUTES},
        events={name: coded([row.event for row in rows]) for name in EVENTS},
        position=coded([row.position for row in rows]),
        scheduled_days=np.array([row.scheduled_days for row in rows], dtype=np.int64),
    )


def terms(documents: Sequence[RateDocument], conditions: Sequence[RateDocument]) -> Terms:
    versions = {one.code: one for one in documents if isinstance(one, TariffVersion)}
    return Terms(
        versions=[*versions.values()],
        conditions=[one for one in conditions if isinstance(one, Condition)],
        moved={},
        since=SINCE,
    )


def put_together(parts: Sequence[PartSums], comparing: Comparing) -> Compared | str:
    try:
        return combined(parts, now=comparing.now, proposed=comparing.proposed, row_count=99)
    except NothingToRate as refusal:
        return refusal.message


@settings(max_examples=60, deadline=None)
@given(books(), books(), usages, st.lists(st.integers(0, 3), min_size=10, max_size=10), st.randoms())
def test_every_split_and_order_gives_what_all_rows_at_once_give(
    now: list[RateDocument],
    proposed: list[RateDocument],
    listed: list[Owned],
    part_of: list[int],
    chance: object,
) -> None:
    comparing = Comparing(now=terms(now, now), proposed=terms(proposed, now), by=("meter_size", "zone"))
    numbered = list(enumerate(listed))
    at_once = put_together([comparing.rater().sums(table_of(numbered))], comparing)
    split = [table_of([one for one in numbered if part_of[one[1].account] == part]) for part in range(4)]
    chance.shuffle(split)  # type: ignore[attr-defined]
    carried = [load_sums(dump_sums(comparing.rater().sums(load_part(dump_part(part))))) for part in split]
    assert put_together(carried, comparing) == at_once


def usage_of(path: Path, *, rows_a_part: int) -> Iterator[UsageStore]:
    source = bootstrap.usage_source(str(path), rows_a_part=rows_a_part)
    with source.open(determinants=("meter_size",), events=()) as usage:
        assert isinstance(usage, UsageStore)
        yield usage


def test_a_file_comes_in_parts_of_whole_accounts_in_their_order(tmp_path: Path) -> None:
    lines = [
        f"A{n % 50},A{n % 50},homes,R-1,2026-{n // 50 + 1:02}-01,2026-{n // 50 + 1:02}-20,{n},ccf,1"
        for n in range(400)
    ]
    head = YEAR.partition("\n")[0]
    for usage in usage_of(written(tmp_path, "\n".join([head, *lines])), rows_a_part=60):
        parts = list(usage.parts())
        owners = [set(part.account.names) for part in parts]
        assert len(parts) == 7
        assert sum(map(len, owners)) == len(set.union(*owners)) == 50
        assert sorted(line for part in parts for line in part.line.tolist()) == list(range(2, 402))
        assert all(part.line.tolist() == sorted(part.line.tolist()) for part in parts)
        for part in parts:
            assert (part.usage + 2 == part.line).all(), "each row kept its own usage"


def between(now: TariffVersion, proposed: TariffVersion) -> Comparing:
    return Comparing(now=terms([now], []), proposed=terms([proposed], []), by=())


PLAIN_ROW = Row("R-1", 0, 30, 500, True, "1", "N", "1", "", "", "", "", "")


def test_sums_of_many_accounts_leave_64_bits_and_stay_exact() -> None:
    comparing = between(version(service("40000000000000000")), version(service("30000000000000000.01")))
    rows = [(number, Owned(PLAIN_ROW, number, 0, "homes", 0)) for number in range(3)]
    parts = [
        load_sums(dump_sums(comparing.rater().sums(table_of(rows[:2])))),
        comparing.rater().sums(table_of(rows[2:])),
    ]
    found = put_together(parts, comparing)
    assert isinstance(found, Compared)
    now, proposed = 4 * 10**18, 3 * 10**18 + 1
    comparison = found.comparison
    assert (comparison.total.now_minor, comparison.total.proposed_minor) == (3 * now, 3 * proposed)
    for sums in (comparison.by_class[0].revenue, comparison.by_charge[0].revenue, comparison.overall.revenue):
        assert (sums.now_minor, sums.proposed_minor) == (3 * now, 3 * proposed)
    # By the month: 365 days of the change over 12 times the 30 days of the row, half away from zero.
    monthly = -((2 * (now - proposed) * 365 + 360) // 720)
    assert [account.monthly_minor for account in comparison.accounts] == [monthly] * 3
    assert comparison.overall.quantiles_percent[0] == Decimal("-25.00")


def test_a_large_account_that_pays_five_percent_more_does_not_pay_much_more() -> None:
    comparing = between(version(service("10000000000000000")), version(service("10500000000000000")))
    found = put_together(
        [comparing.rater().sums(table_of([(0, Owned(PLAIN_ROW, 0, 0, "homes", 0))]))], comparing
    )
    assert isinstance(found, Compared)
    assert found.comparison.overall.much_more == 0


def test_an_account_beyond_64_bits_is_refused_by_name() -> None:
    comparing = between(version(service("40000000000000000")), version(service("1")))
    rows = [Owned(PLAIN_ROW, account, agreement, "homes", 0) for account in (6, 7) for agreement in range(2)]
    comparing.rater().sums(table_of([*enumerate(rows)]))  # two rows of each are within 64 bits
    with pytest.raises(AccountBeyondMeasure, match="account A7 comes to more than 64 bits hold"):
        comparing.rater().sums(table_of([*enumerate([*rows, rows[-1]])]))


def test_an_account_in_two_parts_is_refused() -> None:
    comparing = between(NOW, PROPOSED)
    part = comparing.rater().sums(table_of([(0, Owned(PLAIN_ROW, 7, 0, "homes", 0))]))
    with pytest.raises(AccountTwice, match="account A7 is in two parts"):
        put_together([part, part], comparing)
