"""What is typed as an amount of money is digits, or is refused before anything is looked up."""

from __future__ import annotations

from decimal import Decimal

import pytest
import typer
from typer.testing import CliRunner

from cli.desk import amount_typed
from cli.main import build

PAYMENT = ("payment", "take", "20-000014-1", "--reference", "r1", "--")
ADJUSTMENT = ("adjust", "20-000014-1", "--reason", "x", "--reference", "a1", "--charge")


@pytest.mark.parametrize("text", ["84.20", "5", "0.005"])
def test_digits_are_an_amount(text: str) -> None:
    assert amount_typed(text) == Decimal(text)


@pytest.mark.parametrize("text", ["abc", "1,000", "nan", "Infinity", "1e3", "-5", "+5", "$5", "", "5."])
def test_nothing_else_is(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is no amount: write digits such as 84\.20"):
        amount_typed(text)


@pytest.mark.parametrize("command", [PAYMENT, ADJUSTMENT])
def test_a_command_says_so_without_a_traceback(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(build(), [*command, "five"])
    assert result.exit_code == 2
    assert "'five' is no amount" in result.stderr
