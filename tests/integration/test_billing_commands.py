"""`headgate billrun`, `bill` and `hold` against the local cloud, as a clerk uses them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.domain.kernel.ids import CycleCode
from cli.main import build
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import OCTOBER, a_read, bill_minor, on_day, reads_of_town, the_account, town

pytestmark = pytest.mark.emulator

_numbers = count(int(datetime.now(UTC).timestamp() * 10) + 5_000_000)
RUNNER = CliRunner()


def headgate(*arguments: str, exit_code: int = 0) -> str:
    done = RUNNER.invoke(build(), list(arguments))
    assert done.exit_code == exit_code, (done.output, done.exception)
    return done.stdout


def answer(*arguments: str, exit_code: int = 0) -> Any:
    return json.loads(headgate(*arguments, "--json", exit_code=exit_code))


@pytest.fixture
def cycle(local_cloud: LocalCloudForTests) -> CycleCode:
    """A cycle of three accounts; the third one's meter was not read."""
    code = CycleCode(f"T{next(_numbers)}")
    in_cloud.register(town(accounts=3, cycle=code))
    in_cloud.read(reads_of_town(OCTOBER, accounts=2, cycle=code))
    return code


def test_a_month_at_the_billing_desk(cycle: CycleCode) -> None:
    one, two, three = (the_account(number, cycle=cycle) for number in (1, 2, 3))
    preview = answer("bill", "preview", one, "--period", "2026-10", "--on", "2026-10-12")
    assert preview["bill"]["total_minor"] == bill_minor(1)
    hold = answer("hold", "add", two, "--reason", "meter in dispute")

    run = answer("billrun", "start", cycle, "2026-10", "--on", "2026-10-12", "--watch")
    # two of three accounts are left out: far more than 50 in a thousand, so a person is asked
    assert (run["state"], run["billed"], run["excepted"]) == ("awaiting_approval", 1, 2)
    assert run["reasons"] == {"no_read_yet": 1, "on_hold": 1}
    assert {one["account_id"] for one in run["left_out"]} == {two, three}

    closed = answer("billrun", "approve", run["run_id"], "--watch")
    assert (closed["state"], closed["amount_minor"]) == ("closed", bill_minor(1))
    assert closed["approved_by"].startswith("cli:")
    assert run["run_id"] in headgate("billrun", "list")
    assert [one["state"] for one in answer("billrun", "list") if one["run_id"] == run["run_id"]] == ["closed"]
    assert "meter in dispute" in headgate("billrun", "show", run["run_id"])

    (bill,) = answer("bill", "list", one)
    assert answer("bill", "show", bill["reference"]) == bill
    assert "6 ccf at 2" in " ".join(headgate("bill", "explain", bill["reference"]).split())
    assert answer("bill", "replay", bill["reference"])["equal"]

    headgate("hold", "release", two, hold["hold_id"], "--reason", "settled")
    in_cloud.read([a_read(3, OCTOBER, cycle=cycle, day=13)])
    wave = answer("billrun", "retry", run["run_id"], "--on", "2026-10-14", "--watch")
    assert (wave["state"], wave["wave"], wave["billed"], wave["skipped"]) == ("closed", 2, 2, 1)
    assert wave["amount_minor"] == bill_minor(2) + bill_minor(3)


def test_a_bill_beside_the_cycle_and_one_made_anew(cycle: CycleCode) -> None:
    account = the_account(1, cycle=cycle)
    day = on_day(OCTOBER, 10)
    (bill,) = answer("bill", "off-cycle", account, "--reason", "moving out", "--on", str(day))
    assert (bill["kind"], bill["total_minor"]) == ("off_cycle", bill_minor(1))
    assert answer("bill", "replay", bill["reference"])["equal"]
    (anew,) = answer("bill", "rebill", bill["reference"], "water", "--reason", "tariff", "--on", "2026-10-20")
    assert (anew["kind"], anew["segments"][0]["generation"]) == ("rebill", 1)


def test_a_rejected_run_is_not_posted(cycle: CycleCode) -> None:
    run = answer("billrun", "start", cycle, "2026-10", "--on", "2026-10-12", "--ask", "--watch")
    rejected = answer("billrun", "reject", run["run_id"], "--reason", "wrong month")
    assert rejected["state"] == "rejected"
    assert answer("bill", "list", the_account(1, cycle=cycle)) == []


def test_what_cannot_be_understood_is_refused_in_words(cycle: CycleCode) -> None:
    for arguments, refusal in (
        (("bill", "show", "nonsense"), "WrongBillReference"),
        (("bill", "list", "nobody"), "AccountUnknown"),
        (("billrun", "show", "nothing"), "RunUnknown"),
        (("billrun", "start", "NOWHERE", "2026-10"), "ScheduleUnknown"),
    ):
        done = RUNNER.invoke(build(), list(arguments))
        assert type(done.exception).__name__ == refusal
