"""Which agreements a version could not bill, why, and from which day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.premises.service_agreement import ServiceAgreement, ServiceType
from chalicelib.domain.tariffs.readiness import Lack, ReadinessCheck
from chalicelib.tariff_documents.load import load_tariff

JULY = date(2026, 7, 1)
Facts = Mapping[str, Dated[Decimal | str]]

DOCUMENT = """
tariff: R-1
version: 2
name: Residential
service_type: water
currency: USD
effective_from: 2026-07-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  meter_size: {kind: choice, label: Meter size}
  zone: {kind: choice, default: inside}
  dwelling_units: {kind: count}
charges:
  - {type: service_charge, code: SVC, label: Service, gl_account: "1", fund: f, charge_group: g,
     amount: {by: [meter_size, zone], values: {5/8: {inside: 10, outside: 15}, "1": {inside: 20}}},
     times: dwelling_units}
  - {type: commodity_flat, code: USE, label: Usage, gl_account: "1", fund: f, charge_group: g, rate: 2}
"""
VERSION = load_tariff(DOCUMENT, file="test").version
READY = {"meter_size": "5/8", "dwelling_units": "2"}


def agreement(
    facts: Mapping[str, str] | Facts = READY,
    *,
    tariff: Dated[str] | None = None,
    start: date = date(2020, 1, 1),
    end: date | None = None,
    billed_until: date | None = None,
) -> ServiceAgreement:
    dated: Facts = {
        name: fact if isinstance(fact, Dated) else Dated.since(start, fact) for name, fact in facts.items()
    }
    return ServiceAgreement(
        agreement_id=AgreementId("A.water"),
        account_id=AccountId("C01.001-A"),
        service_type=ServiceType.WATER,
        start=start,
        end=end,
        billed_until=billed_until,
        tariff=tariff or Dated.since(start, "R-1"),
        determinants=dated,
    )


def faults(one: ServiceAgreement, *, until: date | None = None) -> list[tuple[str, Lack, date]]:
    check = ReadinessCheck(VERSION, until=until)
    return [(fault.determinant, fault.lack, fault.since) for fault in check.faults_of(one)]


def test_an_agreement_with_all_facts_is_ready() -> None:
    assert faults(agreement()) == []


def test_a_fact_without_a_default_must_be_there() -> None:
    assert faults(agreement({"meter_size": "5/8"})) == [("dwelling_units", Lack.MISSING, JULY)]
    assert faults(agreement({})) == [
        ("dwelling_units", Lack.MISSING, JULY),
        ("meter_size", Lack.MISSING, JULY),
    ]


def test_a_fact_of_another_kind_is_told_in_the_words_of_rating() -> None:
    one = agreement({**READY, "dwelling_units": "half"})
    (fault,) = ReadinessCheck(VERSION).faults_of(one)
    assert (fault.lack, fault.message) == (
        Lack.WRONG_KIND,
        "dwelling_units cannot be 'half': write a number",
    )


@pytest.mark.parametrize("facts", [{"meter_size": "3"}, {"meter_size": "1", "zone": "outside"}])
def test_facts_that_lead_to_no_figure_are_told_with_the_names_the_table_goes_by(
    facts: dict[str, str],
) -> None:
    assert faults(agreement({**READY, **facts})) == [("meter_size, zone", Lack.NOT_IN_TABLE, JULY)]


def test_days_before_the_version_do_not_matter() -> None:
    size = (
        Dated(
            (),
        )
        .with_entry(date(2020, 1, 1), "3")
        .with_entry(JULY, "5/8")
    )
    assert faults(agreement({**READY, "meter_size": size})) == []


def test_a_fact_that_goes_wrong_later_is_told_with_its_day() -> None:
    size = Dated.since(date(2020, 1, 1), "5/8").with_entry(date(2026, 9, 1), "3")
    assert faults(agreement({**READY, "meter_size": size})) == [
        ("meter_size, zone", Lack.NOT_IN_TABLE, date(2026, 9, 1))
    ]


def test_days_of_the_version_after_next_do_not_matter() -> None:
    size = Dated.since(date(2020, 1, 1), "5/8").with_entry(date(2026, 9, 1), "3")
    assert faults(agreement({**READY, "meter_size": size}), until=date(2026, 9, 1)) == []


def test_only_days_on_the_tariff_count() -> None:
    moved_off = Dated.since(date(2020, 1, 1), "R-1").with_entry(JULY, "R-2")
    assert faults(agreement({}, tariff=moved_off)) == []
    moved_on = Dated.since(date(2020, 1, 1), "R-2").with_entry(date(2026, 8, 1), "R-1")
    assert faults(agreement({"dwelling_units": "1"}, tariff=moved_on)) == [
        ("meter_size", Lack.MISSING, date(2026, 8, 1))
    ]


def test_an_agreement_that_has_ended_or_was_billed_elsewhere_is_left_alone() -> None:
    assert faults(agreement({}, end=JULY)) == []
    late = agreement({"dwelling_units": "1"}, billed_until=date(2026, 10, 1))
    assert faults(late) == [("meter_size", Lack.MISSING, date(2026, 10, 1))]


# --- facts that are not for the agreement to give, and figures that are worked out ---

WIDE = """
tariff: R-1
version: 2
name: Residential
service_type: water
currency: USD
effective_from: 2026-07-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  season: {kind: choice, source: calendar, seasons: {summer: {from: 05-01}, winter: {from: 11-01}}}
  stage: {kind: choice, source: utility}
  lot: {kind: number, source: premise}
  winter_average: {kind: number, source: history, default_from: lot}
  reconnection: {kind: event}
formulas:
  budget: {formula: "1.25 * lot"}
  share: {formula: "100 / (lot - 5)"}
charges:
  - {type: service_charge, code: SVC, label: Service, gl_account: "1", fund: f, charge_group: g,
     amount: {by: [season, lot], values: {summer: {"*": 10}, winter: {over 0 to 100: 20}}}}
  - {type: unit_surcharge, code: DRY, label: Drought, gl_account: "1", fund: f, charge_group: g,
     rate: {by: stage, values: {"1": 1}}}
  - {type: commodity_flat, code: USE, label: Usage, gl_account: "1", fund: f, charge_group: g,
     rate: {formula: "budget / 100"}}
"""


def wide_faults(facts: Mapping[str, str]) -> list[tuple[str, Lack]]:
    check = ReadinessCheck(load_tariff(WIDE, file="test").version)
    return [(fault.determinant, fault.lack) for fault in check.faults_of(agreement(facts))]


def test_what_utility_calendar_and_events_give_is_not_asked_of_agreements() -> None:
    assert wide_faults({"lot": "50"}) == []
    assert wide_faults({}) == [("lot", Lack.MISSING)]


def test_a_value_that_stands_in_for_another_is_enough() -> None:
    assert wide_faults({"lot": "50", "winter_average": "7"}) == []
    assert wide_faults({"lot": "50", "winter_average": "seven"}) == [("winter_average", Lack.WRONG_KIND)]


def test_tables_are_tried_in_every_season() -> None:
    assert wide_faults({"lot": "200"}) == [("season, lot", Lack.NOT_IN_TABLE)]


def test_a_formula_that_comes_to_nothing_is_told_once() -> None:
    assert wide_faults({"lot": "5"}) == [("lot", Lack.NOT_CHARGEABLE)]
