"""`headgate tariff` against the local cloud, as those who write rates and those who check them use it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.domain.billing.run import RunState
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.usecases.ports.registry import Registered
from cli.main import build
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import OCTOBER, TARIFFS, reads_of_town, the_account, town

pytestmark = pytest.mark.emulator

_numbers = count(int(datetime.now(UTC).timestamp() * 10) + 7_000_000)
ANN, BOB = {"HEADGATE_ACTOR": "ann"}, {"HEADGATE_ACTOR": "bob"}


def headgate(*arguments: str, who: dict[str, str] = ANN) -> str:
    done = CliRunner().invoke(build(), list(arguments), env=who)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def answer(*arguments: str, who: dict[str, str] = ANN) -> Any:
    return json.loads(headgate(*arguments, "--json", who=who))


def refused(*arguments: str, who: dict[str, str] = ANN) -> str:
    return type(CliRunner().invoke(build(), list(arguments), env=who).exception).__name__


@pytest.fixture
def code(local_cloud: LocalCloudForTests) -> str:
    return f"W{next(_numbers)}"


def write(folder: Path, code: str, *, version: int = 1, **replaced: str) -> str:
    text = TARIFFS[0].replace("WATER", code).replace("version: 1", f"version: {version}")
    for old, new in replaced.items():
        text = text.replace(f"{old}: ", f"{old}: {new} # ")
    file = folder / f"{code}-{version}.yaml"
    file.write_text(text.replace("rate: 2.00", f"rate: {version + 1}.00"))
    return str(file)


def on_tariff(things: list[Registered], code: str) -> list[Registered]:
    """The town with its water on another tariff."""
    return [
        replace(
            thing,
            agreements=tuple(
                replace(one, tariff=Dated(tuple((day, code) for day, _ in one.tariff.entries)))
                if one.service_type == "water"
                else one
                for one in thing.agreements
            ),
        )
        if isinstance(thing, AccountWithAgreements)
        else thing
        for thing in things
    ]


def test_one_person_drafts_another_reviews_and_then_it_is_published_once(code: str, tmp_path: Path) -> None:
    file = write(tmp_path, code)
    name = f"{code}@1"
    assert refused("tariff", "publish", file) == "TariffUnknown"
    drafted = answer("tariff", "draft", file)[name]
    assert drafted["state"] == "draft"
    assert refused("tariff", "publish", file) == "NotReviewed"
    assert refused("tariff", "review", name, "--approve", drafted["fingerprint"]) == "MakerIsChecker"
    assert "There is no version before it." in headgate("tariff", "review", name, who=BOB)
    assert refused("tariff", "review", name, "--approve", "0" * 12, who=BOB) == "DraftChanged"
    approved = answer("tariff", "review", name, "--approve", drafted["fingerprint"][:12], who=BOB)
    assert approved == {"tariff": name, "state": "reviewed", "reviewers": ["cli:bob"]}
    assert answer("tariff", "publish", file) == {"published": {name: True}}
    assert answer("tariff", "publish", name) == {"published": {name: False}}
    assert answer("tariff", "list")[name]["state"] == "published"
    assert name in headgate("tariff", "list")
    shown = answer("tariff", "show", name)
    assert [(act["action"], act["actor"]) for act in shown["history"]] == [
        ("drafted", "cli:ann"),
        ("reviewed", "cli:bob"),
        ("published", "cli:ann"),
    ]
    Path(file).write_text(Path(file).read_text().replace("10.00", "11.00"))
    assert refused("tariff", "draft", file) == "VersionIsPublished"
    assert refused("tariff", "publish", file) == "VersionIsPublished"


def test_a_correction_from_its_report_to_its_publishing(code: str, tmp_path: Path) -> None:
    put_in_force(write(tmp_path, code))
    cycle = CycleCode(f"T{next(_numbers)}")
    in_cloud.register(on_tariff(list(town(accounts=2, cycle=cycle)), code))
    in_cloud.read(reads_of_town(OCTOBER, accounts=2, cycle=cycle))
    run = in_cloud.finished(in_cloud.start(OCTOBER, run=f"{cycle}-1", cycle=cycle))
    assert (run.state, run.tally.billed) == (RunState.CLOSED, 2)

    file = write(tmp_path, code, version=2)
    name = f"{code}@2"
    drafted = answer("tariff", "draft", file)[name]
    review = headgate("tariff", "review", name, who=BOB)
    assert "Usage charge USE: 2.00 → 3.00 (+50.0%)" in review
    headgate("tariff", "review", name, "--approve", drafted["fingerprint"], who=BOB)
    assert "Usage charge USE: 2.00 → 3.00 (+50.0%)" in headgate("tariff", "diff", f"{code}@1", name)

    bills = tmp_path / "bills.csv"
    found = answer("tariff", "report", name, "--bills", str(bills), who=BOB)
    assert (found["bills"], found["net_minor"]) == (2, {"USD": 600 + 700})
    with bills.open(encoding="utf-8", newline="") as rows:
        told = [(row["account_id"], row["difference_minor"]) for row in csv.DictReader(rows)]
    assert told == [(the_account(1, cycle=cycle), "600"), (the_account(2, cycle=cycle), "700")]
    assert found["report"][:12] in headgate("tariff", "report", name, who=BOB)

    assert refused("tariff", "publish", name) == "RetroactiveNotConfirmed"
    assert refused("tariff", "publish", name, "--retroactive") == "ReportNotSignedOff"
    assert refused("tariff", "sign-off", name, "--report", found["report"][:12]) == "MakerIsChecker"
    signed = answer("tariff", "sign-off", name, "--report", found["report"][:12], who=BOB)
    assert signed == {"tariff": name, "signed_off": found["report"]}
    assert answer("tariff", "publish", name, "--retroactive") == {"published": {name: True}}
    states = answer("tariff", "list")
    assert (states[f"{code}@1"]["state"], states[name]["state"]) == ("superseded", "published")
    trail = answer("audit", "tariff", name)
    assert [one["action"] for one in trail] == ["drafted", "reviewed", "signed_off", "published"]
    assert trail[2]["after"]["report"] == found["report"]
    told = headgate("audit", "tariff", name)
    assert "signed off  cli:bob" in told
    assert "state: published (was reviewed)" in told
    assert headgate("audit", "tariff", name, "--since", "2999-01-01").startswith(
        "The audit trail tells nothing"
    )


def test_agreements_that_could_not_be_billed_are_listed(code: str, tmp_path: Path) -> None:
    cycle = CycleCode(f"T{next(_numbers)}")
    in_cloud.register(on_tariff(list(town(accounts=2, cycle=cycle)), code))
    file = Path(write(tmp_path, code))
    file.write_text(
        file.read_text().replace("amount: 10.00", "amount: {by: meter_size, values: {5/8: 10}}")
        + "determinants: {meter_size: {kind: choice}}\n"
    )
    headgate("tariff", "draft", str(file))
    rows = tmp_path / "agreements.csv"
    text = headgate("tariff", "report", f"{code}@1", "--agreements", str(rows), who=BOB)
    assert f"tariff {code}@1 needs meter_size" in " ".join(text.split())
    with rows.open(encoding="utf-8", newline="") as lines:
        told = [(row["agreement_id"], row["determinant"], row["since"]) for row in csv.DictReader(lines)]
    since = str(date(2026, 9, 10))
    assert told == [(f"{the_account(number, cycle=cycle)}.water", "meter_size", since) for number in (1, 2)]


def put_in_force(file: str) -> None:
    """Draft as Ann, review as Bob, publish."""
    for name, drafted in answer("tariff", "draft", file).items():
        headgate("tariff", "review", name, "--approve", drafted["fingerprint"], who=BOB)
    headgate("tariff", "publish", file)
