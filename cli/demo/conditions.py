"""Riverbend's conditions: its drought stage, and what pumping costs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from chalicelib.tariff_documents.conditions import load_condition_file
from cli.desk import condition_desk


def declare_conditions(folder: Path) -> int:
    """Declare every condition in `folder`, unless it was before; returns how many there are."""
    files = sorted(folder.glob("*.yaml"))
    for file in files:
        loaded = load_condition_file(file)
        condition_desk().declare(loaded.condition, loaded.canonical, since=date.min)
    return len(files)
