"""Riverbend's tariffs, put in force as utilities do: one person drafts, another reviews and publishes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.usecases.draft_tariff import draft_tariff
from chalicelib.usecases.publish_tariff import VersionToPublish, publish_tariffs
from chalicelib.usecases.review_tariff import review_tariff
from cli.desk import rates_desk

ANALYST, SUPERVISOR = "demo:analyst", "demo:supervisor"


def publish_rates(files: Iterable[Path]) -> int:
    """Publish the tariffs in `files`; returns how many. Safe to repeat."""
    desk = rates_desk()
    analyst, supervisor = replace(desk, actor=ANALYST), replace(desk, actor=SUPERVISOR)
    wanted = []
    for loaded in load_tariff_files(files):
        life = draft_tariff(analyst, loaded.version, canonical=loaded.canonical)
        if not life.is_published:
            review_tariff(supervisor, life.code, life.version, seen=life.fingerprint)
        wanted.append(VersionToPublish(life.code, life.version, life.fingerprint))
    return len(publish_tariffs(supervisor, wanted))
