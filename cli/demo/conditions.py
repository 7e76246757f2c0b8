"""Riverbend's conditions: its drought stage, and what pumping costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from chalicelib.tariff_documents.conditions import load_condition_file
from cli.demo.rates import ANALYST, SUPERVISOR
from cli.desk import condition_desk


def declare_conditions(folder: Path) -> int:
    """Declare every condition in `folder`, and have somebody else approve it; returns how many there are."""
    desk = condition_desk()
    analyst, supervisor = replace(desk, actor=ANALYST), replace(desk, actor=SUPERVISOR)
    files = sorted(folder.glob("*.yaml"))
    for file in files:
        loaded = load_condition_file(file)
        life = analyst.declare(loaded.condition, loaded.canonical, since=date.min)
        if not life.is_published:
            supervisor.approve(loaded.condition.name, seen=life.fingerprint, since=date.min)
    return len(files)
