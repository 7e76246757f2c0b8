"""Riverbend's tariffs are sound, and every generated agreement finds its figures in them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.tariffs.determinants import DeterminantKind
from chalicelib.domain.tariffs.version import Effectivity, TariffVersion
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.tariff_lives import MemoryTariffLives
from chalicelib.tariff_documents.conditions import load_condition
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.usecases.declare_condition import conditions_in_force
from cli.demo.calendar import BillingYear
from cli.demo.riverbend import Riverbend
from tests.drought import condition_desk, declare

TARIFFS = sorted((Path(__file__).parents[4] / "samples" / "riverbend" / "tariffs").glob("*.yaml"))


@pytest.fixture(scope="module")
def versions() -> dict[str, list[TariffVersion]]:
    found: dict[str, list[TariffVersion]] = {}
    for loaded in load_tariff_files(TARIFFS):
        found.setdefault(loaded.version.code, []).append(loaded.version)
    return found


def test_every_agreement_has_a_tariff_of_its_service_and_values_the_tariff_knows(
    versions: dict[str, list[TariffVersion]],
) -> None:
    year = BillingYear(date(2026, 11, 24), BusinessCalendar())
    for customer in Riverbend(seed=7, accounts=600, year=year).customers():
        for served in customer.services:
            for version in versions[served.tariff]:
                assert version.service_type == served.service
                declared = {determinant.name: determinant for determinant in version.determinants}
                values = {name: declared[name].read(value) for name, value in served.determinants.items()}
                values |= {
                    name: determinant.read(determinant.default)
                    for name, determinant in declared.items()
                    if name not in values and determinant.default is not None
                }
                events = {name for name, one in declared.items() if one.kind is DeterminantKind.EVENT}
                assert {event for _, event in served.events} <= events
                values |= dict.fromkeys(events, ())
                for charge in version.charges:
                    charge.terms(values)  # raises NotInTable where a figure is missing


@pytest.mark.parametrize(
    "as_of", [date(2026, 7, 24), date(2026, 11, 24), date(2027, 6, 30), date(2028, 6, 9)]
)
def test_homes_see_a_rate_change_inside_a_service_period(
    as_of: date, versions: dict[str, list[TariffVersion]]
) -> None:
    days = BillingYear(as_of, BusinessCalendar()).read_days("R1")
    changes = [v for v in versions["WATER-RES"] if days[0] < v.effective_from < days[-1]]
    assert changes
    assert all(v.effectivity is Effectivity.SERVICE_DAY and v.effective_from not in days for v in changes)


def test_the_next_step_of_the_residential_rates_is_dearer_throughout(
    versions: dict[str, list[TariffVersion]],
) -> None:
    values = {"meter_size": "5/8in", "assistance": False}
    base = [v.charges[0].terms(values).fixed for v in versions["WATER-RES"]]
    assert base == [Decimal("18.40"), Decimal("19.75"), Decimal("21.10")]


def test_riverbends_conditions_can_be_declared_beside_its_tariffs() -> None:
    store, now = MemoryArtefacts(), datetime(2026, 11, 24, tzinfo=UTC)
    for loaded in load_tariff_files(TARIFFS):
        version = loaded.version
        store.put(f"tariffs/{version.code}/{version.version}.json", loaded.canonical.encode())
    lives = MemoryTariffLives(audit=MemoryAuditStore())
    for file in sorted((TARIFFS[0].parents[1] / "conditions").glob("*.yaml")):
        loaded_condition = load_condition(file.read_text(), file=file.name)
        declare(condition_desk(store, lives, now), loaded_condition, since=date.min)
    assert [one.reference for one in conditions_in_force(store)] == [
        "condition:drought_stage@1",
        "condition:power_cost@1",
    ]
