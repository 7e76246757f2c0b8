"""Usage that is written appears whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.domain.tariffs.request import Position
from chalicelib.usecases.ports.simulation import BilledUsage

ROW = BilledUsage(
    account="A",
    agreement="A1",
    tariff="R-1",
    start=date(2026, 1, 25),
    end=date(2026, 2, 10),
    usage=Decimal("3"),
    unit="ccf",
    determinants={"meter_size": "5/8", "reconnected": "2026-02-01=1"},
    position=Position.OPENING,
    scheduled_days=31,
)


def test_a_row_says_what_its_bill_was_made_from(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv"
    bootstrap.usage_writer(file).write([ROW], determinants=("meter_size", "winter", "reconnected"))
    assert file.read_text().splitlines() == [
        "account,agreement,class,tariff,from,to,usage,unit,position,scheduled_days,meter_size,winter,reconnected",
        "A,A1,,R-1,2026-01-25,2026-02-10,3,ccf,opening,31,5/8,,2026-02-01=1",
    ]


@pytest.mark.parametrize("name", ["usage.csv", "usage.parquet"])
def test_what_is_interrupted_leaves_the_file_as_it_was(name: str, tmp_path: Path) -> None:
    def rows() -> Iterator[BilledUsage]:
        yield ROW
        raise KeyboardInterrupt

    file = tmp_path / name
    file.write_text("of last month")
    with pytest.raises(KeyboardInterrupt):
        bootstrap.usage_writer(file).write(rows(), determinants=())
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [(name, "of last month")]
