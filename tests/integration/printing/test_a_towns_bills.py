"""A small town's own bills, as customers get them, go to the print vendor: from the registry to the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.billing.run import BillRun, RunState
from chalicelib.domain.customers.person import Person
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.rendering.bill_json import load_bill
from chalicelib.rendering.print_file import load_manifest
from chalicelib.usecases.ports.registry import Registered
from cli.main import build
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import OCTOBER, bill_minor, reads_of_town, town

people = pytest.importorskip("tests.people")
pytestmark = pytest.mark.emulator

SHARDS, ACCOUNTS = 2, 5
PAPERLESS, LANDLORD = 2, 4  # account numbers, in every shard
_numbers = count(int(datetime.now(UTC).timestamp() * 10) + 9_000_000)


@pytest.fixture(scope="module")
def run(local_cloud: LocalCloudForTests) -> BillRun:
    """A closed run of ten bills: two are paperless, two go to one landlord."""
    cycle = CycleCode(f"Q{next(_numbers)}")
    in_cloud.register(with_one_paperless(town(shards=SHARDS, accounts=ACCOUNTS, cycle=cycle)))
    in_cloud.register(residents(cycle))
    in_cloud.read(reads_of_town(OCTOBER, shards=SHARDS, accounts=ACCOUNTS, cycle=cycle))
    closed = in_cloud.finished(in_cloud.start(OCTOBER, run=f"{cycle}-2026-10", cycle=cycle))
    assert (closed.state, closed.tally.billed) == (RunState.CLOSED, SHARDS * ACCOUNTS)
    return closed


def with_one_paperless(things: Iterator[Registered]) -> Iterator[Registered]:
    from chalicelib.domain.customers import person

    for thing in things:
        if isinstance(thing, AccountWithAgreements) and thing.account.number.endswith(f"-{PAPERLESS}"):
            paperless: Any = {"delivery": person.BillDelivery.PAPERLESS}
            thing = replace(thing, account=replace(thing.account, **paperless))
        yield thing


def residents(cycle: CycleCode) -> Iterator[Registered]:
    """The town's people, and the landlord in place of two of them."""
    sealing = bootstrap.sealing()
    landlords = [landlord(shard, cycle) for shard in range(1, SHARDS + 1)]
    taken = {owner.person_id for owner in landlords}
    for thing in people.people_of_town(sealing, shards=SHARDS, accounts=ACCOUNTS, cycle=cycle):
        if getattr(thing, "person_id", None) not in taken:
            yield thing
    yield from map(sealing.seal, landlords)


def landlord(shard: int, cycle: CycleCode) -> Person:
    """Who has account 4 of either shard, written in two ways."""
    owner: Person = people.person_of(LANDLORD, shard=shard, cycle=cycle)
    home = people.address_of(LANDLORD)
    return replace(
        owner,
        name="Lena Lock" if shard == 1 else "LENA LOCK",
        mailing_address=home if shard == 1 else replace(home, lines=(f"{home.lines[0].upper()}.",)),
    )


def answer(*arguments: str) -> Any:
    done = CliRunner().invoke(build(), [*arguments, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def test_the_file_holds_every_bill_but_the_paperless(run: BillRun, tmp_path: Path) -> None:
    started = answer("print", "start", run.run_id, "--as", "json")
    fetched = answer("print", "fetch", started["batch_id"], "--to", str(tmp_path))
    with ZipFile(fetched["file"]) as file:
        manifest = load_manifest(file.read("manifest.json"))
        lines = file.read("documents.jsonl").splitlines()
    totals, sums = manifest.totals, manifest.totals.sums["USD"]
    assert (totals.bills, totals.printed, totals.paperless, totals.envelopes) == (10, 8, 2, 7)
    assert sums.new_charges_minor + sums.paperless_new_charges_minor == run.tally.amount_minor
    assert sums.paperless_new_charges_minor == 2 * bill_minor(PAPERLESS)
    assert manifest.utility == people.RIVERBEND.name
    shared = [envelope for envelope in manifest.envelopes if len(envelope.documents) > 1]
    assert [envelope.mail_to.name for envelope in shared] == ["Lena Lock"]
    assert [hashlib.sha256(line).hexdigest() for line in lines] == [
        document.sha256 for envelope in manifest.envelopes for document in envelope.documents
    ]
    bills = [load_bill(line) for line in lines]
    assert not any(bill.recipient.paperless for bill in bills)
    assert {bill.account.number for bill in bills} == {
        f"{run.cycle}-{shard}-{number}"
        for shard in range(1, SHARDS + 1)
        for number in range(1, ACCOUNTS + 1)
        if number != PAPERLESS
    }


def test_pages_are_counted_where_the_file_holds_pages(run: BillRun, tmp_path: Path) -> None:
    pytest.importorskip("chalicelib.rendering.bill_renderer")
    started = answer("print", "start", run.run_id, "--as", "pdf")
    fetched = answer("print", "fetch", started["batch_id"], "--to", str(tmp_path))
    with ZipFile(fetched["file"]) as file:
        manifest = load_manifest(file.read("manifest.json"))
        inside = [document for envelope in manifest.envelopes for document in envelope.documents]
        bodies = [file.read(document.entry) for document in inside]
    assert len(bodies) == 8
    assert all(body.startswith(b"%PDF-") for body in bodies)
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [one.sha256 for one in inside]
    assert all(document.pages for document in inside)
    assert manifest.totals.pages == sum(document.pages or 0 for document in inside)
