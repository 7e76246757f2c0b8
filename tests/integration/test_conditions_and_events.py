"""A drought stage and a reconnection on the stack, from the command line to the bill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.billing.run import RunState
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.usecases.ports.registry import Registered
from cli.main import build
from tests import drought, in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import MOVED_IN, NOVEMBER, OCTOBER, reads_of_town, the_account, town

pytestmark = pytest.mark.emulator

_numbers = count(int(datetime.now(UTC).timestamp() * 10))
RUNNER = CliRunner()


def headgate(*arguments: str, exit_code: int = 0) -> str:
    done = RUNNER.invoke(build(), list(arguments))
    assert done.exit_code == exit_code, (done.output, done.exception)
    return done.stdout


def answer(*arguments: str, exit_code: int = 0) -> Any:
    return json.loads(headgate(*arguments, "--json", exit_code=exit_code))


def refusal(*arguments: str, by: str = "") -> str:
    environment = {"HEADGATE_ACTOR": by} if by else {}
    return type(RUNNER.invoke(build(), list(arguments), env=environment).exception).__name__


def fingerprint(name: str) -> str:
    found: str = answer("condition", "review", name)["declared"]["fingerprint"]
    return found


def approve(name: str, *options: str) -> None:
    """Put in force what waits, as somebody else."""
    arguments = ["condition", "review", name, "--approve", fingerprint(name)[:12], *options]
    done = RUNNER.invoke(build(), arguments, env={"HEADGATE_ACTOR": "bob"})
    assert done.exit_code == 0, (done.output, done.exception)
    assert "in force" in done.stdout


@dataclass(frozen=True)
class Place:
    """A cycle of one account on a tariff of its own, which looks up a condition of its own."""

    cycle: CycleCode
    condition: str

    @property
    def account(self) -> str:
        return the_account(1, cycle=self.cycle)


@pytest.fixture
def place(local_cloud: LocalCloudForTests) -> Place:
    number = next(_numbers)
    made = Place(CycleCode(f"D{number}"), f"drought_{number}")
    code = f"WATER-{number}"
    drought.put_in_force(
        bootstrap.artefact_store(),
        code=code,
        condition=made.condition,
    )
    in_cloud.register(_on_tariff(town(accounts=1, cycle=made.cycle), code))
    for month in (OCTOBER, NOVEMBER):
        in_cloud.read(reads_of_town(month, accounts=1, cycle=made.cycle))
    return made


def _on_tariff(things: Iterator[Registered], code: str) -> Iterator[Registered]:
    for thing in things:
        if isinstance(thing, AccountWithAgreements):
            agreements = tuple(
                replace(one, tariff=Dated.since(MOVED_IN, code))
                if one.service_type is ServiceType.WATER
                else one
                for one in thing.agreements
            )
            thing = replace(thing, agreements=agreements)
        yield thing


def lines_of(place: Place, month: str) -> list[dict[str, Any]]:
    bill = next(one for one in answer("bill", "list", place.account) if month in one["reference"])
    assert answer("bill", "replay", bill["reference"])["equal"]
    return [line for one in bill["segments"] if one["service_type"] == "water" for line in one["lines"]]


def test_a_stage_declared_in_mid_period_and_a_reconnection_are_on_the_bill(place: Place) -> None:
    name = place.condition
    said = ("--authority", "Resolution 2026-14", "--since", "2026-09-01")
    declared = answer("condition", "set", name, "0", "--from", "2026-01-01", *said)["declared"]
    assert (declared["condition"], declared["in_force"]) == (f"condition:{name}@1", False)
    # what waits is added to
    headgate("condition", "set", name, "2", "--from", "2026-09-25", *said)
    assert f"condition:{name}@1" in [one["condition"] for one in answer("condition", "list")["waiting"]]
    assert refusal("condition", "show", name) == "ConditionUnknown"
    assert refusal("condition", "review", name, "--approve", fingerprint(name)) == "MakerIsChecker"
    assert "To have somebody else put it in force" in headgate("condition", "review", name)
    approve(name)
    assert answer("condition", "show", name)["values"][1] == {
        "from": "2026-09-25",
        "value": "2",
        "authority": "Resolution 2026-14",
    }
    headgate("agreement", "event", place.account, "water", "reconnected", "--on", "2026-09-20")

    run = in_cloud.finished(in_cloud.start(OCTOBER, run=f"{place.cycle}-a", cycle=place.cycle))

    assert run.state is RunState.CLOSED, run.failure
    # 6 ccf: 3 before September 25 at 2.00, 3 in stage 2 at 3.00
    assert [(line["charge"], line["amount_minor"]) for line in lines_of(place, "2026-10")] == [
        ("SVC", 1000),
        ("USE", 600),
        ("USE", 900),
        ("RECONNECT", 4500),
    ]
    assert (
        refusal("condition", "set", name, "1", "--from", "2026-09-25", "--since", "2026-10-10")
        == "PastChanged"
    )
    assert (
        refusal("agreement", "event", place.account, "water", "reconnected", "--on", "2026-09-30")
        == "EventDayBilled"
    )
    headgate("condition", "set", name, "0", "--from", "2026-10-10", "--since", "2026-10-10")
    assert refusal("condition", "review", name, "--approve", "0" * 12, by="bob") == "DraftChanged"
    approve(name, "--since", "2026-10-10")
    told = [(one["action"], one["actor"]) for one in answer("audit", "condition", name)]
    assert told[-1] == ("put in force", "cli:bob")
    in_cloud.finished(in_cloud.start(NOVEMBER, run=f"{place.cycle}-b", cycle=place.cycle))
    assert [line["amount_minor"] for line in lines_of(place, "2026-11")] == [1000, 1200]
    assert [line["amount_minor"] for line in lines_of(place, "2026-10")] == [1000, 600, 900, 4500]


def test_files_of_events_and_readings_are_taken_row_by_row(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(
        "account,agreement,event,on,value\n"
        f"{place.account},water,reconnected,2026-09-20,\n"
        f"{place.account},water,reconnected,2026-09-31,\n"
        f"{place.account},gas,reconnected,2026-09-21,\n"
        "nobody,water,reconnected,2026-09-21,\n"
    )
    report = answer("agreement", "events", str(file), exit_code=1)
    assert (report["recorded"], [row["line"] for row in report["rejected"]]) == (1, [3, 4, 5])
    again = answer("agreement", "events", str(file), exit_code=1)
    assert (again["recorded"], again["there_already"]) == (0, 1)
    (water,) = [one for one in answer("agreement", "list", place.account) if one["service_type"] == "water"]
    assert water["determinants"]["reconnected"] == {"entries": [["2026-09-20", "1"]]}

    et = f"et_{place.condition}"
    file.write_text("from,to,amount\n2026-06-01,,0.2\n2026-06-02,,wet\n2026-06-02,,0.3\n")
    report = answer("condition", "readings", et, str(file), exit_code=1)
    assert (report["added"], [row["line"] for row in report["rejected"]]) == (2, [3])
    file.write_text("from,to,amount\n2026-06-01,,0.2\n2026-06-02,,0.4\n")
    assert answer("condition", "readings", et, str(file), exit_code=1)["unchanged"] == 1
    report = answer("condition", "readings", et, str(file), "--retroactive")
    assert (report["updated"], report["declared"]["in_force"]) == (1, False)
    assert answer("condition", "show", et)["revision"] == 1
    # what comes beside a correction that waits is added to it
    file.write_text("from,to,amount\n2026-06-03,,0.5\n")
    report = answer("condition", "readings", et, str(file), "--retroactive")
    assert (report["added"], report["declared"]["in_force"]) == (1, False)
    approve(et, "--retroactive")
    assert answer("condition", "show", et)["revision"] == 2
    assert f"condition:{et}@2" in answer("condition", "list")["in_force"]
    assert "measured to before" in " ".join(headgate("condition", "list").split())
    assert "0.4" in headgate("condition", "show", et)
