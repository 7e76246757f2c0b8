"""`headgate tariff diff` of files, which needs no cloud, and who is taken to be at the desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.commands.tariffs.named import WrongTariffReference, reference
from cli.desk import WrongActor, actor
from cli.main import build

SAMPLES = Path(__file__).parents[3] / "samples" / "tariffs"
OLD, NEW = (str(SAMPLES / name) for name in ("residential-water.yaml", "residential-water-2026-07.yaml"))


def test_a_diff_tells_each_difference_in_a_line() -> None:
    result = CliRunner().invoke(build(), ["tariff", "diff", OLD, NEW])
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "Service charge SVC, meter size 5/8: 12.35 → 13.10 (+6.1%)" in lines
    assert "In force from 2026-07-01 (was 2026-01-01)" in lines


def test_a_diff_is_a_document_for_programs() -> None:
    result = CliRunner().invoke(build(), ["tariff", "diff", OLD, NEW, "--json"])
    (found,) = [one for one in json.loads(result.stdout) if one["where"] == "charges[SVC].amount.values[5/8]"]
    assert (found["before"], found["after"]) == ("12.35", "13.1")


def test_what_is_the_same_is_said_to_be() -> None:
    assert "says the same" in CliRunner().invoke(build(), ["tariff", "diff", OLD, OLD]).stdout


@pytest.mark.parametrize("text", ["R-1", "R-1@0", "r-1@1", "@1", "R-1@1@1", "R-1@x"])
def test_what_names_no_version_is_refused(text: str) -> None:
    with pytest.raises(WrongTariffReference, match="CODE@VERSION"):
        reference(text)


def test_the_actor_is_who_is_named_or_who_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    monkeypatch.delenv("HEADGATE_ACTOR", raising=False)
    assert actor() == "cli:ann"
    monkeypatch.setenv("HEADGATE_ACTOR", "bob@riverbend.example")
    assert actor() == "cli:bob@riverbend.example"


@pytest.mark.parametrize("name", ["", "two words", "x" * 61, "a\nb"])
def test_an_actor_that_names_nobody_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_ACTOR", name)
    with pytest.raises(WrongActor):
        actor()
