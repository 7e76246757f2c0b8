"""How the command line answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.errors import Refusal
from cli import main, output


class TankEmpty(Refusal):
    """A refusal of a test."""


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a `headgate` whose only command refuses."""

    def refuse() -> None:
        raise TankEmpty("The tank [north] is empty. Fill it.", tank="north", since=date(2026, 1, 2))

    def run(*arguments: str) -> None:
        monkeypatch.setattr(main, "build", lambda: refuse)
        monkeypatch.setattr(sys, "argv", ["headgate", *arguments])
        main.run()

    return run


def test_a_refusal_is_told_without_a_traceback_and_ends_with_one(
    refusing: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        refusing()
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert "The tank [north] is empty. Fill it." in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_a_file_that_is_not_there_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "build", lambda: lambda: open("/no/such/events.csv"))  # noqa: PTH123, SIM115
    with pytest.raises(SystemExit) as ended:
        main.run()
    assert ended.value.code == 1
    assert "FileUnusable  /no/such/events.csv: No such file or directory" in capsys.readouterr().err


def test_with_json_a_refusal_is_the_one_document(
    refusing: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        refusing("--json")
    assert json.loads(capsys.readouterr().out) == {
        "refused": "TankEmpty",
        "message": "The tank [north] is empty. Fill it.",
        "data": {"tank": "north", "since": "2026-01-02"},
    }


def test_every_module_of_commands_joins() -> None:
    names = {command.name for command in main.build().registered_commands}
    assert {"up", "down", "status", "deploy"} <= names


def test_decimals_are_printed_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"amount": Decimal("0.10")})
    assert json.loads(capsys.readouterr().out) == {"amount": "0.10"}
