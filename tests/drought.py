"""A water tariff that looks up a drought stage and charges for reconnections, and what is declared for it.

Water costs 10.00 and 2.00 a ccf, 3.00 in stage 2, and a reconnection 45.00. Sewer and trash are the towns'.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.domain.tariffs.lifecycle import TariffLife
from chalicelib.tariff_documents.conditions import LoadedCondition, load_condition
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.rate_documents import read_rate_document
from chalicelib.usecases.declare_condition import ConditionDesk
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.tariff_lives import TariffLives
from chalicelib.usecases.published_tariffs import PublishedTariff, put_published

CLERK, SUPERVISOR = "test:clerk", "test:supervisor"

DROUGHT = """
tariff: {code}
version: 2
name: Water
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {{unit: ccf, step: 1, rounding: down}}
determinants:
  drought_stage: {{kind: choice, source: utility, default: "0"}}
  reconnected: {{kind: event}}
charges:
  - {{type: service_charge, code: SVC, label: Service, gl_account: "4010", fund: water,
     charge_group: water, amount: 10.00}}
  - {{type: commodity_flat, code: USE, label: Usage, gl_account: "4011", fund: water,
     charge_group: water, rate: {{by: drought_stage, values: {{"0": 2.00, "2": 3.00}}}}}}
  - {{type: one_off, code: RECONNECT, label: Reconnection, gl_account: "4012", fund: water,
     charge_group: fees, when: reconnected, amount: 45.00}}
"""


def put_in_force(store: ArtefactStore, *, code: str = "WATER", condition: str = "drought_stage") -> None:
    """Have bill runs use the tariff, as if published; `condition` names its drought stage otherwise."""
    text = DROUGHT.format(code=code).replace("drought_stage", condition)
    loaded = load_tariff(text, file="drought.py")
    tariff = PublishedTariff(code=code, version=2, canonical=loaded.canonical)
    put_published(store, tariff)


def stage(revision: int, **values: str) -> LoadedCondition:
    """A revision of the drought stage; `day_2026_09_25="2"` is stage 2 from that day on."""
    lines = [
        f'- {{from: {day.removeprefix("day_").replace("_", "-")}, value: "{value}"}}'
        for day, value in values.items()
    ]
    head = f"condition: drought_stage\nrevision: {revision}\nvalues:\n"
    return load_condition(head + "\n".join(lines), file="drought.py")


def condition_desk(store: ArtefactStore, lives: TariffLives, now: datetime) -> ConditionDesk:
    """Where tests declare."""
    return ConditionDesk(lives=lives, store=store, read=read_rate_document, actor=CLERK, now=now)


def declare(
    desk: ConditionDesk, loaded: LoadedCondition, *, since: date, retroactive: bool = False
) -> TariffLife:
    """Have one person declare a revision, and another put it in force."""
    options: Any = {"since": since, "retroactive": retroactive}
    life = desk.declare(loaded.condition, loaded.canonical, **options)
    if life.is_published:
        return life
    return replace(desk, actor=SUPERVISOR).approve(loaded.condition.name, seen=life.fingerprint, **options)
