"""What a folder must hold, and how far a load has come."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.kernel.rows import HeaderRefused
from chalicelib.usecases.load_registry import NothingToLoad, UnknownFiles
from tests.unit.usecases.registry_load.utility_in_memory import Utility


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
