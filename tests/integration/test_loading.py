"""`headgate load` on the local cloud: persons sealed under KMS, accounts found, repeats told apart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.customers.sealed_person import SearchField
from cli.main import build

pytestmark = pytest.mark.emulator

SAMPLE = Path(__file__).parents[2] / "samples" / "minimal"


def load(folder: Path, *options: str, exit_code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(build(), ["load", str(folder), "--json", *options])
    assert done.exit_code == exit_code, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def loaded(local_cloud: object) -> dict[str, Any]:
    return load(SAMPLE)


def test_the_sample_is_loaded_and_then_unchanged(loaded: dict[str, Any]) -> None:
    assert loaded["refused"] == 0
    assert loaded["rows"] == 45

    again = load(SAMPLE)

    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 45)


def test_an_account_is_found_with_its_agreements(loaded: dict[str, Any]) -> None:
    registry = bootstrap.registry_store()

    account_id = registry.find_account("20-0002")
    assert account_id is not None
    whole = registry.account(account_id)

    assert sorted(agreement.service_type for agreement in whole.agreements) == ["sewer", "water"]
    assert whole.service_point_ids == {"SP-3MILL", "SP-3MILL-GARDEN"}


def test_a_person_is_found_by_name_and_read_with_the_key_from_kms(loaded: dict[str, Any]) -> None:
    registry, names = bootstrap.registry_store(), bootstrap.pseudonyms()

    ids = registry.find_persons(names.token(SearchField.NAME, "lindqvist"), limit=10)

    [stored] = registry.persons(ids).values()
    assert bootstrap.sealing().open(stored).person.name == "Jonas Lindqvist"


def test_another_process_opens_what_this_one_sealed(loaded: dict[str, Any]) -> None:
    """The key-encryption key is made once and unwrapped by KMS in each process."""
    person_id = bootstrap.pseudonyms().person_id("1001")
    bootstrap.forget()

    [stored] = bootstrap.registry_store().persons([person_id]).values()

    assert bootstrap.sealing().open(stored).person.email == "alma.rivera@example.org"


def test_no_item_of_a_person_holds_clear_text(loaded: dict[str, Any]) -> None:
    table = bootstrap.settings().registry_table
    pages = bootstrap.aws_client("dynamodb").get_paginator("scan").paginate(TableName=table)
    items = [item for page in pages for item in page["Items"]]
    of_persons = str([item for item in items if item["pk"]["S"].startswith(("PERSON#", "TOKEN#"))])

    assert "PERSON#" in of_persons
    assert "TOKEN#" in of_persons
    for clear in ("Alma", "alma.rivera", "Lindqvist", "lindqvist", "Mill Street", "office@", "555 01"):
        assert clear not in of_persons


def test_refused_rows_give_exit_code_1_and_a_report(loaded: dict[str, Any], tmp_path: Path) -> None:
    folder, report = Path(shutil.copytree(SAMPLE, tmp_path / "sample")), tmp_path / "refused.csv"
    with (folder / "accounts.csv").open("a") as text:
        text.write("20-0004,1001,EAST,2026-01-01,,USD\n")

    document = load(folder, "--report", str(report), exit_code=1)

    assert document["files"]["accounts.csv"] == {"added": 0, "updated": 0, "unchanged": 3, "refused": 1}
    [row] = document["refused_rows"]
    assert (row["file"], row["line"], row["column"]) == ("accounts.csv", 5, "cycle")
    assert report.read_text().splitlines()[0] == "file,line,column,reason,mend"
    assert "accounts.csv,5,cycle,\"'EAST' is not known" in report.read_text()


def test_a_dry_run_stores_nothing(loaded: dict[str, Any], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "sample"))
    with (folder / "accounts.csv").open("a") as text:
        text.write("20-0005,1001,NORTH,2026-01-01,,USD\n")

    document = load(folder, "--dry-run")

    assert (document["dry_run"], document["added"]) == (True, 1)
    assert bootstrap.registry_store().find_account("20-0005") is None
