"""`headgate average` against the local cloud: two clerks, from the rule to the bill that stands on it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.billing.run import RunState
from chalicelib.domain.kernel.ids import CycleCode, Shard
from cli.main import build
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import the_account
from tests.winter_town import (
    APRIL,
    EFFECTIVE,
    RULE,
    WINTER,
    publish_sewer,
    the_sewer,
    winter_reads,
    winter_town,
)

pytestmark = pytest.mark.emulator

_numbers = count(int(datetime.now(UTC).timestamp() * 10) + 8_000_000)
RUNNER = CliRunner()


def headgate(*arguments: str, by: str = "maker") -> str:
    """What a command prints when `by` types it."""
    done = RUNNER.invoke(build(), list(arguments), env={"LOGNAME": by})
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def answer(*arguments: str, by: str = "maker") -> Any:
    return json.loads(headgate(*arguments, "--json", by=by))


def refused(*arguments: str, by: str = "maker") -> str:
    done = RUNNER.invoke(build(), list(arguments), env={"LOGNAME": by})
    return type(done.exception).__name__


def bill(month: Any, cycle: CycleCode) -> None:
    in_cloud.read(winter_reads(month, shards=2, cycle=cycle))
    run = in_cloud.finished(in_cloud.start(month, run=f"{cycle}-{month}", cycle=cycle))
    assert run.state is RunState.CLOSED, run.failure


@pytest.fixture
def cycle(local_cloud: LocalCloudForTests) -> CycleCode:
    """The winter town in two shards, billed to March."""
    code = CycleCode(f"V{next(_numbers)}")
    publish_sewer(bootstrap.artefact_store())
    in_cloud.register(winter_town(shards=2, cycle=code))
    for month in WINTER:
        bill(month, code)
    return code


def test_a_winter_average_from_the_rule_to_the_bill(cycle: CycleCode, tmp_path: Path) -> None:
    rule = tmp_path / "winter.yaml"
    rule.write_text(RULE.replace("average: WINTER", f"average: W-{cycle}"))
    propose = ("average", "propose", str(rule), "--year", "2027", "--on", "2027-04-02")

    proposed = answer(*propose)

    name = f"W-{cycle}-2027-1"
    assert (proposed["proposal_id"], proposed["state"], proposed["opened_by"]) == (
        name,
        "proposed",
        "cli:maker",
    )
    assert proposed["tally"]["bases"] == {"class_median": 2, "measured": 6}
    assert proposed["tally"]["flags"] == {"capped": 2, "few_bills": 2}
    assert proposed["quantiles"]["50"] == "12"
    assert answer(*propose)["to_approve"] == proposed["to_approve"]
    page = headgate("average", "show", name)
    assert "headgate average approve" in page
    assert name in headgate("average", "list")

    four = f"{cycle}-1-4"  # the account's number
    answer("average", "override", name, four, "--value", "9", "--reason", "a leak, repaired")
    assert refused("average", "approve", name, "--sha256", proposed["to_approve"], by="checker") == (
        "ApprovalOfAnother"
    )
    to_approve = answer("average", "show", name)["to_approve"]
    assert refused("average", "approve", name, "--sha256", to_approve) == "MakerApproves"
    table = tmp_path / "winter.csv"
    assert answer("average", "export", name, "--to", str(table))["rows"] == 8
    with table.open() as file:
        rows = {row["account"]: row for row in csv.DictReader(file)}
    assert (rows[four]["value"], rows[four]["override"], rows[four]["reason"]) == (
        "7",
        "9",
        "a leak, repaired",
    )
    assert rows[f"{cycle}-2-1"]["derivation"].startswith("12 + 11 + 13 + 12 ccf over 4 bills")

    assert answer("average", "approve", name, "--sha256", to_approve, by="checker")["state"] == "approved"
    frozen = answer("average", "freeze", name, by="checker")
    assert (frozen["state"], frozen["frozen"]["frozen"], frozen["not_frozen"]) == ("frozen", 8, [])
    assert frozen["frozen"]["value_sum"] == "104"  # 51 in each shard, and 2 more for the override
    assert answer("average", "freeze", name, by="checker") == frozen

    bill(APRIL, cycle)
    flows = {
        posted.account_id: line.amount_minor
        for shard in (f"{cycle}.001", f"{cycle}.002")
        for posted in bootstrap.ledger_store().transactions_of_shard(Shard(shard), since=APRIL)
        if posted.bill
        for segment in posted.bill.segments
        for line in segment.lines
        if line.charge == "FLOW"
    }
    assert [flows[the_account(n, shard=1, cycle=cycle)] for n in (1, 2, 3, 4)] == [2400, 4000, 2400, 1800]
    assert [flows[the_account(n, shard=2, cycle=cycle)] for n in (1, 2, 3, 4)] == [2400, 4000, 2400, 1400]
    kept = bootstrap.registry_store().account(the_account(4, cycle=cycle))
    sewer = next(one for one in kept.agreements if one.agreement_id == the_sewer(the_account(4, cycle=cycle)))
    assert sewer.determinants["winter_average_ccf"].entries == ((EFFECTIVE, Decimal(9)),)
