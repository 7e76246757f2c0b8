"""An audit entry tells what changed, and never what is personal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from chalicelib.domain.audit.changes import changes, plain
from chalicelib.domain.customers.person import Person
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode, PersonId, ServicePointId
from chalicelib.domain.premises.bill_cycle import BillCycle
from chalicelib.domain.premises.service_agreement import ServicePointLink


def test_only_what_differs_is_told() -> None:
    before = BillCycle(code=CycleCode("C1"), name="North", shard_count=1)

    assert changes(before, replace(before, shard_count=3)) == ({"shard_count": 1}, {"shard_count": 3})
    assert changes(before, before) == ({}, {})


def test_a_personal_field_is_named_and_not_repeated() -> None:
    before = Person(person_id=PersonId("p"), name="Alma Rivera", email="alma@example.org")

    told = changes(before, replace(before, name="Alma Lindqvist", email=None))

    assert told == ({"name": "…", "email": "…"}, {"name": "…", "email": "…"})


def test_values_become_what_json_has() -> None:
    link = ServicePointLink(
        service_point_id=ServicePointId("SP"), start=date(2026, 1, 1), share=Decimal("0.5")
    )

    assert plain(link) == {
        "service_point_id": "SP",
        "start": "2026-01-01",
        "end": None,
        "role": "add",
        "share": "0.5",
    }
    assert plain(Dated.since(date(2026, 1, 1), Decimal("2"))) == [["2026-01-01", "2"]]
    assert plain({"days": frozenset({3, 1})}) == {"days": [1, 3]}
