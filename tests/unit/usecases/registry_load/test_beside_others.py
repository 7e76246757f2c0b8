"""A load while others change the same things: nobody's change is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, PremiseId
from chalicelib.domain.kernel.rows import RowOutcome
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import Change, ChangedMeanwhile, RegistryBatch
from tests.unit.usecases.registry_load.utility_in_memory import NOW, SAMPLE, Utility

JULY = date(2026, 7, 1)
SEWER_ROW = "S-RES,SP-12WEIR,2026-07-05,5/8,"


class Beside(MemoryRegistryStore):
    """A registry where somebody else `acts`, so many `times`, just before something stored is changed."""

    def __init__(self) -> None:
        super().__init__()
        self.act: Callable[[], object] = lambda: None
        self.times = 0

    def save(self, batch: RegistryBatch) -> None:
        if self.times and any(change.before is not None for change in batch.changes):
            self.times -= 1
            self.act()
        super().save(batch)

    def replace(self, before: Registered, after: Registered) -> None:
        """What the others write."""
        super().save(RegistryBatch(changes=(Change(before, after),)))


@pytest.fixture
def registry() -> Beside:
    return Beside()


@pytest.fixture
def utility(tmp_path: Path, registry: Beside) -> Utility:
    loaded = Utility(Path(shutil.copytree(SAMPLE, tmp_path / "sample")), registry=registry)
    loaded.load()
    return loaded


def freeze(utility: Utility, registry: Beside) -> None:
    """What freezing does to an agreement: an average a ccf above the last one, from July on."""
    before = utility.agreement("20-0001", "sewer")
    last = before.determinants.get("winter_average_ccf")
    value = Decimal(12) if last is None else Decimal(last.on(JULY)) + 1
    history: dict[str, Dated[Decimal | str]] = {"winter_average_ccf": Dated.since(JULY, value)}
    registry.replace(before, replace(before, determinants={**before.determinants, **history}))


def test_an_average_frozen_while_its_agreement_is_loaded_stays(utility: Utility, registry: Beside) -> None:
    registry.act, registry.times = lambda: freeze(utility, registry), 1
    utility.change("agreements.csv", SEWER_ROW, SEWER_ROW.replace("5/8", "3/4"))

    report = utility.load()

    found = utility.agreement("20-0001", "sewer").determinants
    assert found["winter_average_ccf"].on(JULY) == Decimal(12)
    assert found["meter_size"].on(NOW.date()) == "3/4"
    assert report.count(RowOutcome.UPDATED, file="agreements.csv") == 1
    assert (report.rejected, report.count(RowOutcome.ADDED)) == ([], 0)
    (told,) = (entry for entry in utility.entries("account") if entry.correlation_id == "load-2")
    assert "winter_average_ccf" in str(told.before)
    assert "winter_average_ccf" in str(told.after)


def test_averages_that_are_frozen_for_ever_end_the_load_and_are_kept(
    utility: Utility, registry: Beside
) -> None:
    registry.act, registry.times = lambda: freeze(utility, registry), 99
    utility.change("agreements.csv", SEWER_ROW, SEWER_ROW.replace("5/8", "3/4"))

    with pytest.raises(ChangedMeanwhile, match=r"agreement \w+ of account .* was changed by somebody else"):
        utility.load()

    acted, registry.times = 99 - registry.times, 0
    assert utility.agreement("20-0001", "sewer").determinants["winter_average_ccf"].on(JULY) == 11 + acted
    assert utility.load().count(RowOutcome.UPDATED, file="agreements.csv") == 1


def test_what_stands_in_the_same_batch_is_loaded_all_the_same(utility: Utility, registry: Beside) -> None:
    registry.act, registry.times = lambda: freeze(utility, registry), 1
    utility.change("agreements.csv", SEWER_ROW, SEWER_ROW.replace("5/8", "3/4"))
    utility.change("accounts.csv", "2021-03-15", "2021-03-14")

    report = utility.load()

    assert utility.account("20-0002").account.opened_on == date(2021, 3, 14)
    assert utility.agreement("20-0001", "sewer").determinants["winter_average_ccf"].on(JULY) == 12
    assert report.count(RowOutcome.UPDATED) == 2
    assert utility.load().count(RowOutcome.UPDATED) == 0


def test_a_premise_that_somebody_else_changes_ends_the_load(utility: Utility, registry: Beside) -> None:
    weir = PremiseId("P-12WEIR")
    (before,) = registry.premises([weir]).values()
    theirs = replace(before, attributes={"lot_size_sqft": "1"})
    registry.act, registry.times = lambda: registry.replace(before, theirs), 1
    premises = utility.folder / "premises.csv"
    premises.write_text(premises.read_text().replace("Weir Lane", "Weir Street"))

    with pytest.raises(ChangedMeanwhile, match="premise P-12WEIR was changed by somebody else"):
        utility.load()

    assert registry.premises([weir]) == {weir: theirs}
    assert utility.load().count(RowOutcome.UPDATED, file="premises.csv") == 1


def test_of_two_first_loads_at_once_the_second_changes_what_the_first_has_added(
    tmp_path: Path, registry: Beside
) -> None:
    first = Utility(Path(shutil.copytree(SAMPLE, tmp_path / "first")), registry=registry)
    second = Utility(Path(shutil.copytree(SAMPLE, tmp_path / "second")), registry=registry, loads=1)
    second.change("agreements.csv", SEWER_ROW, SEWER_ROW.replace("5/8", "3/4"))
    find = registry.find_accounts

    def while_the_first_loads(numbers: Iterable[str]) -> Mapping[str, AccountId]:
        found = find(numbers)
        registry.find_accounts = find  # type: ignore[method-assign]
        first.load()
        return found

    registry.find_accounts = while_the_first_loads  # type: ignore[method-assign]
    report = second.load()

    assert report.rejected == []
    assert report.count(RowOutcome.UPDATED, file="agreements.csv") == 1
    assert second.agreement("20-0001", "sewer").determinants["meter_size"].on(NOW.date()) == "3/4"
    assert second.load().count(RowOutcome.UNCHANGED) == report.row_count
