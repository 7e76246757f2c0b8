"""`headgate tariff usage-export` and `simulate` against the local cloud, as a rates analyst uses them."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import CycleCode
from cli.main import build
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import OCTOBER, TARIFFS, bill_minor, reads_of_town, the_account, town

pytestmark = pytest.mark.emulator

RIVERBEND = Path(__file__).parents[2] / "samples" / "riverbend"

_numbers = count(int(datetime.now(UTC).timestamp() * 10) + 7_000_000)


def answer(*arguments: str) -> Any:
    done = CliRunner().invoke(build(), [*arguments, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


@pytest.fixture
def billed(local_cloud: LocalCloudForTests) -> CycleCode:
    """A cycle of two accounts whose October is billed."""
    code = CycleCode(f"U{next(_numbers)}")
    in_cloud.register(town(accounts=2, cycle=code))
    in_cloud.read(reads_of_town(OCTOBER, accounts=2, cycle=code))
    run = answer("billrun", "start", code, "2026-10", "--on", "2026-10-12", "--watch")
    assert (run["state"], run["billed"]) == ("closed", 2)
    return code


def test_a_proposal_is_tried_on_what_was_billed(billed: CycleCode, tmp_path: Path) -> None:
    usage = tmp_path / "usage.csv"
    exported = answer("tariff", "usage-export", str(usage), "--through", "2026-10-31")
    assert (exported["after"], exported["through"]) == ("2025-10-31", "2026-10-31")
    proposal = tmp_path / "water.yaml"
    proposal.write_text(TARIFFS[0].replace("version: 1", "version: 2").replace("rate: 2.00", "rate: 2.50"))
    folder = tmp_path / "report"
    question = ("tariff", "simulate", "--proposed", str(proposal), "--against", str(usage))
    report = answer(*question, "--out", str(folder))
    assert report["tells_positions"], "October's bills are opening ones"
    assert answer(*question, "--on-stack") == report
    assert report["rows_rated"] == report["rows_read"] == exported["rows"]
    assert all(control["holds"] for control in report["controls"])
    with (folder / "accounts.csv").open() as text:
        found = {row["account"]: row for row in csv.DictReader(text)}
    for number in (1, 2):
        account = found[the_account(number, cycle=billed)]
        assert account["now"].replace(".", "") == str(bill_minor(number)), "what was billed, to the cent"
        assert account["change"] == f"{(5 + number) * 50 / 100:.2f}"


def test_the_stack_rates_the_parts_and_the_report_is_the_same(
    local_cloud: LocalCloudForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Riverbend's documents and year, in parts of a few hundred rows, so that the map has some to go over."""
    source = bootstrap.usage_source
    monkeypatch.setattr(bootstrap, "usage_source", partial(source, rows_a_part=400))
    question = (
        *("tariff", "simulate", "--proposed", str(RIVERBEND / "what-if" / "proposed")),
        *("--current", str(RIVERBEND / "tariffs"), "--condition", str(RIVERBEND / "conditions")),
        *("--against", str(RIVERBEND / "what-if" / "usage.csv")),
    )
    here = answer(*question, "--out", str(tmp_path / "here"))
    there = answer(*question, "--out", str(tmp_path / "there"), "--on-stack")
    assert here == there
    assert here["rows_rated"] == 2724
    for file in (tmp_path / "here").iterdir():
        assert (tmp_path / "there" / file.name).read_bytes() == file.read_bytes(), file.name
    store = bootstrap.artefact_store()
    (todo,) = [key for key in store.keys("simulations/") if key.endswith("/todo.json")][-1:]
    sums = list(store.keys(todo.removesuffix("todo.json") + "sums/"))
    assert len(sums) == len(json.loads(store.get(todo))) == 7
